#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "server/gateway/city_list.h"
#include "server/gateway/city_map.h"
#include "server/gateway/commands.h"
#include "server/gateway/driver_sockets.h"
#include "server/gateway/event_sockets.h"
#include "server/gateway/field.h"
#include "server/gateway/gate.h"
#include "server/gateway/held_orders.h"
#include "server/gateway/http.h"
#include "server/gateway/order_events.h"
#include "server/gateway/positions.h"
#include "server/gateway/problem.h"
#include "server/insight/histogram.h"
#include "server/server.h"

namespace server::gateway {

struct Route;

/// What the gateway asks of whoever carries it. A test may leave all of them out.
struct Surroundings
{
    /// Asks for go_on() soon, after what runs now. Must not throw.
    std::function<void()> wake = [] {};
    /// Somebody at this address gave a wrong password.
    std::function<void(std::string_view address)> wrong_password = [](std::string_view) {};
};

/// HTTP's front door: who may come in, where a request belongs, which fields it has; then its
/// handler, which runs commands. Knows no socket: a test brings requests as they are.
class Gateway final : public RequestHandler
{
public:
    /// The server must outlive it.
    Gateway(Server& server, Surroundings surroundings);
    ~Gateway() override;
    Gateway(const Gateway&) = delete;
    Gateway& operator=(const Gateway&) = delete;

    void handle(const Request& request, std::shared_ptr<Exchange> exchange) override;

    /// Tells what has happened to orders since: to held requests and to WebSockets; and does what
    /// is due, a bounded amount.
    void go_on();
    /// Asks for go_on() soon.
    void wake() const { surroundings_.wake(); }
    /// Does something when CLIENT PAUSE is over, with a time of its own for each.
    void after_pause(std::function<void()> action);
    /// Answers all who still wait: the server goes down.
    void shut_down();

    bool has_web_sockets() const { return sockets_.use_count() > 1; }
    /// Whether a request waits for its answer, or a WebSocket is open.
    bool is_busy() const
    {
        return !unanswered_->empty() || !late_answers_.empty() || has_web_sockets();
    }

    /// Counts it, and tells the log and ACL LOG.
    void report_wrong_password(const Request& request);

    /// Whether an app listens that the driver could be asked through; whether any does.
    bool can_be_asked(std::string_view member) const { return driver_sockets.has(member); }
    bool can_anybody_be_asked() const { return driver_sockets.size() > 0; }

    /// The driver who was just asked has the order, unless it went on meanwhile.
    void accept(std::string_view order, std::uint64_t token);

    // For the handlers; each part knows only those above it.
    Server& server;
    const Options& options;
    Gate gate;
    Commands commands;
    Positions positions;
    OrderEvents events;
    HeldOrders held_orders{*this};
    DriverSockets driver_sockets{*this};
    std::set<EventSocket*> event_sockets;
    CityMaps maps{*this};
    CityList cities{*this};
    Histogram times_ns;  ///< how long requests took

private:
    class Answered;
    using Moment = std::chrono::nanoseconds;  // by the server's stopwatch

    std::optional<Problem> refusal_of(const Request& request, bool needs_password);
    void serve(const Request& request, const std::shared_ptr<Answered>& exchange, Moment began);
    void dispatch(const Request& request, const std::shared_ptr<Exchange>& exchange, Moment began);
    void run(const Route& route, Parameters path, const Request& request,
             const std::shared_ptr<Exchange>& exchange, Moment began);
    void go_on_after_pause();
    void answer_late(std::shared_ptr<Exchange> exchange, Response response,
                     std::chrono::milliseconds delay);

    void look_again_in_a_second();
    /// Events and maps are for a default user who may do everything: they are no commands, which
    /// rules could allow or forbid one by one.
    bool everything_may_be_seen() const;

    const Surroundings surroundings_;
    Agenda::Item next_look_;
    bool second_is_over_ = false;
    // For longer than a turn. Some of them may outlive the gateway.
    const std::shared_ptr<std::set<Answered*>> unanswered_ =
        std::make_shared<std::set<Answered*>>();
    std::deque<std::function<void()>> after_pause_;
    bool pause_is_over_ = false;

    struct LateAnswer
    {
        std::shared_ptr<Exchange> exchange;
        Response response;
        Agenda::Item item;
    };
    std::list<LateAnswer> late_answers_;              ///< held back by a fault
    std::vector<std::shared_ptr<Answered>> stalled_;  ///< a fault leaves them without an answer
    const std::shared_ptr<const void> sockets_ = std::make_shared<int>();  ///< each has a share
};

}  // namespace server::gateway
