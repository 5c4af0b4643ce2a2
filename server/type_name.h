#pragma once

#include <string_view>

#include "store/entry.h"

namespace server {

/// The name of a type as TYPE and SCAN's TYPE option have it.
constexpr std::string_view type_name(store::Type type)
{
    switch (type) {
        case store::Type::String: return "string";
        case store::Type::Set: return "set";
        case store::Type::SortedSet: return "zset";
        case store::Type::Hash: return "hash";
    }
    return "unknown";
}

}  // namespace server
