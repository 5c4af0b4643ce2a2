#include "tests/support/blocking_command.h"

#include <string>

#include "server/commands/waiting.h"
#include "server/execution/call.h"

namespace tests {

namespace {

using server::Args;
using server::Call;

void take(Call& call)
{
    auto keys = call.args.rest();
    Args timeout{keys.last(1)};
    keys = keys.first(keys.size() - 1);
    const auto deadline = server::commands::next_timeout(timeout, call.keys.clock());
    const auto serve = [&](std::string_view key) {
        auto set = call.keys.edit_existing<store::Set>(key);
        if (!set) return false;
        std::string member;
        set->for_each([&](std::string_view each) { member = each; });
        set.changes += set->erase(member);
        call.reply.array(2);
        call.reply.bulk(key);
        call.reply.bulk(member);
        return true;
    };
    server::commands::serve_or_wait(call, keys, store::kTypeOf<store::Set>, deadline, serve,
                                    [&] { call.reply.null_array(); });
}

constexpr server::Command kCommands[] = {
    {.name = "TEST.TAKE",
     .syntax = "key [key ...] timeout",
     .summary = "Takes a member out of a set, or waits for one.",
     .since = "dabba 0.1.0",
     .complexity = "O(N)",
     .group = server::Group::Set,
     .flags = server::kWrite | server::kBlocking,
     .event = "srem",
     .run = take},
};

}  // namespace

std::span<const server::Command> blocking_command() { return kCommands; }

}  // namespace tests
