#include <catch2/catch.hpp>

#include "tests/unit/gateway/caller.h"

using namespace std::chrono_literals;
using tests::Caller;

namespace {

/// The seed's city: D2 and D4 are available, and have profiles.
struct City : Caller
{
    explicit City(server::Options options = {}) : Caller(std::move(options))
    {
        client("GEOADD", "drivers:geo:blr", "77.5812", "12.9680", "driver:D4", "77.5900", "12.9820",
               "driver:D2");
        client("SADD", "drivers:available:blr", "driver:D4", "driver:D2");
        client("HSET", "driver:D2", "name", "Rohit Sharma", "rating", "4.8", "vehicle",
               "Bike · KA01HX2847");
        client("HSET", "driver:D4", "name", "Asha", "rating", "4.9");
        client("HSET", "restaurant:RST_441", "city", "blr");
    }

    static std::string order(std::string_view id, std::string_view more = "")
    {
        return R"({"order_id":")" + std::string{id} +
               R"(","restaurant_id":"RST_441","location":{"lat":12.9716,"lng":77.5946},)"
               R"("radius_km":5,"timeout_sec":30)" +
               std::string{more} + "}";
    }

    Json assign(std::string_view id, std::string_view more = "")
    {
        return post("/v1/delivery/assign", order(id, more));
    }

    std::shared_ptr<Answer> offer(std::string_view id)
    {
        body_ = order(id, R"(,"mode":"offer")");
        return begin({.method = server::gateway::Method::Post,
                      .path = "/v1/delivery/assign",
                      .body = body_});
    }

    std::string body_;
};

}  // namespace

TEST_CASE("the seed's request has the seed's answer")
{
    City city;
    const auto answer = city.assign("ORD_2847", R"(,"strategy":"nearest")");
    CHECK(city.status == 200);
    CHECK(answer["delivery_id"] == "DEL_1");
    CHECK(answer["driver"].dump() ==
          R"({"id":"D2","name":"Rohit Sharma","rating":4.8,"distance_km":1.2595,"eta_min":6})");
    CHECK(answer["partner_info"]["vehicle"] == "Bike · KA01HX2847");
    CHECK(answer["latency_ms"].is_number());
    CHECK(city.client("SISMEMBER", "drivers:available:blr", "driver:D2") == ":0\r\n");
}

TEST_CASE("the best rated driver, if that is the strategy")
{
    City city;
    CHECK(city.assign("ORD_1", R"(,"strategy":"rating")")["driver"]["id"] == "D4");
}

TEST_CASE("the same order twice: the same answer, and nothing is changed")
{
    City city;
    auto first = city.assign("ORD_1");
    auto second = city.assign("ORD_1");
    first.erase("latency_ms");
    second.erase("latency_ms");
    CHECK(first == second);
    CHECK(city.client("SCARD", "drivers:available:blr") == ":1\r\n");
}

TEST_CASE("two orders, two drivers, and then none")
{
    City city;
    CHECK(city.assign("ORD_1")["driver"]["id"] == "D2");
    CHECK(city.assign("ORD_2")["driver"]["id"] == "D4");
    const auto none = city.assign("ORD_3");
    CHECK(city.status == 409);
    CHECK(none["type"] == "/v1/problems#no-driver");
    CHECK(none["detail"] == "No driver has the order: no driver is available.");
    CHECK(city.client("EXISTS", "order:ORD_3") == ":0\r\n");
}

TEST_CASE("an offer is answered when the driver is")
{
    City city;
    const auto answer = city.offer("ORD_1");
    CHECK_FALSE(answer->response);
    SECTION("who accepts")
    {
        city.client("ASSIGN.ACCEPT", "order:ORD_1", "1");
        city.gateway.go_on();
        CHECK(city.read(*answer->response)["driver"]["id"] == "D2");
    }
    SECTION("who declines: the next one is asked")
    {
        city.client("ASSIGN.REJECT", "order:ORD_1", "1");
        city.gateway.go_on();
        CHECK_FALSE(answer->response);
        city.client("ASSIGN.ACCEPT", "order:ORD_1", "2");
        city.gateway.go_on();
        CHECK(city.read(*answer->response)["driver"]["id"] == "D4");
    }
    SECTION("who says nothing, nor does the next one")
    {
        city.client.clock.advance(31s);
        city.client("PING");
        city.client.clock.advance(31s);
        city.client("PING");
        city.gateway.go_on();
        CHECK(city.read(*answer->response)["type"] == "/v1/problems#no-driver");
        CHECK(city.status == 409);
    }
    SECTION("or the order is cancelled")
    {
        city.client("ASSIGN.CANCEL", "order:ORD_1");
        city.gateway.go_on();
        CHECK(city.read(*answer->response)["type"] == "/v1/problems#order-ended");
    }
    SECTION("or its key is deleted")
    {
        city.client("DEL", "order:ORD_1");
        city.gateway.held_orders.check();
        CHECK(city.read(*answer->response)["status"] == 409);
    }
    SECTION("and all who asked for it")
    {
        const auto again = city.offer("ORD_1");
        city.client("ASSIGN.ACCEPT", "order:ORD_1", "1");
        city.gateway.go_on();
        CHECK(city.read(*answer->response)["delivery_id"] == "DEL_1");
        CHECK(city.read(*again->response)["delivery_id"] == "DEL_1");
    }
}

