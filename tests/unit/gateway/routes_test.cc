#include <catch2/catch.hpp>
#include <set>

#include "server/gateway/status.h"
#include "tests/unit/gateway/caller.h"

namespace gateway = server::gateway;
using gateway::Method;
using tests::Caller;

TEST_CASE("what is not there is told from what takes another method")
{
    Caller http;
    CHECK(http.get("/v1/nothing")["type"] == "/v1/problems#no-such-page");
    CHECK(http.status == 404);
    CHECK(http.get("/v1/command")["type"] == "/v1/problems#no-such-method");
    CHECK(http.status == 405);
    CHECK(http.get("/elsewhere")["type"] == "/v1/problems#no-such-page");
}

TEST_CASE("a body is read as its fields say, and everything that is wrong is said at once")
{
    Caller http;
    const auto problem = [&](std::string_view body) {
        return http.post("/v1/delivery/assign", body);
    };
    CHECK(problem("{")["type"] == "/v1/problems#bad-json");
    CHECK(http.status == 400);
    CHECK(problem("[1]")["type"] == "/v1/problems#not-an-object");
    const auto bad = problem(
        R"({"order_id":"","location":{"lat":99,"lng":"x"},"radius_km":-1,"timeout_sec":1.5,"strategy":"best","radius":3})");
    CHECK(http.status == 422);
    std::set<std::string> fields;
    for (const auto& error : bad["errors"]) fields.insert(error["field"]);
    CHECK(fields == std::set<std::string>{"order_id", "location.lat", "location.lng", "radius_km",
                                          "timeout_sec", "strategy", "radius"});
    CHECK(bad["detail"].get<std::string>().find("[longitude, latitude]") != std::string::npos);
    CHECK(problem("{}")["errors"].size() == 3);

    const auto plain = http.send({.method = Method::Post,
                                  .path = "/v1/delivery/assign",
                                  .body = "{}",
                                  .content_type = "text/plain"});
    CHECK(plain.status == 415);
}

TEST_CASE("a body that is too long is refused before it is read")
{
    server::Options options;
    options.http_max_body = 1024;
    Caller http{options};
    http.post("/v1/command", std::string(1025, '{'));
    CHECK(http.status == 413);
}

TEST_CASE("deeply nested JSON is refused, and does no harm")
{
    Caller http;
    CHECK(http.post("/v1/command", std::string(500'000, '['))["type"] == "/v1/problems#bad-json");
    CHECK(http.post("/v1/command", R"({"args":)" + std::string(100'000, '[') +
                                       std::string(100'000, ']') + "}")["type"] ==
          "/v1/problems#bad-json");
    CHECK(http.post("/v1/command",
                    R"({"args":["[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"[[["]})")["is_error"] == true);
}

TEST_CASE("the OpenAPI document holds every route, and each of its fields")
{
    Caller http;
    const auto document = http.get("/v1/openapi.json");
    CHECK(document["openapi"] == "3.1.0");
    std::size_t operations = 0;
    for (const auto& [path, methods] : document["paths"].items()) operations += methods.size();
    CHECK(operations == gateway::routes().size());
    for (const auto& route : gateway::routes()) {
        CAPTURE(route.path);
        CHECK(!route.summary.empty());
        CHECK(!route.answer.empty());
        for (const auto& field : route.fields) {
            const bool is_in_path =
                route.path.find("{" + std::string{field.name} + "}") != std::string_view::npos;
            CHECK(is_in_path == (field.in == gateway::In::Path));
        }
    }
    const auto& assign = document["paths"]["/v1/delivery/assign"]["post"];
    const auto& schema = assign["requestBody"]["content"]["application/json"]["schema"];
    CHECK(schema["properties"]["location"]["properties"]["lat"]["maximum"] == 85.05112878);
    CHECK(schema["required"].dump() == R"(["order_id","location"])");
    CHECK(assign["responses"].contains("409"));
}

TEST_CASE("each problem has its words on the wire, and says what to do")
{
    std::set<std::string_view> slugs;
    for (const auto& row : gateway::problem_types()) {
        CAPTURE(row.slug);
        CHECK(slugs.insert(row.slug).second);
        CHECK(gateway::reason_of(row.status) != "Unknown");
        CHECK(!row.fix.empty());
    }
    Caller http;
    CHECK(http.get("/v1/problems")["problems"].size() == slugs.size());
}
