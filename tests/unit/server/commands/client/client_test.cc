#include "tests/support/client.h"

#include <catch2/catch.hpp>
#include <memory>
#include <string>

#include "server/clients/client_memory.h"

using namespace std::chrono_literals;
using tests::Client;

namespace {

constexpr auto kBadName =
    "-ERR Client names cannot contain spaces, newlines or special characters.\r\n";

/// A connection that only has an address, and remembers that it was closed.
struct Phone : server::Peer
{
    explicit Phone(std::string address) : address_(std::move(address)) {}

    void flush() override {}
    void resume() override {}
    void kill() override { killed = true; }
    void evict() override { killed = true; }
    void put_aside() override {}
    void append_shared(std::shared_ptr<const std::string>) override {}
    std::string remote_address() const override { return address_; }
    std::string local_address() const override { return "10.0.0.1:6379"; }
    int descriptor() const override { return 8; }
    std::size_t query_bytes() const override { return 26; }
    std::size_t query_room() const override { return 100; }
    std::size_t reply_bytes() const override { return 0; }
    std::size_t reply_room() const override { return 0; }
    std::size_t reply_blocks() const override { return 0; }

    bool killed = false;

private:
    std::string address_;
};

}  // namespace

TEST_CASE("every client has an id of its own")
{
    Client anna;
    Client ben{anna};
    CHECK(anna("CLIENT", "ID") == ":1\r\n");
    CHECK(ben("CLIENT", "ID") == ":2\r\n");
}

TEST_CASE("a client's name is printable and without spaces")
{
    Client client;
    CHECK(client("CLIENT", "GETNAME") == "$-1\r\n");
    CHECK(client("CLIENT", "SETNAME", "driver-app") == "+OK\r\n");
    CHECK(client("CLIENT", "GETNAME") == "$10\r\ndriver-app\r\n");
    CHECK(client("CLIENT", "SETNAME", "driver app") == kBadName);
    CHECK(client("CLIENT", "SETNAME", "driver\n") == kBadName);
    CHECK(client("CLIENT", "SETNAME", "\xc3\xa4") == kBadName);
    CHECK(client("CLIENT", "GETNAME") == "$10\r\ndriver-app\r\n");
    CHECK(client("CLIENT", "SETNAME", "") == "+OK\r\n");
    CHECK(client("CLIENT", "GETNAME") == "$-1\r\n");
}

TEST_CASE("a library introduces itself")
{
    Client client;
    CHECK(client("CLIENT", "SETINFO", "lib-name", "redis-py(x_v1)") == "+OK\r\n");
    CHECK(client("CLIENT", "SETINFO", "LIB-VER", "5.0.1") == "+OK\r\n");
    CHECK(client("CLIENT", "INFO").find(" lib-name=redis-py(x_v1) lib-ver=5.0.1\n") !=
          std::string::npos);
    CHECK(client("CLIENT", "SETINFO", "lib-name", "redis py") ==
          "-ERR lib-name cannot contain spaces, newlines or special characters.\r\n");
    CHECK(client("CLIENT", "SETINFO", "lib-age", "5") == "-ERR Unrecognized option 'lib-age'\r\n");
    CHECK(client("CLIENT", "SETINFO", "lib-name") ==
          "-ERR wrong number of arguments for 'client|setinfo' command\r\n");
}

TEST_CASE("CLIENT INFO is one line of CLIENT LIST, as Redis 7.2 writes it")
{
    Client client;
    Phone phone{"10.0.0.7:40001"};
    client.session().peer = &phone;
    client("CLIENT", "SETNAME", "van");
    client.clock.advance(90s);
    client("PING");
    client.clock.advance(5s);

    const auto line = client("CLIENT", "INFO");
    const auto start = line.substr(line.find("id="), line.find(" rbs=") - line.find("id="));
    CHECK(start ==
          "id=1 addr=10.0.0.7:40001 laddr=10.0.0.1:6379 fd=8 name=van age=95 idle=0 flags=N db=0 "
          "sub=0 psub=0 ssub=0 multi=-1 qbuf=26 qbuf-free=100 argv-mem=0 multi-mem=0");
    CHECK(
        line.ends_with(" events=r cmd=client|info user=default redir=-1 resp=2 lib-name= "
                       "lib-ver=\n\r\n"));
}

