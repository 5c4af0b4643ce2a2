#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "store/clock.h"

namespace server {

class Server;
struct Session;

/// The workspaces beside a server, each a server of its own by its name. Sessions begin at home,
/// in the server itself, and move between two requests.
class Workspaces
{
public:
    /// Allowed or not: that is an option.
    explicit Workspaces(Server& home);
    ~Workspaces();
    Workspaces(const Workspaces&) = delete;
    Workspaces& operator=(const Workspaces&) = delete;

    Server& home() const { return home_; }
    bool allowed() const;

    /// The name of the workspace in a client's name or password: "workspace:test42". Empty: none
    /// is named there, or they are not allowed.
    std::string_view named_by(std::string_view text) const;

    /// The session's next request goes to the workspace, which is made if there is none; an empty
    /// name is home. Throws CommandError if that is not allowed, the name too long, or there are
    /// too many.
    void choose(Session& session, std::string_view name);

    /// The workspace of this name, made if there is none, for somebody who opens a session in it at
    /// once. Throws as choose() does. REQUIRES that the name is not empty.
    Server& enter(std::string_view name);

    /// nullptr if there is none of this name.
    Server* find(std::string_view name) const;

    /// Moves a session to where it chose to be. REQUIRES that it chose, and that none of its
    /// requests is running.
    void follow(Session& session);

    /// The session ends, wherever it is; a workspace ends with its last one.
    void close(Session& session);

    /// Ends a workspace and the connections in it. False if there is none.
    bool drop(std::string_view name);

    /// Does in each what no request waits for, and frees those that ended. True if there is more to
    /// do already.
    bool tick();

    /// In the order of their names.
    void for_each(const std::function<void(const std::string&, Server&)>& visit) const;
    std::size_t size() const { return open_.size(); }
    /// The sessions in all of them.
    std::size_t sessions() const;

private:
    struct Workspace
    {
        std::unique_ptr<Server> server;
        /// By the wall clock: when it ends, nobody being in it.
        store::TimePoint ends_at = store::TimePoint::max();
    };
    using Open = std::map<std::string, Workspace, std::less<>>;

    Open::iterator find_or_make(std::string_view name);
    Open::iterator require(std::string_view name);
    std::unique_ptr<Server> make(std::string_view name);
    void end(Open::iterator place);
    bool tick_one(Server& server) const;
    bool free_ended();

    Server& home_;
    Open open_;
    std::vector<std::unique_ptr<Server>> ended_;  ///< freed once nothing runs in them
};

}  // namespace server
