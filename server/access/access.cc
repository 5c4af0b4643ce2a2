#include "server/access/access.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

#include "server/access/rule_error.h"
#include "server/clients/client_line.h"

namespace server::access {

namespace {

void limit(Session& session)
{
    session.limits = session.user->may_do_everything() ? nullptr : session.user;
}

bool listens_to_others(const Session& session, const std::vector<std::string>& allowed)
{
    constexpr Topic kTopics[] = {Topic::Channel, Topic::Pattern, Topic::ShardChannel};
    return std::ranges::any_of(kTopics, [&](Topic topic) {
        return std::ranges::any_of(session.subscriptions.of(topic), [&](const std::string& name) {
            return !is_channel_in(allowed, name, topic == Topic::Pattern);
        });
    });
}

bool is_subset(const std::vector<std::string>& some, const std::vector<std::string>& all)
{
    return std::ranges::all_of(
        some, [&](const std::string& one) { return std::ranges::find(all, one) != all.end(); });
}

void replace_password(User& user, const std::string& password)
{
    user.apply("resetpass");
    user.apply(password.empty() ? "nopass" : ">" + password);
}

}  // namespace

Access::Access(const Options& options, const CommandTable& commands, Sessions& sessions,
               const store::Clock& clock, Stats& stats)
    : options_(options),
      sessions_(sessions),
      clock_(clock),
      stats_(stats),
      users_(options, commands),
      nobody_("default", commands, options),
      password_(options.require_pass)
{
    if (!password_.empty()) replace_password(users_.default_user(), password_);
    if (!options.users.empty() && !options.acl_file.empty()) {
        throw RuleError{
            "Users are declared in the configuration, and there is an aclfile: only one of both "
            "can be right"};
    }
    load_configured();
    if (!options.acl_file.empty()) load_file();
}

void Access::load_configured()
{
    std::vector<std::string_view> names;
    for (const auto& words : options_.users) {
        const std::string& name = words.front();
        const std::vector<std::string_view> rules{words.begin() + 1, words.end()};
        try {
            if (!is_one_word(name)) throw RuleError{"The name has spaces in it"};
            if (std::ranges::find(names, name) != names.end())
                throw RuleError{
                    "Duplicate user found. A user can only be defined once in config files"};
            User user = users_.make(name);
            user.apply(rules);
            users_.put(std::move(user));
            names.push_back(name);
        } catch (const RuleError& error) {
            throw RuleError{fmt::format("user {}: {}", name, error.what())};
        }
    }
}

void Access::begin(Session& session)
{
    const User& user = users_.default_user();
    session.user = &user;
    session.authenticated = user.is_on() && user.needs_no_password();
    limit(session);
}

void Access::go_on_as(Session& session, std::string_view name)
{
    const User* const user = users_.find(name);
    if (user == nullptr) return begin(session);
    session.user = user;
    session.authenticated = true;
    limit(session);
}

void Access::act_as(Session& session, const Session* like)
{
    session.user = like == nullptr ? nullptr : like->user;
    session.limits = like == nullptr ? nullptr : like->limits;
}

bool Access::log_in(Session& session, std::string_view name, std::string_view password)
{
    const User* const user = users_.find(name);
    if (user == nullptr || !user->accepts(password)) return false;
    session.user = user;
    session.authenticated = true;
    limit(session);
    return true;
}

void Access::set_user(std::string_view name, std::span<const std::string_view> rules)
{
    const User* const known = users_.find(name);
    User changed = known == nullptr ? users_.make(name) : *known;
    changed.apply(rules);
    if (known != nullptr) end_lost_subscriptions(*known, changed);
    users_.put(std::move(changed));
    limit_all();
}

bool Access::delete_user(std::string_view name)
{
    const auto gone = users_.remove(name);
    if (gone == nullptr) return false;
    end_sessions([&](Session& session) {
        if (session.user != gone.get()) return false;
        session.user = session.limits = &nobody_;
        session.authenticated = false;
        return true;
    });
    return true;
}

void Access::load_file()
{
    std::ifstream file{options_.acl_file, std::ios::binary};
    if (!file) {
        throw RuleError{fmt::format("Error loading ACLs, opening file '{}': {}", options_.acl_file,
                                    std::strerror(errno))};
    }
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    become(read_users(users_, text, options_.acl_file));
}

/// A file that does not name the default user leaves them what the other options say. Redis lets
/// everybody in then, even with `requirepass`.
User Access::first_default_user() const
{
    User user = users_.make("default");
    for (const std::string_view rule : {"on", "~*", "&*", "+@all"}) user.apply(rule);
    replace_password(user, options_.require_pass);
    return user;
}

void Access::become(std::vector<User> read)
{
    const auto has = [&](std::string_view name) {
        return std::ranges::find(read, name, &User::name) != read.end();
    };
    if (!has("default")) read.push_back(first_default_user());
    std::vector<std::string> gone;
    for (const auto& [name, user] : users_.all())
        if (!has(name)) gone.push_back(name);
    for (const std::string& name : gone) delete_user(name);
    for (User& user : read) {
        if (const User* const known = users_.find(user.name()))
            end_lost_subscriptions(*known, user);
        users_.put(std::move(user));
    }
    limit_all();
}

/// Written beside it first, so that there is always a whole one.
bool Access::save_file() const
{
    const std::string written = options_.acl_file + ".new";
    std::ofstream file{written, std::ios::binary | std::ios::trunc};
    file << users_.text();
    file.close();
    if (file && std::rename(written.c_str(), options_.acl_file.c_str()) == 0) return true;
    std::remove(written.c_str());
    return false;
}

void Access::options_changed()
{
    if (password_ == options_.require_pass) return;
    password_ = options_.require_pass;
    replace_password(users_.default_user(), password_);
}

/// Nothing happens if the user may hear all that they could hear until now.
void Access::end_lost_subscriptions(const User& user, const User& changed)
{
    if (changed.has_all_channels()) return;
    const std::vector<std::string> allowed = changed.channels();
    if (!user.has_all_channels() && is_subset(user.channels(), allowed)) return;
    end_sessions([&](const Session& session) {
        return session.user == &user && listens_to_others(session, allowed);
    });
}

/// The session whose request is running ends after its reply.
void Access::end_sessions(const std::function<bool(Session&)>& ends)
{
    std::vector<std::uint64_t> victims;
    for (const auto& [id, session] : sessions_)
        if (ends(*session)) victims.push_back(id);
    for (const std::uint64_t victim : victims) {
        Session* const session = sessions_.find(victim);
        if (session == nullptr) continue;
        session->close_after_reply = true;
        if (!session->running && session->peer != nullptr) session->peer->kill();
    }
}

void Access::limit_all()
{
    for (const auto& [id, session] : sessions_) limit(*session);
}

void Access::note(const Denial& denial, std::string_view context, const Session& client,
                  std::string_view user)
{
    count(denial.reason);
    constexpr std::size_t kMaxName = 4096;  // what is remembered must not be as long as one likes
    std::string line = client_line(client, clock_.now());
    line.pop_back();
    log_.add({.reason = denial.reason,
              .context = context,
              .object = denial.object.substr(0, kMaxName),
              .user = std::string{user.substr(0, kMaxName)},
              .client = std::move(line),
              .updated_at = clock_.now()},
             static_cast<std::size_t>(options_.acl_log_max_len));
}

void Access::count(Reason reason)
{
    switch (reason) {
        case Reason::Command: ++stats_.commands_denied; break;
        case Reason::Key: ++stats_.keys_denied; break;
        case Reason::Channel: ++stats_.channels_denied; break;
        case Reason::Login: ++stats_.wrong_passwords; break;
    }
}

}  // namespace server::access
