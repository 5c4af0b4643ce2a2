#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "store/clock.h"

namespace server {

/// A call that was recorded.
struct RecordedCall
{
    std::uint64_t number = 0;  ///< 1, 2, 3 ...
    store::TimePoint at{};     ///< by the server's clock
    std::uint64_t session = 0;
    std::string client;   ///< its name, or "client 7" if it has none; "script" for a script's calls
    std::string command;  ///< the full name, such as "client|setname"; lower case
    std::vector<std::string> keys;
    std::string text;   ///< the request as a line, long words cut
    std::string reply;  ///< "OK", "(integer) 1", "(array)", an error: what came, or "(waits)"
    std::string kind;   ///< of the reply: status, error, integer, string, nil, array, map ...
};

/// Which calls are meant. The patterns are globs; an empty one matches every call.
struct CallFilter
{
    std::string command;
    std::string key;  ///< one of the keys
    std::string client;
    std::string reply;  ///< the kind
    std::string text;   ///< the filter as it was given

    bool matches(const RecordedCall& call) const;
};

/// What a test expects of the number of calls that match.
struct CallExpectation
{
    enum class Kind : std::uint8_t { Exactly, AtLeast, AtMost };
    Kind kind = Kind::Exactly;
    std::uint64_t count = 0;

    bool holds(std::uint64_t calls) const;
    /// "exactly 2 calls", "no call".
    std::string in_words() const;
};

/// The calls since the recording began, the last 10,000 of them.
class Calls
{
public:
    void start() { calls_.clear(), dropped_ = last_ = 0, running_ = true; }
    void stop() { running_ = false; }
    bool running() const { return running_; }

    void add(RecordedCall call);
    /// The call of this session that waits, if it is recorded; nullptr otherwise.
    RecordedCall* waiting(std::uint64_t session);

    std::vector<const RecordedCall*> matching(const CallFilter& filter) const;

    /// What a person needs to know when the expectation does not hold; empty: it does.
    std::string failure(const CallFilter& filter, const CallExpectation& expectation) const;

private:
    std::deque<RecordedCall> calls_;
    std::uint64_t last_ = 0;
    std::uint64_t dropped_ = 0;
    bool running_ = false;
};

/// "12:00:01.500 app: SET key value -> OK".
std::string in_words(const RecordedCall& call);

/// The kind of a reply that begins with these bytes, and what people see of it.
void describe_reply(std::string_view bytes, RecordedCall& call);

}  // namespace server
