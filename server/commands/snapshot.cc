#include <set>
#include <string>
#include <utility>

#include "server/catalogue/command.h"
#include "server/clients/tracking.h"
#include "server/commands/families.h"
#include "server/commands/test_command.h"
#include "server/execution/call.h"
#include "server/fixtures/difference.h"
#include "server/server.h"
#include "server/testing/test_tools.h"

/// SNAPSHOT: states of the data that a test goes back to. server/fixtures/FIXTURES.md explains
/// them.
namespace server::commands {

namespace {

constexpr std::size_t kMaxSnapshots = 100;

Snapshots& snapshots_of(Call& call) { return call.server.test_tools->snapshots; }

[[noreturn]] void refuse_unknown(Call& call)
{
    if (snapshots_of(call).lost())
        throw CommandError{"OOM there was no memory to keep the snapshots"};
    throw CommandError{"ERR there is no such snapshot; see SNAPSHOT LIST"};
}

void take(Call& call)
{
    const auto name = call.args.next();
    if (name.empty()) throw CommandError{"ERR a snapshot needs a name"};
    if (snapshots_of(call).size() >= kMaxSnapshots)
        throw CommandError{"ERR there are too many snapshots; see SNAPSHOT DROP"};
    snapshots_of(call).take(name);
    call.reply.ok();
}

using NamedKeys = std::set<std::pair<int, std::string>>;

void add_keys(Databases& databases, NamedKeys& all)
{
    for (int index = 0; index < databases.count(); ++index)
        databases[index].for_each(
            [&](std::string_view key, store::Type) { all.emplace(index, key); });
}

/// A million keys came back at once, and nobody was told of each. Only who logs has to know them:
/// these, and those that there are now.
void tell_all_may_have_changed(Server& server, NamedKeys& keys)
{
    ++server.stats.changes;
    server.tracking->flushed();
    if (server.effects.on()) {
        add_keys(server.databases, keys);
        for (const auto& [database, key] : keys)
            server.effects.key_changed({database, key, store::Change::Arrived, {}, {}}, 0);
    }
    server.key_events.miss();
}

void restore(Call& call)
{
    call.log_keys();
    Server& server = call.server;
    Snapshots& snapshots = snapshots_of(call);
    const auto name = call.args.next();
    const bool exchanges = snapshots.would_exchange_databases(name);
    NamedKeys keys;
    if (exchanges && server.effects.on()) add_keys(server.databases, keys);
    if (!snapshots.restore(name)) refuse_unknown(call);
    if (exchanges) tell_all_may_have_changed(server, keys);
    call.reply.ok();
}

void drop(Call& call) { call.reply.integer(snapshots_of(call).drop(call.args.next()) ? 1 : 0); }

void list(Call& call)
{
    const auto names = snapshots_of(call).names();
    call.reply.array(names.size());
    for (const std::string& name : names) call.reply.bulk(name);
}

void diff(Call& call)
{
    const auto before = call.args.next();
    std::optional<std::string_view> after;
    if (!call.args.done()) after = call.args.next();
    call.args.expect_end();
    const auto changes = snapshots_of(call).compare(before, after);
    if (!changes) refuse_unknown(call);
    std::vector<std::string> lines;
    for (const auto& changed : *changes)
        for (std::string& line : in_words(changed)) lines.push_back(std::move(line));
    call.reply.array(lines.size());
    for (const std::string& line : lines) call.reply.bulk(line);
}

constexpr std::string_view kComplexity = "O(N) where N is the number of keys that changed";

constexpr Command kCommands[] = {
    test_command("SNAPSHOT", "", "A container for commands that bring data back, for tests.",
                 "Depends on subcommand.", nullptr),
    test_command("SNAPSHOT DIFF", "before [after]",
                 "Tells in words how the keys of two snapshots differ, or of one and now.",
                 kComplexity, diff),
    test_command("SNAPSHOT DROP", "name", "Forgets a snapshot. Returns how many there were.",
                 kComplexity, drop),
    test_help("SNAPSHOT HELP", kComplexity),
    test_command("SNAPSHOT LIST", "", "Returns the names of the snapshots.",
                 "O(N) where N is the number of snapshots", list),
    test_command("SNAPSHOT RESTORE", "name",
                 "Makes the data of all databases as they were. The time does not go back.",
                 kComplexity, restore),
    test_command("SNAPSHOT TAKE", "name",
                 "Remembers the data of all databases as they are, under a name.", "O(1)", take),
};

}  // namespace

std::span<const Command> snapshot() { return kCommands; }

}  // namespace server::commands
