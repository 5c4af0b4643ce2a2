#include "server/access/user.h"

#include <catch2/catch.hpp>

#include "server/access/password.h"
#include "server/access/rule_error.h"

using server::Command;
using server::CommandTable;
using server::FoundKey;
using server::access::Denial;
using server::access::Reason;
using server::access::RuleError;
using server::access::User;

namespace {

const CommandTable& commands()
{
    static const CommandTable table;
    return table;
}

using Words = std::vector<std::string_view>;

User user_with(const Words& rules)
{
    static const server::Options options;
    User user{"anna", commands(), options};
    user.apply(rules);
    return user;
}

std::optional<Denial> judge(const User& user, const Words& request)
{
    const Command& command = *commands().resolve(request).row;
    std::vector<FoundKey> keys;
    server::find_all_keys(command, request, keys);
    return user.judge({command, request, keys, {}});
}

bool allows(const User& user, const Words& request) { return !judge(user, request); }

std::string error_of(const Words& rules)
{
    try {
        user_with(rules);
    } catch (const RuleError& error) {
        return error.what();
    }
    return {};
}

}  // namespace

TEST_CASE("a new user is off and may do nothing but log in and leave")
{
    const User user = user_with({});
    CHECK(user.text() == "user anna off sanitize-payload resetchannels -@all");
    CHECK_FALSE(user.accepts(""));
    CHECK_FALSE(allows(user, {"GET", "a"}));
    CHECK_FALSE(allows(user, {"PING"}));
    CHECK(allows(user, {"AUTH", "anna", "secret"}));
    CHECK(allows(user, {"QUIT"}));
}

TEST_CASE("a command may run that a rule allows, and no later one forbids")
{
    const User user = user_with({"+@all", "-@write", "+incr", "-get", "~*"});
    CHECK(allows(user, {"STRLEN", "a"}));
    CHECK(allows(user, {"incr", "a"}));
    CHECK_FALSE(allows(user, {"SET", "a", "1"}));
    CHECK(judge(user, {"get", "a"})->object == "get");
    CHECK(user.text() ==
          "user anna off sanitize-payload ~* resetchannels +@all -@write +incr -get");
}

TEST_CASE("a container stands for its subcommands, each of which has rules of its own")
{
    const User none = user_with({"+@all", "-config", "+config|get"});
    CHECK(allows(none, {"CONFIG", "get", "port"}));
    CHECK_FALSE(allows(none, {"CONFIG", "SET", "port", "1"}));
    CHECK(judge(none, {"CONFIG", "SET", "port", "1"})->object == "config|set");
    const User all = user_with({"+config"});
    CHECK(allows(all, {"CONFIG", "SET", "port", "1"}));
}

TEST_CASE("a command without subcommands may be allowed for one first argument")
{
    const User user = user_with({"+select|0"});
    CHECK(allows(user, {"SELECT", "0"}));
    CHECK_FALSE(allows(user, {"SELECT", "1"}));
    CHECK_FALSE(allows(user_with({"+select|0", "-select"}), {"SELECT", "0"}));
    CHECK(user_with({"+select|0", "+SELECT"}).text() ==
          "user anna off sanitize-payload resetchannels -@all +select");
}

TEST_CASE("each key needs a pattern, and each channel")
{
    const User user = user_with({"+@all", "~cached:*", "%R~shared:*", "&news"});
    CHECK(allows(user, {"MGET", "cached:1", "shared:1"}));
    CHECK(allows(user, {"COPY", "shared:1", "cached:1"}));
    CHECK(judge(user, {"COPY", "cached:1", "shared:1"})->object == "shared:1");
    CHECK(judge(user, {"MGET", "cached:1", "x"})->reason == Reason::Key);
    CHECK(allows(user, {"SUBSCRIBE", "news"}));
    CHECK(allows(user, {"PUBLISH", "news", "x"}));
    CHECK(judge(user, {"SUBSCRIBE", "news", "more"})->object == "more");
    CHECK(allows(user, {"UNSUBSCRIBE", "more"}));
    CHECK(allows(user, {"PSUBSCRIBE", "news"}));
    CHECK_FALSE(allows(user, {"PSUBSCRIBE", "n*"}));
    CHECK(allows(user_with({"+@all", "&n*"}), {"PSUBSCRIBE", "n*"}));
    CHECK_FALSE(allows(user_with({"+@all", "&n*"}), {"PSUBSCRIBE", "ne*"}));
}

TEST_CASE("what arguments decide decides rights, too")
{
    const User reads = user_with({"+@all", "%R~*"});
    const User writes = user_with({"+@all", "%W~*"});
    CHECK(allows(writes, {"SET", "a", "1"}));
    CHECK_FALSE(allows(writes, {"SET", "a", "1", "GET"}));
    CHECK(allows(reads, {"BITFIELD", "a", "GET", "u8", "0"}));
    CHECK_FALSE(allows(reads, {"BITFIELD", "a", "SET", "u8", "0", "1"}));
    CHECK(allows(reads, {"SORT", "a"}));
    CHECK_FALSE(allows(reads, {"SORT", "a", "STORE", "b"}));
    CHECK(allows(reads, {"GEORADIUS", "a", "0", "0", "1", "m"}));
    CHECK_FALSE(allows(reads, {"GEORADIUS", "a", "0", "0", "1", "m", "STORE", "b"}));
}

