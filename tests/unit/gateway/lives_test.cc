#include <catch2/catch.hpp>

#include "tests/unit/gateway/caller.h"

using tests::Caller;

namespace {

constexpr std::string_view kOrder =
    R"({"order_id":"O","city":"blr","mode":"assign","location":{"lat":12.9716,"lng":77.5946}})";

void add_driver(Caller& http, const std::string& id, const std::string& longitude)
{
    http.put("/v1/drivers/" + id, R"({"name":"Asha","rating":4.9,"vehicle":"Bike","city":"blr"})");
    http.put("/v1/drivers/" + id + "/location", R"({"lat":12.97,"lng":)" + longitude + "}");
    http.put("/v1/drivers/" + id + "/availability", R"({"available":true})");
}

}  // namespace

TEST_CASE("a driver's life over HTTP is that of the keys")
{
    Caller http;
    CHECK(http.get("/v1/drivers/D1")["type"] == "/v1/problems#no-such-driver");
    add_driver(http, "D1", "77.59");
    CHECK(http.client("HGET", "driver:D1", "rating") == "$3\r\n4.9\r\n");
    CHECK(http.client("SISMEMBER", "drivers:available:blr", "driver:D1") == ":1\r\n");
    const auto driver = http.get("/v1/drivers/D1");
    CHECK(driver["status"] == "available");
    CHECK(driver["name"] == "Asha");
    CHECK(driver["location"]["lng"].get<double>() == Approx(77.59).margin(1e-5));
    CHECK(driver["connected"] == false);
    http.post("/v1/delivery/assign", kOrder);
    CHECK(http.get("/v1/drivers/D1")["status"] == "busy");
    CHECK(http.get("/v1/drivers/D1")["order"] == "O");
    http.put("/v1/drivers/D1/availability", R"({"available":false,"city":"blr"})");
    http.post("/v1/orders/O/cancel", "{}");
    CHECK(http.get("/v1/drivers/D1")["status"] == "available");  // as ASSIGN.CANCEL has it
}

TEST_CASE("an order's numbers are whole where they count")
{
    Caller http;
    add_driver(http, "D1", "77.59");
    http.post("/v1/delivery/assign", kOrder);
    const auto order = http.get("/v1/orders/O");
    CHECK(order["expires_in_ms"].is_number_integer());
    CHECK(order["expires_in_ms"] == 86'400'000);
    CHECK(order["token"] == 1);
    http.post("/v1/orders/O/complete", "{}");
    CHECK(http.get("/v1/orders/O")["expires_in_ms"].is_null());
}

TEST_CASE("drivers near a place are GeoJSON: longitude first")
{
    Caller http;
    add_driver(http, "D1", "77.59");
    add_driver(http, "D2", "77.60");
    add_driver(http, "D3", "78.00");
    http.put("/v1/drivers/D2/availability", R"({"available":false})");
    const auto near = http.get("/v1/drivers?city=blr&lng=77.58&lat=12.97&radius_km=5");
    REQUIRE(near["features"].size() == 2);
    const auto& first = near["features"][0];
    CHECK(first["properties"]["id"] == "D1");
    CHECK(first["properties"]["status"] == "available");
    CHECK(first["geometry"]["coordinates"][0].get<double>() == Approx(77.59).margin(1e-5));
    CHECK(near["features"][1]["properties"]["status"] == "off");
    CHECK(http.get("/v1/drivers?city=blr")["features"].size() == 3);
    CHECK(http.get("/v1/drivers?city=blr&limit=2")["features"].size() == 2);
    CHECK(http.get("/v1/drivers?city=mum")["features"].empty());
    http.client("SET", "driver:D3", "text");
    CHECK(http.get("/v1/drivers?city=blr")["features"].size() == 3);
    CHECK(http.get("/v1/drivers?city=blr&lat=99&lng=0")["type"] == "/v1/problems#bad-field");
    CHECK(http.get("/v1/drivers")["type"] == "/v1/problems#no-city");
}

