#include "server/access/user.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "ascii/case.h"
#include "server/access/password.h"
#include "server/access/rule_error.h"
#include "server/secret.h"

namespace server::access {

namespace {

/// The hash that a rule gives: ">password" and "<password", or "#hash" and "!hash".
std::string hash_in(std::string_view rule)
{
    const std::string_view given = rule.substr(1);
    if (rule.front() == '>' || rule.front() == '<') return hash_of(given);
    if (!is_hash(given)) {
        throw RuleError{
            "The password hash must be exactly 64 characters and contain only lowercase "
            "hexadecimal characters"};
    }
    return std::string{given};
}

}  // namespace

User::User(std::string name, const CommandTable& commands, const Options& options)
    : name_(std::move(name)), commands_(&commands), options_(&options), selectors_{new_selector()}
{}

Selector User::new_selector() const
{
    return Selector{*commands_, options_->acl_pubsub_default == "allchannels"};
}

void User::apply(std::span<const std::string_view> rules)
{
    for (const std::string& rule : join_selectors(rules)) {
        try {
            apply(rule);
        } catch (const RuleError& error) {
            throw RuleError{
                fmt::format("Error in ACL SETUSER modifier '{}': {}", rule, error.what()),
                error.kind()};
        }
    }
}

void User::apply(std::string_view rule)
{
    if (rule.empty() || apply_to_login(rule)) return;
    const char first = rule.front();
    if (first == '>' || first == '#' || first == '<' || first == '!') {
        apply_to_passwords(rule);
    } else if (first == '(' && rule.back() == ')') {
        add_selector(rule.substr(1, rule.size() - 2));
    } else {
        selectors_.front().apply(rule);
    }
}

/// The rules that are one word, but for those of a selector.
bool User::apply_to_login(std::string_view rule)
{
    const auto is = [&](std::string_view word) { return ascii::equal_ignoring_case(rule, word); };
    if (is("on") || is("off")) {
        on_ = is("on");
    } else if (is("nopass") || is("resetpass")) {
        no_password_ = is("nopass");
        passwords_.clear();
    } else if (is("sanitize-payload") || is("skip-sanitize-payload")) {
        sanitizes_ = is("sanitize-payload");
    } else if (is("clearselectors")) {
        selectors_.erase(selectors_.begin() + 1, selectors_.end());
    } else if (is("reset")) {
        *this = User{name_, *commands_, *options_};
    } else {
        return false;
    }
    return true;
}

void User::apply_to_passwords(std::string_view rule)
{
    std::string hash = hash_in(rule);
    const auto known = std::ranges::find(passwords_, hash);
    if (rule.front() == '>' || rule.front() == '#') {
        if (known == passwords_.end()) passwords_.push_back(std::move(hash));
        no_password_ = false;
        return;
    }
    if (known == passwords_.end())
        throw RuleError{"The password you are trying to remove from the user does not exist"};
    passwords_.erase(known);
}

void User::add_selector(std::string_view rules)
{
    constexpr std::string_view kBlanks = " \t\r\n";
    Selector selector = new_selector();
    while (true) {
        rules.remove_prefix(std::min(rules.find_first_not_of(kBlanks), rules.size()));
        if (rules.empty()) break;
        const std::string_view rule = rules.substr(0, rules.find_first_of(kBlanks));
        selector.apply(rule);
        rules.remove_prefix(rule.size());
    }
    selectors_.push_back(std::move(selector));
}

bool User::may_do_everything() const
{
    return std::ranges::any_of(selectors_, &Selector::allows_everything);
}

bool User::may_touch_all_keys() const
{
    return std::ranges::all_of(selectors_, &Selector::all_keys);
}

bool User::may_touch(std::span<const DerivedKey> keys) const
{
    return std::ranges::any_of(selectors_, [&](const Selector& selector) {
        return selector.all_keys() || std::ranges::all_of(keys, [&](const DerivedKey& key) {
                   return selector.allows(key);
               });
    });
}

bool User::accepts(std::string_view password) const
{
    if (!on_) return false;
    if (no_password_) return true;
    const std::string hash = hash_of(password);
    bool right = false;
    for (const std::string& known : passwords_) right |= is_same_secret(hash, known);
    return right;
}

std::optional<Denial> User::judge(const Needs& needs) const
{
    std::optional<Denial> told;
    for (const Selector& selector : selectors_) {
        auto denial = selector.judge(needs);
        if (!denial) return std::nullopt;
        const bool says_more =
            !told || denial->reason > told->reason ||
            (denial->reason == told->reason && denial->position > told->position);
        if (says_more) told = std::move(denial);
    }
    if (told->reason == Reason::Command) told->object = full_name(needs.command);
    return told;
}

bool User::may_touch_all_keys_with(const Needs& needs, std::uint8_t rights) const
{
    return std::ranges::any_of(selectors_, [&](const Selector& selector) {
        return selector.allows_all_keys(rights) && !selector.judge(needs);
    });
}

bool User::has_all_channels() const
{
    return std::ranges::any_of(selectors_, &Selector::all_channels);
}

std::vector<std::string> User::channels() const
{
    std::vector<std::string> all;
    for (const Selector& selector : selectors_)
        all.insert(all.end(), selector.channels().begin(), selector.channels().end());
    return all;
}

std::vector<std::string_view> User::flags() const
{
    std::vector<std::string_view> flags = {on_ ? "on" : "off"};
    if (no_password_) flags.emplace_back("nopass");
    flags.emplace_back(sanitizes_ ? "sanitize-payload" : "skip-sanitize-payload");
    return flags;
}

std::string User::text() const
{
    std::string line = fmt::format("user {} {} ", name_, fmt::join(flags(), " "));
    for (const std::string& hash : passwords_) line += fmt::format("#{} ", hash);
    line += selectors_.front().text();
    for (const Selector& selector : std::span{selectors_}.subspan(1))
        line += fmt::format(" ({})", selector.text());
    return line;
}

std::vector<std::string> join_selectors(std::span<const std::string_view> words)
{
    std::vector<std::string> rules;
    std::string_view open;  // the first word of a selector whose end has not come
    for (const std::string_view word : words) {
        if (!open.empty()) {
            rules.back().append(" ").append(word);
            if (word.ends_with(')')) open = {};
            continue;
        }
        rules.emplace_back(word);
        if (word.starts_with('(') && !word.ends_with(')')) open = word;
    }
    if (open.empty()) return rules;
    throw RuleError{fmt::format("Unmatched parenthesis in acl selector starting at '{}'.", open)};
}

}  // namespace server::access
