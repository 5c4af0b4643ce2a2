#include "tests/support/replay.h"

#include <fmt/format.h>

#include <map>
#include <stdexcept>
#include <vector>

#include "ascii/hex.h"
#include "server/commands/debug_digest.h"
#include "server/persistence/log_reader.h"
#include "server/scripting/functions.h"

namespace tests {

namespace {

std::string shown(std::span<const std::string_view> words)
{
    std::string line;
    for (const std::string_view word : words) line += fmt::format("{} ", word.substr(0, 100));
    return line;
}

using State = std::map<std::string, std::string>;

void describe(store::Keyspace& keys, std::string_view key, State& state)
{
    const auto deadline = keys.deadline(key);
    std::string text = ascii::to_hex(server::commands::digest_of_value(keys, key));
    if (deadline) text += fmt::format(" ends at {}", deadline->time_since_epoch().count());
    if (const auto* hash = keys.peek<store::Hash>(key)) {
        std::map<std::string, std::int64_t> ends;
        hash->for_each([&](std::string_view field, std::string_view) {
            if (const auto end = hash->deadline(field))
                ends.emplace(field, end->time_since_epoch().count());
        });
        for (const auto& [field, end] : ends) text += fmt::format(" {} ends at {}", field, end);
    }
    state[fmt::format("{} {}", keys.index(), key)] = text;
}

State state_of(server::Server& server)
{
    State state;
    for (int database = 0; database < server.databases.count(); ++database) {
        store::Keyspace& keys = server.databases[database];
        std::vector<std::string> names;
        keys.for_each([&](std::string_view key, store::Type) { names.emplace_back(key); });
        for (const std::string& name : names) describe(keys, name, state);
    }
    for (const auto& [name, library] : server.functions->libraries().all())
        state["functions " + name] = library->code;
    return state;
}

}  // namespace

void replay(server::Server& server, std::string_view log)
{
    using Found = server::LogReader::Found;
    server::LogReader reader;
    server::Session session;
    protocol::Buffer replies;
    protocol::ReplyWriter reply{replies, session.protocol};
    server.key_events.mute(true);
    while (!log.empty()) {
        const Found found = reader.read(log);
        if (found != Found::Words && found != Found::Note)
            throw std::runtime_error{fmt::format("the log breaks off at: {}", log.substr(0, 80))};
        const bool is_frame = found == Found::Words && reader.words().size() == 1 &&
                              (reader.words()[0] == "MULTI" || reader.words()[0] == "EXEC");
        if (found == Found::Words && !is_frame) {
            const auto outcome =
                server.executor.replay({session, server::Origin::Replay, reader.words(), reply});
            if (outcome == server::Outcome::Refused) {
                throw std::runtime_error{
                    fmt::format("{}: {}", shown(reader.words()), replies.view())};
            }
        }
        replies.clear();
        log.remove_prefix(reader.size());
    }
    server.key_events.mute(false);
}

std::optional<std::string> first_difference(server::Server& one, server::Server& other)
{
    const State first = state_of(one);
    const State second = state_of(other);
    for (const auto& [key, value] : first) {
        const auto match = second.find(key);
        if (match == second.end()) return fmt::format("{} is missing", key);
        if (match->second != value)
            return fmt::format("{}: {} became {}", key, value, match->second);
    }
    for (const auto& [key, value] : second)
        if (!first.contains(key)) return fmt::format("{} was gone", key);
    return std::nullopt;
}

std::optional<std::string> difference_after_replay(server::Server& server)
{
    server.databases.expire_all_due();
    server.key_events.tell();
    if (server.effects.take_missed()) return "something was not logged";
    server::Options options = server.options;
    options.seed = server.options.seed + 1;
    server::Server other{options};
    other.clock.let_deadlines_wait(true);
    other.clock.set(server.clock.now() + std::chrono::hours{24 * 365});
    replay(other, server.effects.gathered());
    server.clock.let_deadlines_wait(true);
    auto difference = first_difference(server, other);
    server.clock.let_deadlines_wait(false);
    return difference;
}

}  // namespace tests
