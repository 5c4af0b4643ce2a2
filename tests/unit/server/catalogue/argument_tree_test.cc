#include "server/catalogue/argument_tree.h"

#include <catch2/catch.hpp>

#include "server/catalogue/command_table.h"
#include "server/catalogue/keys.h"

using namespace server;

namespace {

/// An argument as `name:type`, its token before it, the insides of groups in parentheses; behind it
/// `?` if it is optional, `+` if it may be repeated, `*` if with its token, `#n` for its key.
std::string shown(const Argument& argument)
{
    std::string text;
    if (!argument.token.empty() && argument.type != Argument::Type::PureToken)
        text += argument.token + "=";
    text += argument.type == Argument::Type::PureToken ? argument.token : argument.name;
    if (argument.type != Argument::Type::PureToken)
        text += ":" + std::string{type_name(argument.type)};
    if (!argument.arguments.empty()) {
        text += "(";
        for (const auto& part : argument.arguments)
            text += (&part == &argument.arguments.front() ? "" : " ") + shown(part);
        text += ")";
    }
    if (argument.optional) text += "?";
    if (argument.multiple) text += argument.multiple_token ? "*" : "+";
    if (argument.key_spec) text += "#" + std::to_string(*argument.key_spec);
    return text;
}

bool has_key(const std::vector<Argument>& arguments, int spec)
{
    for (const Argument& argument : arguments) {
        if (argument.key_spec == spec || has_key(argument.arguments, spec)) return true;
    }
    return false;
}

std::string tree(std::string_view syntax, decltype(Command::keys) keys = {},
                 std::string_view name = "TEST")
{
    std::string text;
    const Command command{.name = name,
                          .syntax = syntax,
                          .summary = "",
                          .since = "",
                          .complexity = "",
                          .group = Group::Generic,
                          .keys = keys};
    for (const Argument& argument : argument_tree(command))
        text += (text.empty() ? "" : " ") + shown(argument);
    return text;
}

}  // namespace

TEST_CASE("plain words are arguments, whose types stand behind a colon")
{
    CHECK(tree("") == "");
    CHECK(tree("longitude:double member") == "longitude:double member:string");
    CHECK(tree("cursor:integer [MATCH pattern:pattern]") ==
          "cursor:integer MATCH=pattern:pattern?");
    CHECK(tree("when:unix-time") == "when:unix-time");
    CHECK(tree("ip:port:string") == "ip:port:string");
    CHECK_THROWS(tree("increment:duoble"));
}

TEST_CASE("what may be repeated is said once")
{
    CHECK(tree("member [member ...]") == "member:string+");
    CHECK(tree("score:double member [score:double member ...]") ==
          "score:block(score:double member:string)+");
    CHECK(tree("[section [section ...]]") == "section:string?+");
    CHECK(tree("[ID client-id:integer [client-id:integer ...]]") == "ID=client-id:integer?+");
    CHECK(tree("[PREFIX prefix [PREFIX prefix ...]]") == "PREFIX=prefix:string?*");
    CHECK(tree("[member ...]") == "member:string?+");
}

TEST_CASE("of a choice one is taken")
{
    CHECK(tree("[NX | XX]") == "condition:oneof(NX XX)?");
    CHECK(tree("<YES | NO>") == "yes-or-no:oneof(YES NO)");
    CHECK(tree("[EX seconds:integer | PX milliseconds:integer | KEEPTTL]") ==
          "expiration:oneof(EX=seconds:integer PX=milliseconds:integer KEEPTTL)?");
    CHECK(tree("[FILTERBY <MODULE module-name | PATTERN pattern:pattern>]") ==
          "FILTERBY=module-or-pattern:oneof(MODULE=module-name:string PATTERN=pattern:pattern)?");
}

TEST_CASE("a token takes what stands behind it")
{
    CHECK(tree("[LIMIT offset:integer count:integer]") ==
          "LIMIT=limit:block(offset:integer count:integer)?");
    CHECK(tree("[COUNT count:integer [ANY]]") == "count:block(COUNT=count:integer ANY?)?");
    CHECK(tree("<BYRADIUS radius:double <M | KM> | BYBOX width:double height:double <M | KM>>") ==
          "by:oneof(byradius:block(BYRADIUS=radius:double unit:oneof(M KM)) "
          "bybox:block(BYBOX=width:double height:double unit:oneof(M KM)))");
    CHECK(tree("[protover:integer [AUTH username password] [SETNAME clientname]]") ==
          "protover:block(protover:integer AUTH=auth:block(username:string password:string)? "
          "SETNAME=clientname:string?)?");
}

TEST_CASE("keys are found by the command's own specifications")
{
    CHECK(tree("source destination member", {key_at(1, "RW"), key_at(2, "RW")}) ==
          "source:key#0 destination:key#1 member:string");
    CHECK(tree("key [key ...]", {keys_from(1, "RO")}) == "key:key+#0");
    CHECK(tree("key value [key value ...]", {KeySpec{.begin = KeySpec::Begin::Index,
                                                     .position = 1,
                                                     .last = -1,
                                                     .step = 2,
                                                     .flags = "OW"}}) ==
          "key:block(key:key#0 value:string)+");
    CHECK(tree("destination numkeys:integer key [key ...]",
               {key_at(1, "OW"), counted_keys_at(2, "RO")}) ==
          "destination:key#0 numkeys:integer key:key+#1");
    CHECK(tree("script numkeys:integer [key [key ...]] [arg [arg ...]]",
               {counted_keys_at(2, "RW")}) ==
          "script:string numkeys:integer key:key?+#0 arg:string?+");
    CHECK(tree("key [STORE destination]", {key_at(1, "RO"), key_after("STORE", 2, "OW")}) ==
          "key:key#0 STORE=destination:key?#1");
    CHECK(tree("city [REQUIRE numsets:integer set [set ...]]",
               {key_at(1, "RO"), counted_keys_after("REQUIRE", 2, "RO")}) ==
          "city:key#0 REQUIRE=require:block(numsets:integer set:key+#1)?");
    CHECK(tree("key", {key_at(2, "RO")}, "OBJECT ENCODING") == "key:key#0");
}

TEST_CASE("each key of each command is one of its arguments")
{
    const CommandTable table;
    for (const Command* command : table.all()) {
        INFO(command->name);
        const auto arguments = argument_tree(*command);
        const auto specs = key_specs(*command);
        for (std::size_t i = 0; i < specs.size(); ++i) {
            // BY and GET of SORT are patterns: which keys they mean is not in the request.
            const bool is_certain =
                specs[i].begin != KeySpec::Begin::Unknown || !specs[i].keyword.empty();
            const bool is_key =
                is_certain && specs[i].flags.find("NOT_KEY") == std::string_view::npos;
            CHECK(has_key(arguments, static_cast<int>(i)) == is_key);
        }
    }
}

TEST_CASE("brackets within brackets are read once each, closed or not")
{
    const std::string open(40, '[');
    CHECK(server::argument_tree({.name = "DEEP", .syntax = open}).size() == 1);
    const std::string line = open + "key" + std::string(40, ']');
    CHECK(server::argument_tree({.name = "DEEP", .syntax = line}).size() == 1);
}
