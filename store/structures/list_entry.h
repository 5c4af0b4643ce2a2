#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "ascii/integer.h"
#include "store/structures/listpack_size.h"

namespace store {

/// An element of a list as it lies in a ListChunk: numbers take fewer bytes than their digits. It
/// begins and ends with the same mark, so that it is found from either side:
///
///     mark      what lies there
///     0-127     mark, a text of so many bytes, mark
///     128-191   the number 0-63: one byte, which is both marks
///     192-223   mark, byte, mark: a number of 13 bits, the high five of them in the mark
///     224-239   mark, byte, text, byte, mark: its length in 12 bits, the high four in the mark
///     241-247   mark, a number of 2 to 8 bytes, mark
///     248       mark, four bytes of length, text, four bytes of length, mark
///
/// All numbers are signed but 0-63, and have their lowest byte first.
class ListEntry
{
public:
    /// A number if the text is the one spelling of one. The text must outlive the entry.
    explicit ListEntry(std::string_view text) : number_(listpack_integer(text)), text_(text) {}

    /// What lies there: the view of a text is one of these bytes.
    static ListEntry read(const char* from);

    /// How many bytes the entry takes that begins there, or that ends there.
    static std::size_t bytes_from(const char* from);
    static std::size_t bytes_before(const char* end);

    std::optional<std::int64_t> number() const { return number_; }
    /// Empty if it is a number that was read.
    std::string_view text() const { return text_; }

    std::size_t bytes() const;
    std::size_t listpack_bytes() const
    {
        return number_ ? listpack_number_bytes(*number_) : listpack_text_bytes(text_.size());
    }

    /// Writes bytes() bytes.
    void write(char* out) const;

    bool operator==(const ListEntry& other) const
    {
        return number_ == other.number_ && (number_.has_value() || text_ == other.text_);
    }

private:
    ListEntry(std::optional<std::int64_t> number, std::string_view text)
        : number_(number), text_(text)
    {}

    std::optional<std::int64_t> number_;
    std::string_view text_;
};

/// An element as a text, valid until the list is changed. It may hold the digits itself: only one
/// that has a name can be viewed.
class ListElement
{
public:
    explicit ListElement(const ListEntry& entry) : text_(entry.text())
    {
        if (entry.number()) digits_.emplace(*entry.number());
    }

    operator std::string_view() const& { return digits_ ? std::string_view{*digits_} : text_; }
    operator std::string_view() const&& = delete;

private:
    std::string_view text_;
    std::optional<ascii::IntegerText> digits_;
};

}  // namespace store
