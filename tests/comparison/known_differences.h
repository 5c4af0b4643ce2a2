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
    std::string_view when_speaking_as;  ///< those that it is met with; empty: all
    /// Is it this that makes the two replies to the request differ?
    bool (*explains)(const Request& request, const protocol::Value& dabba,
                     const protocol::Value& redis);
};

std::span<const KnownDifference> known_differences();

/// Whether it may be met by a Dabba that speaks as this server.
bool applies(std::string_view when_speaking_as, std::string_view speaks_as);

/// A request that is not sent, for what it does to the server that is compared with.
struct UnsentRequest
{
    std::string_view name;
    std::string_view reason;
    std::string_view when_speaking_as;
    bool (*is_it)(const Request& request);
};

std::span<const UnsentRequest> unsent_requests();

/// The one that is also told from what follow-up questions give (see search_judge.h).
constexpr std::string_view kWiderSearch = "wider search";

/// Whether two replies are the same but for numbers that one of the servers prints with more
/// digits.
bool same_but_for_digits(const protocol::Value& dabba, const protocol::Value& redis);

}  // namespace tests
