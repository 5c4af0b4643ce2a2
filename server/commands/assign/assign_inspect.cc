#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "server/catalogue/command.h"
#include "server/commands/assign/assign_args.h"
#include "server/commands/assign/assign_keys.h"
#include "server/commands/assign/assign_reply.h"
#include "server/commands/expiry.h"
#include "server/commands/families.h"
#include "server/commands/geo/geo_args.h"
#include "server/execution/call.h"
#include "server/server.h"
#include "store/dispatch/assignment_explain.h"

namespace server::commands {

namespace {

using store::AssignmentRecord;
using store::Explained;
using store::Verdict;

/// "order:ORD_1 (assigned 12.0 s ago)", or whatever the lock says.
std::string holder_of(const Call& call, const store::DriverNow& now)
{
    if (now.record) {
        const auto ago = call.keys.clock().now_ms() - now.record->since;
        return fmt::format("{} ({} {:.1f} s ago)", now.value, store::name_of(now.record->state),
                           static_cast<double>(ago.count()) / 1000);
    }
    return now.value.empty() ? "something else" : now.value;
}

/// "locked by order:ORD_1 for another 12.0 s (agent:D4:lock)"
std::string lock_reason(const Call& call, const store::DriverNow& now)
{
    const auto verb = now.record ? "held" : "locked";
    const auto holder = holder_of(call, now);
    if (!now.ends_at) return fmt::format("{} by {} without an end ({})", verb, holder, now.lock);
    const auto left = static_cast<double>(remaining_ms(*now.ends_at, call.keys.clock()));
    return fmt::format("{} by {} for another {:.1f} s ({})", verb, holder, left / 1000, now.lock);
}

/// Why a driver was passed over, as a person would say it.
std::string reason_of(const Call& call, const store::AssignmentSearch& search,
                      const Explained& driver)
{
    const std::size_t which = driver.judgement.which;
    switch (driver.judgement.verdict) {
        case Verdict::NotAvailable:
            if (driver.now.record)
                return fmt::format("not in {}, {}", search.available,
                                   lock_reason(call, driver.now));
            return fmt::format("not available: not in {}", search.available);
        case Verdict::NotInRequired: return fmt::format("not in {}", search.require[which]);
        case Verdict::InExcepted: return fmt::format("excluded: in {}", search.except[which]);
        case Verdict::Skipped: return "skipped by the request";
        case Verdict::Tried: return "already asked for this order";
        case Verdict::Locked: return lock_reason(call, driver.now);
        case Verdict::Candidate: break;
    }
    if (driver.rating && driver.chosen)
        return fmt::format("the best rated candidate: {}", *driver.rating);
    if (driver.chosen) return "the nearest candidate";
    return fmt::format("rated lower: {}", driver.rating.value_or(0));
}

/// What ASSIGN would do, in one sentence.
std::string outcome_of(const Call& call, const store::AssignmentSearch& search,
                       const store::Explanation& explanation)
{
    for (const Explained& driver : explanation.drivers) {
        if (!driver.chosen) continue;
        return fmt::format("would {} {}", search.offer ? "offer the order to" : "assign",
                           driver.member);
    }
    const auto shortage = store::shortage_of(call.keys, search);
    if (shortage == store::Shortage::NoGeoKey)
        return fmt::format("no candidate: the geo key {} does not exist", search.geo);
    if (shortage != store::Shortage::NoneTakeable)
        return fmt::format("no candidate: {}", store::text_of(shortage));
    return fmt::format("no candidate among the {} drivers in the area",
                       explanation.drivers.size() + explanation.unlisted);
}

/// Which orders hold the drivers is only known now. Of one that the user may not read, what the
/// lock says is told: its name.
void leave_out_hidden_orders(const Call& call, store::Explanation& explanation)
{
    const access::User* const user = call.session.limits;
    if (user == nullptr) return;
    for (Explained& driver : explanation.drivers) {
        const DerivedKey order{driver.now.value, std::nullopt, kReadKey};
        if (driver.now.record && !user->may_touch({&order, 1})) driver.now.record.reset();
    }
}

void reply_explained(Call& call, const store::AssignmentSearch& search, const Explained& driver)
{
    call.reply.map(4);
    call.reply.bulk("driver");
    call.reply.bulk(driver.member);
    call.reply.bulk("distance");
    reply_distance(call, driver.distance_m / search.meters_per_unit);
    call.reply.bulk("verdict");
    call.reply.bulk(driver.chosen ? "chosen" : "passed over");
    call.reply.bulk("reason");
    call.reply.bulk(reason_of(call, search, driver));
}

void explain(Call& call)
{
    constexpr std::size_t kMaxListed = 1000;
    AssignRequest request = next_assign_request(call);
    auto orders = call.server.dispatcher.orders(call.keys, request.order);
    const auto record = orders.get(request.order);
    // An order that stays as it is chooses no driver, and needs no place to search from.
    store::Explanation explanation;
    std::string outcome;
    if (record && orders.stands(*record)) {
        outcome =
            fmt::format("would change nothing: the order is {} with {} (token {})",
                        store::name_of(record->state), record->reservation->driver, record->token);
    } else {
        request.find_place(call.keys);
        store::MemberSet passed_over;
        if (record && !request.retry) passed_over.add(record->rejected);
        explanation = store::explain_candidates(call.keys, orders, request.order, request.search,
                                                passed_over, kMaxListed);
        leave_out_hidden_orders(call, explanation);
        outcome = outcome_of(call, request.search, explanation);
    }

    call.reply.map(4);
    call.reply.bulk("order");
    call.reply.bulk(request.order);
    call.reply.bulk("outcome");
    call.reply.bulk(outcome);
    call.reply.bulk("drivers");
    call.reply.array(explanation.drivers.size());
    for (const Explained& driver : explanation.drivers)
        reply_explained(call, request.search, driver);
    call.reply.bulk("unlisted");
    call.reply.integer(static_cast<std::int64_t>(explanation.unlisted));
}

std::size_t next_pending_count(Args& args)
{
    if (args.done()) return std::numeric_limits<std::size_t>::max();
    if (!args.accept("COUNT", 1)) expect_end_of_request(args);
    const std::size_t count = next_count(args);
    expect_end_of_request(args);
    return count;
}

void pending(Call& call)
{
    std::optional<std::string_view> geo;
    if (call.args.remaining() % 2 == 1) geo = call.args.next();
    const std::size_t max = next_pending_count(call.args);

    const std::size_t start = call.reply.begin();
    std::size_t listed = 0;
    const store::Deadline now = call.keys.clock().now_ms();
    auto orders = call.server.dispatcher.orders(call.keys);
    call.server.dispatcher.for_each_offer(call.keys.index(), [&](std::string_view order) {
        const auto record = orders.find(order);
        const bool is_open = record && record->state == store::AssignmentState::Offered &&
                             record->reservation->expires_at > now;
        if (is_open && (!geo || record->search.geo == *geo)) {
            reply_record(call, order, record);
            ++listed;
        }
        return listed < max;
    });
    call.reply.end_array(start, listed);
}

std::string_view state_of(const store::DriverNow& now)
{
    if (now.record) return store::name_of(now.record->state);
    return now.locked ? "locked" : "free";
}

void driver(Call& call)
{
    const auto member = call.args.next();
    std::string_view pattern = store::kDefaultLockPattern;
    if (call.args.accept("LOCK")) pattern = next_lock_pattern(call.args);
    expect_end_of_request(call.args);
    const auto now = call.server.dispatcher.orders(call.keys).driver(member, pattern);

    const auto integer_or_nil = [&](std::string_view name, std::optional<std::int64_t> value) {
        call.reply.bulk(name);
        if (!value) return call.reply.null();
        call.reply.integer(*value);
    };
    std::optional<std::int64_t> token, since, left;
    if (now.record) {
        token = static_cast<std::int64_t>(now.record->token);
        since = (call.keys.clock().now_ms() - now.record->since).count();
    }
    if (now.ends_at) left = remaining_ms(*now.ends_at, call.keys.clock());
    call.reply.map(7);
    call.reply.bulk("driver");
    call.reply.bulk(member);
    call.reply.bulk("state");
    call.reply.bulk(state_of(now));
    call.reply.bulk("order");
    if (now.locked) {
        call.reply.bulk(now.value);
    } else {
        call.reply.null();
    }
    integer_or_nil("token", token);
    integer_or_nil("since_ms", since);
    call.reply.bulk("lock");
    call.reply.bulk(now.lock);
    integer_or_nil("expires_in_ms", left);
}

constexpr Command kCommands[] = {
    {.name = "ASSIGN.EXPLAIN",
     .syntax = kAssignSyntax,
     .summary = "Tells what ASSIGN would do and why: each driver looked at, and what speaks "
                "against them. Changes nothing.",
     .since = kAssignSince,
     .complexity = "O(log(N)+M) where N is the number of members of the geo set and M the number "
                   "of drivers looked at.",
     .group = Group::Assign,
     .flags = kReadonly | kMovableKeys,
     .keys = {key_at(1, "RO ACCESS"), key_at(2, "RO ACCESS"), key_at(3, "RO ACCESS"),
              counted_keys_after("REQUIRE", 9, "RO ACCESS"),
              counted_keys_after("EXCEPT", 9, "RO ACCESS")},
     .derived_keys = keys_of_explain,
     .run = explain},
    {.name = "ASSIGN.PENDING",
     .syntax = "[geo] [COUNT count:integer]",
     .summary = "Returns the records of the orders whose offers are open, soonest deadline first.",
     .since = kAssignSince,
     .complexity = "O(N) where N is the number of open offers.",
     .group = Group::Assign,
     .flags = kReadonly,
     .derived_keys = keys_of_pending,
     .run = pending},
    {.name = "ASSIGN.DRIVER",
     .syntax = "member [LOCK pattern:pattern]",
     .summary = "Tells what a driver is doing now: the order that holds them, and since when.",
     .since = kAssignSince,
     .complexity = "O(1)",
     .group = Group::Assign,
     .flags = kReadonly | kFast,
     .derived_keys = keys_of_driver,
     .run = driver},
};

}  // namespace

std::span<const Command> assign_inspect() { return kCommands; }

}  // namespace server::commands
