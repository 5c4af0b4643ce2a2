#include "server/gateway/driver_sockets.h"

#include <fmt/format.h>

#include <initializer_list>
#include <utility>

#include "server/gateway/delivery.h"
#include "server/gateway/drivers.h"
#include "server/gateway/field.h"
#include "server/gateway/gateway.h"
#include "server/gateway/json.h"
#include "server/gateway/problem.h"

namespace server::gateway {
namespace {

constexpr Field kMessage[] = {
    {.name = "type",
     .required = true,
     .choices = "position available accept reject complete release"},
    {.name = "lat", .kind = Kind::Latitude},
    {.name = "lng", .kind = Kind::Longitude},
    {.name = "at", .kind = Kind::Number, .min = 0, .max = 253'402'300'799'999.0},
    {.name = "force", .kind = Kind::Flag},
    {.name = "available", .kind = Kind::Flag},
    {.name = "order"},
    {.name = "token", .kind = Kind::Integer, .min = 1, .max = 9'007'199'254'740'992},
    {.name = "reason"},
};

void require(const Inputs& inputs, std::initializer_list<std::string_view> names)
{
    for (const std::string_view name : names)
        if (!inputs.has(name))
            throw Problem{
                ProblemType::BadField,
                fmt::format("A message of type {} has the field {}.", inputs.text("type"), name)};
}

/// What an event of an order is to its driver; empty: nothing.
std::string_view type_of(store::AssignmentEvent event)
{
    using enum store::AssignmentEvent;
    switch (event) {
        case Offered: return "offer";
        case Assigned: return "assigned";
        case Rejected:
        case TimedOut:
        case Lost:
        case Released:
        case Expired: return "withdrawn";
        case Completed: return "completed";
        case Cancelled: return "cancelled";
        case Unassigned: break;
    }
    return {};
}

Json order_message(std::string_view type, std::string_view order, std::uint64_t token)
{
    return {{"type", type}, {"order", without_prefix(order, "order:")}, {"token", token}};
}

}  // namespace

DriverSockets::~DriverSockets()
{
    for (const auto& [member, leave] : leaving_) gateway_.server.agenda.cancel(leave.second);
}

void DriverSockets::add(DriverSocket& socket)
{
    DriverSocket*& newest = by_member_[socket.member()];
    if (DriverSocket* const older = std::exchange(newest, &socket)) older->replace();
    const auto leave = leaving_.find(socket.member());
    if (leave == leaving_.end()) return;
    gateway_.server.agenda.cancel(leave->second.second);
    leaving_.erase(leave);
}

void DriverSockets::remove(DriverSocket& socket)
{
    const auto found = by_member_.find(socket.member());
    if (found == by_member_.end() || found->second != &socket) return;
    by_member_.erase(found);
    const std::chrono::seconds patience{gateway_.options.http_driver_gone_seconds};
    if (patience.count() == 0) return;
    const std::string member = socket.member();
    const auto item =
        gateway_.server.agenda.add(gateway_.server.clock.now_ms() + patience, [this, member] {
            due_.push_back(member);
            gateway_.wake();
        });
    leaving_[member] = {available_key(socket.city()), item};
}

void DriverSockets::take_off_the_gone()
{
    for (const std::string& member : std::exchange(due_, {})) {
        auto node = leaving_.extract(member);
        if (node.empty() || has(member)) continue;
        const std::string_view request[] = {"SREM", node.mapped().first, member};
        gateway_.commands.authenticate(true);
        try {
            gateway_.commands.run(request);
        } catch (const Paused&) {
            leaving_.insert(std::move(node));
            due_.push_back(member);
        }
    }
}

void DriverSockets::go_on(std::string_view member)
{
    const auto found = by_member_.find(member);
    if (found != by_member_.end()) found->second->go_on();
}

void DriverSockets::order_changed(const OrderEvent& event)
{
    const auto found = by_member_.find(event.driver);
    if (found != by_member_.end()) found->second->order_changed(event);
}

DriverSocket::DriverSocket(Gateway& gateway, std::string id, std::string city)
    : gateway_(gateway), id_(std::move(id)), member_(driver_key(id_)), city_(std::move(city))
{}

void DriverSocket::opened(WebSocket& socket)
{
    socket_ = &socket;
    gateway_.driver_sockets.add(*this);
    greet();
}

void DriverSocket::closed()
{
    socket_ = nullptr;
    gateway_.driver_sockets.remove(*this);
}

void DriverSocket::replace()
{
    socket_->close(CloseCode::PolicyViolation, "the driver has connected anew");
}

/// Where the driver stands: who was away finds the offer that is still open.
void DriverSocket::greet()
{
    Json hello = {{"type", "hello"}, {"driver", id_}, {"city", city_}};
    try {
        gateway_.commands.authenticate(true);
        const auto available = gateway_.commands("SISMEMBER", available_key(city_), member_);
        const DriverState state = state_of_driver(gateway_, member_, available.integer == 1);
        hello["status"] = state.status;
        if (!state.order.empty()) {
            hello["order"] = state.order;
            hello["token"] = state.token;
            hello["expires_in_ms"] = state.expires_in_ms;
        }
    } catch (const Problem& problem) {
        hello["problem"] = problem.detail;
    }
    socket_->send(Message::text(to_text(hello)));
}

void DriverSocket::received(std::string_view text)
{
    try {
        gateway_.commands.authenticate(true);
        act(read_inputs(kMessage, {}, {}, text));
    } catch (const Paused&) {
        wait_for_pause(text);
    } catch (const Problem& problem) {
        report(problem);
    }
    gateway_.wake();
}

void DriverSocket::report(const Problem& problem)
{
    Json error = Json::parse(to_document(problem));
    error["problem"] = error["type"];
    error["type"] = "error";
    socket_->send(Message::text(to_text(error)));
}

/// Positions are waited with as one, the last; other messages one behind the other.
void DriverSocket::wait_for_pause(std::string_view text)
{
    if (!text.empty()) {
        if (waiting_.size() == kMaxWaiting)
            return socket_->close(CloseCode::TryAgainLater, "too much was said in a pause");
        waiting_.emplace_back(text);
    }
    if (std::exchange(waits_, true)) return;
    gateway_.after_pause(
        [&gateway = gateway_, member = member_] { gateway.driver_sockets.go_on(member); });
}

void DriverSocket::go_on()
{
    waits_ = false;
    for (const std::string& text : std::exchange(waiting_, {})) received(text);
    burst_ended();
}

void DriverSocket::burst_ended()
{
    try {
        put_last_position();
    } catch (const Paused&) {
        wait_for_pause({});
    }
}

void DriverSocket::act(const Inputs& inputs)
{
    const std::string& type = inputs.text("type");
    if (type == "position") {
        require(inputs, {"lat", "lng"});
        last_position_ = {{inputs.number("lng"), inputs.number("lat")},
                          inputs.has("at") ? std::optional{inputs.number("at")} : std::nullopt,
                          inputs.flag_or("force", false)};
        return;
    }
    if (!waiting_.empty()) throw Paused{};  // behind those
    put_last_position();                    // where they are may matter to what follows
    if (type == "available") {
        require(inputs, {"available"});
        return put_availability(gateway_, city_, id_, inputs.flag_or("available", true));
    }
    answer_order(type, inputs);
}

void DriverSocket::answer_order(std::string_view command, const Inputs& inputs)
{
    require(inputs, {"order", "token"});
    const std::string order = order_key(inputs.text("order"));
    const std::string token = fmt::format("{:.0f}", inputs.number("token"));
    const auto record = gateway_.commands("ASSIGN.GET", order);
    if (text_of(find(record, "driver")) != member_)
        throw Problem{ProblemType::StaleToken, "The order is not this driver's."};
    if (command == "accept") gateway_.commands("ASSIGN.ACCEPT", order, token);
    if (command == "reject") gateway_.commands("ASSIGN.REJECT", order, token);
    if (command == "complete") gateway_.commands("ASSIGN.COMPLETE", order, token);
    if (command == "release")
        gateway_.commands("ASSIGN.RELEASE", order, token, "REASON",
                          inputs.text_or("reason", "the driver gave it back"));
}

void DriverSocket::put_last_position()
{
    const auto reported = std::exchange(last_position_, std::nullopt);
    if (!reported) return;
    try {
        gateway_.commands.authenticate(true);
        put_position(gateway_, city_, id_, reported->place, reported->at_ms, reported->force);
    } catch (const Paused&) {
        last_position_ = reported;
        throw;
    } catch (const Problem& problem) {
        report(problem);
    }
}

void DriverSocket::order_changed(const OrderEvent& event)
{
    const std::string_view type = type_of(event.event);
    if (type.empty()) return;
    Json message = order_message(type, event.order, event.token);
    if (type == "offer") {
        const auto now = gateway_.server.clock.now_ms().time_since_epoch().count();
        message["expires_in_ms"] = std::max<std::int64_t>(0, event.expires_at_ms - now);
    }
    if (type == "offer" || type == "assigned") message["distance_km"] = event.distance_m / 1000;
    if (type == "withdrawn")
        message["reason"] =
            event.reason.empty() ? std::string{store::name_of(event.event)} : event.reason;
    socket_->send(Message::text(to_text(message)));
}

}  // namespace server::gateway
