#include "server/clients/pubsub.h"

#include <algorithm>
#include <span>

#include "protocol/reply_writer.h"
#include "server/clients/session.h"
#include "store/glob.h"

namespace server {

namespace {

void push(Session& session, std::span<const std::string_view> parts)
{
    // A reply that is being written must not be cut in two.
    protocol::Buffer& output = session.running ? session.pushes : session.output;
    protocol::ReplyWriter writer{output, session.protocol};
    writer.push(parts.size());
    for (const auto part : parts) writer.bulk(part);
    if (!session.running && session.peer != nullptr) session.peer->flush();
}

std::int64_t push_to_subscribers(const PubSub::Subscribers& subscribers, std::string_view channel,
                                 std::span<const std::string_view> parts)
{
    const auto found = subscribers.find(channel);
    if (found == subscribers.end()) return 0;
    for (Session* session : found->second) push(*session, parts);
    return static_cast<std::int64_t>(found->second.size());
}

}  // namespace

bool PubSub::subscribe(Session& session, Topic topic, std::string_view name)
{
    if (!session.subscriptions.of(topic).emplace(name).second) return false;
    auto& subscribers = by_name_[static_cast<std::size_t>(topic)];
    subscribers.try_emplace(std::string{name}).first->second.push_back(&session);
    return true;
}

bool PubSub::unsubscribe(Session& session, Topic topic, std::string_view name)
{
    auto& subscribers = by_name_[static_cast<std::size_t>(topic)];
    const auto found = subscribers.find(name);
    if (found == subscribers.end() || std::erase(found->second, &session) == 0) return false;
    if (found->second.empty()) subscribers.erase(found);
    auto& names = session.subscriptions.of(topic);
    names.erase(names.find(name));
    return true;
}

void PubSub::forget(Session& session)
{
    for (std::size_t topic = 0; topic < kTopics; ++topic) {
        while (!session.subscriptions.names[topic].empty()) {
            const std::string name = *session.subscriptions.names[topic].begin();
            unsubscribe(session, static_cast<Topic>(topic), name);
        }
    }
}

std::int64_t PubSub::publish(std::string_view channel, std::string_view message)
{
    const std::string_view parts[] = {"message", channel, message};
    std::int64_t receivers = push_to_subscribers(of(Topic::Channel), channel, parts);
    for (const auto& [pattern, sessions] : of(Topic::Pattern)) {
        if (!store::matches(pattern, channel)) continue;
        const std::string_view pattern_parts[] = {"pmessage", pattern, channel, message};
        for (Session* session : sessions) push(*session, pattern_parts);
        receivers += static_cast<std::int64_t>(sessions.size());
    }
    return receivers;
}

std::int64_t PubSub::publish_to_shard(std::string_view channel, std::string_view message)
{
    const std::string_view parts[] = {"smessage", channel, message};
    return push_to_subscribers(of(Topic::ShardChannel), channel, parts);
}

}  // namespace server
