#include "server/workspaces/workspaces.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "server/execution/command_error.h"
#include "server/server.h"

namespace server {

namespace {

constexpr std::string_view kPrefix = "workspace:";
constexpr std::size_t kMaxName = 128;
constexpr std::size_t kMaxOpen = 1000;

/// How long a workspace waits for the client whose connection a fault has ended.
constexpr std::chrono::minutes kPatience{1};

/// The same settings, but for what there is only one of.
Options options_like(const Options& home)
{
    Options options = home;
    options.save_points.clear();
    options.append_only = false;
    options.http_port = 0;
    options.config_file.clear();  // nobody but the home writes there
    return options;
}

/// As good as new: what the session left behind is of no use elsewhere.
void begin_anew(Session& session)
{
    session.transaction = {};
    session.client_class = ClientClass::Normal;
    session.last_command = nullptr;
    session.is_monitor = false;
}

}  // namespace

Workspaces::Workspaces(Server& home) : home_(home) {}

Workspaces::~Workspaces() = default;

bool Workspaces::allowed() const { return home_.options.workspaces; }

std::string_view Workspaces::named_by(std::string_view text) const
{
    if (!allowed() || !text.starts_with(kPrefix)) return {};
    return text.substr(kPrefix.size());
}

/// Throws CommandError where there can be no such workspace. The end: home.
Workspaces::Open::iterator Workspaces::require(std::string_view name)
{
    if (!allowed()) throw CommandError{"ERR workspaces are off; start with --workspaces yes"};
    if (name.size() > kMaxName) {
        throw CommandError{"ERR the name of a workspace has at most {} bytes",
                           std::to_string(kMaxName)};
    }
    const auto place = find_or_make(name);
    if (!name.empty() && place == open_.end()) {
        throw CommandError{"ERR there are {} workspaces already; see WORKSPACE DROP",
                           std::to_string(kMaxOpen)};
    }
    return place;
}

Server& Workspaces::enter(std::string_view name)
{
    Workspace& workspace = require(name)->second;
    workspace.ends_at = store::TimePoint::max();
    return *workspace.server;
}

Server* Workspaces::find(std::string_view name) const
{
    const auto found = open_.find(name);
    return found == open_.end() ? nullptr : found->second.server.get();
}

void Workspaces::choose(Session& session, std::string_view name)
{
    require(name);
    session.next_workspace = std::make_unique<std::string>(name);
}

void Workspaces::follow(Session& session)
{
    const std::string name = *std::exchange(session.next_workspace, nullptr);
    const auto place = find_or_make(name);
    const bool is_gone = place == open_.end() && !name.empty();  // and there is no room for another
    Server& to = name.empty() ? home_ : *place->second.server;
    if (is_gone || session.server == &to) return;
    if (!name.empty()) place->second.ends_at = store::TimePoint::max();
    const std::string user = session.user->name();
    close(session);
    begin_anew(session);
    to.open(session);
    to.access.go_on_as(session, user);
    if (to.faults.is_down(to.timekeeper.wall()) && session.peer != nullptr) session.peer->kill();
}

/// The end if there are too many, or the name is that of home.
Workspaces::Open::iterator Workspaces::find_or_make(std::string_view name)
{
    const auto found = open_.find(name);
    if (found != open_.end() || name.empty() || open_.size() == kMaxOpen) return found;
    const auto ends_at = home_.timekeeper.wall() + kPatience;  // unless somebody comes
    return open_.emplace(name, Workspace{make(name), ends_at}).first;
}

std::unique_ptr<Server> Workspaces::make(std::string_view name)
{
    auto made = std::make_unique<Server>(options_like(home_.options), *this);
    made->workspace = name;
    const store::TimePoint wall = home_.timekeeper.wall();
    if (wall == store::TimePoint{}) {
        made->clock.set(home_.clock.now());  // nobody looks at a wall clock
    } else {
        made->timekeeper.observe(wall);
    }
    made->started_at = made->clock.now();
    made->stopwatch = home_.stopwatch;
    made->let_others_run = home_.let_others_run;
    made->stand_still = home_.stand_still;
    made->write_log = home_.write_log;
    made->memory_at_start = home_.memory_at_start;
    return made;
}

void Workspaces::close(Session& session)
{
    Server& from = *session.server;
    from.close(session);
    const auto place = open_.find(from.workspace);
    const bool is_open = place != open_.end() && place->second.server.get() == &from;
    if (!is_open || from.sessions.size() != 0) return;
    if (session.ended_by_fault) {
        place->second.ends_at = home_.timekeeper.wall() + kPatience;
    } else {
        end(place);
    }
}

bool Workspaces::drop(std::string_view name)
{
    const auto place = open_.find(name);
    if (place == open_.end()) return false;
    const Server& server = *place->second.server;
    end(place);
    std::vector<Session*> sessions;
    for (const auto& [id, session] : server.sessions) sessions.push_back(session);
    for (Session* const session : sessions) {
        const bool can_be_closed = session->peer != nullptr && !session->running;
        if (can_be_closed) {
            session->peer->kill();
        } else {
            session->close_after_reply = true;
        }
    }
    return true;
}

/// It may be in the middle of a request, or of a script that lets others run.
void Workspaces::end(Open::iterator place)
{
    ended_.push_back(std::move(place->second.server));
    open_.erase(place);
}

bool Workspaces::tick()
{
    bool more = free_ended();
    std::string name;
    for (auto next = open_.begin(); next != open_.end(); next = open_.upper_bound(name)) {
        name = next->first;
        const bool is_over = home_.timekeeper.wall() >= next->second.ends_at;
        if (is_over) {
            end(next);
        } else if (tick_one(*next->second.server)) {
            more = true;
        }
    }
    return more;
}

bool Workspaces::tick_one(Server& server) const
{
    if (home_.timekeeper.wall() != store::TimePoint{})
        server.timekeeper.observe(home_.timekeeper.wall());
    return server.tick();
}

/// A large one takes several ticks: what it held is freed bit by bit.
bool Workspaces::free_ended()
{
    bool more = false;
    for (auto& server : ended_) {
        if (server->running_script.running || server->sessions.size() != 0) continue;
        for (int index = 0; index < server->databases.count(); ++index) {
            store::Keyspace& keys = server->databases[index];
            keys.set_journal(nullptr);
            if (keys.size() != 0) keys.clear();
        }
        if (server->databases.tidy()) {
            more = true;
        } else {
            server.reset();
        }
    }
    std::erase(ended_, nullptr);
    return more;
}

void Workspaces::for_each(const std::function<void(const std::string&, Server&)>& visit) const
{
    for (const auto& [name, workspace] : open_) visit(name, *workspace.server);
}

std::size_t Workspaces::sessions() const
{
    std::size_t count = 0;
    for (const auto& [name, workspace] : open_) count += workspace.server->sessions.size();
    return count;
}

}  // namespace server
