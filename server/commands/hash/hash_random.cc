#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/commands/random_count.h"
#include "server/execution/call.h"
#include "server/server.h"

namespace server::commands {

namespace {

using store::Hash;

/// Replies with one field after the other, with or without values.
class FieldReply
{
public:
    FieldReply(Call& call, bool with_values) : reply_(call.reply), with_values_(with_values) {}

    /// RESP3 has pairs, RESP2 a flat array.
    void begin(std::uint64_t count) { reply_.array(with_values_ && !pairs() ? 2 * count : count); }

    void add(std::string_view field, std::string_view value)
    {
        if (with_values_ && pairs()) reply_.array(2);
        reply_.bulk(field);
        if (with_values_) reply_.bulk(value);
    }

private:
    bool pairs() const { return reply_.version() == protocol::Version::Resp3; }

    protocol::ReplyWriter& reply_;
    bool with_values_;
};

void reply_draws(Call& call, const Hash& hash, FieldReply fields, std::uint64_t count)
{
    fields.begin(count);
    const ReplyLimit limit{call.reply};
    for (std::uint64_t i = 0; i < count; ++i) {
        limit.check();
        const auto [field, value] = hash.random(call.server.random);
        fields.add(field, value);
    }
}

void reply_sample(Call& call, const Hash& hash, FieldReply fields, std::uint64_t count)
{
    count = std::min<std::uint64_t>(count, hash.size());
    fields.begin(count);
    hash.sample(count, call.server.random,
                [&](std::string_view field, std::string_view value) { fields.add(field, value); });
}

/// Redis looks at the count before it looks at what follows.
void hrandfield(Call& call)
{
    const auto key = call.args.next();
    if (call.args.done()) {
        const auto* hash = call.keys.find<Hash>(key);
        if (hash == nullptr) return call.reply.null();
        return call.reply.bulk(hash->random(call.server.random).field);
    }
    const RandomCount count = next_random_count(call.args);
    const bool with_values = call.args.accept("WITHVALUES");
    call.args.expect_end();
    if (with_values && count.number > std::numeric_limits<std::int64_t>::max() / 2)
        throw CommandError{"ERR value is out of range"};

    const auto* hash = call.keys.find<Hash>(key);
    if (hash == nullptr || count.number == 0) return call.reply.array(0);
    const FieldReply fields{call, with_values};
    if (count.may_repeat) return reply_draws(call, *hash, fields, count.number);
    reply_sample(call, *hash, fields, count.number);
}

constexpr Command kCommands[] = {
    {.name = "HRANDFIELD",
     .syntax = "key [count:integer [WITHVALUES]]",
     .summary = "Returns one or more random fields from a hash.",
     .since = "6.2.0",
     .complexity = "O(N) where N is the number of fields returned",
     .group = Group::Hash,
     .flags = kReadonly,
     .keys = {key_at(1, "RO ACCESS")},
     .run = hrandfield,
     .tips = "nondeterministic_output"},
};

}  // namespace

std::span<const Command> hash_random() { return kCommands; }

}  // namespace server::commands
