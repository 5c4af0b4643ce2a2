#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

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
    /// The connections are for questions about the data.
    Judge(Connection& dabba_side, Connection& redis_side, std::string speaks_as)
        : dabba_side_(dabba_side), redis_side_(redis_side), speaks_as_(std::move(speaks_as))
    {}

    /// The replies to one request, made in the database; a transaction's are judged one by one.
    bool same(const Request& request, int database, const protocol::Value& dabba,
              const protocol::Value& redis);

    /// As above, but the data may have changed since, so no questions can be asked.
    bool same_in_transaction(const Request& request, const protocol::Value& dabba,
                             const protocol::Value& redis);

    /// How often each known difference was met, by name.
    const std::map<std::string_view, int>& known_differences_met() const { return met_; }

private:
    Connection& dabba_side_;
    Connection& redis_side_;
    std::string speaks_as_;
    std::map<std::string_view, int> met_;
};

/// Is the request this command, in whatever case? REQUIRES `command` upper case.
bool is_command(const Request& request, std::string_view command);

/// HELLO's fields but for the server's version and the connection's id.
bool same_hello(const protocol::Value& dabba, const protocol::Value& redis);

/// How far two readings of a key's remaining time may lie apart, in milliseconds.
constexpr std::int64_t kClockTolerance = 3000;

}  // namespace tests
