#include "server/access/users.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "ascii/split.h"
#include "server/access/rule_error.h"

namespace server::access {

namespace {

constexpr std::string_view kDefault = "default";

std::string_view trim(std::string_view line)
{
    constexpr std::string_view kBlanks = " \t\r\n";
    const auto first = line.find_first_not_of(kBlanks);
    if (first == line.npos) return {};
    return line.substr(first, line.find_last_not_of(kBlanks) - first + 1);
}

/// One line of an ACL file. Unknown commands are all told, of other mistakes the first.
class Line
{
public:
    Line(std::string where, std::string& errors) : where_(std::move(where)), errors_(errors) {}

    void apply(User& user, std::span<const std::string_view> rules)
    {
        try {
            for (const std::string& rule : join_selectors(rules)) apply_one(user, rule);
        } catch (const RuleError&) {
            errors_ += fmt::format("{}: Unmatched parenthesis in selector definition. ", where_);
        }
    }

private:
    void apply_one(User& user, std::string_view rule)
    {
        try {
            user.apply(rule);
        } catch (const RuleError& error) {
            if (error.kind() == RuleError::Kind::UnknownCommand) {
                errors_ += fmt::format("{}: Error in applying operation '{}': {}. ", where_, rule,
                                       error.what());
            } else if (!std::exchange(failed_, true)) {
                errors_ += fmt::format("{}: {}. ", where_, error.what());
            }
        }
    }

    std::string where_;
    std::string& errors_;
    bool failed_ = false;
};

}  // namespace

Users::Users(const Options& options, const CommandTable& commands)
    : options_(options), commands_(commands)
{
    User all = make(kDefault);
    for (const std::string_view rule : {"on", "nopass", "~*", "&*", "+@all"}) all.apply(rule);
    put(std::move(all));
    default_ = find(kDefault);
}

User* Users::find(std::string_view name)
{
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : found->second.get();
}

User Users::make(std::string_view name) const
{
    return User{std::string{name}, commands_, options_};
}

void Users::put(User user)
{
    if (User* const known = find(user.name())) {
        *known = std::move(user);
    } else {
        std::string name = user.name();
        by_name_.emplace(std::move(name), std::make_unique<User>(std::move(user)));
    }
}

std::unique_ptr<User> Users::remove(std::string_view name)
{
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) return nullptr;
    std::unique_ptr<User> user = std::move(found->second);
    by_name_.erase(found);
    return user;
}

std::string Users::text() const
{
    std::string text;
    for (const auto& [name, user] : by_name_) text += user->text() + '\n';
    return text;
}

std::vector<User> read_users(const Users& users, std::string_view text, std::string_view file)
{
    std::vector<User> read;
    std::string errors;
    const auto lines = ascii::split(text, '\n');
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const std::string_view line = trim(lines[i]);
        if (line.empty()) continue;
        const auto words = ascii::split(line, ' ');
        const std::string where = fmt::format("{}:{}", file, i + 1);
        if (words[0] != "user" || words.size() < 2) {
            errors += where + " should start with user keyword followed by the username. ";
        } else if (std::ranges::find(read, words[1], &User::name) != read.end()) {
            errors +=
                fmt::format("WARNING: Duplicate user '{}' found on line {}. ", words[1], i + 1);
        } else if (!is_one_word(words[1])) {
            errors += where + ": username contains invalid characters. ";
        } else {
            read.push_back(users.make(words[1]));
            Line{where, errors}.apply(read.back(), std::span{words}.subspan(2));
        }
    }
    if (errors.empty()) return read;
    throw RuleError{errors +
                    "WARNING: ACL errors detected, no change to the previously active ACL "
                    "rules was performed"};
}

}  // namespace server::access
