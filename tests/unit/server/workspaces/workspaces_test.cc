#include "server/workspaces/workspaces.h"

#include <catch2/catch.hpp>
#include <string>

#include "tests/support/client.h"

using tests::Client;

namespace {

server::Options with_workspaces()
{
    server::Options options = tests::options_for_tests();
    options.workspaces = true;
    options.notify_keyspace_events = "KEA";
    return options;
}

constexpr const char* kOk = "+OK\r\n";
constexpr const char* kNothing = "$-1\r\n";

}  // namespace

TEST_CASE("without the option the names of workspaces are names as any others")
{
    Client client;
    CHECK(client("CLIENT", "SETNAME", "workspace:a") == kOk);
    CHECK(client("AUTH", "workspace", "a").starts_with("-WRONGPASS"));
    CHECK(client("AUTH", "workspace:a").starts_with("-ERR AUTH <password> called without"));
    CHECK(client.server().workspaces.size() == 0);
}

TEST_CASE("a client names its workspace in any of several ways")
{
    Client home{with_workspaces()};
    Client by_user{home}, by_password{home}, by_name{home}, by_hello{home}, by_command{home};
    CHECK(by_user("AUTH", "workspace", "a") == kOk);
    CHECK(by_user("SET", "key", "of a") == kOk);
    CHECK(by_password("AUTH", "workspace:a") == kOk);
    CHECK(by_name("CLIENT", "SETNAME", "workspace:a") == kOk);
    CHECK(by_hello("HELLO", "2", "SETNAME", "workspace:a").starts_with("*14"));
    CHECK(by_command("WORKSPACE", "USE", "a") == kOk);
    for (Client* client : {&by_user, &by_password, &by_name, &by_hello, &by_command}) {
        CHECK((*client)("GET", "key") == "$4\r\nof a\r\n");
        CHECK((*client)("WORKSPACE", "CURRENT") == "$1\r\na\r\n");
    }
    CHECK(by_name("CLIENT", "GETNAME") == "$11\r\nworkspace:a\r\n");
    CHECK(home("GET", "key") == kNothing);
    CHECK(home("WORKSPACE", "LIST") ==
          "*1\r\n*6\r\n$4\r\nname\r\n$1\r\na\r\n$11\r\nconnections\r\n:5\r\n$4\r\nkeys\r\n:1\r\n");
}

TEST_CASE("workspaces share neither keys nor clock, faults, messages, scripts and settings")
{
    server::Options options = with_workspaces();
    options.config_file = "/nowhere/dabba.conf";
    Client home{options};
    Client a{home}, b{home};
    a("AUTH", "workspace", "a");
    b("AUTH", "workspace", "b");
    a("SET", "key", "1");
    CHECK(b("EXISTS", "key") == ":0\r\n");
    CHECK(a("CONFIG", "REWRITE") == "-ERR The server is running without a config file\r\n");
    CHECK(home("CONFIG", "REWRITE") == "-ERR Rewriting config file: No such file or directory\r\n");

    a("CLOCK", "ADVANCE", "1h");
    CHECK(a.server().clock.now() - home.clock.now() == std::chrono::hours{1});
    CHECK(b.server().clock.now() == home.clock.now());

    a("FAULT", "ADD", "ERROR", "LOADING a");
    CHECK(a("PING") == "-LOADING a\r\n");
    CHECK(b("PING") == "+PONG\r\n");
    a("FAULT", "CLEAR");

    b("SUBSCRIBE", "news");
    CHECK(a("PUBLISH", "news", "x") == ":0\r\n");
    CHECK(home("PUBLISH", "news", "x") == ":0\r\n");
    b("UNSUBSCRIBE");

    a("SCRIPT", "LOAD", "return 1");
    CHECK(b("EVALSHA", "e0e1f9fabfc9d4800c877a703b823ac0578ff8db", "0").starts_with("-NOSCRIPT"));

    a("CONFIG", "SET", "hash-max-listpack-entries", "7");
    CHECK(b("CONFIG", "GET", "hash-max-listpack-entries").find("512") != std::string::npos);
    CHECK(b("DBSIZE") == ":0\r\n");
    a("FLUSHALL");
    CHECK(home("DBSIZE") == ":0\r\n");
}

TEST_CASE("a session leaves behind what it had in the other workspace")
{
    Client home{with_workspaces()};
    Client other{home};
    home("HELLO", "3");
    home("SELECT", "3");
    home("SUBSCRIBE", "news");
    home("WATCH", "key");
    const auto id = home.session().id;
    home("WORKSPACE", "USE", "a");
    CHECK(other("PUBLISH", "news", "x") == ":0\r\n");
    other("SELECT", "3");
    other("SET", "key", "changed");
    CHECK(home("MULTI") == kOk);
    CHECK(home("SET", "key", "in a") == "+QUEUED\r\n");
    CHECK(home("EXEC") == "*1\r\n+OK\r\n");
    CHECK(home("CLIENT", "ID") == ":" + std::to_string(id) + "\r\n");
    CHECK(home("WORKSPACE", "USE", "") == kOk);
    CHECK(home("GET", "key") == "$7\r\nchanged\r\n");
}

TEST_CASE("a workspace ends with its last client, or by name")
{
    Client home{with_workspaces()};
    {
        Client a{home};
        a("AUTH", "workspace", "a");
        a("SET", "key", "1");
        CHECK(home.server().workspaces.size() == 1);
    }
    CHECK(home.server().workspaces.size() == 0);
    while (home.server().workspaces.tick()) continue;
    Client a{home};
    a("AUTH", "workspace", "a");
    CHECK(a("EXISTS", "key") == ":0\r\n");
    CHECK(home("WORKSPACE", "DROP", "a") == ":1\r\n");
    CHECK(home("WORKSPACE", "DROP", "a") == ":0\r\n");
    CHECK(a.session().close_after_reply);
}

TEST_CASE("a workspace outlives a connection that a fault has ended")
{
    Client home{with_workspaces()};
    {
        Client a{home};
        a("AUTH", "workspace", "a");
        a("FAULT", "ADD", "COMMAND", "set", "TIMES", "1", "DROPREPLY");
        CHECK(a("SET", "lock", "1", "NX") == "");
    }
    Client again{home};
    again("AUTH", "workspace", "a");
    CHECK(again("SET", "lock", "1", "NX") == kNothing);
}

TEST_CASE("naming a workspace is no way around a password")
{
    server::Options options = with_workspaces();
    options.require_pass = "secret";
    Client client{options};
    CHECK(client("AUTH", "workspace", "a").starts_with("-WRONGPASS"));
    CHECK(client("AUTH", "workspace:a").starts_with("-WRONGPASS"));
    CHECK(client("AUTH", "secret") == kOk);
    CHECK(client("AUTH", "workspace", "a") == kOk);
    CHECK(client("WORKSPACE", "CURRENT") == "$1\r\na\r\n");
}

TEST_CASE("there is an end to workspaces and to their names")
{
    Client client{with_workspaces()};
    CHECK(client("WORKSPACE", "USE", std::string(129, 'x')).starts_with("-ERR the name"));
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 1000; ++i) {
        clients.push_back(std::make_unique<Client>(client));
        REQUIRE((*clients.back())("WORKSPACE", "USE", std::to_string(i)) == kOk);
    }
    CHECK(client("WORKSPACE", "USE", "more").starts_with("-ERR there are 1000 workspaces already"));
    CHECK(client("WORKSPACE", "USE", "7") == kOk);
}
