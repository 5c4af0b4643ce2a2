#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "ascii/integer.h"

/// How many bytes Redis's listpack takes: its limits are counted in them. The format is described
/// at https://github.com/antirez/listpack/blob/master/listpack.md.
namespace store {

inline constexpr std::size_t kEmptyListpackBytes = 7;

/// The element as the number as which a listpack keeps it; nothing if that is a text.
inline std::optional<std::int64_t> listpack_integer(std::string_view element)
{
    constexpr std::size_t kLongest = 20;
    if (element.empty() || element.size() > kLongest || element.front() > '9') return std::nullopt;
    return ascii::parse_integer(element);
}

/// What a number adds to a listpack, and a text of this length that is none.
std::size_t listpack_number_bytes(std::int64_t number);
std::size_t listpack_text_bytes(std::size_t length);

}  // namespace store
