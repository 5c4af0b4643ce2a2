#include "server/catalogue/acl_categories.h"

#include <catch2/catch.hpp>

#include "server/catalogue/command_table.h"

using Names = std::vector<std::string_view>;

namespace {

Names categories_of(std::string_view name)
{
    static const server::CommandTable table;
    const auto space = name.find(' ');
    const auto* command = space == std::string_view::npos
                              ? table.find(name)
                              : table.find(name.substr(0, space), name.substr(space + 1));
    REQUIRE(command != nullptr);
    return server::acl_categories(*command);
}

}  // namespace

TEST_CASE("a command is in its group's category, in those of its flags, and fast or slow")
{
    CHECK(categories_of("SADD") == Names{"write", "set", "fast"});
    CHECK(categories_of("SMEMBERS") == Names{"read", "set", "slow"});
    CHECK(categories_of("DEL") == Names{"keyspace", "write", "slow"});
    CHECK(categories_of("GEOADD") == Names{"write", "geo", "slow"});
    CHECK(categories_of("CLIENT LIST") == Names{"admin", "slow", "dangerous", "connection"});
}

TEST_CASE("a container by itself is only slow")
{
    CHECK(categories_of("CLIENT") == Names{"slow"});
    CHECK(categories_of("CONFIG") == Names{"slow"});
}

TEST_CASE("some categories are given by hand")
{
    CHECK(categories_of("FLUSHALL") == Names{"keyspace", "write", "slow", "dangerous"});
    CHECK(categories_of("INFO") == Names{"slow", "dangerous"});
    CHECK(categories_of("ROLE") == Names{"admin", "fast", "dangerous"});
    CHECK(categories_of("READONLY") == Names{"fast", "connection"});
    CHECK(categories_of("COMMAND COUNT") == Names{"slow", "connection"});
    CHECK(categories_of("WAIT") == Names{"slow", "blocking", "connection"});
}

TEST_CASE("a category is known in whatever case")
{
    constexpr server::Command get{.name = "GET",
                                  .summary = "",
                                  .since = "",
                                  .complexity = "",
                                  .group = server::Group::String,
                                  .flags = server::kReadonly};
    CHECK(server::is_in_acl_category(get, "Read"));
    CHECK_FALSE(server::is_in_acl_category(get, "write"));
    CHECK_FALSE(server::is_in_acl_category(get, "nosuch"));
}
