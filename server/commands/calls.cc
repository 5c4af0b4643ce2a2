#include "server/testing/calls.h"

#include <limits>

#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/commands/test_command.h"
#include "server/execution/call.h"
#include "server/server.h"
#include "server/testing/test_tools.h"

/// CALLS: what was called, for tests that want to see it. server/testing/CALLS.md explains it.
namespace server::commands {

namespace {

Calls& calls_of(Call& call) { return call.server.test_tools->calls; }

CallFilter next_filter(Args& args)
{
    const std::pair<std::string_view, std::string CallFilter::*> patterns[] = {
        {"COMMAND", &CallFilter::command},
        {"KEY", &CallFilter::key},
        {"CLIENT", &CallFilter::client},
        {"REPLY", &CallFilter::reply}};
    CallFilter filter;
    while (!args.done()) {
        bool found = false;
        for (const auto& [word, pattern] : patterns) {
            if (found || !args.accept(word)) continue;
            filter.*pattern = args.next();
            filter.text += filter.text.empty() ? "" : " ";
            filter.text.append(word).append(" ").append(filter.*pattern);
            found = true;
        }
        if (!found) throw CommandError{text::kSyntax};
    }
    return filter;
}

CallExpectation next_expectation(Args& args)
{
    using Kind = CallExpectation::Kind;
    if (args.accept("NEVER")) return {};
    CallExpectation expectation;
    if (args.accept("ATLEAST")) {
        expectation.kind = Kind::AtLeast;
    } else if (args.accept("ATMOST")) {
        expectation.kind = Kind::AtMost;
    } else if (!args.accept("EXACTLY")) {
        throw CommandError{"ERR expect EXACTLY n, ATLEAST n, ATMOST n, or NEVER"};
    }
    expectation.count = static_cast<std::uint64_t>(
        args.next_integer_in(0, std::numeric_limits<std::int64_t>::max(), text::kNotAnInteger));
    return expectation;
}

void start(Call& call)
{
    calls_of(call).start();
    call.server.is_observed = true;
    call.reply.ok();
}

void stop(Call& call)
{
    calls_of(call).stop();
    call.server.options_changed();  // is_observed depends on the option strict, too
    call.reply.ok();
}

void list(Call& call)
{
    const auto found = calls_of(call).matching(next_filter(call.args));
    call.reply.array(found.size());
    for (const RecordedCall* one : found) {
        call.reply.map(6);
        const auto field = [&](std::string_view name, std::string_view value) {
            call.reply.bulk(name);
            call.reply.bulk(value);
        };
        call.reply.bulk("number");
        call.reply.integer(static_cast<std::int64_t>(one->number));
        call.reply.bulk("time");
        call.reply.integer(one->at.time_since_epoch() / std::chrono::milliseconds{1});
        field("client", one->client);
        field("command", one->command);
        field("request", one->text);
        field("reply", one->reply);
    }
}

void count(Call& call)
{
    const auto found = calls_of(call).matching(next_filter(call.args));
    call.reply.integer(static_cast<std::int64_t>(found.size()));
}

void expect(Call& call)
{
    const CallExpectation expectation = next_expectation(call.args);
    const CallFilter filter = next_filter(call.args);
    const std::string failure = calls_of(call).failure(filter, expectation);
    if (!failure.empty()) throw CommandError{"ERR {}", failure};
    call.reply.ok();
}

constexpr std::string_view kComplexity = "O(N) where N is the number of recorded calls";

#define FILTER \
    "[COMMAND command:pattern] [KEY key:pattern] [CLIENT client:pattern] [REPLY kind:pattern]"

constexpr Command kCommands[] = {
    test_command("CALLS", "", "A container for commands that tell what was called, for tests.",
                 "Depends on subcommand.", nullptr),
    test_command("CALLS COUNT", FILTER, "Returns how many calls match.", kComplexity, count),
    test_command(
        "CALLS EXPECT",
        "<EXACTLY exact:integer | ATLEAST least:integer | ATMOST most:integer | NEVER> " FILTER,
        "Returns OK if so many calls match, or an error that tells which did.", kComplexity,
        expect),
    test_help("CALLS HELP", kComplexity),
    test_command("CALLS LIST", FILTER,
                 "Lists the calls that match: number, time, client, command, request and reply.",
                 kComplexity, list),
    test_command("CALLS START", "", "Records calls from here on, and forgets earlier ones.",
                 kComplexity, start),
    test_command("CALLS STOP", "", "Records no more. What was recorded stays.", kComplexity, stop),
};

#undef FILTER

}  // namespace

std::span<const Command> calls() { return kCommands; }

}  // namespace server::commands