TEST_CASE("CLIENT LIST shows what a client is in the middle of")
{
    Client anna;
    Client ben{anna};
    ben("CLIENT", "NO-EVICT", "on");
    ben("CLIENT", "NO-TOUCH", "on");
    ben("SELECT", "3");
    ben("MULTI");
    ben("SET", "key", "value");

    const auto line = anna("CLIENT", "LIST", "ID", "2");
    CHECK(line.find(" flags=xeT db=3 ") != std::string::npos);
    CHECK(line.find(" multi=1 ") != std::string::npos);
    const auto bytes = ben.session().transaction.queue.bytes();
    CHECK(bytes > 11);  // the words alone
    CHECK(line.find(" multi-mem=" + std::to_string(bytes) + " ") != std::string::npos);
}

TEST_CASE("a client that never asked for anything has no last command")
{
    Client anna;
    Client ben{anna};
    CHECK(anna("CLIENT", "LIST", "ID", "2").find(" cmd=NULL ") != std::string::npos);
}

TEST_CASE("CLIENT LIST shows who listens to what")
{
    Client anna;
    Client ben{anna};
    ben("SUBSCRIBE", "a", "b");
    ben("PSUBSCRIBE", "assign:*");
    const auto list = anna("CLIENT", "LIST", "TYPE", "pubsub");
    CHECK(list.find("\r\nid=2 ") != std::string::npos);
    CHECK(list.find(" flags=P ") != std::string::npos);
    CHECK(list.find(" sub=2 psub=1 ssub=0 ") != std::string::npos);
    CHECK(list.find("id=1 ") == std::string::npos);
}

TEST_CASE("CLIENT LIST filters by id and by type")
{
    Client anna;
    Client ben{anna};
    const auto lines = [&](auto... words) {
        const auto reply = anna("CLIENT", "LIST", words...);
        return std::count(reply.begin() + static_cast<std::ptrdiff_t>(reply.find("\r\n")) + 2,
                          reply.end() - 2, '\n');
    };
    CHECK(lines() == 2);
    CHECK(lines("TYPE", "normal") == 2);
    CHECK(lines("TYPE", "pubsub") == 0);
    CHECK(lines("TYPE", "SLAVE") == 0);
    CHECK(lines("ID", "2", "99", "1", "2") == 3);
    CHECK(anna("CLIENT", "LIST", "TYPE", "driver") == "-ERR Unknown client type 'driver'\r\n");
    CHECK(anna("CLIENT", "LIST", "ID", "1", "x") == "-ERR Invalid client ID\r\n");
    CHECK(anna("CLIENT", "LIST", "ID") == "-ERR syntax error\r\n");
    CHECK(anna("CLIENT", "LIST", "TYPE") == "-ERR syntax error\r\n");
    CHECK(anna("CLIENT", "LIST", "TYPE", "normal", "x") == "-ERR syntax error\r\n");
    CHECK(anna("CLIENT", "LIST", "ALL") == "-ERR syntax error\r\n");
}

TEST_CASE("in RESP3 a line of clients is text for people")
{
    Client client;
    client("HELLO", "3");
    const auto line = client("CLIENT", "INFO");
    CHECK(line.starts_with("="));
    CHECK(line.find("\r\ntxt:id=1 ") != std::string::npos);
}

