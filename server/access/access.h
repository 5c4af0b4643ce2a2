#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/access/denial_log.h"
#include "server/access/users.h"
#include "server/clients/session.h"
#include "server/clients/sessions.h"
#include "server/config/options.h"
#include "server/stats.h"
#include "store/clock.h"

namespace server::access {

/// Who the sessions are, and what becomes of them when users change.
class Access
{
public:
    /// All must outlive it. Throws RuleError if the users of the options are not right.
    Access(const Options& options, const CommandTable& commands, Sessions& sessions,
           const store::Clock& clock, Stats& stats);

    /// The session is the default user from now on, who may have to give a password first.
    void begin(Session& session);
    /// The session was this user of another server with the same users, and goes on as the same. If
    /// there is no such user it begins.
    void go_on_as(Session& session, std::string_view user);
    /// Takes the rights that another session has; `like` may be nullptr: all of them.
    static void act_as(Session& session, const Session* like);

    /// Makes the session this user. False if the password is wrong, or the user unknown or off.
    bool log_in(Session& session, std::string_view user, std::string_view password);

    const Users& users() const { return users_; }
    const User* find(std::string_view name) { return users_.find(name); }
    const User& default_user() const { return users_.default_user(); }

    /// Applies rules to a user, who is made if there is none. Throws RuleError, and nothing was
    /// changed. Ends the sessions that listen to what the user may not hear any more.
    void set_user(std::string_view name, std::span<const std::string_view> rules);
    /// Ends the user's sessions. False if there is no such user. REQUIRES: not "default".
    bool delete_user(std::string_view name);

    /// Replaces all users by those of the ACL file. Throws RuleError, and nothing was changed.
    void load_file();
    /// Replaces the ACL file. False if that is impossible.
    bool save_file() const;

    /// The options have changed: `requirepass` is the default user's password.
    void options_changed();

    /// Counts a refusal, and adds it to the log.
    void note(const Denial& denial, std::string_view context, const Session& client,
              std::string_view user);
    DenialLog& log() { return log_; }

    /// Room for the keys of the request that is judged.
    std::vector<FoundKey> found_keys;

private:
    void load_configured();
    void become(std::vector<User> read);
    User first_default_user() const;
    void end_lost_subscriptions(const User& user, const User& changed);
    void end_sessions(const std::function<bool(Session&)>& ends);
    void limit_all();
    void count(Reason reason);

    const Options& options_;
    Sessions& sessions_;
    const store::Clock& clock_;
    Stats& stats_;
    Users users_;
    const User nobody_;  ///< whom sessions of a deleted user are until they end
    DenialLog log_;
    std::string password_;  ///< that of the options when the default user got it
};

}  // namespace server::access
