#include "server/access/users.h"

#include <catch2/catch.hpp>

#include "server/access/rule_error.h"

using server::access::read_users;
using server::access::RuleError;
using server::access::Users;

namespace {

struct Fixture
{
    server::Options options;
    server::CommandTable commands;
    Users users{options, commands};

    std::string error_of(std::string_view text)
    {
        try {
            read_users(users, text, "users.acl");
        } catch (const RuleError& error) {
            return error.what();
        }
        return {};
    }
};

constexpr std::string_view kNothingDone =
    "WARNING: ACL errors detected, no change to the previously active ACL rules was performed";

}  // namespace

TEST_CASE_METHOD(Fixture, "at first there is one user, who may do everything")
{
    CHECK(users.text() == "user default on nopass sanitize-payload ~* &* +@all\n");
    CHECK(users.default_user().may_do_everything());
    CHECK(users.find("anna") == nullptr);
}

TEST_CASE_METHOD(Fixture, "a file that was written reads back as the same users")
{
    users.put(users.make("anna"));
    const auto rules = {"on", ">x", "~a*", "%R~b", "+@read", "-get", "(+set ~c)"};
    for (const auto rule : rules) users.find("anna")->apply(rule);
    const std::string text = users.text();
    std::string again;
    for (const auto& user : read_users(users, text, "users.acl")) again += user.text() + '\n';
    CHECK(again == text);
}

TEST_CASE_METHOD(Fixture, "blanks around lines and empty lines do not matter")
{
    const auto read = read_users(users, "\n  user ben on  \r\n\n\t \n", "users.acl");
    REQUIRE(read.size() == 1);
    CHECK(read[0].is_on());
}

TEST_CASE_METHOD(Fixture, "what is wrong in a file is told at once, with its lines")
{
    CHECK(error_of("usr ben on\nuser") ==
          "users.acl:1 should start with user keyword followed by the username. users.acl:2 should "
          "start with user keyword followed by the username. " +
              std::string{kNothingDone});
    CHECK(error_of("user ben on\n\nuser ben off") ==
          "WARNING: Duplicate user 'ben' found on line 3. " + std::string{kNothingDone});
    CHECK(error_of("user ben +foo foo -@bar fie\n") ==
          "users.acl:1: Error in applying operation '+foo': Unknown command or category name in "
          "ACL. users.acl:1: Syntax error. users.acl:1: Error in applying operation '-@bar': "
          "Unknown command or category name in ACL. " +
              std::string{kNothingDone});
    CHECK(error_of("user ben (+get") ==
          "users.acl:1: Unmatched parenthesis in selector definition. " +
              std::string{kNothingDone});
    CHECK(error_of("").empty());
}
