#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/execution/invocation.h"
#include "store/clock.h"

namespace server {

struct Session;

/// CLIENT PAUSE: whose requests wait, until when, and those that do. Holds no timer and runs
/// nothing: the server ends the pause, and the executor runs what was held.
class Pause
{
public:
    enum class Scope : std::uint8_t {
        None,
        Writes,  ///< requests that may change keys or publish
        All,     ///< every request
    };

    /// Begins a pause, or extends the one that holds: the later end and the wider scope win.
    void begin(Scope scope, store::Deadline ends_at);
    void end();

    bool active() const { return scope_ != Scope::None; }
    Scope scope() const { return scope_; }
    /// REQUIRES active().
    store::Deadline ends_at() const { return ends_at_; }

    /// Keeps a request, behind those that are held already. The session counts as blocked.
    /// REQUIRES that no request of this session is held.
    void hold(Session& session, Request request);
    /// A session ends: its request, if one is held, is dropped.
    void forget(Session& session);

    struct Held
    {
        Session* session;
        std::vector<std::string> request;
    };

    /// Told soon after a pause is over: another front door keeps its requests itself.
    std::function<void()> over = [] {};

    std::size_t held() const { return held_.size(); }
    /// Takes out the request that was held first; the session is blocked no more. REQUIRES held().
    Held take_first();

private:
    using List = std::list<Held>;
    void release(List::iterator place);

    Scope scope_ = Scope::None;
    store::Deadline ends_at_{};
    List held_;
    std::unordered_map<const Session*, List::iterator> by_session_;
};

}  // namespace server
