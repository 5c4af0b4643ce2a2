#include <utility>

#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/commands/test_command.h"
#include "server/execution/call.h"
#include "server/server.h"
#include "server/testing/duration.h"
#include "server/testing/faults.h"

/// FAULT: errors, delays and broken connections on demand, for tests.
/// server/testing/FAULTS.md explains the rules.
namespace server::commands {

namespace {

constexpr std::size_t kMaxRules = 1000;

/// What the rule's text is kept for: FAULT LIST.
std::string joined(std::span<const std::string_view> words)
{
    std::string text;
    for (const auto word : words) text.append(text.empty() ? "" : " ").append(word.substr(0, 128));
    return text;
}

std::uint64_t next_count(Args& args)
{
    return static_cast<std::uint64_t>(args.next_integer_in(
        1, std::numeric_limits<std::int64_t>::max(), "ERR NTH and TIMES take a number from 1 on"));
}

/// Whom the rule is for: the words before its effect.
void read_conditions(Args& args, FaultRule& rule)
{
    const std::pair<std::string_view, std::string FaultRule::*> patterns[] = {
        {"COMMAND", &FaultRule::command}, {"KEY", &FaultRule::key}, {"CLIENT", &FaultRule::client}};
    for (bool found = true; found;) {
        found = false;
        for (const auto& [word, pattern] : patterns)
            if (args.accept(word)) rule.*pattern = args.next(), found = true;
        if (args.accept("NTH")) rule.nth = next_count(args), found = true;
        if (args.accept("TIMES")) rule.times = next_count(args), found = true;
    }
}

Fault read_effect(Args& args)
{
    using Kind = Fault::Kind;
    if (args.accept("ERROR")) return {.kind = Kind::Error, .error = std::string{args.next()}};
    if (args.accept("DROP")) return {.kind = Kind::Drop};
    if (args.accept("DROPREPLY")) return {.kind = Kind::DropReply};
    if (args.accept("HALFREPLY")) return {.kind = Kind::HalfReply};
    if (args.accept("STALL")) return {.kind = Kind::Stall};
    if (args.accept("DOWN")) return {.kind = Kind::Down, .max = parse_duration(args.next())};
    if (args.accept("DELAY")) {
        const auto min = parse_duration(args.next());
        const auto max = args.accept("TO") ? parse_duration(args.next()) : min;
        if (max < min) throw CommandError{"ERR DELAY takes the shorter duration first"};
        return {.kind = Kind::Delay, .min = min, .max = max};
    }
    throw CommandError{
        "ERR a rule ends with its effect: ERROR text, DELAY duration [TO duration], DROP, "
        "DROPREPLY, HALFREPLY, STALL or DOWN duration"};
}

void add(Call& call)
{
    FaultRule rule;
    rule.text = joined(call.request.subspan(2));
    read_conditions(call.args, rule);
    rule.fault = read_effect(call.args);
    call.args.expect_end();
    if (call.server.faults.rules().size() == kMaxRules)
        throw CommandError{"ERR there are too many rules; see FAULT CLEAR"};
    call.reply.integer(static_cast<std::int64_t>(call.server.faults.add(std::move(rule))));
}

void clear(Call& call)
{
    call.server.faults.clear();
    call.reply.ok();
}

void list(Call& call)
{
    const auto& rules = call.server.faults.rules();
    call.reply.array(rules.size());
    for (const FaultRule& rule : rules) {
        call.reply.map(4);
        call.reply.bulk("id");
        call.reply.integer(static_cast<std::int64_t>(rule.id));
        call.reply.bulk("rule");
        call.reply.bulk(rule.text);
        call.reply.bulk("matched");
        call.reply.integer(static_cast<std::int64_t>(rule.matched));
        call.reply.bulk("struck");
        call.reply.integer(static_cast<std::int64_t>(rule.struck));
    }
}

void remove(Call& call)
{
    const auto id = call.args.next_integer_in(1, std::numeric_limits<std::int64_t>::max(),
                                              "ERR a rule's id is a number from 1 on");
    call.reply.integer(call.server.faults.remove(static_cast<std::uint64_t>(id)) ? 1 : 0);
}

constexpr std::string_view kComplexity = "O(N) where N is the number of rules";

constexpr Command kCommands[] = {
    test_command("FAULT", "", "A container for commands that make requests fail, for tests.",
                 "Depends on subcommand.", nullptr),
    test_command(
        "FAULT ADD",
        "[COMMAND command:pattern] [KEY key:pattern] [CLIENT client:pattern] [NTH nth:integer] "
        "[TIMES times:integer] <ERROR error | DELAY delay [TO max-delay] | DROP | DROPREPLY | "
        "HALFREPLY | STALL | DOWN down>",
        "Adds a rule: which requests fail, and how. Returns its id.", kComplexity, add),
    test_command("FAULT CLEAR", "", "Removes all rules.", kComplexity, clear),
    test_help("FAULT HELP", kComplexity),
    test_command("FAULT LIST", "",
                 "Lists the rules, how many requests matched, and how many were struck.",
                 kComplexity, list),
    test_command("FAULT REMOVE", "id:integer", "Removes one rule.", kComplexity, remove),
};

}  // namespace

std::span<const Command> fault() { return kCommands; }

}  // namespace server::commands
