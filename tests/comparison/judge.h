#pragma once

#include <map>
#include <string>
#include <string_view>

#include "protocol/reply_reader.h"
#include "tests/comparison/words.h"
#include "tests/support/target.h"

namespace tests {

/// Decides whether two servers gave the same answer. Answers are the same if their bytes are; where
/// Redis leaves the order open, or time has passed between the two, as much as Redis promises must
/// be the same.
class Judge
{
public:
    /// `side` is a connection to the Redis that is compared with, for questions about its data.
    explicit Judge(Connection& side) : side_(side) {}

    /// The replies to one request, made in the database; a transaction's are judged one by one.
    bool same(const Request& request, int database, const protocol::Value& dabba,
              const protocol::Value& redis);

    /// As above, but the data may have changed since, so no questions can be asked.
    bool same_in_transaction(const Request& request, const protocol::Value& dabba,
                             const protocol::Value& redis);

    /// How often each known difference was met, by name.
    const std::map<std::string_view, int>& known_differences_met() const { return met_; }

private:
    bool same_search(const Request& request, int database, const protocol::Value& dabba,
                     const protocol::Value& redis);
    std::map<std::string, double> distances(const Request& request, int database);

    Connection& side_;
    std::map<std::string_view, int> met_;
};

/// Is the request this command, in whatever case? REQUIRES `command` upper case.
bool is_command(const Request& request, std::string_view command);

/// A search whose result is stored: if it was cut off at COUNT, ties may be stored differently.
bool stores_some(const Request& request);

/// How far two readings of a key's remaining time may lie apart, in milliseconds.
constexpr std::int64_t kClockTolerance = 3000;

}  // namespace tests
