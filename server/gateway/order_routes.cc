#include <fmt/format.h>

#include <string>
#include <vector>

#include "server/gateway/delivery.h"
#include "server/gateway/gateway.h"
#include "server/gateway/json.h"
#include "server/gateway/route.h"

namespace server::gateway {
namespace {

using protocol::Value;

constexpr std::string_view kMostOffers = "1000";

void list_orders(Call& call)
{
    Commands& commands = call.gateway.commands;
    const Value pending =
        call.inputs.has("city")
            ? commands("ASSIGN.PENDING", geo_key(call.inputs.text("city")), "COUNT", kMostOffers)
            : commands("ASSIGN.PENDING", "COUNT", kMostOffers);
    Json orders = Json::array();
    for (const Value& record : pending.elements) orders.push_back(order_of(record));
    call.reply({{"orders", std::move(orders)}});
}

/// What is still known of the order's past, oldest first.
Json timeline_of(const OrderEvents& events, std::string_view order)
{
    Json timeline = Json::array();
    for (std::uint64_t seq = events.oldest(); seq <= events.newest(); ++seq) {
        const OrderEvent& event = events.at(seq);
        if (event.order != order) continue;
        timeline.push_back(
            {{"seq", event.seq},
             {"event", store::name_of(event.event)},
             {"time_ms", event.time_ms},
             {"driver",
              event.driver.empty() ? Json(nullptr) : Json(without_prefix(event.driver, "driver:"))},
             {"token", event.token}});
        if (!event.reason.empty()) timeline.back()["reason"] = event.reason;
    }
    return timeline;
}

void get_order(Call& call)
{
    const std::string key = order_key(call.inputs.text("id"));
    const Value record = call.gateway.commands("ASSIGN.GET", key);
    if (record.kind == Value::Kind::Null)
        throw Problem{ProblemType::NoSuchOrder, fmt::format("There is no record at {}.", key)};
    Json order = order_of(record);
    order["timeline"] = timeline_of(call.gateway.events, key);
    call.reply(order);
}

/// Runs a command on the order of the path and answers with its record.
void act(Call& call, std::string_view command)
{
    std::vector<std::string> words{std::string{command}, order_key(call.inputs.text("id"))};
    if (call.inputs.has("token"))
        words.push_back(fmt::format("{:.0f}", call.inputs.number("token")));
    if (call.inputs.has("reason")) {
        words.emplace_back("REASON");
        words.push_back(call.inputs.text("reason"));
    }
    const std::vector<std::string_view> request{words.begin(), words.end()};
    call.reply(order_of(call.gateway.commands(std::span<const std::string_view>{request})));
}

void accept(Call& call) { act(call, "ASSIGN.ACCEPT"); }
void reject(Call& call) { act(call, "ASSIGN.REJECT"); }
void complete(Call& call) { act(call, "ASSIGN.COMPLETE"); }
void cancel(Call& call) { act(call, "ASSIGN.CANCEL"); }
void release(Call& call) { act(call, "ASSIGN.RELEASE"); }

constexpr double kMaxToken = 9'007'199'254'740'992;  // 2^53, as far as JSON's numbers are exact

constexpr Field kId = {.name = "id", .in = In::Path, .required = true, .example = "ORD_2847"};
constexpr Field kToken = {.name = "token",
                          .kind = Kind::Integer,
                          .min = 1,
                          .max = kMaxToken,
                          .summary = "Of the reservation that is meant; another one is refused.",
                          .example = "1"};
constexpr Field kNeededToken = {.name = "token",
                                .kind = Kind::Integer,
                                .required = true,
                                .min = 1,
                                .max = kMaxToken,
                                .summary = "Came with the offer.",
                                .example = "1"};

constexpr Field kListFields[] = {
    {.name = "city", .in = In::Query, .summary = "Only this city's.", .example = "blr"}};
constexpr Field kGetFields[] = {kId};
constexpr Field kAnswerFields[] = {kId, kNeededToken};
constexpr Field kEndFields[] = {kId, kToken};
constexpr Field kReleaseFields[] = {
    kId, kToken, {.name = "reason", .summary = "For the events of the order."}};

constexpr ProblemType kGetProblems[] = {ProblemType::NoSuchOrder, ProblemType::WrongType};
constexpr ProblemType kActProblems[] = {ProblemType::NoSuchOrder, ProblemType::StaleToken,
                                        ProblemType::WrongState,  ProblemType::LockLost,
                                        ProblemType::WrongType,   ProblemType::OutOfMemory};

constexpr std::string_view kTag = "Orders";
constexpr std::string_view kRecord =
    "The order: id, state, driver, token, distance_km, lng, lat, expires_in_ms, tried";

constexpr Route action(std::string_view path, std::string_view summary,
                       std::span<const Field> fields, void (*run)(Call&))
{
    return {.method = Method::Post,
            .path = path,
            .tag = kTag,
            .summary = summary,
            .answer = kRecord,
            .fields = fields,
            .problems = kActProblems,
            .run = run};
}

constexpr Route kRoutes[] = {
    {.method = Method::Get,
     .path = "/v1/orders",
     .tag = kTag,
     .summary = "Lists open offers, the one that ends first first.",
     .answer = "`orders`, at most 1000, each as GET /v1/orders/{id} has it",
     .fields = kListFields,
     .run = list_orders},
    {.method = Method::Get,
     .path = "/v1/orders/{id}",
     .tag = kTag,
     .summary = "Where an order stands, and what is still known of its past.",
     .answer = "id, state, driver, token, distance_km, lng, lat, expires_in_ms, tried, and a "
               "`timeline` of events",
     .fields = kGetFields,
     .problems = kGetProblems,
     .run = get_order},
    action("/v1/orders/{id}/accept", "The driver takes the order that they were offered.",
           kAnswerFields, accept),
    action("/v1/orders/{id}/reject", "The driver declines, and the next one is asked.",
           kAnswerFields, reject),
    action("/v1/orders/{id}/complete", "Delivered: the driver is available again.", kEndFields,
           complete),
    action("/v1/orders/{id}/cancel", "The order ends; a driver who had it is available again.",
           kEndFields, cancel),
    action("/v1/orders/{id}/release",
           "The driver gives the order back, and the search for another one goes on.",
           kReleaseFields, release),
};

}  // namespace

std::span<const Route> order_routes() { return kRoutes; }

}  // namespace server::gateway
