#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <string>
#include <vector>

#include "server/access/rule_error.h"
#include "server/catalogue/command_table.h"
#include "tests/support/client.h"

using tests::Client;
using namespace std::chrono_literals;

namespace {

constexpr auto kOk = "+OK\r\n";
constexpr auto kNoKey = "-NOPERM No permissions to access a key\r\n";
constexpr auto kNoChannel = "-NOPERM No permissions to access a channel\r\n";

std::string no_command(std::string_view user, std::string_view command)
{
    return fmt::format("-NOPERM User {} has no permissions to run the '{}' command\r\n", user,
                       command);
}

/// Two clients: an administrator, and anna with these rules.
struct Pair
{
    template <class... Rules>
    explicit Pair(const Rules&... rules) : anna(admin)
    {
        REQUIRE(admin("ACL", "SETUSER", "anna", "on", "nopass", rules...) == kOk);
        REQUIRE(anna("AUTH", "anna", "x") == kOk);
    }

    Client admin;
    Client anna;
};

}  // namespace

TEST_CASE("nobody does what no rule allows, and everybody else is left alone")
{
    Pair pair{"+@all", "-set", "~a*"};
    CHECK(pair.anna("GET", "a") == "$-1\r\n");
    CHECK(pair.anna("GET", "b") == kNoKey);
    CHECK(pair.anna("SET", "a", "1") == no_command("anna", "set"));
    CHECK(pair.anna("PUBLISH", "a", "1") == kNoChannel);
    CHECK(pair.admin("SET", "b", "1") == kOk);
    CHECK(pair.anna.session().limits != nullptr);
    CHECK(pair.admin.session().limits == nullptr);
}

TEST_CASE("who may do nothing runs no command at all")
{
    Pair pair{};
    for (const server::Command* command : pair.admin.server().commands.all()) {
        const bool is_open = command->has(server::kNoAuth) || command->has(server::kProtected) ||
                             command->has(server::kForTests);
        if (is_open || command->run == nullptr) continue;
        std::vector<std::string> request{std::string{container_of(*command)}};
        if (command->words == 2) request.emplace_back(subcommand_of(*command));
        request.resize(static_cast<std::size_t>(std::abs(command->arity)), "1");
        const std::string reply = pair.anna.run(std::span<const std::string>{request});
        CAPTURE(command->name, reply);
        CHECK(reply.find("NOPERM User anna has no permissions") != std::string::npos);
    }
}

TEST_CASE("new rules hold for sessions that are there")
{
    Pair pair{"+@all", "~*", "&*"};
    CHECK(pair.anna.session().limits == nullptr);
    pair.admin("ACL", "SETUSER", "anna", "-get");
    CHECK(pair.anna("GET", "a") == no_command("anna", "get"));
    pair.admin("ACL", "SETUSER", "default", "-get");
    CHECK(pair.admin("GET", "a") == no_command("default", "get"));
    pair.admin("ACL", "SETUSER", "default", "+@all");
    CHECK(pair.admin("GET", "a") == "$-1\r\n");
}

TEST_CASE("rules that cannot be applied change nothing")
{
    Pair pair{"+get", "~a"};
    CHECK(pair.admin("ACL", "SETUSER", "anna", "+set", "+foo") ==
          "-ERR Error in ACL SETUSER modifier '+foo': Unknown command or category name in ACL\r\n");
    CHECK(pair.anna("SET", "a", "1") == no_command("anna", "set"));
    CHECK(pair.admin("ACL", "SETUSER", "ben", "foo").starts_with("-ERR"));
    CHECK(pair.admin("ACL", "USERS") == "*2\r\n$4\r\nanna\r\n$7\r\ndefault\r\n");
    CHECK(pair.admin("ACL", "SETUSER", "b n") ==
          "-ERR Usernames can't contain spaces or null characters\r\n");
}

TEST_CASE("a queued command is refused when it comes, and again when its user may not any more")
{
    Pair pair{"+@all", "~a*"};
    pair.anna("MULTI");
    CHECK(pair.anna("GET", "b") == kNoKey);
    CHECK(pair.anna("EXEC").starts_with("-EXECABORT"));

    pair.anna("MULTI");
    pair.anna("SET", "a", "1");
    pair.anna("PING");
    pair.admin("ACL", "SETUSER", "anna", "-set");
    CHECK(pair.anna("EXEC") ==
          "*2\r\n-NOPERM ACLs rules changed between the moment the transaction was accumulated and "
          "the EXEC call. This command is no longer allowed for the following reason: no "
          "permission to execute the command or subcommand\r\n+PONG\r\n");
    CHECK(pair.admin("EXISTS", "a") == ":0\r\n");
}

