#include <memory>

#include "server/gateway/city_map.h"
#include "server/gateway/delivery.h"
#include "server/gateway/driver_sockets.h"
#include "server/gateway/drivers.h"
#include "server/gateway/event_sockets.h"
#include "server/gateway/gateway.h"
#include "server/gateway/route.h"

namespace server::gateway {
namespace {

void open_driver(Call& call)
{
    const std::string& id = call.inputs.text("id");
    std::string city = call.inputs.text_or("city", "");
    if (city.empty()) city = city_of_driver(call.gateway, id);
    if (city.empty())
        throw Problem{ProblemType::NoCity, "Neither the request nor the driver's hash names one."};
    call.exchange->upgrade(std::make_unique<DriverSocket>(call.gateway, id, std::move(city)));
}

void open_events(Call& call)
{
    std::optional<std::uint64_t> since;
    if (call.inputs.has("since")) since = static_cast<std::uint64_t>(call.inputs.number("since"));
    Gateway& gateway = call.gateway;
    call.exchange->upgrade(std::make_unique<EventSocket>(gateway.events, gateway.event_sockets,
                                                         gateway.server.run_id,
                                                         call.inputs.text_or("city", ""), since));
}

void open_map(Call& call)
{
    const std::string city = city_of(call.gateway, call.inputs);
    call.exchange->upgrade(std::make_unique<MapSocket>(call.gateway.maps.of(city)));
    call.gateway.wake();
}

constexpr Field kDriverFields[] = {
    {.name = "id", .in = In::Path, .required = true, .example = "D4"},
    {.name = "city",
     .in = In::Query,
     .summary = "Otherwise the driver's, or http-city.",
     .example = "blr"},
};
constexpr Field kEventFields[] = {
    {.name = "city", .in = In::Query, .summary = "Only this city's.", .example = "blr"},
    {.name = "since",
     .in = In::Query,
     .kind = Kind::Integer,
     .min = 0,
     .max = 9'007'199'254'740'992,
     .summary = "The last event that is known: go on after it.",
     .example = "0"},
};
constexpr Field kMapFields[] = {{.name = "city", .in = In::Query, .example = "blr"}};
constexpr ProblemType kProblems[] = {ProblemType::WebSocketOnly, ProblemType::NoCity};
constexpr std::string_view kTag = "WebSockets";

constexpr Route kRoutes[] = {
    {.method = Method::Get,
     .path = "/v1/drivers/{id}/socket",
     .tag = kTag,
     .summary = "A driver's app: reports positions and availability, is offered orders, answers.",
     .answer = "A WebSocket of JSON texts: hello, offer, assigned, withdrawn, cancelled, "
               "completed, error",
     .fields = kDriverFields,
     .problems = kProblems,
     .web_socket = true,
     .run = open_driver},
    {.method = Method::Get,
     .path = "/v1/events",
     .tag = kTag,
     .summary = "Every change of every order, numbered by `seq`.",
     .answer = "A WebSocket of JSON texts: hello, event, missed",
     .fields = kEventFields,
     .problems = kProblems,
     .web_socket = true,
     .run = open_events},
    {.method = Method::Get,
     .path = "/v1/map",
     .tag = kTag,
     .summary = "Places and states of a city's drivers, at most once a second.",
     .answer =
         "A WebSocket of binary messages; {\"type\":\"names\",\"indexes\":[...]} asks who is who",
     .fields = kMapFields,
     .problems = kProblems,
     .web_socket = true,
     .run = open_map},
};

}  // namespace

std::span<const Route> socket_routes() { return kRoutes; }

}  // namespace server::gateway
