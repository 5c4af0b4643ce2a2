#include <catch2/catch.hpp>

#include "tests/support/client.h"

using tests::Client;

TEST_CASE("CONFIG GET answers each setting that a pattern matches")
{
    Client client;
    CHECK(client("CONFIG", "GET", "databases") == "*2\r\n$9\r\ndatabases\r\n$2\r\n16\r\n");
    CHECK(client("CONFIG", "GET", "nosuch") == "*0\r\n");
    CHECK(client("CONFIG", "GET", "DATA*", "data?ases") == "*2\r\n$9\r\ndatabases\r\n$2\r\n16\r\n");
    client("HELLO", "3");
    CHECK(client("CONFIG", "GET", "databases") == "%1\r\n$9\r\ndatabases\r\n$2\r\n16\r\n");
}

TEST_CASE("CONFIG SET sets all of its pairs, or none")
{
    Client client;
    CHECK(client("CONFIG", "SET", "timeout", "60", "tcp-keepalive", "10") == "+OK\r\n");
    CHECK(client("CONFIG", "GET", "timeout") == "*2\r\n$7\r\ntimeout\r\n$2\r\n60\r\n");
    CHECK(client("CONFIG", "SET", "timeout", "90", "nosuch", "1") ==
          "-ERR Unknown option or number of arguments for CONFIG SET - 'nosuch'\r\n");
    CHECK(client("CONFIG", "SET", "timeout", "90", "nosuch") == "-ERR syntax error\r\n");
    CHECK(client("CONFIG", "GET", "timeout") == "*2\r\n$7\r\ntimeout\r\n$2\r\n60\r\n");
}

TEST_CASE("a password set at run time is asked of those who come later")
{
    Client early;
    CHECK(early("CONFIG", "SET", "requirepass", "tiffin") == "+OK\r\n");
    Client late{early};
    CHECK(early("PING") == "+PONG\r\n");
    CHECK(late("PING") == "-NOAUTH Authentication required.\r\n");
    CHECK(late("AUTH", "tiffin") == "+OK\r\n");
}

TEST_CASE("CONFIG RESETSTAT forgets what was counted, but not the changes")
{
    Client client;
    client("SET", "a", "1");
    client("GET", "a");
    client("NOSUCH");
    CHECK(client("CONFIG", "RESETSTAT") == "+OK\r\n");
    const auto info = client("INFO", "everything");
    CHECK(info.find("keyspace_hits:0\r\n") != std::string::npos);
    CHECK(info.find("total_error_replies:0\r\n") != std::string::npos);
    CHECK(info.find("errorstat_ERR") == std::string::npos);
    CHECK(info.find("rdb_changes_since_last_save:1\r\n") != std::string::npos);
}

TEST_CASE("CONFIG REWRITE has no file to write to")
{
    Client client;
    CHECK(client("CONFIG", "REWRITE") == "-ERR The server is running without a config file\r\n");
}

TEST_CASE("CONFIG knows its subcommands")
{
    Client client;
    CHECK(client("CONFIG", "READ") == "-ERR unknown subcommand 'READ'. Try CONFIG HELP.\r\n");
    CHECK(client("CONFIG", "GET") == "-ERR wrong number of arguments for 'config|get' command\r\n");
    CHECK(client("CONFIG", "HELP")
              .starts_with(
                  "*11\r\n+CONFIG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:\r\n"
                  "+GET parameter [parameter ...]\r\n"));
}

TEST_CASE("over maxmemory, what may need memory is refused, and nothing else")
{
    Client client;
    client("SET", "key", "value");
    CHECK(client("CONFIG", "SET", "maxmemory", "1") == "+OK\r\n");
    // A sanitizer's allocator does not tell.
    client.server().evictor.memory_in_use = [] { return std::uint64_t{1'000'000}; };
    const auto refused = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";
    CHECK(client("SET", "key", "other") == refused);
    CHECK(client("GET", "key") == "$5\r\nvalue\r\n");
    client("MULTI");
    CHECK(client("SADD", "set", "x") == refused);
    CHECK(client("EXEC").starts_with("-EXECABORT"));
    CHECK(client("DEL", "key") == ":1\r\n");
    CHECK(client("CONFIG", "SET", "maxmemory", "0") == "+OK\r\n");
    CHECK(client("SET", "key", "other") == "+OK\r\n");
}
