#pragma once

#include <map>
#include <optional>
#include <string>

#include "tests/support/target.h"

namespace tests {

/// What a key holds, as text that is the same for equal contents, and when it ends.
struct KeyState
{
    std::string type;
    std::string content;
    std::int64_t ends_in_ms = -1;  ///< -1: never
};

/// All keys of all databases of a server: "0 name" is the key "name" of database 0.
using KeyspaceState = std::map<std::string, KeyState>;

/// Reads it through the connection, and checks on the way that KEYS, SCAN and DBSIZE agree; throws
/// TargetError if they do not.
KeyspaceState read_state(Connection& connection);

/// The first key that differs, in words; nothing if the two states are the same. Moments may lie
/// kClockTolerance apart.
std::optional<std::string> first_difference(const KeyspaceState& dabba, const KeyspaceState& redis);

}  // namespace tests
