#include <catch2/catch.hpp>
#include <chrono>
#include <string>

#include "tests/unit/gateway/caller.h"

using tests::Caller;
using namespace std::chrono_literals;

namespace {

server::Options with_workspaces()
{
    server::Options options = tests::options_for_tests();
    options.workspaces = true;
    return options;
}

server::gateway::Request command(std::string_view body, std::string_view workspace = {})
{
    return {.method = server::gateway::Method::Post,
            .path = "/v1/command",
            .body = body,
            .workspace = workspace};
}

constexpr std::string_view kSet = R"({"args":["SET","key","1"]})";
constexpr std::string_view kGet = R"({"args":["GET","key"]})";

}  // namespace

TEST_CASE("a fault's error is answered as that of the command")
{
    Caller http{tests::options_for_tests()};
    http.client("FAULT", "ADD", "COMMAND", "set", "TIMES", "1", "ERROR", "READONLY no writes here");
    http.client("FAULT", "ADD", "COMMAND", "geoadd", "TIMES", "1", "ERROR", "OOM no memory");
    const auto refused = http.post("/v1/command", kSet);
    CHECK(refused["is_error"] == true);
    CHECK(refused["text"] == "(error) READONLY no writes here");
    CHECK(http.client("EXISTS", "key") == ":0\r\n");
    const auto problem =
        http.put("/v1/drivers/D4/location", R"({"city":"blr","lat":12.9,"lng":77.5})");
    CAPTURE(problem.dump());
    CHECK(http.status == 507);
    CHECK(problem["type"] == "/v1/problems#out-of-memory");
    CHECK(http.post("/v1/command", kSet)["text"] == "OK");
}

TEST_CASE("a fault ends an HTTP connection before the command, or after it")
{
    Caller http{tests::options_for_tests()};
    http.client("FAULT", "ADD", "COMMAND", "set", "TIMES", "1", "DROP");
    auto answer = http.begin(command(kSet));
    CHECK(answer->dropped);
    CHECK_FALSE(answer->response);
    CHECK(http.client("EXISTS", "key") == ":0\r\n");

    http.client("FAULT", "ADD", "COMMAND", "set", "TIMES", "1", "DROPREPLY");
    answer = http.begin(command(kSet));
    CHECK(answer->dropped);
    CHECK(http.client("GET", "key") == "$1\r\n1\r\n");

    http.client("FAULT", "ADD", "KEY", "key", "TIMES", "1", "HALFREPLY");
    answer = http.begin(command(kGet));
    CHECK(answer->half);
    CHECK(http.begin(command(kGet))->response->status == 200);
}

TEST_CASE("a fault holds an answer back, by the server's clock")
{
    Caller http{tests::options_for_tests()};
    http.client("FAULT", "ADD", "CLIENT", "http", "TIMES", "1", "DELAY", "200ms");
    const auto answer = http.begin(command(kSet));
    CHECK_FALSE(answer->response);
    http.client.clock.advance(199ms);
    http.client("PING");
    CHECK_FALSE(answer->response);
    http.client.clock.advance(1ms);
    http.client("PING");
    REQUIRE(answer->response);
    CHECK(answer->response->status == 200);
}

TEST_CASE("a stalled request has no answer until the server goes down")
{
    Caller http{tests::options_for_tests()};
    http.client("FAULT", "ADD", "TIMES", "1", "STALL");
    const auto answer = http.begin(command(kSet));
    http.client.clock.advance(1h);
    http.client("PING");
    CHECK_FALSE(answer->response);
    CHECK(http.client("EXISTS", "key") == ":0\r\n");
    http.gateways.shut_down();
    CHECK(answer->response->status == 503);
}

TEST_CASE("while the server is down, requests over HTTP have no answer either")
{
    Caller http{tests::options_for_tests()};
    http.client("FAULT", "ADD", "COMMAND", "set", "TIMES", "1", "DOWN", "5s");
    CHECK(http.begin(command(kSet))->dropped);
    CHECK(http.begin(command(kGet))->dropped);
}

TEST_CASE("a request names its workspace in a header")
{
    Caller http{with_workspaces()};
    CHECK(http.read(http.send(command(kSet, "one")))["text"] == "OK");
    CHECK(http.read(http.send(command(kGet, "one")))["text"] == "\"1\"");
    CHECK(http.read(http.send(command(kGet, "two")))["text"] == "(nil)");
    CHECK(http.post("/v1/command", kGet)["text"] == "(nil)");

    tests::Client inside{http.client};
    inside("WORKSPACE", "USE", "one");
    CHECK(inside("GET", "key") == "$1\r\n1\r\n");
    inside("FAULT", "ADD", "COMMAND", "get", "DROP");
    CHECK(http.begin(command(kGet, "one"))->dropped);
    CHECK_FALSE(http.begin(command(kGet, "two"))->dropped);
}

TEST_CASE("a workspace that was dropped is made anew by the next request over HTTP")
{
    Caller http{with_workspaces()};
    http.send(command(kSet, "one"));
    CHECK(http.client("WORKSPACE", "DROP", "one") == ":1\r\n");
    CHECK(http.read(http.send(command(kGet, "one")))["text"] == "(nil)");
    http.client("WORKSPACE", "DROP", "one");
    http.gateways.go_on();
    CHECK(http.gateways.workspaces() == 0);
    CHECK(http.client.server().workspaces.size() == 0);
}

TEST_CASE("a workspace that is used over HTTP alone ends a minute after the last request")
{
    Caller http{with_workspaces()};
    auto& timekeeper = http.client.server().timekeeper;
    const store::TimePoint start{1'700'000'000s};
    timekeeper.observe(start);
    http.send(command(kSet, "one"));
    timekeeper.observe(start + 60s);
    http.gateways.go_on();
    CHECK(http.gateways.workspaces() == 1);
    timekeeper.observe(start + 61s);
    http.gateways.go_on();
    CHECK(http.gateways.workspaces() == 0);
    CHECK(http.client.server().workspaces.size() == 0);
}

TEST_CASE("a request that names a workspace where there are none is refused")
{
    Caller http{tests::options_for_tests()};
    const auto problem = http.read(http.send(command(kSet, "one")));
    CHECK(http.status == 400);
    CHECK(problem["detail"] == "ERR workspaces are off; start with --workspaces yes");
}

TEST_CASE("a workspace is no way around the password")
{
    server::Options options = with_workspaces();
    options.require_pass = "secret";
    Caller http{options};
    CHECK(http.send(command(kSet, "one")).status == 401);
    auto request = command(kSet, "one");
    request.authorization = "Bearer secret";
    CHECK(http.send(request).status == 200);
}
