#pragma once

#include <span>
#include <string_view>

#include "protocol/reply_reader.h"
#include "tests/comparison/words.h"

namespace tests {

/// A way in which Dabba, which follows Redis 7.2, is meant to differ from the Redis it is compared
/// with. Everything else that differs is a fault.
struct KnownDifference
{
    std::string_view name;
    std::string_view reason;
    /// Is it this that makes the two replies to the request differ?
    bool (*explains)(const Request& request, const protocol::Value& dabba,
                     const protocol::Value& redis);
};

std::span<const KnownDifference> known_differences();

/// The one that is also told from what follow-up questions give (see search_judge.h).
constexpr std::string_view kWiderSearch = "wider search";

/// Whether two replies are the same but for numbers that one of the servers prints with more
/// digits.
bool same_but_for_digits(const protocol::Value& dabba, const protocol::Value& redis);

}  // namespace tests
