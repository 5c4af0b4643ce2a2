#include "server/testing/faults.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <string>

#include "server/insight/insight.h"
#include "tests/support/client.h"

using namespace std::chrono_literals;
using tests::Client;
using tests::options_for_tests;

namespace {

constexpr const char* kOk = "+OK\r\n";

}  // namespace

TEST_CASE("FAULT is refused unless the server was started with enable-test-commands")
{
    Client client;
    CHECK(client("FAULT", "ADD", "DROP").starts_with("-ERR FAULT command not allowed."));
}

TEST_CASE("a rule is for the requests that all of its patterns match")
{
    Client client{options_for_tests()};
    CHECK(client("FAULT", "ADD", "COMMAND", "SET", "KEY", "agent:*", "CLIENT", "app*", "ERROR",
                 "OOM no") == ":1\r\n");
    CHECK(client("SET", "agent:1", "x") == kOk);
    client("CLIENT", "SETNAME", "app1");
    CHECK(client("SET", "agent:1", "x") == "-OOM no\r\n");
    CHECK(client("SET", "other", "x") == kOk);
    CHECK(client("MSET", "agent:1", "y") == kOk);
    CHECK(client("GET", "agent:1") == "$1\r\ny\r\n");
    CHECK(client("FAULT", "ADD", "COMMAND", "client|*", "ERROR", "READONLY sorry") == ":2\r\n");
    CHECK(client("CLIENT", "GETNAME") == "-READONLY sorry\r\n");
    CHECK(client("FAULT", "REMOVE", "2") == ":1\r\n");
    CHECK(client("FAULT", "REMOVE", "2") == ":0\r\n");
    CHECK(client("CLIENT", "GETNAME") == "$4\r\napp1\r\n");
}

TEST_CASE("a rule strikes from its n-th request on, and so many times; its counts are listed")
{
    Client client{options_for_tests()};
    client("HELLO", "3");
    client("FAULT", "ADD", "COMMAND", "get", "NTH", "2", "TIMES", "2", "ERROR", "ERR struck");
    std::string replies;
    for (int i = 0; i < 5; ++i) replies += client("GET", "key").front();
    CHECK(replies == "_--__");
    CHECK(client("FAULT", "LIST") ==
          "*1\r\n%4\r\n$2\r\nid\r\n:1\r\n$4\r\nrule\r\n$42\r\nCOMMAND get NTH 2 TIMES 2 ERROR ERR "
          "struck\r\n$7\r\nmatched\r\n:5\r\n$6\r\nstruck\r\n:2\r\n");
    CHECK(client("FAULT", "CLEAR") == kOk);
    CHECK(client("FAULT", "LIST") == "*0\r\n");
}

TEST_CASE("an error that strikes while a transaction is collected spoils it")
{
    Client client{options_for_tests()};
    client("FAULT", "ADD", "COMMAND", "set", "TIMES", "1", "ERROR", "BUSY later");
    client("MULTI");
    CHECK(client("SET", "a", "1") == "-BUSY later\r\n");
    CHECK(client("EXEC") == "-EXECABORT Transaction discarded because of previous errors.\r\n");
    CHECK(client("SET", "a", "1") == kOk);
}

TEST_CASE("a delayed request runs after its time, by the clock that a test moves")
{
    Client client{options_for_tests()};
    Client other{client};
    client("FAULT", "ADD", "COMMAND", "incr", "TIMES", "1", "DELAY", "200ms", "TO", "300ms");
    CHECK(client("INCR", "n").empty());
    CHECK(client.session().blocked);
    other("CLOCK", "ADVANCE", "199ms");
    CHECK(other("GET", "n") == "$-1\r\n");
    other("CLOCK", "ADVANCE", "101ms");
    CHECK(client.take_output() == ":1\r\n");
    CHECK_FALSE(client.session().blocked);
    CHECK(other("GET", "n") == "$1\r\n1\r\n");
}

