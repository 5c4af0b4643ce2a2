#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/support/client.h"

using tests::Client;

namespace {

constexpr auto kNoKey = "-NOPERM No permissions to access a key\r\n";

/// A city with a driver, and a dispatcher who may use these keys.
struct City
{
    explicit City(const std::vector<std::string_view>& keys)
    {
        admin("GEOADD", "geo", "77.6000", "12.9716", "driver:anna");
        admin("SADD", "free", "driver:anna");
        std::vector<std::string_view> rules = {"ACL", "SETUSER", "desk", "on", "nopass", "+@all"};
        rules.insert(rules.end(), keys.begin(), keys.end());
        REQUIRE(admin.run(std::span<const std::string_view>{rules}) == "+OK\r\n");
        REQUIRE(desk("AUTH", "desk", "x") == "+OK\r\n");
    }

    template <class... Words>
    static std::string assign(Client& client, const char* order, const Words&... options)
    {
        return client("ASSIGN", "geo", "free", order, "FROMLONLAT", "77.5946", "12.9716",
                      "BYRADIUS", "5", "KM", options...);
    }

    bool is_untouched()
    {
        return admin("EXISTS", "geo:token", "agent:anna:lock", "order:1") == ":0\r\n" &&
               admin("SCARD", "free") == ":1\r\n";
    }

    Client admin;
    Client desk{admin};
};

}  // namespace

TEST_CASE("ASSIGN needs rights to all that it does")
{
    City city{{"~geo*", "~free", "~order:*", "~agent:*"}};
    CHECK(City::assign(city.desk, "order:1").starts_with("*20\r\n"));
    CHECK(city.admin("GET", "agent:anna:lock") == "$7\r\norder:1\r\n");
    CHECK(city.desk("ASSIGN.COMPLETE", "order:1").starts_with("*20\r\n"));
}

TEST_CASE("without one of them nothing happens")
{
    const std::vector<std::string_view> all = {"~geo", "~geo:token", "~free", "~order:*",
                                               "~agent:*"};
    for (std::size_t missing = 0; missing < all.size(); ++missing) {
        CAPTURE(all[missing]);
        std::vector<std::string_view> rest = all;
        rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(missing));
        City city{rest};
        CHECK(City::assign(city.desk, "order:1") == kNoKey);
        CHECK(city.is_untouched());
    }
}

TEST_CASE("to read a lock, or one driver's, is not enough")
{
    for (const std::string_view agents :
         {"%R~agent:*", "~agent:?:lock", "~agent:[*]:lock", "~agent:anna:lock"}) {
        CAPTURE(agents);
        City city{{"~geo*", "~free", "~order:*", agents}};
        CHECK(City::assign(city.desk, "order:1") == kNoKey);
        CHECK(city.is_untouched());
    }
}

TEST_CASE("options name keys, too")
{
    City city{{"~geo*", "~free", "~order:*", "~agent:*"}};
    CHECK(City::assign(city.desk, "order:1", "LOCK", "other:*") == kNoKey);
    CHECK(City::assign(city.desk, "order:1", "STRATEGY", "RATING") == kNoKey);
    CHECK(City::assign(city.desk, "order:1", "REQUIRE", "1", "vip") == kNoKey);
    CHECK(City::assign(city.desk, "order:1", "SKIP", "1", "REQUIRE", "EXCEPT", "1", "vip") ==
          kNoKey);
    CHECK(City::assign(city.desk, "secret", "SKIP", "2", "REQUIRE", "x") == kNoKey);
    CHECK(city.is_untouched());
    CHECK(City::assign(city.desk, "order:1", "STRATEGY", "RATING", "RATINGBY", "agent:*->stars")
              .starts_with("*20\r\n"));
}

TEST_CASE("a record that was forged makes the server do nothing")
{
    City city{{"~geo*", "~free", "~order:*", "~agent:*"}};
    City::assign(city.admin, "order:1", "OFFER");
    city.desk("HSET", "order:1", "lock_pattern", "secret:*", "lock", "secret:anna", "available",
              "secrets");
    for (const auto command : {"ASSIGN.CANCEL", "ASSIGN.COMPLETE"})
        CHECK(city.desk(command, "order:1") == kNoKey);
    CHECK(city.desk("ASSIGN.REJECT", "order:1", "1") == kNoKey);
    city.admin.clock.advance(std::chrono::hours{1});
    city.admin("PING");
    CHECK(city.admin("KEYS", "secret*") == "*0\r\n");
}

TEST_CASE("a record that is brought under a new name is followed only for who may do all of it")
{
    City city{{"~order:*"}};
    City::assign(city.admin, "order:1", "OFFER");
    CHECK(city.desk("RENAME", "order:1", "order:2") == "+OK\r\n");
    CHECK(city.desk("ASSIGN.GET", "order:2").starts_with("*20\r\n"));
    CHECK(city.admin.server().dispatcher.open_orders() == 0);
    city.admin("ASSIGN.GET", "order:2");
    CHECK(city.admin.server().dispatcher.open_orders() == 1);
}

TEST_CASE("what shows any order needs the right to read any key")
{
    City some{{"~geo*", "~free", "~order:*", "~agent:*"}};
    CHECK(some.desk("ASSIGN.PENDING") == kNoKey);
    CHECK(some.desk("ASSIGN.DRIVER", "driver:anna").starts_with("*14\r\n"));
    CHECK(some.desk("ASSIGN.DRIVER", "driver:anna", "LOCK", "other:*") == kNoKey);
    some.admin("SET", "agent:anna:lock", "secret:1");
    CHECK(some.desk("ASSIGN.DRIVER", "driver:anna") == kNoKey);
    City all{{"%R~*"}};
    CHECK(all.desk("ASSIGN.PENDING") == "*0\r\n");
    CHECK(all.desk("ASSIGN.EXPLAIN", "geo", "free", "order:1", "FROMLONLAT", "77.5946", "12.9716",
                   "BYRADIUS", "5", "KM")
              .starts_with("*8\r\n"));
    CHECK(City::assign(all.desk, "order:1") == kNoKey);
}

TEST_CASE("EXPLAIN tells the state of other orders to who may read them")
{
    const auto explained = [](const std::vector<std::string_view>& keys) {
        City city{keys};
        City::assign(city.admin, "secret:1", "OFFER");
        return city.desk("ASSIGN.EXPLAIN", "geo", "free", "order:1", "FROMLONLAT", "77.5946",
                         "12.9716", "BYRADIUS", "5", "KM");
    };
    CHECK_THAT(explained({"%R~*"}), Catch::Contains("held by secret:1 (offered 0.0 s ago)"));
    CHECK_THAT(explained({"%R~geo", "%R~free", "%R~agent:*", "%R~order:*"}),
               Catch::Contains("locked by secret:1 for"));
}

TEST_CASE("who writes to an order's record does not free its driver")
{
    City city{{"~order:*"}};
    City::assign(city.admin, "order:1");
    city.desk("HSET", "order:1", "note", "leave it at the door");
    CHECK(city.admin("GET", "agent:anna:lock") == "$7\r\norder:1\r\n");
    city.admin("DEL", "agent:anna:lock");
    CHECK(city.admin("GET", "agent:anna:lock") == "$7\r\norder:1\r\n");
    CHECK(city.admin("ASSIGN.COMPLETE", "order:1").starts_with("*20\r\n"));
}
