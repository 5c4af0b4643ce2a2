#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "server/catalogue/command.h"
#include "server/commands/assign/assign_args.h"
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

/// Why a driver was passed over, as a person would say it.
std::string reason_of(const Call& call, const AssignRequest& request, const Explained& driver)
{
    const auto& search = request.search;
    const std::size_t which = driver.judgement.which;
    switch (driver.judgement.verdict) {
        case Verdict::NotAvailable:
            return fmt::format("not available: not in {}", search.available);
        case Verdict::NotInRequired: return fmt::format("not in {}", search.require[which]);
        case Verdict::InExcepted: return fmt::format("excluded: in {}", search.except[which]);
        case Verdict::Skipped: return "skipped by the request";
        case Verdict::Tried: return "already asked for this order";
        case Verdict::Locked: break;
        case Verdict::Candidate:
            if (driver.rating && driver.chosen)
                return fmt::format("the best rated candidate: {}", *driver.rating);
            if (driver.chosen) return "the nearest candidate";
            return fmt::format("rated lower: {}", driver.rating.value_or(0));
    }
    const auto holder = driver.locked_by.empty() ? "something else" : driver.locked_by;
    if (!driver.locked_until)
        return fmt::format("locked by {} without an end ({})", holder, driver.lock);
    const auto left = static_cast<double>(remaining_ms(*driver.locked_until, call.keys.clock()));
    return fmt::format("locked by {} for another {:.1f} s ({})", holder, left / 1000, driver.lock);
}

/// What ASSIGN would do, in one sentence.
std::string outcome_of(const AssignRequest& request, const store::Explanation& explanation)
{
    for (const Explained& driver : explanation.drivers) {
        if (!driver.chosen) continue;
        return fmt::format("would {} {}", request.search.offer ? "offer the order to" : "assign",
                           driver.member);
    }
    const std::size_t looked_at = explanation.drivers.size() + explanation.unlisted;
    if (looked_at == 0) return "no candidate: no driver is in the area";
    return fmt::format("no candidate among the {} drivers in the area", looked_at);
}

void reply_explained(Call& call, const AssignRequest& request, const Explained& driver)
{
    call.reply.map(4);
    call.reply.bulk("driver");
    call.reply.bulk(driver.member);
    call.reply.bulk("distance");
    reply_distance(call, driver.distance_m / request.search.meters_per_unit);
    call.reply.bulk("verdict");
    call.reply.bulk(driver.chosen ? "chosen" : "passed over");
    call.reply.bulk("reason");
    call.reply.bulk(reason_of(call, request, driver));
}

/// Everybody whom a new search for the order would pass over.
std::vector<std::string> passed_over(const std::optional<AssignmentRecord>& record)
{
    std::vector<std::string> members;
    if (!record) return members;
    members = record->rejected;
    if (!record->is_finished())
        members.insert(members.end(), record->tried.begin(), record->tried.end());
    return members;
}

void explain(Call& call)
{
    constexpr std::size_t kMost = 1000;
    AssignRequest request = next_assign_request(call);
    auto assignments = call.server.dispatcher.assignments(call.keys);
    const auto record = assignments.get(request.order);
    // An order that stays as it is chooses nobody, and needs no place to search from.
    store::Explanation explanation;
    std::string outcome;
    if (record && assignments.stands(*record)) {
        outcome =
            fmt::format("would change nothing: the order is {} with {} (token {})",
                        store::name_of(record->state), record->reservation->driver, record->token);
    } else {
        request.find_place(call.keys);
        explanation = store::explain_candidates(call.keys, request.order, request.search,
                                                passed_over(record), kMost);
        outcome = outcome_of(request, explanation);
    }

    call.reply.map(4);
    call.reply.bulk("order");
    call.reply.bulk(request.order);
    call.reply.bulk("outcome");
    call.reply.bulk(outcome);
    call.reply.bulk("drivers");
    call.reply.array(explanation.drivers.size());
    for (const Explained& driver : explanation.drivers) reply_explained(call, request, driver);
    call.reply.bulk("unlisted");
    call.reply.integer(static_cast<std::int64_t>(explanation.unlisted));
}

std::size_t next_pending_count(Args& args)
{
    if (args.done()) return std::numeric_limits<std::size_t>::max();
    if (!args.accept("COUNT", 1)) throw CommandError{text::kSyntax};
    const std::int64_t count = args.next_integer();
    if (count <= 0) throw CommandError{"ERR COUNT must be > 0"};
    args.expect_end();
    return static_cast<std::size_t>(count);
}

void pending(Call& call)
{
    std::optional<std::string_view> geo;
    if (call.args.remaining() % 2 == 1) geo = call.args.next();
    const std::size_t most = next_pending_count(call.args);

    auto assignments = call.server.dispatcher.assignments(call.keys);
    const std::size_t start = call.reply.begin();
    std::size_t listed = 0;
    for (const OfferTimers::Offer& offer : call.server.dispatcher.offers().all()) {
        if (listed == most) break;
        if (offer.database != call.keys.index()) continue;
        const auto record = assignments.open_offer(offer.order);
        if (!record || (geo && record->search.geo != *geo)) continue;
        reply_record(call, offer.order, record);
        ++listed;
    }
    call.reply.end_array(start, listed);
}

constexpr Command kCommands[] = {
    {.name = "ASSIGN.EXPLAIN",
     .syntax = kAssignSyntax,
     .summary = "Tells what ASSIGN would do and why: each driver looked at, and what speaks "
                "against him. Changes nothing.",
     .since = kAssignSince,
     .complexity = "O(log(N)+M) where N is the number of members of the geo set and M the number "
                   "of drivers looked at.",
     .group = Group::Assign,
     .flags = kReadonly | kMovableKeys,
     .keys = {key_at(1, "RO ACCESS"), key_at(2, "RO ACCESS"), key_at(3, "RO ACCESS"),
              counted_keys_after("REQUIRE", 9, "RO ACCESS"),
              counted_keys_after("EXCEPT", 9, "RO ACCESS")},
     .run = explain},
    {.name = "ASSIGN.PENDING",
     .syntax = "[geo] [COUNT count]",
     .summary = "Returns the records of the orders whose offers are open, soonest deadline first.",
     .since = kAssignSince,
     .complexity = "O(N) where N is the number of open offers.",
     .group = Group::Assign,
     .flags = kReadonly,
     .run = pending},
};

}  // namespace

std::span<const Command> assign_inspect() { return kCommands; }

}  // namespace server::commands
