#pragma once

#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>

namespace ascii {

/// Redis's one spelling of a 64-bit integer: decimal, no plus, no spaces, no leading zeros, no
/// "-0". nullopt for anything else.
inline std::optional<std::int64_t> parse_integer(std::string_view text)
{
    const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
    if (digits.starts_with('0') && text.size() > 1) return std::nullopt;
    std::int64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return value;
}

/// The digits of a 64-bit integer, signed or not, in place. Converts to std::string_view; dies with
/// its owner.
class IntegerText
{
public:
    template <std::integral Value>
    explicit IntegerText(Value value)
        : size_(static_cast<std::size_t>(
              std::to_chars(digits_.data(), digits_.data() + digits_.size(), value).ptr -
              digits_.data()))
    {}

    operator std::string_view() const { return {digits_.data(), size_}; }

private:
    std::array<char, 20> digits_;  // "-9223372036854775808"
    std::size_t size_;
};

}  // namespace ascii
