#include <array>
#include <string>
#include <vector>

#include "server/gateway/delivery.h"
#include "server/gateway/gateway.h"
#include "server/gateway/json.h"
#include "server/gateway/route.h"

namespace server::gateway {
namespace {

using protocol::Value;

constexpr double kRadiusKm = 5;
constexpr double kTimeoutS = 30;

/// The words of ASSIGN that the request means, from the geo key on.
std::vector<std::string> words_of(Call& call, std::string_view city)
{
    const Inputs& inputs = call.inputs;
    check_place(inputs.number("location.lat"), inputs.number("location.lng"), inputs);
    return {geo_key(city),
            available_key(city),
            order_key(inputs.text_or("order_id", "-")),
            "FROMLONLAT",
            digits(inputs.number("location.lng")),
            digits(inputs.number("location.lat")),
            "BYRADIUS",
            digits(inputs.number_or("radius_km", kRadiusKm)),
            "km",
            "STRATEGY",
            inputs.text_or("strategy", "nearest"),
            "EX",
            digits(inputs.number_or("timeout_sec", kTimeoutS))};
}

Value run(Commands& commands, std::string_view name, const std::vector<std::string>& words,
          bool offer)
{
    std::vector<std::string_view> request{name};
    request.insert(request.end(), words.begin(), words.end());
    if (offer) request.push_back("OFFER");
    return commands(std::span<const std::string_view>{request});
}

/// Why ASSIGN has just found nobody: it says so in the order's event.
std::string reason_of_last(const Gateway& gateway, std::string_view order)
{
    if (gateway.events.oldest() > gateway.events.newest()) return {};
    const OrderEvent& last = gateway.events.at(gateway.events.newest());
    return last.order == order ? last.reason : std::string{};
}

void hold(Call& call, const std::string& order, bool assign_the_silent)
{
    if (!call.gateway.held_orders.hold(order, {call.exchange, call.began, assign_the_silent}))
        throw Problem{ProblemType::TooManyHeld, "The order is offered, but cannot be waited for."};
}

/// What the record that ASSIGN has answered means for the request.
void answer(Call& call, const std::string& order, const Value& record, bool assign_the_silent)
{
    const std::string_view state = state_of(record);
    if (state == "offered") return hold(call, order, assign_the_silent);
    if (state != "assigned" && state != "completed")
        throw problem_without_driver(record, reason_of_last(call.gateway, order));
    call.reply(delivery_of(call.gateway, record, call.began));
}

/// A driver whose app listens is asked; one that cannot be asked has the order at once.
void assign(Call& call)
{
    Gateway& gateway = call.gateway;
    const auto words = words_of(call, city_of(gateway, call.inputs));
    const std::string& order = words[2];
    const std::string mode = call.inputs.text_or("mode", "auto");
    const bool is_auto = mode == "auto";
    const bool offer = mode == "offer" || (is_auto && gateway.can_anybody_be_asked());
    Value record = run(gateway.commands, "ASSIGN", words, offer);
    const bool is_silent = is_auto && state_of(record) == "offered" &&
                           !gateway.can_be_asked(text_of(find(record, "driver")));
    if (is_silent)
        record = gateway.commands("ASSIGN.ACCEPT", order,
                                  std::to_string(integer_of(find(record, "token"))));
    answer(call, order, record, is_auto);
}

void explain(Call& call)
{
    const auto words = words_of(call, city_of(call.gateway, call.inputs));
    const Value explained = run(call.gateway.commands, "ASSIGN.EXPLAIN", words, false);
    Json candidates = Json::array();
    Json chosen = nullptr;
    for (const Value& driver : find(explained, "drivers")->elements) {
        const auto id = without_prefix(text_of(find(driver, "driver")), "driver:");
        const auto verdict = text_of(find(driver, "verdict"));
        if (verdict == "chosen") chosen = id;
        candidates.push_back({{"driver", id},
                              {"distance_km", number_of(find(driver, "distance")).value_or(0)},
                              {"verdict", verdict},
                              {"reason", text_of(find(driver, "reason"))}});
    }
    call.reply({{"outcome", text_of(find(explained, "outcome"))},
                {"chosen", std::move(chosen)},
                {"candidates", std::move(candidates)},
                {"unlisted", integer_of(find(explained, "unlisted"))}});
}

/// The fields of both requests. What is asked about an order that does not exist yet needs no id.
constexpr auto fields(bool needs_order)
{
    return std::to_array<Field>({
        {.name = "mode",
         .choices = "auto assign offer",
         .summary = "auto: a driver whose app is connected is asked, another one has the order at "
                    "once; assign: at once; offer: always asked.",
         .example = "auto"},
        {.name = "order_id",
         .required = needs_order,
         .summary = "Saying it twice changes nothing.",
         .example = "ORD_2847"},
        {.name = "restaurant_id", .summary = "Its hash may name the city.", .example = "RST_441"},
        {.name = "city", .summary = "Before the restaurant's, and http-city.", .example = "blr"},
        {.name = "location.lat", .kind = Kind::Latitude, .required = true, .example = "12.9716"},
        {.name = "location.lng", .kind = Kind::Longitude, .required = true, .example = "77.5946"},
        {.name = "strategy",
         .choices = "nearest rating",
         .summary = "The nearest driver, or the best rated of the ten nearest.",
         .example = "nearest"},
        {.name = "radius_km", .kind = Kind::Number, .min = 0, .max = 20'000, .example = "5"},
        {.name = "timeout_sec",
         .kind = Kind::Integer,
         .min = 1,
         .max = 86'400,
         .summary = "How long each driver has to answer an offer.",
         .example = "30"},
        {.name = "force", .kind = Kind::Flag, .summary = "Take a place at exactly 0, 0."},
    });
}

constexpr auto kAssignFields = fields(true);
constexpr auto kExplainFields = fields(false);

constexpr ProblemType kProblems[] = {
    ProblemType::NoCity,     ProblemType::PlaceIsZero, ProblemType::NoDriver,
    ProblemType::OrderEnded, ProblemType::WrongType,   ProblemType::OutOfMemory,
    ProblemType::Busy,       ProblemType::TooManyHeld,
};

constexpr Route kRoutes[] = {
    {.method = Method::Post,
     .path = "/v1/delivery/assign",
     .tag = "Delivery",
     .summary = "Gives an order to a driver, in one atomic step. If the driver is asked, the "
                "answer waits for theirs.",
     .answer = "delivery_id, driver {id, name, rating, distance_km, eta_min}, partner_info "
               "{vehicle}, latency_ms",
     .fields = kAssignFields,
     .problems = kProblems,
     .run = assign},
    {.method = Method::Post,
     .path = "/v1/orders/explain",
     .tag = "Delivery",
     .summary = "Tells which driver would be chosen, and why each other one would not. Changes "
                "nothing.",
     .answer = "outcome, chosen, candidates: driver, distance_km, verdict, reason",
     .fields = kExplainFields,
     .problems = kProblems,
     .run = explain},
};

}  // namespace

std::span<const Route> delivery_routes() { return kRoutes; }

}  // namespace server::gateway
