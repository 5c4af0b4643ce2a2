#include "server/catalogue/docs.h"

#include <array>
#include <string>

#include "server/catalogue/acl_categories.h"
#include "server/catalogue/argument_tree.h"
#include "server/catalogue/keys.h"

namespace server {

namespace {

using protocol::ReplyWriter;

struct FlagName
{
    Flag flag;
    std::string_view name;
};

/// Redis's order. What it keeps to itself (kSentinel, kMayReplicate ...) is not here.
constexpr std::array kFlagNames = {
    FlagName{kWrite, "write"},
    FlagName{kReadonly, "readonly"},
    FlagName{kDenyOom, "denyoom"},
    FlagName{kAdmin, "admin"},
    FlagName{kPubsub, "pubsub"},
    FlagName{kNoscript, "noscript"},
    FlagName{kBlocking, "blocking"},
    FlagName{kLoading, "loading"},
    FlagName{kStale, "stale"},
    FlagName{kSkipMonitor, "skip_monitor"},
    FlagName{kSkipSlowlog, "skip_slowlog"},
    FlagName{kFast, "fast"},
    FlagName{kNoAuth, "no_auth"},
    FlagName{kNoMandatoryKeys, "no_mandatory_keys"},
    FlagName{kNoAsyncLoading, "no_async_loading"},
    FlagName{kNoMulti, "no_multi"},
    FlagName{kMovableKeys, "movablekeys"},
    FlagName{kAllowBusy, "allow_busy"},
};

void reply_statuses(ReplyWriter& reply, const std::vector<std::string_view>& names)
{
    reply.set(names.size());
    for (const auto name : names) reply.simple(name);
}

void reply_flags(ReplyWriter& reply, const Command& command)
{
    std::vector<std::string_view> names;
    for (const FlagName& named : kFlagNames) {
        const bool given =
            named.flag == kMovableKeys ? has_movable_keys(command) : command.has(named.flag);
        if (given) names.push_back(named.name);
    }
    reply_statuses(reply, names);
}

void reply_categories(ReplyWriter& reply, const Command& command)
{
    const auto names = acl_categories(command);
    reply.set(names.size());
    for (const auto name : names) reply.simple(std::string{"@"}.append(name));
}

void reply_tips(ReplyWriter& reply, std::string_view tips)
{
    const std::size_t start = reply.begin();
    std::size_t count = 0;
    while (!tips.empty()) {
        const auto end = std::min(tips.find(' '), tips.size());
        reply.bulk(tips.substr(0, end));
        tips.remove_prefix(std::min(end + 1, tips.size()));
        ++count;
    }
    reply.end_set(start, count);
}

void reply_pair(ReplyWriter& reply, std::string_view name, std::int64_t value)
{
    reply.bulk(name);
    reply.integer(value);
}

void reply_pair(ReplyWriter& reply, std::string_view name, std::string_view value)
{
    reply.bulk(name);
    reply.bulk(value);
}

void reply_spec_of_nothing(ReplyWriter& reply)
{
    reply.map(2);
    reply_pair(reply, "type", "unknown");
    reply.bulk("spec");
    reply.map(0);
}

void reply_begin(ReplyWriter& reply, const KeySpec& spec)
{
    if (spec.begin == KeySpec::Begin::Unknown) return reply_spec_of_nothing(reply);
    const bool by_index = spec.begin == KeySpec::Begin::Index;
    reply.map(2);
    reply_pair(reply, "type", by_index ? "index" : "keyword");
    reply.bulk("spec");
    reply.map(by_index ? 1 : 2);
    if (!by_index) reply_pair(reply, "keyword", spec.keyword);
    reply_pair(reply, by_index ? "index" : "startfrom", spec.position);
}

void reply_find(ReplyWriter& reply, const KeySpec& spec)
{
    if (spec.begin == KeySpec::Begin::Unknown) return reply_spec_of_nothing(reply);
    const bool by_range = spec.find == KeySpec::Find::Range;
    reply.map(2);
    reply_pair(reply, "type", by_range ? "range" : "keynum");
    reply.bulk("spec");
    reply.map(3);
    if (by_range) {
        reply_pair(reply, "lastkey", spec.last);
        reply_pair(reply, "keystep", spec.step);
        reply_pair(reply, "limit", 0);
    } else {
        reply_pair(reply, "keynumidx", 0);
        reply_pair(reply, "firstkey", 1);
        reply_pair(reply, "keystep", spec.step);
    }
}

void reply_key_spec(ReplyWriter& reply, const KeySpec& spec)
{
    reply.map(spec.notes.empty() ? 3 : 4);
    if (!spec.notes.empty()) reply_pair(reply, "notes", spec.notes);
    reply.bulk("flags");
    reply_statuses(reply, key_flag_names(spec.flags));
    reply.bulk("begin_search");
    reply_begin(reply, spec);
    reply.bulk("find_keys");
    reply_find(reply, spec);
}

void reply_arguments(ReplyWriter& reply, const std::vector<Argument>& arguments);

void reply_argument(ReplyWriter& reply, const Argument& argument)
{
    const bool has_token = !argument.token.empty();
    const bool is_group = !argument.arguments.empty();
    std::vector<std::string_view> flags;
    if (argument.optional) flags.push_back("optional");
    if (argument.multiple) flags.push_back("multiple");
    if (argument.multiple_token) flags.push_back("multiple_token");

    reply.map(3 + std::size_t{argument.key_spec.has_value()} + std::size_t{has_token} +
              std::size_t{!flags.empty()});
    reply_pair(reply, "name", argument.name);
    reply_pair(reply, "type", type_name(argument.type));
    if (!is_group) reply_pair(reply, "display_text", argument.name);
    if (argument.key_spec) reply_pair(reply, "key_spec_index", *argument.key_spec);
    if (has_token) reply_pair(reply, "token", argument.token);
    if (!flags.empty()) {
        reply.bulk("flags");
        reply_statuses(reply, flags);
    }
    if (is_group) {
        reply.bulk("arguments");
        reply_arguments(reply, argument.arguments);
    }
}

void reply_arguments(ReplyWriter& reply, const std::vector<Argument>& arguments)
{
    reply.array(arguments.size());
    for (const Argument& argument : arguments) reply_argument(reply, argument);
}

}  // namespace

std::vector<const Command*> subcommands(const CommandTable& table, const Command& container)
{
    std::vector<const Command*> found;
    if (!subcommand_of(container).empty()) return found;
    for (const Command* command : table.all()) {
        if (!subcommand_of(*command).empty() && container_of(*command) == container.name)
            found.push_back(command);
    }
    return found;
}

void reply_command_info(ReplyWriter& reply, const CommandTable& table, const Command& command)
{
    const KeyRange range = key_range(command);
    reply.array(10);
    reply.bulk(full_name(command));
    reply.integer(command.arity);
    reply_flags(reply, command);
    reply.integer(range.first);
    reply.integer(range.last);
    reply.integer(range.step);
    reply_categories(reply, command);
    reply_tips(reply, command.tips);

    const auto specs = key_specs(command);
    reply.set(specs.size());
    for (const KeySpec& spec : specs) reply_key_spec(reply, spec);

    // Redis answers an empty set, but an array of those that are there.
    const auto contained = subcommands(table, command);
    if (contained.empty()) return reply.set(0);
    reply.array(contained.size());
    for (const Command* subcommand : contained) reply_command_info(reply, table, *subcommand);
}

void reply_command_docs(ReplyWriter& reply, const CommandTable& table, const Command& command)
{
    reply.bulk(full_name(command));
    const std::size_t start = reply.begin();
    std::size_t pairs = 3;
    reply_pair(reply, "summary", command.summary);
    reply_pair(reply, "since", command.since);
    reply_pair(reply, "group", row_of(command.group).name);
    if (!command.complexity.empty()) {
        reply_pair(reply, "complexity", command.complexity);
        ++pairs;
    }
    if (command.has(kForSystem)) {
        reply.bulk("doc_flags");
        reply_statuses(reply, {"syscmd"});
        ++pairs;
    }
    if (!command.deprecated_since.empty()) {
        reply.bulk("doc_flags");
        reply_statuses(reply, {"deprecated"});
        reply_pair(reply, "deprecated_since", command.deprecated_since);
        reply_pair(reply, "replaced_by", command.replaced_by);
        pairs += 3;
    }
    if (!command.syntax.empty()) {
        reply.bulk("arguments");
        reply_arguments(reply, argument_tree(command));
        ++pairs;
    }
    if (const auto contained = subcommands(table, command); !contained.empty()) {
        reply.bulk("subcommands");
        reply.map(contained.size());
        for (const Command* subcommand : contained) reply_command_docs(reply, table, *subcommand);
        ++pairs;
    }
    reply.end_map(start, pairs);
}

}  // namespace server
