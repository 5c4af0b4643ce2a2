#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
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
    std::uint8_t rights;   ///< those of KeyRight that its user needs
    std::size_t position;  ///< among the request's words
};

/// A key that a request touches without naming it: `before`, or any key between `before` and
/// `after`.
struct DerivedKey
{
    std::string before;
    std::optional<std::string> after;
    std::uint8_t rights;  ///< those of KeyRight that its user needs
};

/// All keys of a request (its command's name first), in the order of the specifications. Nothing if
/// the arguments contradict a specification, such as a count of more keys than follow.
std::optional<std::vector<FoundKey>> find_keys(const Command& command,
                                               std::span<const std::string_view> request);

/// The same, appended to `found`, for who decides whether they may be touched: where a keyword is
/// given more than once, the key after each. Nothing is appended if the arguments contradict a
/// specification.
void find_all_keys(const Command& command, std::span<const std::string_view> request,
                   std::vector<FoundKey>& found);

/// The flags of a key specification as COMMAND INFO prints them: "RW", "access", "update".
std::vector<std::string_view> key_flag_names(std::string_view flags);

}  // namespace server