TEST_CASE("CLIENT KILL finds its victims by what is said of them")
{
    Client anna;
    Client ben{anna};
    Client cem{anna};
    Phone ben_phone{"10.0.0.2:5000"};
    Phone cem_phone{"10.0.0.3:5000"};
    ben.session().peer = &ben_phone;
    cem.session().peer = &cem_phone;

    SECTION("by address")
    {
        CHECK(anna("CLIENT", "KILL", "ADDR", "10.0.0.2:5000") == ":1\r\n");
        CHECK(ben_phone.killed);
        CHECK_FALSE(cem_phone.killed);
    }
    SECTION("by address, in the oldest form")
    {
        CHECK(anna("CLIENT", "KILL", "10.0.0.3:5000") == "+OK\r\n");
        CHECK(cem_phone.killed);
        CHECK(anna("CLIENT", "KILL", "10.0.0.9:5000") == "-ERR No such client\r\n");
    }
    SECTION("by our end's address, all but the caller")
    {
        CHECK(ben("CLIENT", "KILL", "LADDR", "10.0.0.1:6379") == ":1\r\n");
        CHECK(cem_phone.killed);
        CHECK_FALSE(ben_phone.killed);
    }
    SECTION("by id")
    {
        CHECK(anna("CLIENT", "KILL", "ID", "3") == ":1\r\n");
        CHECK(cem_phone.killed);
        CHECK(anna("CLIENT", "KILL", "ID", "99") == ":0\r\n");
    }
    SECTION("all conditions must hold")
    {
        CHECK(anna("CLIENT", "KILL", "ID", "3", "ADDR", "10.0.0.2:5000") == ":0\r\n");
        CHECK(anna("CLIENT", "KILL", "TYPE", "pubsub", "ID", "3") == ":0\r\n");
        CHECK_FALSE(cem_phone.killed);
    }
    SECTION("the caller too, after the reply, if it must not be skipped")
    {
        CHECK(anna("CLIENT", "KILL", "USER", "default", "SKIPME", "no") == ":3\r\n");
        CHECK(ben_phone.killed);
        CHECK(cem_phone.killed);
        CHECK(anna.session().close_after_reply);
    }
}

TEST_CASE("CLIENT KILL refuses conditions that it does not understand")
{
    Client client;
    CHECK(client("CLIENT", "KILL", "ID", "0") == "-ERR client-id should be greater than 0\r\n");
    CHECK(client("CLIENT", "KILL", "ID", "x") == "-ERR client-id should be greater than 0\r\n");
    CHECK(client("CLIENT", "KILL", "TYPE", "x") == "-ERR Unknown client type 'x'\r\n");
    CHECK(client("CLIENT", "KILL", "USER", "anna") == "-ERR No such user 'anna'\r\n");
    CHECK(client("CLIENT", "KILL", "SKIPME", "maybe") == "-ERR syntax error\r\n");
    CHECK(client("CLIENT", "KILL", "ID", "1", "ADDR") == "-ERR syntax error\r\n");
    CHECK(client("CLIENT", "KILL", "MAXAGE", "1") == "-ERR syntax error\r\n");
    CHECK(client("CLIENT", "KILL") ==
          "-ERR wrong number of arguments for 'client|kill' command\r\n");
    CHECK_FALSE(client.session().close_after_reply);
}

TEST_CASE("CLIENT REPLY silences the server for good, or for one reply")
{
    Client client;
    CHECK(client("CLIENT", "REPLY", "SKIP") == "");
    CHECK(client("PING") == "");
    CHECK(client("PING") == "+PONG\r\n");

    CHECK(client("CLIENT", "REPLY", "OFF") == "");
    CHECK(client("CLIENT", "REPLY", "SKIP") == "");
    CHECK(client("PING") == "");
    CHECK(client("NOSUCH") == "");
    CHECK(client("CLIENT", "REPLY", "ON") == "+OK\r\n");
    CHECK(client("CLIENT", "REPLY", "LOUD") == "-ERR syntax error\r\n");
}