TEST_CASE("what a delayed request has waited is not its time")
{
    static std::chrono::nanoseconds passed;
    passed = {};
    Client client{options_for_tests()};
    client.server().stopwatch = [] { return passed; };
    client("FAULT", "ADD", "COMMAND", "incr", "DELAY", "1s");
    client("INCR", "n");
    passed += 1s;
    client.clock.advance(1s);
    client.server().tick();
    CHECK(client.take_output() == ":1\r\n");
    CHECK(client.server().insight->slow_log.entries().empty());
}

TEST_CASE("a client that is gone before its delayed request runs takes the request along")
{
    Client client{options_for_tests()};
    client("FAULT", "ADD", "COMMAND", "incr", "DELAY", "1s");
    {
        Client gone{client};
        CHECK(gone("INCR", "n").empty());
    }
    client("CLOCK", "ADVANCE", "2s");
    CHECK(client("GET", "n") == "$-1\r\n");
}

TEST_CASE("connections end before the request, or after it without a reply, or within it")
{
    const auto struck_by = [](const char* effect, std::string& reply) {
        Client client{options_for_tests()};
        client("FAULT", "ADD", "COMMAND", "set", effect);
        reply = client("SET", "a", "1");
        CHECK(client.session().close_after_reply);
        Client other{client};
        return other("EXISTS", "a") == ":1\r\n";
    };
    std::string reply;
    CHECK_FALSE(struck_by("DROP", reply));
    CHECK(reply.empty());
    CHECK(struck_by("DROPREPLY", reply));
    CHECK(reply.empty());
    CHECK(struck_by("HALFREPLY", reply));
    CHECK(reply == "+O");
}

TEST_CASE("a stalled client gets no answer; the others do")
{
    Client client{options_for_tests()};
    Client other{client};
    client("FAULT", "ADD", "COMMAND", "ping", "TIMES", "1", "STALL");
    CHECK(client("PING").empty());
    CHECK(client.session().blocked);
    CHECK(other("PING") == "+PONG\r\n");
}

TEST_CASE("a server that is down is up again after its time, by the wall clock")
{
    Client client{options_for_tests()};
    auto& server = client.server();
    server.timekeeper.observe(client.clock.now());
    client("FAULT", "ADD", "COMMAND", "ping", "TIMES", "1", "DOWN", "5s");
    CHECK(client("PING").empty());
    CHECK(client.session().close_after_reply);
    const auto wall = server.timekeeper.wall();
    CHECK(server.faults.is_down(wall + 4999ms));
    CHECK_FALSE(server.faults.is_down(wall + 5s));
}

TEST_CASE("a rule that makes no sense is refused, and none is added")
{
    Client client{options_for_tests()};
    for (const auto& words : std::vector<std::vector<std::string>>{{},
                                                                   {"COMMAND", "get"},
                                                                   {"ERROR"},
                                                                   {"DELAY", "soon"},
                                                                   {"DELAY", "2s", "TO", "1s"},
                                                                   {"NTH", "0", "DROP"},
                                                                   {"TIMES", "x", "DROP"},
                                                                   {"DROP", "more"},
                                                                   {"KEY"}}) {
        std::vector<std::string> request{"FAULT", "ADD"};
        request.insert(request.end(), words.begin(), words.end());
        INFO((words.empty() ? "" : words.front()));
        CHECK(client.run(std::span<const std::string>{request}).starts_with("-"));
    }
    CHECK(client("FAULT", "LIST") == "*0\r\n");
}

TEST_CASE("a request that waits is hit when its reply comes")
{
    for (const auto& [effect, sent] :
         {std::pair{"DROPREPLY", ""}, {"HALFREPLY", "*2\r\n$5\r\nque"}}) {
        Client client{options_for_tests()};
        Client waiting{client};
        client("FAULT", "ADD", "COMMAND", "blpop", effect);
        CHECK(waiting("BLPOP", "queue", "0").empty());
        CHECK_FALSE(waiting.session().close_after_reply);
        client("RPUSH", "queue", "a");
        CHECK(waiting.take_output() == sent);
        CHECK(waiting.session().close_after_reply);
        CHECK(client("EXISTS", "queue") == ":0\r\n");
    }
}
