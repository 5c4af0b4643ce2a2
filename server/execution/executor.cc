#include "server/execution/executor.h"

#include <cassert>
#include <string>

#include "server/execution/call.h"
#include "server/execution/command_error.h"
#include "server/server.h"

namespace server {

namespace {

CommandError unknown_command(std::span<const std::string_view> request)
{
    constexpr std::size_t kMost = 128;
    std::string arguments;
    for (std::size_t i = 1; i < request.size() && arguments.size() < kMost; ++i) {
        const auto argument = as_c_string(request[i]).substr(0, kMost - arguments.size());
        arguments += fmt::format("'{}' ", argument);
    }
    return {"ERR unknown command '{}', with args beginning with: {}", request[0].substr(0, kMost),
            arguments};
}

CommandError unknown_subcommand(const Command& container, std::span<const std::string_view> request)
{
    return {"ERR unknown subcommand '{}'. Try {} HELP.", request[1].substr(0, 128), container.name};
}

}  // namespace

void Executor::execute(Session& session, std::span<const std::string_view> request)
{
    server_.run_due();
    const std::size_t start = session.output.size();
    protocol::ReplyWriter reply{session.output, session.protocol};
    session.running = true;
    execute(session, request, reply);
    session.running = false;
    apply_reply_mode(session, start);
    if (!session.pushes.empty()) {
        session.output.append(session.pushes.view());
        session.pushes.clear();
    }
}

void Executor::apply_reply_mode(Session& session, std::size_t reply_start)
{
    switch (session.reply_mode) {
        case ReplyMode::On: return;
        case ReplyMode::SkipNext: session.reply_mode = ReplyMode::Skip; break;
        case ReplyMode::Skip: session.reply_mode = ReplyMode::On; break;
        case ReplyMode::Off: break;
    }
    session.output.truncate(reply_start);
}

void Executor::execute(Session& session, std::span<const std::string_view> request,
                       protocol::ReplyWriter& reply)
{
    const std::size_t start = reply.size();
    try {
        const Command& command = admit(session, request);
        session.last_request_at = server_.clock.now();
        if (session.transaction.open && !command.has(kNotQueued)) {
            if (command.has(kNoMulti))
                throw CommandError{"ERR Command not allowed inside a transaction"};
            session.transaction.queue.push_back({{request.begin(), request.end()}});
            reply.simple("QUEUED");
            return;
        }
        session.last_command = &command;
        run(session, command, request, reply);
    } catch (const CommandError& error) {
        reply.rewind(start);
        refuse_to_start(session, request, error.line(), reply);
    }
}

/// A request that is not even tried spoils the transaction it belongs to; EXEC itself ends it.
void Executor::refuse_to_start(Session& session, std::span<const std::string_view> request,
                               std::string_view error, protocol::ReplyWriter& reply)
{
    session.transaction.failed |= session.transaction.open;
    const Command* command = resolve(request).row;
    if (command == nullptr || command->name != "EXEC") return refuse(error, reply);
    session.transaction = {};
    server_.watches.unwatch(session);
    if (error.starts_with("ERR ")) error.remove_prefix(4);
    refuse(fmt::format("EXECABORT Transaction discarded because of: {}", error), reply);
}

CommandTable::Resolved Executor::resolve(std::span<const std::string_view> request)
{
    const std::string_view name = request[0];
    if (name == std::string_view{last_name_, last_name_size_} && last_command_ != nullptr)
        return {last_command_, false};
    const auto resolved = server_.commands.resolve(request);
    const Command* command = resolved.row;
    if (command != nullptr && name.size() <= kLongestRemembered &&
        !server_.commands.is_container(*command) && command->words == 1) {
        last_command_ = command;
        last_name_size_ = name.copy(last_name_, kLongestRemembered);
    }
    return resolved;
}

const Command& Executor::admit(const Session& session, std::span<const std::string_view> request)
{
    const auto [command, unknown_subcommand_given] = resolve(request);
    if (command == nullptr) throw unknown_command(request);
    if (unknown_subcommand_given) throw unknown_subcommand(*command, request);
    const auto given = static_cast<int>(request.size());
    const int arity = command->arity;
    if (command->run == nullptr || (arity > 0 && given != arity) || given < -arity) {
        throw wrong_number_of_arguments(*command);
    }
    if (!session.authenticated && !command->has(kNoAuth)) throw CommandError{text::kNoAuth};
    // In RESP2 a message would look like the reply to something else.
    if (session.protocol == protocol::Version::Resp2 && session.subscriptions.any() &&
        !command->has(kWhileSubscribed)) {
        throw CommandError{
            "ERR Can't execute '{}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET "
            "are allowed in this context",
            full_name(*command)};
    }
    return *command;
}

void Executor::run(Session& session, const Command& command,
                   std::span<const std::string_view> request, protocol::ReplyWriter& reply)
{
    ++server_.stats.commands_processed;
    server_.key_events.name_own_changes(command.event);
    const std::size_t start = reply.size();
    [[maybe_unused]] const std::uint64_t changes = server_.stats.changes;
    Call call{.server = server_,
              .session = session,
              .command = command,
              .name = request[0],
              .keys = server_.databases[session.database],
              .args = Args{request.subspan(static_cast<std::size_t>(command.words))},
              .reply = reply};
    try {
        command.run(call);
        return server_.key_events.tell();
    } catch (const CommandError& error) {
        reply.rewind(start);
        refuse(error.line(), reply);
    } catch (const store::Error& error) {
        reply.rewind(start);
        refuse(error_line(error.reason()), reply);
    }
    assert(server_.stats.changes == changes && "a command that fails changes nothing");
    server_.key_events.tell();  // it may have met keys that had expired
}

void Executor::refuse(std::string_view error, protocol::ReplyWriter& reply)
{
    server_.stats.count_error(error);
    reply.error(error);
}

}  // namespace server
