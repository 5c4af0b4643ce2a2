#include <catch2/catch.hpp>

#include "tests/support/client.h"

using tests::Client;

namespace {

bool has(const std::string& reply, const std::string& text)
{
    return reply.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("COMMAND INFO tells of a command what its row says")
{
    Client client;
    CHECK(
        client("COMMAND", "INFO", "SADD") ==
        "*1\r\n*10\r\n$4\r\nsadd\r\n:-3\r\n*3\r\n+write\r\n+denyoom\r\n+fast\r\n:1\r\n:1\r\n:1\r\n"
        "*3\r\n+@write\r\n+@set\r\n+@fast\r\n*0\r\n"
        "*1\r\n*6\r\n$5\r\nflags\r\n*2\r\n+RW\r\n+insert\r\n"
        "$12\r\nbegin_search\r\n*4\r\n$4\r\ntype\r\n$5\r\nindex\r\n$4\r\nspec\r\n*2\r\n$"
        "5\r\nindex\r\n"
        ":1\r\n$9\r\nfind_keys\r\n*4\r\n$4\r\ntype\r\n$5\r\nrange\r\n$4\r\nspec\r\n*6\r\n"
        "$7\r\nlastkey\r\n:0\r\n$7\r\nkeystep\r\n:1\r\n$5\r\nlimit\r\n:0\r\n*0\r\n");
    CHECK(client("COMMAND", "INFO", "nosuch", "client|nosuch") == "*2\r\n$-1\r\n$-1\r\n");
    CHECK(has(client("COMMAND", "INFO", "Client|Id"),
              "$9\r\nclient|id\r\n:2\r\n*3\r\n+noscript\r\n+loading\r\n+stale\r\n:0\r\n:0\r\n:0\r\n"
              "*2\r\n+@slow\r\n+@connection\r\n*0\r\n*0\r\n*0\r\n"));
}

TEST_CASE("in RESP3 flags, categories, tips and keys are sets, and an unknown command is null")
{
    Client client;
    client("HELLO", "3");
    CHECK(has(client("COMMAND", "INFO", "client|info"),
              "~3\r\n+noscript\r\n+loading\r\n+stale\r\n:0\r\n:0\r\n:0\r\n~2\r\n+@slow\r\n"
              "+@connection\r\n~1\r\n$23\r\nnondeterministic_output\r\n~0\r\n~0\r\n"));
    CHECK(client("COMMAND", "INFO", "nosuch") == "*1\r\n_\r\n");
}

TEST_CASE("a container describes its subcommands")
{
    Client client;
    const auto info = client("COMMAND", "INFO", "config");
    CHECK(has(info,
              "$6\r\nconfig\r\n:-2\r\n*0\r\n:0\r\n:0\r\n:0\r\n*1\r\n+@slow\r\n*0\r\n*0\r\n*5\r\n"
              "*10\r\n$10\r\nconfig|get\r\n:-3\r\n"));
    CHECK(has(client("COMMAND", "DOCS", "config"),
              "$11\r\nsubcommands\r\n*10\r\n$10\r\nconfig|get\r\n"));
}

TEST_CASE("COMMAND, its COUNT and its INFO agree on how many commands there are")
{
    Client client;
    const auto count = client("COMMAND", "COUNT").substr(1);
    CHECK(client("COMMAND").starts_with("*" + count));
    CHECK(client("COMMAND", "INFO").starts_with("*" + count));
    client("HELLO", "3");
    CHECK(client("COMMAND", "DOCS").starts_with("%" + count));
}

TEST_CASE("COMMAND LIST names subcommands, too")
{
    Client client;
    const auto count = client.server().commands.all().size();
    const auto names = client("COMMAND", "LIST");
    CHECK(names.starts_with("*" + std::to_string(count) + "\r\n"));
    CHECK(has(names, "$6\r\nclient\r\n"));
    CHECK(has(names, "$11\r\nclient|list\r\n"));
}

TEST_CASE("COMMAND LIST filters by category, by pattern and by module")
{
    Client client;
    CHECK(client("COMMAND", "LIST", "FILTERBY", "PATTERN", "READ*") ==
          "*2\r\n$8\r\nreadonly\r\n$9\r\nreadwrite\r\n");
    CHECK(client("COMMAND", "LIST", "FILTERBY", "PATTERN", "config|re*") ==
          "*2\r\n$16\r\nconfig|resetstat\r\n$14\r\nconfig|rewrite\r\n");
    CHECK(has(client("COMMAND", "LIST", "filterby", "aclcat", "GEO"), "$7\r\ngeodist\r\n"));
    CHECK_FALSE(has(client("COMMAND", "LIST", "FILTERBY", "ACLCAT", "geo"), "$4\r\nsadd\r\n"));
    CHECK(client("COMMAND", "LIST", "FILTERBY", "ACLCAT", "nosuch") == "*0\r\n");
    CHECK(client("COMMAND", "LIST", "FILTERBY", "MODULE", "json") == "*0\r\n");
    CHECK(client("COMMAND", "LIST", "FILTERBY", "NAME", "x") == "-ERR syntax error\r\n");
    CHECK(client("COMMAND", "LIST", "FILTERBY", "PATTERN") == "-ERR syntax error\r\n");
    CHECK(client("COMMAND", "LIST", "ORDERBY", "PATTERN", "x") == "-ERR syntax error\r\n");
}

TEST_CASE("COMMAND GETKEYS finds the keys of a request")
{
    Client client;
    CHECK(client("COMMAND", "GETKEYS", "GET", "a") == "*1\r\n$1\r\na\r\n");
    CHECK(client("COMMAND", "GETKEYS", "DEL", "a", "b") == "*2\r\n$1\r\na\r\n$1\r\nb\r\n");
    CHECK(client("COMMAND", "GETKEYS", "GEORADIUS", "city", "1", "2", "3", "km", "STORE", "near") ==
          "*2\r\n$4\r\ncity\r\n$4\r\nnear\r\n");
}

TEST_CASE("COMMAND GETKEYS says what is wrong with a request")
{
    Client client;
    CHECK(client("COMMAND", "GETKEYS", "nosuch", "a") == "-ERR Invalid command specified\r\n");
    CHECK(client("COMMAND", "GETKEYS", "client", "nosuch") == "-ERR Invalid command specified\r\n");
    CHECK(client("COMMAND", "GETKEYS", "ping", "a") == "-ERR The command has no key arguments\r\n");
    CHECK(client("COMMAND", "GETKEYS", "set", "a") ==
          "-ERR Invalid number of arguments specified for command\r\n");
}

TEST_CASE("COMMAND GETKEYSANDFLAGS tells what a request does to each key")
{
    Client client;
    CHECK(client("COMMAND", "GETKEYSANDFLAGS", "SET", "a", "1") ==
          "*1\r\n*2\r\n$1\r\na\r\n*2\r\n+OW\r\n+update\r\n");
    CHECK(client("COMMAND", "GETKEYSANDFLAGS", "SET", "a", "1", "get") ==
          "*1\r\n*2\r\n$1\r\na\r\n*3\r\n+RW\r\n+access\r\n+update\r\n");
    CHECK(client("COMMAND", "GETKEYSANDFLAGS", "GET", "a") ==
          "*1\r\n*2\r\n$1\r\na\r\n*2\r\n+RO\r\n+access\r\n");
}

TEST_CASE("COMMAND DOCS documents what it knows and passes over the rest")
{
    Client client;
    const auto docs = client("COMMAND", "DOCS", "nosuch", "scard", "client|id");
    CHECK(has(docs, "*4\r\n$5\r\nscard\r\n*10\r\n$7\r\nsummary\r\n"));
    CHECK(has(docs,
              "$5\r\nsince\r\n$5\r\n1.0.0\r\n$5\r\ngroup\r\n$3\r\nset\r\n$10\r\ncomplexity\r\n"));
    CHECK(
        has(docs,
            "$9\r\narguments\r\n*1\r\n*8\r\n$4\r\nname\r\n$3\r\nkey\r\n$4\r\ntype\r\n$3\r\nkey\r\n"
            "$12\r\ndisplay_text\r\n$3\r\nkey\r\n$14\r\nkey_spec_index\r\n:0\r\n"));
    CHECK(has(docs, "$9\r\nclient|id\r\n*8\r\n$7\r\nsummary\r\n"));
    CHECK(client("COMMAND", "DOCS", "nosuch") == "*0\r\n");
}

TEST_CASE("COMMAND DOCS says what replaces a deprecated command")
{
    Client client;
    CHECK(has(client("COMMAND", "DOCS", "quit"),
              "$9\r\ndoc_flags\r\n*1\r\n+deprecated\r\n$16\r\ndeprecated_since\r\n$5\r\n7.2.0\r\n"
              "$11\r\nreplaced_by\r\n$27\r\njust closing the connection\r\n"));
}

TEST_CASE("COMMAND is a command and a container at once")
{
    Client client;
    CHECK(client("COMMAND", "nosuch") == "-ERR unknown subcommand 'nosuch'. Try COMMAND HELP.\r\n");
    CHECK(has(client("COMMAND", "HELP"), "+(no subcommand)\r\n"));
}
