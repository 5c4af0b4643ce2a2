#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "store/snapshot/compact_reader.h"
#include "store/snapshot/string_codec.h"
#include "store/snapshot/value_codec.h"

/// What the readers of several types of collections share. All throw FormatError.
namespace store::snapshot {

/// A number of elements of at least one byte each.
inline std::uint64_t read_count(ByteReader& reader)
{
    const std::uint64_t count = read_length(reader);
    require(count > 0);
    reader.require_remaining(count);
    return count;
}

/// Calls visit(first, second) for every two elements of a listpack or ziplist.
template <class Visit>
void for_each_pair(std::string_view bytes, bool is_listpack, Visit&& visit)
{
    std::optional<std::string> first;
    const auto visit_one = [&](std::string_view element) {
        if (!first) {
            first.emplace(element);
            return;
        }
        visit(*first, element);
        first.reset();
    };
    if (is_listpack) {
        for_each_in_listpack(bytes, visit_one);
    } else {
        for_each_in_ziplist(bytes, visit_one);
    }
    require(!first);
}

}  // namespace store::snapshot