TEST_CASE("the city: of the request, of the restaurant, of the option, or a problem")
{
    server::Options options;
    options.http_city = "mum";
    City with_default{options};
    CHECK(with_default.assign("ORD_1")["driver"]["id"] == "D2");
    CHECK(with_default.assign("ORD_2", R"(,"city":"del")")["type"] == "/v1/problems#no-driver");
    City city;
    city.client("DEL", "restaurant:RST_441");
    CHECK(city.assign("ORD_1")["type"] == "/v1/problems#no-city");
    CHECK(city.status == 422);
}

TEST_CASE("impossible places and swapped ones say so")
{
    City city;
    const auto swapped =
        city.post("/v1/delivery/assign",
                  R"({"order_id":"O","city":"blr","location":{"lat":77.5946,"lng":12.9716}})");
    CHECK(city.status == 409);
    CHECK(swapped["detail"].get<std::string>().ends_with("longitude and latitude swapped?."));
    CHECK(swapped["fix"].get<std::string>().find("[longitude, latitude]") != std::string::npos);
    const std::string_view zero = R"({"order_id":"O","city":"blr","location":{"lat":0,"lng":0.0}})";
    CHECK(city.post("/v1/delivery/assign", zero)["type"] == "/v1/problems#place-is-zero");
    const std::string_view meant =
        R"({"order_id":"O","city":"blr","location":{"lat":0,"lng":0},"force":true})";
    CHECK(city.post("/v1/delivery/assign", meant)["type"] == "/v1/problems#no-driver");
}

TEST_CASE("a key of another type, and no memory")
{
    City city;
    city.client("SET", "order:ORD_1", "text");
    CHECK(city.assign("ORD_1")["type"] == "/v1/problems#wrong-type");
    CHECK(city.status == 409);
    city.client("DEL", "driver:D2");
    city.client("SET", "driver:D2", "text");
    CHECK(city.assign("ORD_2")["driver"]["name"].is_null());
    city.client.server().over_memory_limit = true;  // a sanitizer's allocator does not tell
    CHECK(city.assign("ORD_3")["type"] == "/v1/problems#out-of-memory");
    CHECK(city.status == 507);
}

TEST_CASE("explain tells why, and changes nothing")
{
    City city;
    city.assign("ORD_1");
    const auto why = city.post("/v1/orders/explain",
                               R"({"city":"blr","location":{"lat":12.9716,"lng":77.5946}})");
    CHECK(why["chosen"] == "D4");
    CHECK(why["candidates"][0]["driver"] == "D2");
    CHECK(why["candidates"][0]["verdict"] == "passed over");
    CHECK(why["candidates"][1]["verdict"] == "chosen");
}

TEST_CASE("CLIENT PAUSE holds requests that may change something")
{
    City city;
    city.client("CLIENT", "PAUSE", "1000", "WRITE");
    CHECK(city.get("/v1/drivers/D2?city=blr")["status"] == "available");
    const auto held = city.offer("ORD_1");
    CHECK_FALSE(held->response);
    CHECK(city.client("EXISTS", "order:ORD_1") == ":0\r\n");

    SECTION("until it is over")
    {
        city.client.clock.advance(1s);
        city.client("PING");
        city.gateway.go_on();
        CHECK_FALSE(held->response);  // offered, by now
        CHECK(city.client("HGET", "order:ORD_1", "state") == "$7\r\noffered\r\n");
        city.client("ASSIGN.ACCEPT", "order:ORD_1", "1");
        city.gateway.go_on();
        CHECK(city.read(*held->response)["driver"]["id"] == "D2");
    }
    SECTION("until it is ended")
    {
        city.client("CLIENT", "UNPAUSE");
        city.client("PING");
        city.gateway.go_on();
        CHECK(city.client("HGET", "order:ORD_1", "state") == "$7\r\noffered\r\n");
    }
    SECTION("and through the next one")
    {
        city.client("CLIENT", "PAUSE", "5000", "WRITE");
        city.client.clock.advance(2s);
        city.client("PING");
        city.gateway.go_on();
        CHECK(city.client("EXISTS", "order:ORD_1") == ":0\r\n");
    }
    SECTION("or the server goes down")
    {
        city.gateway.shut_down();
        CHECK(city.read(*held->response)["type"] == "/v1/problems#shutting-down");
    }
}

TEST_CASE("CLIENT PAUSE ALL holds every request")
{
    City city;
    city.client("CLIENT", "PAUSE", "1000", "ALL");
    const auto held = city.begin({.path = "/v1/drivers/D2", .query = "city=blr"});
    CHECK_FALSE(held->response);
    city.client.clock.advance(1s);
    city.client.server().tick();
    city.gateway.go_on();
    CHECK(city.read(*held->response)["status"] == "available");
}

TEST_CASE("who waits for a driver is told that the server goes down, once")
{
    City city;
    const auto held = city.offer("ORD_1");
    REQUIRE_FALSE(held->response);
    city.gateway.shut_down();
    REQUIRE(held->response);
    CHECK(held->response->status == 503);
    CHECK(held->response->close);
    CHECK(city.read(*held->response)["type"] == "/v1/problems#shutting-down");
    held->response.reset();
    city.client("ASSIGN.ACCEPT", "order:ORD_1", "1");
    city.gateway.go_on();
    CHECK_FALSE(held->response);
}
