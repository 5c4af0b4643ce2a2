#pragma once

#include <string_view>

#include "store/keyspace.h"

namespace server::commands {

/// The value at `key` for a command that is about to change it; nullptr if there is none, which is
/// no miss: as in Redis, those are counted and told of keys that are read. Throws Error{WrongType}.
template <class T>
const T* find_to_change(store::Keyspace& keys, std::string_view key)
{
    return keys.holds(key) ? keys.find<T>(key) : nullptr;
}

}  // namespace server::commands
