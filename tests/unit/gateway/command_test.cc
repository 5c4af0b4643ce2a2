#include <catch2/catch.hpp>

#include "tests/unit/gateway/caller.h"

using tests::Caller;

TEST_CASE("a command is run as a client of RESP3 would, and printed as redis-cli prints")
{
    Caller http;
    const auto run = [&](std::string_view args) {
        return http.post("/v1/command", R"({"args":)" + std::string{args} + "}");
    };
    run(R"(["HSET","driver:D4","name","Rohit","rating","4.8"])");
    const auto all = run(R"(["HGETALL","driver:D4"])");
    CHECK(all["reply"].dump() == R"({"name":"Rohit","rating":"4.8"})");
    CHECK(all["text"] == "1# \"name\" => \"Rohit\"\n2# \"rating\" => \"4.8\"");
    CHECK(all["is_error"] == false);
    CHECK(run(R"(["GET","driver:D4"])")["is_error"] == true);
    CHECK(http.status == 200);
    CHECK(run(R"(["SET","bytes","\u00ff"])")["text"] == "OK");
    http.client("SET", "raw", "\xff");
    CHECK(run(R"(["GET","raw"])")["reply"] == "\xEF\xBF\xBD");
    CHECK(run(R"(["GET","raw"])")["text"] == R"("\xff")");
}

TEST_CASE("what needs a connection of its own is refused")
{
    Caller http;
    for (const auto args : {R"(["SUBSCRIBE","news"])", R"(["MULTI"])", R"(["watch","key"])",
                            R"(["BLPOP","list","0"])", R"(["AUTH","x"])", R"(["HELLO","2"])",
                            R"(["CLIENT","REPLY","OFF"])", R"(["SELECT","1"])", R"(["QUIT"])",
                            R"(["RESET"])", R"(["SHUTDOWN"])", R"(["PSUBSCRIBE","*"])"}) {
        CAPTURE(args);
        const auto answer = http.post("/v1/command", R"({"args":)" + std::string{args} + "}");
        CHECK(answer["type"] == "/v1/problems#command-needs-connection");
    }
    CHECK_FALSE(http.client.server().shutdown_requested);
    CHECK(http.post("/v1/command", R"({"args":["PING"]})")["text"] == "PONG");
    CHECK(http.post("/v1/command", R"({"args":["nonsense"]})")["is_error"] == true);
}

TEST_CASE("every command is listed with its documentation")
{
    Caller http;
    const auto commands = http.get("/v1/commands")["commands"];
    bool found = false;
    for (const auto& command : commands) {
        CHECK(!command["summary"].get<std::string>().empty());
        if (command["name"] != "CLIENT SETNAME") continue;
        found = true;
        CHECK(command["arguments"][0]["name"] == "connection-name");
    }
    CHECK(found);
}

TEST_CASE("the numbers of /v1/stats are the server's own")
{
    Caller http;
    http.client("SET", "a", "1");
    const auto stats = http.get("/v1/stats");
    CHECK(stats["keys"] == 1);
    CHECK(stats["commands_total"] == 1);
    CHECK(stats["offers_open"] == 0);
    CHECK(stats["slow"].is_array());
}
