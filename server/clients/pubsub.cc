#include "server/clients/pubsub.h"

#include <algorithm>
#include <initializer_list>
#include <new>

#include "protocol/reply_writer.h"
#include "server/clients/message.h"
#include "server/clients/session.h"
#include "store/glob.h"

namespace server {

namespace {

using Words = std::initializer_list<std::string_view>;

void push(Session& session, Words words, SharedText& message)
{
    send_message(session, [&](protocol::ReplyWriter& writer) {
        writer.push(words.size() + 1);
        for (const auto word : words) writer.bulk(word);
        message.write(writer, session);
    });
}

std::int64_t push_to_subscribers(const PubSub::Subscribers& subscribers, std::string_view kind,
                                 std::string_view channel, SharedText& message)
{
    const auto found = subscribers.find(channel);
    if (found == subscribers.end()) return 0;
    for (Session* session : found->second) push(*session, {kind, channel}, message);
    return static_cast<std::int64_t>(found->second.size());
}

// The name stands with the session and in the list of all names, each in a node of a tree.
std::size_t bytes_of(std::string_view name)
{
    constexpr std::size_t kNode = 4 * sizeof(void*) + sizeof(std::string);
    return 2 * (name.size() + kNode) + sizeof(std::vector<Session*>) + sizeof(Session*);
}

void remove(PubSub::Subscribers& subscribers, std::string_view name, const Session& session)
{
    const auto found = subscribers.find(name);
    if (found == subscribers.end()) return;
    std::erase(found->second, &session);
    if (found->second.empty()) subscribers.erase(found);
}

}  // namespace

bool PubSub::subscribe(Session& session, Topic topic, std::string_view name)
{
    auto& names = session.subscriptions.of(topic);
    const auto [own, is_new] = names.emplace(name);
    if (!is_new) return false;
    auto& subscribers = by_name_[static_cast<std::size_t>(topic)];
    try {
        subscribers.try_emplace(std::string{name}).first->second.push_back(&session);
    } catch (const std::bad_alloc&) {
        names.erase(own);
        throw;
    }
    session.subscriptions.bytes += bytes_of(name);
    return true;
}

bool PubSub::unsubscribe(Session& session, Topic topic, std::string_view name)
{
    auto& names = session.subscriptions.of(topic);
    const auto own = names.find(name);
    if (own == names.end()) return false;
    remove(by_name_[static_cast<std::size_t>(topic)], name, session);
    session.subscriptions.bytes -= bytes_of(name);
    names.erase(own);
    return true;
}

void PubSub::forget(Session& session)
{
    for (std::size_t topic = 0; topic < kTopics; ++topic) {
        auto& names = session.subscriptions.names[topic];
        while (!names.empty()) {
            const auto name = names.extract(names.begin());
            remove(by_name_[topic], name.value(), session);
        }
    }
    session.subscriptions.bytes = 0;
}

std::int64_t PubSub::publish(std::string_view channel, std::string_view message)
{
    SharedText text{message};
    std::int64_t receivers = push_to_subscribers(of(Topic::Channel), "message", channel, text);
    for (const auto& [pattern, sessions] : of(Topic::Pattern)) {
        if (!store::matches(pattern, channel)) continue;
        for (Session* session : sessions) push(*session, {"pmessage", pattern, channel}, text);
        receivers += static_cast<std::int64_t>(sessions.size());
    }
    return receivers;
}

std::int64_t PubSub::publish_to_shard(std::string_view channel, std::string_view message)
{
    SharedText text{message};
    return push_to_subscribers(of(Topic::ShardChannel), "smessage", channel, text);
}

}  // namespace server
