#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/access/user.h"
#include "server/config/options.h"

namespace server::access {

/// All users by their names. There is always one called "default", who everybody is at first. A
/// user stays at its place until it is removed: sessions point to it.
class Users
{
public:
    using ByName = std::map<std::string, std::unique_ptr<User>, std::less<>>;

    /// The default user may do everything, and needs no password. Both must outlive it.
    Users(const Options& options, const CommandTable& commands);

    User& default_user() { return *default_; }
    const User& default_user() const { return *default_; }
    User* find(std::string_view name);
    const ByName& all() const { return by_name_; }

    /// A user who is off and may do nothing, as rules begin to make one. Not one of all() yet.
    User make(std::string_view name) const;
    /// Puts the user in the place of the one of this name, or adds them.
    void put(User user);
    /// The user, who is none of all() any more; nullptr if there is none. REQUIRES: not "default".
    std::unique_ptr<User> remove(std::string_view name);

    /// All users as lines: an ACL file.
    std::string text() const;

private:
    const Options& options_;
    const CommandTable& commands_;
    ByName by_name_;
    User* default_;
};

/// Reads the lines of an ACL file: "user anna on >secret +get ~a*". `file` names it in errors.
/// Throws RuleError with all that is wrong, in Redis's words.
std::vector<User> read_users(const Users& users, std::string_view text, std::string_view file);

}  // namespace server::access
