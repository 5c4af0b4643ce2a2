#include <catch2/catch.hpp>

#include "tests/support/client.h"

using tests::Client;

namespace {

constexpr auto kNoPasswordSet =
    "-ERR AUTH <password> called without any password configured for the default user. Are you "
    "sure your configuration is correct?\r\n";
constexpr auto kWrongPass = "-WRONGPASS invalid username-password pair or user is disabled.\r\n";
constexpr auto kNoAuth = "-NOAUTH Authentication required.\r\n";

server::Options with_password(std::string password)
{
    server::Options options;
    options.require_pass = std::move(password);
    return options;
}

}  // namespace

TEST_CASE("PING answers PONG, or what it was given")
{
    Client client;
    CHECK(client("PING") == "+PONG\r\n");
    CHECK(client("ping", "hello") == "$5\r\nhello\r\n");
    CHECK(client("PING", "a", "b") == "-ERR wrong number of arguments for 'ping' command\r\n");
}

TEST_CASE("ECHO answers what it was given, whatever bytes they are")
{
    Client client;
    CHECK(client("ECHO", std::string_view{"a\0\r\n", 4}) ==
          std::string_view{"$4\r\na\0\r\n\r\n", 10});
}

TEST_CASE("without a password set, everybody is the default user")
{
    Client client;
    CHECK(client("AUTH", "secret") == kNoPasswordSet);
    CHECK(client("AUTH", "default", "anything") == "+OK\r\n");
    CHECK(client("AUTH", "anna", "secret") == kWrongPass);
    CHECK(client("AUTH", "default", "a", "b") == "-ERR syntax error\r\n");
    CHECK(client("AUTH") == "-ERR wrong number of arguments for 'auth' command\r\n");
}

TEST_CASE("with a password set, only it opens the door")
{
    Client client{with_password("tiffin")};
    CHECK(client("PING") == kNoAuth);
    CHECK(client("AUTH", "tiff") == kWrongPass);
    CHECK(client("AUTH", "tiffintiffin") == kWrongPass);
    CHECK(client("AUTH", "") == kWrongPass);
    CHECK(client("AUTH", "anna", "tiffin") == kWrongPass);
    CHECK(client("PING") == kNoAuth);
    CHECK(client("AUTH", "tiffin") == "+OK\r\n");
    CHECK(client("PING") == "+PONG\r\n");
}

TEST_CASE("HELLO says who we are and in which protocol we speak")
{
    Client client;
    CHECK(client("HELLO") ==
          "*14\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$5\r\n7.2.4\r\n$5\r\nproto\r\n:"
          "2\r\n"
          "$2\r\nid\r\n:1\r\n$4\r\nmode\r\n$10\r\nstandalone\r\n$4\r\nrole\r\n$6\r\nmaster\r\n"
          "$7\r\nmodules\r\n*0\r\n");
    CHECK(
        client("HELLO", "3") ==
        "%7\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$5\r\n7.2.4\r\n$5\r\nproto\r\n:3\r\n"
        "$2\r\nid\r\n:1\r\n$4\r\nmode\r\n$10\r\nstandalone\r\n$4\r\nrole\r\n$6\r\nmaster\r\n"
        "$7\r\nmodules\r\n*0\r\n");
    CHECK(client("CLIENT", "GETNAME") == "_\r\n");
    client("HELLO", "2");
    CHECK(client("CLIENT", "GETNAME") == "$-1\r\n");
}

TEST_CASE("HELLO refuses what it does not understand and changes nothing")
{
    Client client;
    CHECK(client("HELLO", "x") == "-ERR Protocol version is not an integer or out of range\r\n");
    CHECK(client("HELLO", "1") == "-NOPROTO unsupported protocol version\r\n");
    CHECK(client("HELLO", "4") == "-NOPROTO unsupported protocol version\r\n");
    CHECK(client("HELLO", "3", "AUTH", "anna") == "-ERR Syntax error in HELLO option 'AUTH'\r\n");
    CHECK(client("HELLO", "3", "NAME", "x") == "-ERR Syntax error in HELLO option 'NAME'\r\n");
    CHECK(client("HELLO", "3", "SETNAME", "a b") ==
          "-ERR Client names cannot contain spaces, newlines or special characters.\r\n");
    CHECK(client("HELLO", "3", "AUTH", "anna", "x") == kWrongPass);
    CHECK(client("CLIENT", "GETNAME") == "$-1\r\n");
}