TEST_CASE("a script may do what its user may do")
{
    Pair pair{"+@all", "-set", "~a*"};
    const auto denied = [&](std::string_view script, std::string_view why) {
        const std::string reply = pair.anna("EVAL", script, "0");
        CAPTURE(script, reply);
        CHECK(reply.starts_with(fmt::format("-ERR ACL failure in script: {}", why)));
    };
    denied("return redis.call('set','a','1')",
           "User anna has no permissions to run the 'set' command");
    denied("return redis.call('get','b')", "No permissions to access a key");
    denied("return redis.pcall('publish','b','1')", "No permissions to access a channel");
    CHECK(pair.anna("EVAL", "return redis.call('get','a')", "0") == "$-1\r\n");
    CHECK(pair.anna("EVAL", "return 1", "1", "b") == kNoKey);
    CHECK(pair.anna("EVAL",
                    "return {redis.acl_check_cmd('get','a'), redis.acl_check_cmd('get',"
                    "'b'), redis.acl_check_cmd('set')}",
                    "0") == "*3\r\n:1\r\n$-1\r\n$-1\r\n");
    // The next script is somebody else's.
    CHECK(pair.admin("EVAL", "return redis.call('set','b','1')", "0") == kOk);
}

TEST_CASE("a function may do what its user may do")
{
    Pair pair{"+@all", "~a*"};
    pair.admin("FUNCTION", "LOAD",
               "#!lua name=l\nredis.register_function('f', function() return "
               "redis.call('get','b') end)");
    CHECK(pair.anna("FCALL", "f", "0").starts_with("-ERR ACL failure in script: No permissions"));
    CHECK(pair.admin("FCALL", "f", "0") == "$-1\r\n");
}

TEST_CASE("who waited is refused if they may not any more when their turn comes")
{
    Pair pair{"+@all", "~a*"};
    pair.anna("BLPOP", "a", "0");
    pair.admin("ACL", "SETUSER", "anna", "resetkeys", "~b");
    pair.admin("RPUSH", "a", "1");
    CHECK(pair.anna.take_output() == kNoKey);
    CHECK_FALSE(pair.anna.session().blocked);
    CHECK(pair.admin("LLEN", "a") == ":1\r\n");
    CHECK(pair.anna("GET", "b") == "$-1\r\n");
}

TEST_CASE("a wait that is over needs no right")
{
    Pair pair{"+@all", "~a*"};
    pair.anna("BLPOP", "a", "1");
    pair.admin("ACL", "SETUSER", "anna", "resetkeys");
    pair.admin.clock.advance(1s);
    pair.admin("PING");
    CHECK(pair.anna.take_output() == "*-1\r\n");
}

TEST_CASE("sessions of a deleted user end, and can do nothing until then")
{
    Pair pair{"+@all", "~*", "&*"};
    CHECK(pair.admin("ACL", "DELUSER", "anna", "nobody") == ":1\r\n");
    CHECK(pair.anna.session().close_after_reply);
    CHECK(pair.anna("GET", "a") == "-NOAUTH Authentication required.\r\n");
    CHECK(pair.admin("ACL", "DELUSER", "default") ==
          "-ERR The 'default' user cannot be removed\r\n");
}

TEST_CASE("who deletes themselves in a transaction is not the default user then")
{
    Pair pair{"+@all", "~*", "&*"};
    pair.anna("MULTI");
    pair.anna("ACL", "DELUSER", "anna");
    pair.anna("SET", "a", "1");
    CHECK(pair.anna("EXEC").starts_with("*2\r\n:1\r\n-NOPERM"));
    CHECK(pair.admin("EXISTS", "a") == ":0\r\n");
}

TEST_CASE("who may not listen to a channel any more is disconnected")
{
    Pair pair{"+@all", "&news", "&more"};
    pair.anna("SUBSCRIBE", "news");
    pair.admin("ACL", "SETUSER", "anna", "&others");
    CHECK_FALSE(pair.anna.session().close_after_reply);
    pair.admin("ACL", "SETUSER", "anna", "resetchannels", "&news");
    CHECK_FALSE(pair.anna.session().close_after_reply);
    pair.admin("ACL", "SETUSER", "anna", "resetchannels", "&n*");
    CHECK_FALSE(pair.anna.session().close_after_reply);
    pair.admin("ACL", "SETUSER", "anna", "resetchannels", "&x");
    CHECK(pair.anna.session().close_after_reply);
}

