#include "server/clients/pubsub.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/commands/help.h"
#include "server/execution/call.h"
#include "server/server.h"
#include "store/glob.h"

namespace server::commands {

namespace {

struct TopicWords
{
    std::string_view subscribed;
    std::string_view unsubscribed;
};

constexpr TopicWords words_of(Topic topic)
{
    switch (topic) {
        case Topic::Channel: return {"subscribe", "unsubscribe"};
        case Topic::Pattern: return {"psubscribe", "punsubscribe"};
        case Topic::ShardChannel: return {"ssubscribe", "sunsubscribe"};
    }
    return {};
}

/// Sessions with subscriptions have an output limit of their own.
void update_client_class(Session& session)
{
    session.client_class = session.subscriptions.any() ? ClientClass::Pubsub : ClientClass::Normal;
}

/// A confirmation is a message: one comes for each name, even if replies are switched off.
void confirm(Call& call, Topic topic, std::string_view word, std::optional<std::string_view> name)
{
    Session& session = call.session;
    const bool replies_are_dropped = session.reply_mode != ReplyMode::On;
    protocol::ReplyWriter message{session.pushes, session.protocol};
    protocol::ReplyWriter& out = replies_are_dropped ? message : call.reply;
    out.push(3);
    out.bulk(word);
    if (name) {
        out.bulk(*name);
    } else {
        out.null();
    }
    out.integer(static_cast<std::int64_t>(session.subscriptions.count_with(topic)));
}

template <Topic topic>
void subscribe(Call& call)
{
    for (const auto name : call.args.rest()) {
        call.server.pubsub.subscribe(call.session, topic, name);
        confirm(call, topic, words_of(topic).subscribed, name);
    }
    update_client_class(call.session);
}

template <Topic topic>
void unsubscribe_from(Call& call, std::string_view name)
{
    call.server.pubsub.unsubscribe(call.session, topic, name);
    confirm(call, topic, words_of(topic).unsubscribed, name);
}

template <Topic topic>
void unsubscribe_from_all(Call& call)
{
    const auto& subscribed = call.session.subscriptions.of(topic);
    const std::vector<std::string> names{subscribed.begin(), subscribed.end()};
    for (const auto& name : names) unsubscribe_from<topic>(call, name);
    if (names.empty()) confirm(call, topic, words_of(topic).unsubscribed, std::nullopt);
}

template <Topic topic>
void unsubscribe(Call& call)
{
    if (call.args.done()) unsubscribe_from_all<topic>(call);
    for (const auto name : call.args.rest()) unsubscribe_from<topic>(call, name);
    update_client_class(call.session);
}

void publish(Call& call)
{
    const auto channel = call.args.next();
    call.reply.integer(call.server.pubsub.publish(channel, call.args.next()));
}

void spublish(Call& call)
{
    const auto channel = call.args.next();
    call.reply.integer(call.server.pubsub.publish_to_shard(channel, call.args.next()));
}

template <Topic topic>
void list_channels(Call& call)
{
    const auto pattern = call.args.done() ? std::string_view{"*"} : call.args.next();
    const std::size_t start = call.reply.begin();
    std::size_t found = 0;
    for (const auto& [name, sessions] : call.server.pubsub.of(topic)) {
        if (!store::matches(pattern, name)) continue;
        call.reply.bulk(name);
        ++found;
    }
    call.reply.end_array(start, found);
}

template <Topic topic>
void count_subscribers(Call& call)
{
    const auto names = call.args.rest();
    const auto& subscribers = call.server.pubsub.of(topic);
    call.reply.array(2 * names.size());
    for (const auto name : names) {
        const auto found = subscribers.find(name);
        call.reply.bulk(name);
        call.reply.integer(
            found == subscribers.end() ? 0 : static_cast<std::int64_t>(found->second.size()));
    }
}

void count_patterns(Call& call)
{
    call.reply.integer(static_cast<std::int64_t>(call.server.pubsub.of(Topic::Pattern).size()));
}

constexpr std::uint32_t kSubscribeFlags = kPubsub | kNoscript | kLoading | kStale;
constexpr std::uint32_t kPublishFlags = kPubsub | kLoading | kStale | kFast | kMayReplicate;
constexpr std::uint32_t kInspectFlags = kPubsub | kLoading | kStale;

constexpr Command kCommands[] = {
    {.name = "SUBSCRIBE",
     .syntax = "channel [channel ...]",
     .summary = "Listens for messages published to channels.",
     .since = "2.0.0",
     .complexity = "O(N) where N is the number of channels to subscribe to.",
     .group = Group::Pubsub,
     .flags = kSubscribeFlags | kWhileSubscribed,
     .channels = Channels::All,
     .run = subscribe<Topic::Channel>},
    {.name = "UNSUBSCRIBE",
     .syntax = "[channel [channel ...]]",
     .summary = "Stops listening to messages posted to channels.",
     .since = "2.0.0",
     .complexity = "O(N) where N is the number of channels to unsubscribe.",
     .group = Group::Pubsub,
     .flags = kSubscribeFlags | kWhileSubscribed,
     .run = unsubscribe<Topic::Channel>},
    {.name = "PSUBSCRIBE",
     .syntax = "pattern:pattern [pattern:pattern ...]",
     .summary = "Listens for messages published to channels that match one or more patterns.",
     .since = "2.0.0",
     .complexity = "O(N) where N is the number of patterns to subscribe to.",
     .group = Group::Pubsub,
     .flags = kSubscribeFlags | kWhileSubscribed,
     .channels = Channels::AllPatterns,
     .run = subscribe<Topic::Pattern>},
    {.name = "PUNSUBSCRIBE",
     .syntax = "[pattern:pattern [pattern:pattern ...]]",
     .summary = "Stops listening to messages published to channels that match one or more "
                "patterns.",
     .since = "2.0.0",
     .complexity = "O(N) where N is the number of patterns to unsubscribe.",
     .group = Group::Pubsub,
     .flags = kSubscribeFlags | kWhileSubscribed,
     .run = unsubscribe<Topic::Pattern>},
    {.name = "SSUBSCRIBE",
     .syntax = "shardchannel [shardchannel ...]",
     .summary = "Listens for messages published to shard channels.",
     .since = "7.0.0",
     .complexity = "O(N) where N is the number of shard channels to subscribe to.",
     .group = Group::Pubsub,
     .flags = kSubscribeFlags | kWhileSubscribed,
     .keys = {keys_from(1, "NOT_KEY")},
     .channels = Channels::All,
     .run = subscribe<Topic::ShardChannel>},
    {.name = "SUNSUBSCRIBE",
     .syntax = "[shardchannel [shardchannel ...]]",
     .summary = "Stops listening to messages posted to shard channels.",
     .since = "7.0.0",
     .complexity = "O(N) where N is the number of shard channels to unsubscribe.",
     .group = Group::Pubsub,
     .flags = kSubscribeFlags | kWhileSubscribed,
     .keys = {keys_from(1, "NOT_KEY")},
     .run = unsubscribe<Topic::ShardChannel>},
    {.name = "PUBLISH",
     .syntax = "channel message",
     .summary = "Posts a message to a channel.",
     .since = "2.0.0",
     .complexity = "O(N+M) where N is the number of clients subscribed to the receiving channel "
                   "and M is the total number of subscribed patterns (by any client).",
     .group = Group::Pubsub,
     .flags = kPublishFlags,
     .channels = Channels::First,
     .run = publish},
    {.name = "SPUBLISH",
     .syntax = "shardchannel message",
     .summary = "Posts a message to a shard channel.",
     .since = "7.0.0",
     .complexity = "O(N) where N is the number of clients subscribed to the receiving shard "
                   "channel.",
     .group = Group::Pubsub,
     .flags = kPublishFlags,
     .keys = {key_at(1, "NOT_KEY")},
     .channels = Channels::First,
     .run = spublish},
    {.name = "PUBSUB",
     .summary = "A container for Pub/Sub commands.",
     .since = "2.8.0",
     .complexity = "Depends on subcommand.",
     .group = Group::Pubsub,
     .arity_override = -2},
    {.name = "PUBSUB CHANNELS",
     .syntax = "[pattern:pattern]",
     .summary = "Returns the active channels.",
     .since = "2.8.0",
     .complexity = "O(N) where N is the number of active channels, and assuming constant time "
                   "pattern matching (relatively short channels and patterns)",
     .group = Group::Pubsub,
     .flags = kInspectFlags,
     .run = list_channels<Topic::Channel>},
    {.name = "PUBSUB HELP",
     .summary = "Returns helpful text about the different subcommands.",
     .since = "6.2.0",
     .complexity = "O(1)",
     .group = Group::Pubsub,
     .flags = kLoading | kStale,
     .run = container_help},
    {.name = "PUBSUB NUMSUB",
     .syntax = "[channel [channel ...]]",
     .summary = "Returns a count of subscribers to channels.",
     .since = "2.8.0",
     .complexity = "O(N) for the NUMSUB subcommand, where N is the number of requested channels",
     .group = Group::Pubsub,
     .flags = kInspectFlags,
     .run = count_subscribers<Topic::Channel>},
    {.name = "PUBSUB NUMPAT",
     .summary = "Returns a count of unique pattern subscriptions.",
     .since = "2.8.0",
     .complexity = "O(1)",
     .group = Group::Pubsub,
     .flags = kInspectFlags,
     .run = count_patterns},
    {.name = "PUBSUB SHARDCHANNELS",
     .syntax = "[pattern:pattern]",
     .summary = "Returns the active shard channels.",
     .since = "7.0.0",
     .complexity = "O(N) where N is the number of active shard channels, and assuming constant "
                   "time pattern matching (relatively short shard channels).",
     .group = Group::Pubsub,
     .flags = kInspectFlags,
     .run = list_channels<Topic::ShardChannel>},
    {.name = "PUBSUB SHARDNUMSUB",
     .syntax = "[shardchannel [shardchannel ...]]",
     .summary = "Returns the count of subscribers of shard channels.",
     .since = "7.0.0",
     .complexity = "O(N) for the SHARDNUMSUB subcommand, where N is the number of requested shard "
                   "channels",
     .group = Group::Pubsub,
     .flags = kInspectFlags,
     .run = count_subscribers<Topic::ShardChannel>},
};

}  // namespace

std::span<const Command> pubsub() { return kCommands; }

}  // namespace server::commands
