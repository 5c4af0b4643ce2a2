#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/commands/waiting.h"
#include "server/execution/call.h"

namespace server::commands {

namespace {

using store::Stack;

void push(Call& call)
{
    auto stack = call.keys.edit<Stack>(call.args.next());
    for (const auto element : call.args.rest()) stack->push(element);
    stack.changes = static_cast<std::int64_t>(stack->size());
    call.reply.integer(stack.changes);
}

/// Replies the top of a stack and takes it off. False, and nothing replied, if there is none.
bool serve(Call& call, std::string_view key)
{
    auto stack = call.keys.edit_existing<Stack>(key);
    if (!stack) return false;
    call.reply.bulk(stack->top());
    stack->pop();
    ++stack.changes;
    return true;
}

void pop(Call& call)
{
    if (!serve(call, call.args.next())) call.reply.null();
}

void blocking_pop(Call& call)
{
    const std::string_view keys[] = {call.args.next()};
    const auto deadline = next_timeout(call.args, call.keys.clock());
    serve_or_wait(
        call, keys, store::kTypeOf<Stack>, deadline,
        [&](std::string_view key) { return serve(call, key); }, [&] { call.reply.null(); });
}

constexpr Command kCommands[] = {
    {.name = "STACK.PUSH",
     .syntax = "key element [element ...]",
     .summary = "Puts elements on a stack and returns how many there are.",
     .since = "dabba 0.1.0",
     .complexity = "O(1) for each element",
     .group = Group::List,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {key_at(1, "RW INSERT")},
     .event = "stackpush",
     .run = push},
    {.name = "STACK.POP",
     .syntax = "key",
     .summary = "Takes the top off a stack.",
     .since = "dabba 0.1.0",
     .complexity = "O(1)",
     .group = Group::List,
     .flags = kWrite | kFast,
     .keys = {key_at(1, "RW ACCESS DELETE")},
     .event = "stackpop",
     .run = pop},
    {.name = "STACK.BPOP",
     .syntax = "key timeout:double",
     .summary = "Takes the top off a stack, or waits for one.",
     .since = "dabba 0.1.0",
     .complexity = "O(1)",
     .group = Group::List,
     .flags = kWrite | kBlocking,
     .keys = {key_at(1, "RW ACCESS DELETE")},
     .event = "stackpop",
     .run = blocking_pop},
};

}  // namespace

std::span<const Command> stack() { return kCommands; }

}  // namespace server::commands
