#include <catch2/catch.hpp>
#include <chrono>
#include <string>

#include "server/insight/insight.h"
#include "tests/support/client.h"

using namespace std::chrono_literals;
using tests::Client;

namespace {

std::chrono::nanoseconds passed;  // by the stopwatch of the server under test
std::chrono::nanoseconds step;    // at each look

/// A server whose commands take as long as the test says.
struct Slow
{
    Client client;

    explicit Slow(std::string_view threshold = "10000")
    {
        passed = {};
        step = {};
        client.server().stopwatch = [] { return passed += step; };
        client("CONFIG", "SET", "slowlog-log-slower-than", threshold);
    }

    template <class... Words>
    std::string took(std::chrono::nanoseconds time, const Words&... words)
    {
        step = time;
        const std::string reply = client(words...);
        step = {};
        return reply;
    }

    const auto& entries() { return client.server().insight->slow_log.entries(); }
};

}  // namespace

TEST_CASE("a command that takes long enough is kept, with its client")
{
    Slow slow;
    slow.client("CLIENT", "SETNAME", "anna");
    slow.took(9'999us, "GET", "a");
    CHECK(slow.client("SLOWLOG", "LEN") == ":0\r\n");
    slow.took(10'000us, "GET", "b");
    CHECK(slow.client("SLOWLOG", "GET") ==
          "*1\r\n*6\r\n:0\r\n:1700000000\r\n:10000\r\n*2\r\n$3\r\nGET\r\n$1\r\nb\r\n$0\r\n\r\n"
          "$4\r\nanna\r\n");
}

TEST_CASE("0 keeps all commands but those that run others, -1 none")
{
    Slow slow{"0"};
    slow.client("SLOWLOG", "RESET");
    slow.client("MULTI");
    slow.client("GET", "a");
    slow.client("EXEC");
    slow.client("EVAL", "return redis.call('get', 'b')", "0");
    std::string names;
    for (const auto& entry : slow.entries()) names += entry.words[0] + " ";
    CHECK(names == "EVAL get GET MULTI SLOWLOG ");
    slow.client("CONFIG", "SET", "slowlog-log-slower-than", "-1");
    const auto before = slow.entries().size();
    slow.took(1s, "GET", "a");
    CHECK(slow.entries().size() == before);
}

TEST_CASE("what a script does is its client's doing")
{
    Slow slow{"0"};
    slow.client("CLIENT", "SETNAME", "anna");
    slow.client("EVAL", "return redis.call('get', 'b')", "0");
    CHECK(slow.entries()[1].words[0] == "get");
    CHECK(slow.entries()[1].client_name == "anna");
}

TEST_CASE("long requests are cut, secrets hidden")
{
    Slow slow{"0"};
    std::vector<std::string> many{"SADD", "s"};
    while (many.size() < 42) many.push_back("member");
    slow.client.run(many);
    CHECK(slow.entries()[0].words.size() == 32);
    CHECK(slow.entries()[0].words[31] == "... (11 more arguments)");
    many.resize(32);
    slow.client.run(many);
    CHECK(slow.entries()[0].words[31] == "member");
    slow.client("SET", "a", std::string(200, 'x'));
    CHECK(slow.entries()[0].words[2] == std::string(128, 'x') + "... (72 more bytes)");
    slow.client("SET", "a", std::string(128, 'x'));
    CHECK(slow.entries()[0].words[2] == std::string(128, 'x'));
    slow.client("AUTH", "secret");
    CHECK(slow.entries()[0].words[1] == "(redacted)");
}

TEST_CASE("only the newest are kept; ids go on")
{
    Slow slow{"0"};
    slow.client("CONFIG", "SET", "slowlog-max-len", "2");
    slow.client("SLOWLOG", "RESET");
    for (int i = 0; i < 5; ++i) slow.client("PING");
    CHECK(slow.entries().size() == 2);
    const auto id = slow.entries()[0].id;
    slow.client("SLOWLOG", "RESET");
    CHECK(slow.entries()[0].id == id + 1);
    slow.client("CONFIG", "SET", "slowlog-max-len", "0");
    const auto count = slow.entries().size();
    slow.client("PING");
    CHECK(slow.entries().size() == count);
}

TEST_CASE("a request that waited counts when it ends")
{
    Slow slow{"0"};
    Client other{slow.client};
    other("SLOWLOG", "RESET");
    slow.client("BLPOP", "a", "0");
    CHECK(slow.entries().size() == 1);
    other("RPUSH", "a", "x");
    CHECK(slow.entries()[0].words[0] == "BLPOP");
    CHECK(slow.entries()[1].words[0] == "RPUSH");
}

TEST_CASE("SLOWLOG says what is wrong")
{
    Client client;
    CHECK(client("SLOWLOG", "GET") == "*0\r\n");
    CHECK(client("SLOWLOG", "GET", "-1") == "*0\r\n");
    CHECK(client("SLOWLOG", "GET", "-2") == "-ERR count should be greater than or equal to -1\r\n");
    CHECK(client("SLOWLOG", "GET", "x") == "-ERR count should be greater than or equal to -1\r\n");
    CHECK(client("SLOWLOG", "GET", "1", "2") ==
          "-ERR unknown subcommand or wrong number of arguments for 'GET'. Try SLOWLOG HELP.\r\n");
    CHECK(client("SLOWLOG", "LEN") == ":0\r\n");
    CHECK(client("SLOWLOG", "RESET") == "+OK\r\n");
}

TEST_CASE("slow commands are latency events, quick ones by nature under another name")
{
    Slow slow{"-1"};
    slow.client("CONFIG", "SET", "latency-monitor-threshold", "20");
    slow.took(19ms, "KEYS", "*");
    CHECK(slow.client("LATENCY", "LATEST") == "*0\r\n");
    slow.took(20ms, "KEYS", "*");
    slow.took(30ms, "GET", "a");
    CHECK(slow.client("LATENCY", "LATEST") ==
          "*2\r\n*4\r\n$7\r\ncommand\r\n:1700000000\r\n:20\r\n:20\r\n"
          "*4\r\n$12\r\nfast-command\r\n:1700000000\r\n:30\r\n:30\r\n");
    CHECK(slow.client("LATENCY", "HISTORY", "command") == "*1\r\n*2\r\n:1700000000\r\n:20\r\n");
    CHECK(slow.client("LATENCY", "HISTORY", "nosuch") == "*0\r\n");
    CHECK(slow.client("LATENCY", "GRAPH", "nosuch") ==
          "-ERR No samples available for event 'nosuch'\r\n");
    CHECK(slow.client("LATENCY", "RESET", "command", "nosuch") == ":1\r\n");
    CHECK(slow.client("LATENCY", "RESET") == ":1\r\n");
}

TEST_CASE("the histogram of a command has all its calls")
{
    Slow slow;
    for (int i = 0; i < 100; ++i) slow.took(500ns, "GET", "a");
    slow.took(5ms, "GET", "a");
    const std::string histogram = slow.client("LATENCY", "HISTOGRAM", "GET", "nosuch");
    INFO(histogram);
    CHECK(histogram.starts_with("*2\r\n$3\r\nget\r\n*4\r\n$5\r\ncalls\r\n:"));
    CHECK(histogram.find("\r\n:1\r\n") != std::string::npos);  // up to 1 us
    CHECK(histogram.find("\r\n:8454\r\n") != std::string::npos);
    const auto told = slow.client.server()
                          .stats.of(*slow.client.server().commands.find("GET"))
                          .histogram()
                          ->total();
    CHECK(told >= 101 - 61);  // the quick ones since the last sample are told with the next
    CHECK(told <= 101);
    CHECK(slow.client("INFO", "latencystats").find("latency_percentiles_usec_get:p50=0.50") !=
          std::string::npos);
    slow.client("CONFIG", "SET", "latency-tracking", "no");
    CHECK(slow.client("INFO", "latencystats") == "$16\r\n# Latencystats\r\n\r\n");
    slow.client("CONFIG", "RESETSTAT");
    CHECK(slow.client("LATENCY", "HISTOGRAM", "get") == "*0\r\n");
}
