#pragma once

#include <string_view>

#include "store/entry.h"

namespace server::commands {

/// How Redis keeps a value such as this one, given how it came about: OBJECT ENCODING. One overload
/// for each type.
constexpr std::string_view encoding_name(store::String::Encoding encoding)
{
    switch (encoding) {
        case store::String::Encoding::Integer: return "int";
        case store::String::Encoding::Short: return "embstr";
        case store::String::Encoding::Raw: return "raw";
    }
    return {};
}

inline std::string_view encoding_name(const store::String& string)
{
    return encoding_name(string.encoding());
}

inline std::string_view encoding_name(const store::Hash& hash)
{
    return hash.encoding() == store::Hash::Encoding::Packed ? "listpack" : "hashtable";
}

inline std::string_view encoding_name(const store::Set& set)
{
    switch (set.encoding()) {
        case store::Set::Encoding::IntSet: return "intset";
        case store::Set::Encoding::Packed: return "listpack";
        case store::Set::Encoding::Table: return "hashtable";
    }
    return {};
}

inline std::string_view encoding_name(const store::SortedSet& set)
{
    return set.encoding() == store::SortedSet::Encoding::Compact ? "listpack" : "skiplist";
}

inline std::string_view encoding_name(const store::List& list)
{
    return list.encoding() == store::List::Encoding::Packed ? "listpack" : "quicklist";
}

}  // namespace server::commands
