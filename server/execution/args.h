#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>

#include "server/execution/command_error.h"

namespace server {

/// Whether two words are the same but for the case of ASCII letters. REQUIRES `upper` upper case.
bool is_word(std::string_view text, std::string_view upper);

/// The arguments of one request, read from left to right; the command's own name is not among
/// them. Views into the connection's read buffer: valid until the command ends.
class Args
{
public:
    explicit Args(std::span<const std::string_view> arguments) : arguments_(arguments) {}

    bool done() const { return position_ == arguments_.size(); }
    std::size_t remaining() const { return arguments_.size() - position_; }

    /// The next argument. Throws a syntax error if there is none.
    std::string_view next()
    {
        if (done()) throw CommandError{text::kSyntax};
        return arguments_[position_++];
    }

    /// Whether the next argument is this word, in whatever case. REQUIRES `word` upper case.
    bool is_next(std::string_view word) const
    {
        return !done() && is_word(arguments_[position_], word);
    }

    /// Takes the next argument if it is this word, in whatever case. REQUIRES `word` upper case.
    bool accept(std::string_view word)
    {
        if (!is_next(word)) return false;
        ++position_;
        return true;
    }

    /// As accept(), but only if at least `operands` arguments follow the word: Redis takes an
    /// option without its operands for an unknown one.
    bool accept(std::string_view word, std::size_t operands)
    {
        return remaining() > operands && accept(word);
    }

    /// The next argument as a 64-bit integer; throws `error` if it is none or there is none.
    std::int64_t next_integer(std::string_view error = text::kNotAnInteger);

    /// As next_integer(), within [min, max]; throws `error` for numbers outside too.
    std::int64_t next_integer_in(std::int64_t min, std::int64_t max, std::string_view error);

    /// The next argument as a number that is not NaN; throws `error` if it is none.
    double next_double(std::string_view error = text::kNotAFloat);

    /// From here on, next_double() takes 0x1f for no number.
    void refuse_hexadecimal() { takes_hexadecimal_ = false; }

    /// So many arguments at once. Throws a syntax error if there are fewer.
    std::span<const std::string_view> next_many(std::size_t count)
    {
        if (remaining() < count) throw CommandError{text::kSyntax};
        const auto taken = arguments_.subspan(position_, count);
        position_ += count;
        return taken;
    }

    /// All arguments that are left, and moves past them.
    std::span<const std::string_view> rest()
    {
        const auto left = arguments_.subspan(position_);
        position_ = arguments_.size();
        return left;
    }

    /// Throws a syntax error unless everything was read.
    void expect_end() const
    {
        if (!done()) throw CommandError{text::kSyntax};
    }

private:
    std::span<const std::string_view> arguments_;
    std::size_t position_ = 0;
    bool takes_hexadecimal_ = true;
};

}  // namespace server
