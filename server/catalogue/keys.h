#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "server/catalogue/command.h"

namespace server {

/// The three numbers of COMMAND INFO that clients of before Redis 7 read: positions of the first
/// and the last key (negative: counted from the end) and the step between; 0 0 0 for no keys.
struct KeyRange
{
    int first = 0;
    int last = 0;
    int step = 0;

    bool operator==(const KeyRange&) const = default;
};

/// The range that the command's key specifications come to: what they have beyond one range is
/// left out, and has_movable_keys() says so.
KeyRange key_range(const Command& command);

/// Whether the keys cannot be told from key_range() alone.
bool has_movable_keys(const Command& command);

/// The specifications that are there: the row's array ends with empty ones.
std::span<const KeySpec> key_specs(const Command& command);

/// Whether requests of the command can have keys: names of channels are none.
bool has_keys(const Command& command);

/// A key among a request's arguments, and its specification's flags ("RW ACCESS UPDATE").
struct FoundKey
{
    std::string_view key;
    std::string_view flags;
};

/// All keys of a request (its command's name first), in the order of the specifications. Nothing if
/// the arguments contradict a specification, such as a count of more keys than follow.
std::optional<std::vector<FoundKey>> find_keys(const Command& command,
                                               std::span<const std::string_view> request);

/// The flags of a key specification as COMMAND INFO prints them: "RW", "access", "update".
std::vector<std::string_view> key_flag_names(std::string_view flags);

}  // namespace server
