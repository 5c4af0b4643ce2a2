#include "server/access/selector.h"

#include <fmt/format.h>

#include <algorithm>

#include "ascii/case.h"
#include "server/access/rule_error.h"
#include "server/catalogue/acl_categories.h"
#include "store/glob.h"

namespace server::access {

namespace {

using ascii::equal_ignoring_case;

RuleError syntax_error() { return RuleError{"Syntax error"}; }

RuleError unknown_command()
{
    return RuleError{"Unknown command or category name in ACL", RuleError::Kind::UnknownCommand};
}

RuleError pattern_after_all(std::string_view flag, std::string_view names)
{
    return RuleError{
        fmt::format("Adding a pattern after the * pattern (or the '{}' flag) is not valid and does "
                    "not have any effect. Try 'reset{}' to start with an empty list of {}",
                    flag, names, names == "keys" ? "patterns" : names)};
}

void require_one_word(std::string_view pattern)
{
    if (!is_one_word(pattern)) throw syntax_error();
}

template <class Texts>
std::string join(const Texts& texts, std::string_view prefix)
{
    std::string line;
    for (const std::string& text : texts) {
        if (!line.empty()) line += ' ';
        line.append(prefix).append(text);
    }
    return line;
}

/// The rights of "%RW~pattern", whose part up to the "~" is given, "%" included.
std::uint8_t rights_of(std::string_view prefix)
{
    std::uint8_t rights = 0;
    for (const char letter : prefix.substr(1)) {
        const KeyRight right = (letter | 0x20) == 'r' ? kReadKey : kWriteKey;
        const bool is_known = (letter | 0x20) == 'r' || (letter | 0x20) == 'w';
        if (!is_known || (rights & right) != 0) throw syntax_error();
        rights |= right;
    }
    if (rights == 0) throw syntax_error();
    return rights;
}

}  // namespace

void Selector::apply(std::string_view rule)
{
    if (apply_to_all(rule)) return;
    switch (rule.empty() ? '\0' : rule.front()) {
        case '~':
        case '%': return add_key_pattern(rule);
        case '&': return add_channel(rule.substr(1));
        case '+':
        case '-': return apply_to_commands(rule);
        default: throw syntax_error();
    }
}

/// The rules that allow all or nothing of a kind.
bool Selector::apply_to_all(std::string_view rule)
{
    const auto is = [&](std::string_view word, std::string_view short_form) {
        return equal_ignoring_case(rule, word) || equal_ignoring_case(rule, short_form);
    };
    if (is("allcommands", "+@all")) {
        set_all_commands(true);
    } else if (is("nocommands", "-@all")) {
        set_all_commands(false);
    } else if (const bool all = is("allkeys", "~*"); all || is("resetkeys", "resetkeys")) {
        all_keys_ = all;
        keys_.clear();
    } else if (const bool any = is("allchannels", "&*");
               any || is("resetchannels", "resetchannels")) {
        all_channels_ = any;
        channels_.clear();
    } else {
        return false;
    }
    return true;
}

void Selector::set_all_commands(bool allow)
{
    allowed_.assign(allowed_.size(), allow);
    all_commands_ = began_with_all_ = allow;
    first_arguments_.clear();
    rules_.clear();
}

void Selector::apply_to_commands(std::string_view rule)
{
    const bool allow = rule.front() == '+';
    const std::string_view name = rule.substr(1);
    if (name.starts_with('@')) return set_category(name, allow);
    if (const Command* command = commands_->find_by_full_name(name)) {
        set_command(*command, allow);
        return note_rule(full_name(*command), allow);
    }
    const auto bar = name.rfind('|');
    if (!allow || bar == name.npos) throw unknown_command();
    allow_first_argument(name.substr(0, bar), name.substr(bar + 1));
    note_rule(ascii::lower(name), true);
}

void Selector::set_category(std::string_view category, bool allow)
{
    if (!is_acl_category(category.substr(1))) throw unknown_command();
    for (const Command* command : commands_->all())
        if (is_in_acl_category(*command, category.substr(1))) set_command(*command, allow);
    note_rule(ascii::lower(category), allow);
}

/// A container stands for all of its subcommands.
void Selector::set_command(const Command& command, bool allow)
{
    allowed_[command.number] = allow;
    first_arguments_.erase(command.number);
    if (commands_->is_container(command)) {
        for (const Command* row : commands_->all())
            if (row->words == 2 && container_of(*row) == command.name)
                allowed_[row->number] = allow;
    }
    if (!allow) all_commands_ = false;
}

void Selector::allow_first_argument(std::string_view name, std::string_view argument)
{
    const Command* const command = commands_->find_by_full_name(name);
    if (command == nullptr) throw unknown_command();
    if (command->words == 2) throw RuleError{"Allowing first-arg of a subcommand is not supported"};
    if (argument.empty()) throw syntax_error();
    if (commands_->is_container(*command)) throw unknown_command();
    auto& allowed = first_arguments_[command->number];
    const auto same = [&](const std::string& known) {
        return equal_ignoring_case(known, argument);
    };
    if (std::ranges::none_of(allowed, same)) allowed.emplace_back(argument);
}

/// A rule takes the place of an earlier one for the same command, or for a part of it.
void Selector::note_rule(std::string rule, bool allow)
{
    std::erase_if(rules_, [&](std::string_view earlier) {
        earlier.remove_prefix(1);
        return earlier.starts_with(rule) &&
               (earlier.size() == rule.size() || earlier[rule.size()] == '|');
    });
    rules_.push_back((allow ? "+" : "-") + std::move(rule));
}

void Selector::add_key_pattern(std::string_view rule)
{
    if (all_keys_) throw pattern_after_all("allkeys", "keys");
    const auto tilde = rule.find('~');
    if (tilde == rule.npos) throw syntax_error();
    const std::uint8_t rights =
        tilde == 0 ? kReadKey | kWriteKey : rights_of(rule.substr(0, tilde));
    const std::string_view pattern = rule.substr(tilde + 1);
    require_one_word(pattern);
    const auto known = std::ranges::find(keys_, pattern, &KeyPattern::pattern);
    if (known != keys_.end()) {
        known->rights |= rights;
    } else {
        keys_.push_back({std::string{pattern}, rights});
    }
}

void Selector::add_channel(std::string_view pattern)
{
    if (all_channels_) throw pattern_after_all("allchannels", "channels");
    require_one_word(pattern);
    if (std::ranges::find(channels_, pattern) == channels_.end()) channels_.emplace_back(pattern);
}

std::optional<Denial> Selector::judge(const Needs& needs) const
{
    if (!allows_command(needs)) return Denial{Reason::Command};
    if (!all_keys_) {
        if (auto denial = judge_keys(needs)) return denial;
    }
    if (all_channels_ || needs.command.channels == Channels::None) return std::nullopt;
    return judge_channels(needs);
}

bool Selector::allows_command(const Needs& needs) const
{
    const Command& command = needs.command;
    if (all_commands_ || allowed_[command.number] || command.has(kNoAuth)) return true;
    const auto found = first_arguments_.find(command.number);
    if (found == first_arguments_.end() || needs.request.size() < 2) return false;
    return std::ranges::any_of(found->second, [&](const std::string& allowed) {
        return equal_ignoring_case(allowed, needs.request[1]);
    });
}

std::optional<Denial> Selector::judge_keys(const Needs& needs) const
{
    for (const FoundKey& key : needs.keys) {
        const auto is_for = [&](const KeyPattern& own) { return own.allows(key); };
        if (std::ranges::none_of(keys_, is_for))
            return Denial{Reason::Key, key.position, std::string{key.key}};
    }
    for (const DerivedKey& key : needs.derived) {
        if (allows(key)) continue;
        return Denial{Reason::Key, needs.request.size(),
                      key.after ? key.before + "*" + *key.after : key.before};
    }
    return std::nullopt;
}

std::optional<Denial> Selector::judge_channels(const Needs& needs) const
{
    const bool is_pattern = needs.command.channels == Channels::AllPatterns;
    const std::size_t end = needs.command.channels == Channels::First
                                ? std::min<std::size_t>(2, needs.request.size())
                                : needs.request.size();
    for (std::size_t i = 1; i < end; ++i)
        if (!is_channel_in(channels_, needs.request[i], is_pattern))
            return Denial{Reason::Channel, i, std::string{needs.request[i]}};
    return std::nullopt;
}

bool Selector::allows(const DerivedKey& key) const
{
    return std::ranges::any_of(keys_, [&](const KeyPattern& own) { return own.allows(key); });
}

bool Selector::allows_all_keys(std::uint8_t rights) const
{
    return all_keys_ || std::ranges::any_of(keys_, [&](const KeyPattern& own) {
               return own.pattern == "*" && (own.rights & rights) == rights;
           });
}

std::string Selector::commands_text() const
{
    const std::string rules = join(rules_, "");
    return (began_with_all_ ? "+@all" : "-@all") + (rules.empty() ? rules : " " + rules);
}

std::string Selector::keys_text() const
{
    if (all_keys_) return "~*";
    std::vector<std::string> texts;
    for (const KeyPattern& key : keys_) texts.push_back(key.text());
    return join(texts, "");
}

std::string Selector::channels_text() const { return all_channels_ ? "&*" : join(channels_, "&"); }

std::string Selector::text() const
{
    std::string line = keys_text();
    if (!line.empty()) line += ' ';
    if (!all_channels_) line += "resetchannels ";
    line += channels_text();
    if (line.back() != ' ') line += ' ';
    return line + commands_text();
}

bool is_one_word(std::string_view text)
{
    return text.find_first_of(std::string_view{" \t\n\v\f\r\0", 7}) == std::string_view::npos;
}

bool is_channel_in(const std::vector<std::string>& patterns, std::string_view channel,
                   bool is_pattern)
{
    return std::ranges::any_of(patterns, [&](const std::string& own) {
        return is_pattern ? own == channel : store::matches(own, channel);
    });
}

}  // namespace server::access
