#include <catch2/catch.hpp>

#include "tests/unit/gateway/caller.h"

namespace gateway = server::gateway;
using gateway::Method;
using tests::Caller;

namespace {

server::Options with_password()
{
    server::Options options;
    options.require_pass = "tiffin";
    return options;
}

std::string header_of(const gateway::Response& response, std::string_view name)
{
    for (const auto& [its_name, value] : response.headers)
        if (its_name == name) return value;
    return {};
}

}  // namespace

TEST_CASE("a name that is not the server's own is refused: DNS rebinding")
{
    server::Options options;
    options.http_hosts = {"dabba.example"};
    Caller http{options};
    for (const auto host : {"localhost", "localhost:8080", "127.0.0.1:8080", "[::1]:8080",
                            "192.168.1.7", "dabba.example", "DABBA.example:443"}) {
        CAPTURE(host);
        CHECK(http.send({.path = "/v1/session", .host = host}).status == 200);
    }
    for (const auto host : {"evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8080",
                            "[::1", "1.2.3.4x"}) {
        CAPTURE(host);
        CHECK(http.send({.path = "/v1/session", .host = host}).status == 403);
        CHECK(http.send({.path = "/", .host = host}).status == 403);
    }
}

TEST_CASE("a page of another site is refused, unless it is a friend")
{
    server::Options options;
    options.http_origins = {"https://ops.example"};
    Caller http{options};
    const auto status_from = [&](std::string_view origin, std::string_view fetch_site) {
        return http
            .send({.path = "/v1/session",
                   .host = "localhost:8080",
                   .origin = origin,
                   .fetch_site = fetch_site})
            .status;
    };
    CHECK(status_from("http://localhost:8080", "same-origin") == 200);
    CHECK(status_from("", "") == 200);
    CHECK(status_from("", "none") == 200);
    CHECK(status_from("https://ops.example", "cross-site") == 200);
    CHECK(status_from("http://localhost:3000", "same-site") == 403);
    CHECK(status_from("http://evil.example", "cross-site") == 403);
    CHECK(status_from("null", "cross-site") == 403);
    CHECK(status_from("", "cross-site") == 403);

    const auto answer = http.send({.path = "/v1/session", .origin = "https://ops.example"});
    CHECK(header_of(answer, "Access-Control-Allow-Origin") == "https://ops.example");
    CHECK(
        http.send(
                {.method = Method::Options, .path = "/v1/command", .origin = "https://ops.example"})
            .status == 204);
}

TEST_CASE("with requirepass, a bearer token or a session is needed")
{
    Caller http{with_password()};
    const auto status_with = [&](std::string_view authorization, std::string_view cookie) {
        return http.send({.path = "/v1/stats", .authorization = authorization, .cookie = cookie})
            .status;
    };
    CHECK(status_with("", "") == 401);
    CHECK(status_with("Bearer wrong", "") == 401);
    CHECK(status_with("Bearer tiffin", "") == 200);
    CHECK(status_with("Basic tiffin", "") == 401);
    CHECK(http.client.server().stats.wrong_passwords == 1);

    http.post("/v1/session", R"({"password":"wrong"})");
    CHECK(http.status == 401);
    const auto entered = http.send({.method = Method::Post,
                                    .path = "/v1/session",
                                    .body = R"({"password":"tiffin"})",
                                    .content_type = "application/json"});
    const std::string cookie = header_of(entered, "Set-Cookie");
    CHECK(cookie.find("HttpOnly; SameSite=Strict") != std::string::npos);
    const std::string pair = "theme=dark; " + cookie.substr(0, cookie.find(';'));
    CHECK(status_with("", pair) == 200);

    SECTION("until it is ended")
    {
        http.send({.method = Method::Delete, .path = "/v1/session", .cookie = pair});
    }
    SECTION("for twelve hours") { http.client.clock.advance(std::chrono::hours{12}); }
    SECTION("or until the password is another")
    {
        http.client("AUTH", "tiffin");
        http.client("CONFIG", "SET", "requirepass", "lunch");
    }
    CHECK(status_with("", pair) == 401);
}

TEST_CASE("a wrong password ends the connection, so that guessing costs one each time")
{
    Caller http{with_password()};
    CHECK(http.send({.path = "/v1/stats", .authorization = "Bearer x"}).close);
}

TEST_CASE("any password of the default user opens the gate, and none while they are off")
{
    Caller http;
    const auto status_with = [&](std::string_view authorization) {
        return http.send({.path = "/v1/stats", .authorization = authorization}).status;
    };
    CHECK(status_with("") == 200);
    http.client("ACL", "SETUSER", "default", ">tiffin", ">lunch");
    CHECK(status_with("") == 401);
    CHECK(status_with("Bearer tiffin") == 200);
    CHECK(status_with("Bearer lunch") == 200);
    http.client("ACL", "SETUSER", "default", "off");
    CHECK(status_with("Bearer tiffin") == 401);
    http.client("ACL", "SETUSER", "default", "nopass");
    CHECK(status_with("") == 401);
}

TEST_CASE("HTTP may do what the default user may do")
{
    Caller http;
    http.client("ACL", "SETUSER", "default", "-flushall", "resetkeys", "~a*");
    const auto run = [&](std::string_view body) {
        return http.post("/v1/command", body)["text"].get<std::string>();
    };
    CHECK(run(R"({"args":["GET","a"]})") == "(nil)");
    CHECK(run(R"({"args":["GET","b"]})") == "(error) NOPERM No permissions to access a key");
    CHECK_THAT(run(R"({"args":["FLUSHALL"]})"), Catch::Contains("NOPERM"));
    CHECK_THAT(run(R"x({"args":["EVAL","return redis.call('get','b')","0"]})x"),
               Catch::Contains("ACL failure in script"));
    http.get("/v1/drivers/D4?city=blr");
    CHECK(http.status == 403);
}

TEST_CASE("WebSockets are for a default user who may do everything")
{
    Caller http;
    const auto open = [&] { return http.begin({.path = "/v1/events", .wants_web_socket = true}); };
    CHECK(open()->socket != nullptr);
    http.client("ACL", "SETUSER", "default", "resetkeys", "~a*");
    const auto refused = open();
    CHECK(refused->socket == nullptr);
    CHECK(refused->response->status == 403);
}

TEST_CASE("wrong passwords are counted, and in ACL LOG")
{
    Caller http{with_password()};
    http.client("AUTH", "tiffin");
    const auto post = [&](std::string_view body) {
        return http
            .send({.method = Method::Post,
                   .path = "/v1/session",
                   .body = body,
                   .address = "10.0.0.7:51234"})
            .status;
    };
    http.send({.path = "/v1/stats", .address = "10.0.0.7:51233", .authorization = "Bearer lunch"});
    CHECK(post(R"({"password":"lunch"})") == 401);
    CHECK(post(R"({"password":"tiffin"})") == 200);
    http.send({.path = "/v1/stats"});  // gives none
    CHECK_THAT(http.client("INFO", "stats"), Catch::Contains("acl_access_denied_auth:2\r\n"));
    const std::string log = http.client("ACL", "LOG");
    CHECK_THAT(log,
               Catch::StartsWith("*1\r\n*20\r\n$5\r\ncount\r\n:2\r\n$6\r\nreason\r\n$4\r\nauth"));
    CHECK_THAT(log, Catch::Contains("addr=10.0.0.7:5123"));
    CHECK_THAT(http.client("CLIENT", "LIST"), Catch::Contains("addr=http:0"));
}
