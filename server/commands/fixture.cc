#include "server/fixtures/fixture.h"

#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/commands/test_command.h"
#include "server/execution/call.h"
#include "server/fixtures/fixture_json.h"
#include "server/server.h"

/// FIXTURE: all data as a text that people read and write. server/fixtures/FIXTURES.md explains it.
namespace server::commands {

namespace {

void dump(Call& call)
{
    const bool as_lines = call.args.accept("COMMANDS");
    if (!as_lines) call.args.accept("JSON");
    call.args.expect_end();
    Databases& databases = call.server.databases;
    call.reply.verbatim("txt", as_lines ? dump_as_lines(databases) : dump_as_json(databases));
}

void load(Call& call)
{
    const FixtureLoaded loaded = load_fixture(call.server, call.session, call.args.next());
    if (loaded.error.empty()) return call.reply.integer(static_cast<std::int64_t>(loaded.requests));
    call.reply.error(
        fmt::format("ERR {} ({} requests were run before)", loaded.error, loaded.requests));
}

constexpr std::string_view kComplexity = "O(N) where N is the number of keys and their members";

constexpr Command kCommands[] = {
    test_command("FIXTURE", "", "A container for commands with data as text, for tests.",
                 "Depends on subcommand.", nullptr),
    test_command("FIXTURE DUMP", "[JSON | COMMANDS]",
                 "Returns the data of all databases as JSON, or as the requests that make them.",
                 kComplexity, dump),
    test_help("FIXTURE HELP", kComplexity),
    test_command("FIXTURE LOAD", "text",
                 "Adds to the data what such a text tells of. Returns the number of requests.",
                 kComplexity, load),
};

}  // namespace

std::span<const Command> fixture() { return kCommands; }

}  // namespace server::commands
