#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace server {

struct Session;

/// What a subscription names. Shard channels are a name space of their own.
enum class Topic : std::uint8_t { Channel, Pattern, ShardChannel };
inline constexpr std::size_t kTopics = 3;

/// The names a session is subscribed to.
struct Subscriptions
{
    std::array<std::set<std::string, std::less<>>, kTopics> names;
    std::size_t bytes = 0;  ///< what they cost, here and with the PubSub that counts them

    std::set<std::string, std::less<>>& of(Topic topic)
    {
        return names[static_cast<std::size_t>(topic)];
    }
    const std::set<std::string, std::less<>>& of(Topic topic) const
    {
        return names[static_cast<std::size_t>(topic)];
    }

    /// What (P)SUBSCRIBE and (P)UNSUBSCRIBE answer: channels and patterns, or shard channels.
    std::size_t count_with(Topic topic) const
    {
        if (topic == Topic::ShardChannel) return of(topic).size();
        return of(Topic::Channel).size() + of(Topic::Pattern).size();
    }

    bool any() const { return bytes != 0; }  // asked for every request
};

/// Who listens to what. Messages are written to the sessions' output at once, as pushes in RESP3
/// and as arrays in RESP2; a session that is running a command gets them after its reply.
class PubSub
{
public:
    using Subscribers = std::map<std::string, std::vector<Session*>, std::less<>>;

    /// False if the session was subscribed already.
    bool subscribe(Session& session, Topic topic, std::string_view name);
    /// False if the session was not subscribed.
    bool unsubscribe(Session& session, Topic topic, std::string_view name);
    /// Ends all subscriptions of a session, without a word.
    void forget(Session& session);

    /// Sends a message to the channel's subscribers and to those of patterns that match; returns to
    /// how many.
    std::int64_t publish(std::string_view channel, std::string_view message);
    std::int64_t publish_to_shard(std::string_view channel, std::string_view message);

    /// True if no client would get any message.
    bool silent() const { return of(Topic::Channel).empty() && of(Topic::Pattern).empty(); }

    const Subscribers& of(Topic topic) const { return by_name_[static_cast<std::size_t>(topic)]; }

private:
    std::array<Subscribers, kTopics> by_name_;
};

}  // namespace server