TEST_CASE("switches know only on and off")
{
    Client client;
    CHECK(client("CLIENT", "NO-EVICT", "ON") == "+OK\r\n");
    CHECK(client("CLIENT", "NO-EVICT", "off") == "+OK\r\n");
    CHECK(client("CLIENT", "NO-EVICT", "x") == "-ERR syntax error\r\n");
    CHECK(client("CLIENT", "NO-TOUCH", "x") == "-ERR syntax error\r\n");
}

TEST_CASE("a client that does not track is told so")
{
    Client client;
    CHECK(client("CLIENT", "TRACKING", "OFF") == "+OK\r\n");
    CHECK(client("CLIENT", "TRACKING", "x") == "-ERR syntax error\r\n");
    CHECK(client("CLIENT", "TRACKING", "OFF", "REDIRECT", "9") ==
          "-ERR The client ID you want redirect to does not exist\r\n");
    CHECK(client("CLIENT", "TRACKING", "OFF", "NOSUCH") == "-ERR syntax error\r\n");
    CHECK(client("CLIENT", "GETREDIR") == ":-1\r\n");
    CHECK(client("CLIENT", "TRACKINGINFO") ==
          "*6\r\n$5\r\nflags\r\n*1\r\n$3\r\noff\r\n$8\r\nredirect\r\n:-1\r\n$8\r\nprefixes\r\n*"
          "0\r\n");
    CHECK(
        client("CLIENT", "CACHING", "yes") ==
        "-ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or "
        "OPTOUT mode enabled\r\n");
}

TEST_CASE("nobody is blocked, so nobody is unblocked")
{
    Client client;
    CHECK(client("CLIENT", "UNBLOCK", "1") == ":0\r\n");
    CHECK(client("CLIENT", "UNBLOCK", "1", "TIMEOUT") == ":0\r\n");
    CHECK(client("CLIENT", "UNBLOCK", "x") == "-ERR value is not an integer or out of range\r\n");
    CHECK(client("CLIENT", "UNBLOCK", "x", "now") ==
          "-ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR\r\n");
}

TEST_CASE("what newer clients try on connecting is unknown, as to Redis 7.2")
{
    Client client;
    CHECK(client("CLIENT", "MAINT_NOTIFICATIONS", "ON") ==
          "-ERR unknown subcommand 'MAINT_NOTIFICATIONS'. Try CLIENT HELP.\r\n");
    CHECK(client("CLIENT") == "-ERR wrong number of arguments for 'client' command\r\n");
}

TEST_CASE("CLIENT HELP lists every subcommand, and itself last")
{
    Client client;
    const auto help = client("CLIENT", "HELP");
    CHECK(help.find("+CLIENT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:\r\n"
                    "+GETNAME\r\n") != std::string::npos);
    CHECK(help.find("\r\n+SETNAME connection-name\r\n+    Sets the connection name.\r\n") !=
          std::string::npos);
    CHECK(help.ends_with("\r\n+HELP\r\n+    Prints this help.\r\n"));
}

TEST_CASE("a client's memory is counted to the last queued, watched and subscribed")
{
    Client client;
    const auto bytes = [&] {
        const server::Session& session = client.session();
        return server::client_bytes(session) - session.output.capacity();
    };
    const auto before = bytes();
    client("WATCH", std::string(100'000, 'k'));
    CHECK(bytes() > before + 200'000);
    client("UNWATCH");
    CHECK(bytes() == before);

    client("HELLO", "3");
    client("SUBSCRIBE", std::string(100'000, 'c'));
    client("PSUBSCRIBE", std::string(100'000, 'p'));
    CHECK(bytes() > before + 400'000);
    client("UNSUBSCRIBE");
    client("PUNSUBSCRIBE");
    CHECK(bytes() == before);
    client("SUBSCRIBE", std::string(100'000, 'c'));
    client("RESET");
    CHECK(bytes() == before);

    client("MULTI");
    for (int i = 0; i < 1000; ++i) client("SADD", "s", "x");
    CHECK(bytes() > before + 1000 * 3 * sizeof(std::string));
    client("DISCARD");
    CHECK(bytes() == before);
}