TEST_CASE("HELLO authenticates and names the connection in one step")
{
    Client client{with_password("tiffin")};
    CHECK(client("HELLO", "3") ==
          "-NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO "
          "<proto> AUTH <user> <pass> option can be used to authenticate the client and select the "
          "RESP protocol version at the same time\r\n");
    CHECK(client("HELLO", "3", "AUTH", "default", "wrong", "SETNAME", "van") == kWrongPass);
    CHECK(
        client("HELLO", "3", "AUTH", "default", "tiffin", "SETNAME", "van").starts_with("%7\r\n"));
    CHECK(client("CLIENT", "GETNAME") == "$3\r\nvan\r\n");
}

TEST_CASE("SELECT takes one of the sixteen databases")
{
    Client client;
    CHECK(client("SELECT", "15") == "+OK\r\n");
    client("SET", "key", "value");
    CHECK(client("SELECT", "0") == "+OK\r\n");
    CHECK(client("EXISTS", "key") == ":0\r\n");
    CHECK(client("SELECT", "16") == "-ERR DB index is out of range\r\n");
    CHECK(client("SELECT", "-1") == "-ERR DB index is out of range\r\n");
    CHECK(client("SELECT", "x") == "-ERR value is not an integer or out of range\r\n");
    CHECK(client("SELECT", "2147483648") ==
          "-ERR value is out of range, value must between -2147483648 and 2147483647\r\n");
}

TEST_CASE("QUIT says OK and asks for the connection to be closed")
{
    Client client;
    CHECK(client("QUIT", "now", "please") == "+OK\r\n");
    CHECK(client.session().close_after_reply);
}

TEST_CASE("RESET makes the connection as good as new, but for its library")
{
    Client client;
    client("HELLO", "3", "SETNAME", "van");
    client("CLIENT", "SETINFO", "LIB-NAME", "dabbawala");
    client("CLIENT", "NO-EVICT", "ON");
    client("CLIENT", "NO-TOUCH", "ON");
    client("SELECT", "7");
    client("WATCH", "key");
    client("MULTI");
    client("SET", "key", "value");

    CHECK(client("RESET") == "+RESET\r\n");
    CHECK(client("CLIENT", "GETNAME") == "$-1\r\n");
    CHECK(client("EXEC") == "-ERR EXEC without MULTI\r\n");
    const auto line = client("CLIENT", "INFO");
    CHECK(line.find(" flags=N db=0 ") != std::string::npos);
    CHECK(line.find(" resp=2 lib-name=dabbawala lib-ver=\n") != std::string::npos);
}

TEST_CASE("RESET forgets who the client was")
{
    Client client{with_password("tiffin")};
    client("AUTH", "tiffin");
    CHECK(client("RESET") == "+RESET\r\n");
    CHECK(client("PING") == kNoAuth);
}

TEST_CASE("RESET speaks again after CLIENT REPLY OFF")
{
    Client client;
    CHECK(client("CLIENT", "REPLY", "OFF") == "");
    CHECK(client("RESET") == "+RESET\r\n");
    CHECK(client("PING") == "+PONG\r\n");
}

TEST_CASE("a RESP2 client with subscriptions gets PONG as if it were a message")
{
    Client client;
    client("SUBSCRIBE", "assign:ORD_1");
    CHECK(client("PING") == "*2\r\n$4\r\npong\r\n$0\r\n\r\n");
    CHECK(client("PING", "hi") == "*2\r\n$4\r\npong\r\n$2\r\nhi\r\n");
    CHECK(client("RESET") == "+RESET\r\n");
    CHECK(client("PING") == "+PONG\r\n");
    CHECK(client("PUBLISH", "assign:ORD_1", "x") == ":0\r\n");
}