TEST_CASE("an order's life over HTTP, with its timeline")
{
    Caller http;
    add_driver(http, "D1", "77.59");
    const std::string offer =
        R"({"order_id":"O","city":"blr","mode":"offer","location":{"lat":12.9716,"lng":77.5946}})";
    const auto held = http.begin(
        {.method = server::gateway::Method::Post, .path = "/v1/delivery/assign", .body = offer});
    CHECK(http.get("/v1/orders")["orders"][0]["state"] == "offered");
    CHECK(http.get("/v1/orders?city=mum")["orders"].empty());
    CHECK(http.post("/v1/orders/O/accept", R"({"token":2})")["type"] == "/v1/problems#stale-token");
    CHECK(http.post("/v1/orders/O/accept", "{}")["type"] == "/v1/problems#bad-field");
    CHECK(http.post("/v1/orders/O/accept", R"({"token":1})")["state"] == "assigned");
    CHECK(http.read(*held->response)["driver"]["id"] == "D1");
    CHECK(http.post("/v1/orders/O/complete", R"({"token":1})")["state"] == "completed");
    CHECK(http.post("/v1/orders/O/cancel", "{}")["type"] == "/v1/problems#wrong-state");
    const auto order = http.get("/v1/orders/O");
    CHECK(order["driver"] == "D1");
    REQUIRE(order["timeline"].size() == 3);
    CHECK(order["timeline"][0]["event"] == "offered");
    CHECK(order["timeline"][2]["event"] == "completed");
    CHECK(http.get("/v1/orders/nobody")["type"] == "/v1/problems#no-such-order");
    CHECK(http.status == 404);
}

TEST_CASE("an order that is given back goes on to the next driver")
{
    Caller http;
    add_driver(http, "D1", "77.59");
    add_driver(http, "D2", "77.60");
    http.post("/v1/delivery/assign", kOrder);
    const auto released =
        http.post("/v1/orders/O/release", R"({"token":1,"reason":"a flat tyre"})");
    CHECK(released["driver"] == "D2");
    CHECK(released["tried"][0] == "D1");
}

TEST_CASE("restaurants and cities")
{
    Caller http;
    http.put("/v1/restaurants/RST_441",
             R"({"name":"Meghana","city":"blr","location":{"lat":12.9716,"lng":77.5946}})");
    CHECK(http.status == 200);
    CHECK(http.client("HGET", "restaurant:RST_441", "city") == "$3\r\nblr\r\n");
    const auto all = http.get("/v1/restaurants?city=blr");
    CHECK(all["features"][0]["properties"]["name"] == "Meghana");
    add_driver(http, "D1", "77.59");
    http.post("/v1/delivery/assign", kOrder);
    const auto cities = http.get("/v1/cities");
    REQUIRE(cities.size() == 1);
    CHECK(cities[0]["city"] == "blr");
    CHECK(cities[0]["drivers"] == 1);
    CHECK(cities[0]["available"] == 0);
    CHECK(cities[0]["center"]["lat"].get<double>() == Approx(12.97).margin(1e-4));
}

TEST_CASE("cities are looked for among many keys a slice at a time, once for all who ask")
{
    Caller http;
    for (int i = 0; i < 10'000; ++i) http.client("SET", "key:" + std::to_string(i), "1");
    add_driver(http, "D1", "77.59");
    const auto first = http.begin({.path = "/v1/cities"});
    const auto second = http.begin({.path = "/v1/cities"});
    CHECK_FALSE(first->response);
    int slices = 0;
    while (!first->response && slices < 100) {
        http.gateway.go_on();
        ++slices;
    }
    CHECK(slices > 3);
    CHECK(http.read(first->response.value())[0]["city"] == "blr");
    CHECK(http.read(second->response.value())[0]["city"] == "blr");

    http.client("DEL", "drivers:geo:blr");
    http.client("FLUSHALL");
    CHECK(http.get("/v1/cities").empty());
}
