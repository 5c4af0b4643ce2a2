#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/clock.h"

namespace server {

struct Command;
struct Session;

/// What befalls a request.
struct Fault
{
    enum class Kind : std::uint8_t {
        Error,      ///< `error` is the reply; nothing is executed
        Delay,      ///< executed later, after between `min` and `max`
        Drop,       ///< the connection ends, nothing is executed
        DropReply,  ///< executed; the connection ends without a reply
        HalfReply,  ///< executed; the connection ends after half of the reply
        Stall,      ///< never executed, and nothing more is read
        Down,       ///< every connection ends, and new ones do at once, for `max`
    };

    Kind kind = Kind::Drop;
    std::string error = {};
    std::chrono::microseconds min{};
    std::chrono::microseconds max{};
};

/// Which requests a fault befalls. The patterns are globs; an empty one matches every request.
struct FaultRule
{
    std::string command;    ///< of the full name, such as "client|setname"
    std::string key;        ///< of one of the request's keys
    std::string client;     ///< of the client's name
    std::uint64_t nth = 1;  ///< the first request to be struck, of those that match
    std::uint64_t times = std::numeric_limits<std::uint64_t>::max();  ///< how many are struck
    Fault fault;
    std::string text;  ///< the rule as it was given

    std::uint64_t id = 0;
    std::uint64_t matched = 0;
    std::uint64_t struck = 0;
};

/// The rules of FAULT, in the order in which they were added, and whether the server is down.
class Faults
{
public:
    /// Whether strike() need be asked.
    bool any() const { return !rules_.empty(); }

    /// Returns the rule's id: 1, 2, 3 ... never used again.
    std::uint64_t add(FaultRule rule);
    /// False if there is no such rule.
    bool remove(std::uint64_t id);
    void clear() { rules_.clear(); }
    const std::vector<FaultRule>& rules() const { return rules_; }

    /// The fault that befalls this request, by the first rule that has one for it.
    std::optional<Fault> strike(const Session& session, const Command& command,
                                std::span<const std::string_view> request);

    /// By the wall clock: nobody could move another one.
    void go_down_until(store::TimePoint wall) { down_until_ = wall; }
    bool is_down(store::TimePoint wall) const { return wall < down_until_; }

private:
    std::vector<FaultRule> rules_;
    std::uint64_t last_id_ = 0;
    store::TimePoint down_until_{};
};

}  // namespace server
