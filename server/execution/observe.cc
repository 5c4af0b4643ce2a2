#include "server/execution/observe.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "ascii/case.h"
#include "server/catalogue/command_table.h"
#include "server/catalogue/keys.h"
#include "server/execution/call.h"
#include "server/execution/command_error.h"
#include "server/fixtures/command_lines.h"
#include "server/server.h"
#include "server/testing/redis_versions.h"
#include "server/testing/test_tools.h"

namespace server {

namespace {

constexpr std::size_t kMaxWords = 16;
constexpr std::size_t kMaxWord = 64;

std::string line_of(Request request)
{
    Words words;
    for (const std::string_view word : request.first(std::min(request.size(), kMaxWords)))
        words.push_back(std::string{word.substr(0, kMaxWord)} +
                        (word.size() > kMaxWord ? "..." : ""));
    if (request.size() > kMaxWords)
        words.push_back(fmt::format("... ({} more)", request.size() - kMaxWords));
    return as_line(words);
}

std::string client_of(const Invocation& invocation)
{
    if (invocation.origin == Origin::Script) return "script";
    const Session& session = invocation.session;
    return session.name.empty() ? fmt::format("client {}", session.id) : session.name;
}

RecordedCall call_of(const Server& server, const Invocation& invocation, const Command* command)
{
    RecordedCall call{.at = server.clock.now(),
                      .session = invocation.session.id,
                      .client = client_of(invocation),
                      .text = line_of(invocation.request)};
    if (command == nullptr) {
        call.command = ascii::lower(invocation.request[0].substr(0, kMaxWord));
        return call;
    }
    call.command = full_name(*command);
    const auto keys = find_keys(*command, invocation.request);
    for (const FoundKey& found : keys.value_or(std::vector<FoundKey>{}))
        call.keys.emplace_back(found.key);
    return call;
}

}  // namespace

void require_known(const Server& server, const Command& command, Request request)
{
    if (server.dialect.is_too_long(command, request)) throw wrong_number_of_arguments(command);
    const std::string& version = server.options.strict;
    if (version == "no") return;
    const std::string unknown = unknown_to(version, command, request);
    if (!unknown.empty()) throw CommandError{"ERR strict {}: {}", version, unknown};
}

void speak(Call& call)
{
    const Dialect& dialect = call.server.dialect;
    dialect.require_options(call.command, call.request);
    if (dialect.has(Difference::LongDoubles)) call.reply.use_long_doubles();
    if (dialect.has(Difference::PlainNumbers)) call.args.refuse_hexadecimal();
}

void note_call(Server& server, const Invocation& invocation, const Command& command,
               const Wake& wake, std::size_t reply_start)
{
    Calls& calls = server.test_tools->calls;
    if (!calls.running() || command.has(kForTests)) return;
    const auto reply = invocation.reply.written_since(reply_start);
    if (wake.reason != Wake::Reason::FirstRun) {
        RecordedCall* const waiting = calls.waiting(invocation.session.id);
        if (waiting != nullptr) describe_reply(reply, *waiting);
        return;
    }
    RecordedCall call = call_of(server, invocation, &command);
    describe_reply(reply, call);
    calls.add(std::move(call));
}

void note_refusal(Server& server, const Invocation& invocation, const Command* command,
                  std::string_view error)
{
    Calls& calls = server.test_tools->calls;
    if (!calls.running()) return;
    RecordedCall call = call_of(server, invocation, command);
    call.kind = "error";
    call.reply = error.substr(0, 128);
    calls.add(std::move(call));
}

}  // namespace server