TEST_CASE("a keyword given twice hides no key")
{
    const User user = user_with({"+@all", "~a*"});
    CHECK(allows(user, {"GEORADIUS", "a", "0", "0", "1", "m", "STORE", "a1"}));
    CHECK_FALSE(allows(user, {"GEORADIUS", "a", "0", "0", "1", "m", "STORE", "a1", "STORE", "b"}));
    CHECK_FALSE(allows(user, {"SORT", "a", "STORE", "b", "STORE", "a1"}));
}

TEST_CASE("one selector must allow all of a request")
{
    const User user = user_with({"+get", "~a*", "(+set ~b*)", "(%R~c", "+@all)"});
    CHECK(allows(user, {"GET", "a"}));
    CHECK(allows(user, {"SET", "b", "1"}));
    CHECK_FALSE(allows(user, {"SET", "a", "1"}));
    CHECK(allows(user, {"STRLEN", "c"}));
    CHECK_FALSE(allows(user, {"SET", "c", "1"}));
    CHECK(user.text() ==
          "user anna off sanitize-payload ~a* resetchannels -@all +get (~b* resetchannels -@all "
          "+set) (%R~c resetchannels +@all)");
    CHECK(user_with({"(+@all ~*)", "clearselectors"}).selectors().size() == 1);
}

TEST_CASE("of several refusals the one that says most is told")
{
    const User user = user_with({"+get", "~a", "(+mget ~b ~c)"});
    CHECK(judge(user, {"MGET", "b", "x"})->reason == Reason::Key);
    CHECK(judge(user, {"MGET", "b", "x"})->object == "x");
    CHECK(judge(user, {"SET", "b", "x"})->reason == Reason::Command);
}

TEST_CASE("a user has any number of passwords, or needs none")
{
    User user = user_with({"on", ">one", ">two", ">one"});
    CHECK(user.passwords().size() == 2);
    CHECK(user.accepts("one"));
    CHECK(user.accepts("two"));
    CHECK_FALSE(user.accepts("three"));
    CHECK_FALSE(user.accepts(""));
    user.apply("<one");
    CHECK_FALSE(user.accepts("one"));
    user.apply("#" + server::access::hash_of("three"));
    CHECK(user.accepts("three"));
    user.apply("off");
    CHECK_FALSE(user.accepts("three"));
    for (const auto rule : {"on", "nopass"}) user.apply(rule);
    CHECK(user.accepts("anything"));
    user.apply("resetpass");
    CHECK_FALSE(user.accepts("anything"));
}

TEST_CASE("who may do everything is known without asking for each command")
{
    CHECK(user_with({"+@all", "~*", "&*"}).may_do_everything());
    CHECK(user_with({"allcommands", "allkeys", "allchannels"}).may_do_everything());
    CHECK(user_with({"(+@all ~* &*)"}).may_do_everything());
    CHECK_FALSE(user_with({"+@all", "~*"}).may_do_everything());
    CHECK_FALSE(user_with({"+@all", "-ping", "+ping", "~*", "&*"}).may_do_everything());
    CHECK_FALSE(user_with({"+@all", "%RW~*", "&*", "-get"}).may_do_everything());
}

TEST_CASE("reset leaves a new user of the same name")
{
    CHECK(user_with({"on", ">x", "~*", "&*", "+@all", "(+get)", "reset"}).text() ==
          user_with({}).text());
}

TEST_CASE("a rule that is none is refused with Redis's words")
{
    CHECK(error_of({"foo"}) == "Error in ACL SETUSER modifier 'foo': Syntax error");
    CHECK(error_of({"+foo"}) ==
          "Error in ACL SETUSER modifier '+foo': Unknown command or category name in ACL");
    for (const auto rule : {"+@foo", "-foo", "+config|foo", "-get|x", "+foo|x", "+", "-", "+@"})
        CHECK_THAT(error_of({rule}), Catch::EndsWith("Unknown command or category name in ACL"));
    for (const auto rule : {"+get|", "%~x", "%X~x", "%RR~x", "%R", "~a b", "&a b", ")"})
        CHECK_THAT(error_of({rule}), Catch::EndsWith("Syntax error"));
    CHECK_THAT(error_of({"+config|get|x"}),
               Catch::EndsWith("Allowing first-arg of a subcommand is not supported"));
    CHECK_THAT(error_of({"~*", "~x"}), Catch::Contains("Try 'resetkeys'"));
    CHECK_THAT(error_of({"&*", "&x"}), Catch::Contains("Try 'resetchannels'"));
    CHECK_THAT(error_of({"#12"}), Catch::Contains("exactly 64 characters"));
    CHECK_THAT(error_of({"<none"}), Catch::Contains("does not exist"));
    CHECK_THAT(error_of({"(+foo)"}), Catch::Contains("'(+foo)': Unknown command"));
    CHECK(error_of({"on", "(+get", "~x"}) ==
          "Unmatched parenthesis in acl selector starting at '(+get'.");
    CHECK(error_of({""}).empty());
}