TEST_CASE("SORT looks up keys only for who may read all of them")
{
    Pair some{"+@all", "~a*"};
    some.admin("RPUSH", "a", "1");
    CHECK(some.anna("SORT", "a", "BY", "nosort") == "*1\r\n$1\r\n1\r\n");
    CHECK(some.anna("SORT", "a", "BY", "b*") ==
          "-ERR BY option of SORT denied due to insufficient ACL permissions.\r\n");
    CHECK(some.anna("SORT_RO", "a", "GET", "b*") ==
          "-ERR GET option of SORT denied due to insufficient ACL permissions.\r\n");
    Pair all{"+@all", "%R~*"};
    all.admin("RPUSH", "a", "1");
    CHECK(all.anna("SORT_RO", "a", "GET", "#") == "*1\r\n$1\r\n1\r\n");
}

TEST_CASE("what was refused is counted and logged")
{
    Pair pair{"+@all", "-acl", "~a*"};
    pair.anna("GET", "b");
    pair.anna("GET", "b");
    pair.anna("ACL", "WHOAMI");
    pair.anna("PUBLISH", "c", "x");
    pair.admin("AUTH", "nobody", "x");
    const std::string info = pair.admin("INFO", "stats");
    CHECK_THAT(info, Catch::Contains("acl_access_denied_auth:1\r\n"));
    CHECK_THAT(info, Catch::Contains("acl_access_denied_cmd:1\r\n"));
    CHECK_THAT(info, Catch::Contains("acl_access_denied_key:2\r\n"));
    CHECK_THAT(info, Catch::Contains("acl_access_denied_channel:1\r\n"));
    const std::string log = pair.admin("ACL", "LOG");
    CHECK(log.starts_with("*4\r\n*20\r\n$5\r\ncount\r\n:1\r\n$6\r\nreason\r\n$4\r\nauth\r\n"));
    CHECK_THAT(log, Catch::Contains("$6\r\nobject\r\n$10\r\nacl|whoami\r\n"));
    CHECK_THAT(log, Catch::Contains("$5\r\ncount\r\n:2\r\n$6\r\nreason\r\n$3\r\nkey\r\n"));
    CHECK_THAT(log, Catch::Contains("user=anna"));
    CHECK(pair.admin("ACL", "LOG", "RESET") == kOk);
    CHECK(pair.admin("ACL", "LOG") == "*0\r\n");
}

TEST_CASE("CONFIG SET requirepass is the default user's password")
{
    Client client;
    Client other{client};
    client("CONFIG", "SET", "requirepass", "tiffin");
    CHECK(other("AUTH", "x").starts_with("-WRONGPASS"));
    CHECK(Client{client}("GET", "a") == "-NOAUTH Authentication required.\r\n");
    client("ACL", "SETUSER", "default", ">lunch");
    CHECK(other("AUTH", "lunch") == kOk);
    CHECK(other("AUTH", "tiffin") == kOk);
    client("CONFIG", "SET", "requirepass", "");
    CHECK(Client{client}("GET", "a") == "$-1\r\n");
}

TEST_CASE("while the default user is off, nobody comes in as them")
{
    Pair pair{"+@all", "~*", "&*"};
    pair.anna("ACL", "SETUSER", "default", "off");
    Client late{pair.anna};
    CHECK(late("GET", "a") == "-NOAUTH Authentication required.\r\n");
    CHECK(late("AUTH", "default", "x").starts_with("-WRONGPASS"));
    CHECK(late("HELLO", "3", "AUTH", "anna", "x").starts_with("%7\r\n"));
    CHECK(late("RESET") == "+RESET\r\n");
    CHECK(late("GET", "a") == "-NOAUTH Authentication required.\r\n");
}

TEST_CASE("users of the configuration are there at the start; a mistake is told then")
{
    server::Options options;
    options.users = {{"anna", "on", ">x", "~a*", "+get"}, {"default", "off"}};
    Client client{options};
    CHECK(client("AUTH", "anna", "x") == kOk);
    CHECK(client("GET", "b") == kNoKey);

    options.users.push_back({"anna", "off"});
    CHECK_THROWS_AS(server::Server{options}, server::access::RuleError);
    options.users = {{"anna", "+foo"}};
    CHECK_THROWS_AS(server::Server{options}, server::access::RuleError);
    options.users.clear();
    options.acl_file = "there is no such file";
    CHECK_THROWS_AS(server::Server{options}, server::access::RuleError);
}

TEST_CASE("GENPASS draws as many bits as asked for, rounded up to digits")
{
    Client client;
    CHECK(client("ACL", "GENPASS").starts_with("$64\r\n"));
    CHECK(client("ACL", "GENPASS", "5").starts_with("$2\r\n"));
    CHECK(client("ACL", "GENPASS") != client("ACL", "GENPASS"));
    CHECK(client("ACL", "GENPASS", "4097").starts_with("-ERR ACL GENPASS argument must be"));
}
