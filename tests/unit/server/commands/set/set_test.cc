#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "tests/support/client.h"

using tests::Client;
using Encoding = store::Set::Encoding;

namespace {

Encoding encoding_of(Client& client, std::string_view key)
{
    return client.server().databases[0].find<store::Set>(key)->encoding();
}

void add_many(Client& client, const std::string& key, const std::string& prefix, int count)
{
    std::vector<std::string> request{"SADD", key};
    for (int i = 0; i < count; ++i) request.push_back(prefix + std::to_string(i));
    client.run(std::span<const std::string>{request});
}

}  // namespace

TEST_CASE("RESP3: sets of members are sets, draws are arrays")
{
    Client client;
    client("HELLO", "3");
    client("SADD", "s", "a");
    CHECK(client("SINTER", "s") == "~1\r\n$1\r\na\r\n");
    CHECK(client("SUNION", "s", "none") == "~1\r\n$1\r\na\r\n");
    CHECK(client("SDIFF", "s", "none") == "~1\r\n$1\r\na\r\n");
    CHECK(client("SINTER", "s", "none") == "~0\r\n");
    CHECK(client("SRANDMEMBER", "s", "2") == "*1\r\n$1\r\na\r\n");
    CHECK(client("SRANDMEMBER", "s", "-2") == "*2\r\n$1\r\na\r\n$1\r\na\r\n");
    CHECK(client("SRANDMEMBER", "none", "2") == "*0\r\n");
    CHECK(client("SRANDMEMBER", "none") == "_\r\n");
    CHECK(client("SPOP", "none", "2") == "~0\r\n");
    CHECK(client("SPOP", "s", "0") == "~0\r\n");
    CHECK(client("SPOP", "s", "2") == "~1\r\n$1\r\na\r\n");
    CHECK(client("SPOP", "s") == "_\r\n");
}

TEST_CASE("a draw whose reply would fill the memory is refused and leaves nothing behind")
{
    Client client;
    client("SADD", "s", std::string(1 << 20, 'x'));
    CHECK(client("SRANDMEMBER", "s", "-9223372036854775807") ==
          "-ERR the reply would be larger than 512 MB\r\n");
}

TEST_CASE("the same seed and the same commands draw the same members")
{
    const auto draw = [] {
        server::Options options;
        options.seed = 7;
        Client client{options};
        add_many(client, "s", "m", 1000);
        std::string drawn;
        for (int i = 0; i < 20; ++i)
            drawn += client("SPOP", "s") + client("SRANDMEMBER", "s", "-3");
        return drawn + client("SPOP", "s", "5") + client("SRANDMEMBER", "s", "5") +
               client("SPOP", "s", "900");
    };
    CHECK(draw() == draw());
}

TEST_CASE("SPOP takes each member with the same chance")
{
    server::Options options;
    options.seed = 11;
    Client client{options};
    std::map<std::string, int> first;
    for (int round = 0; round < 6000; ++round) {
        client("SADD", "s", "a", "b", "c", "d", "e", "f");
        ++first[client("SPOP", "s")];
        client("DEL", "s");
    }
    CHECK(first.size() == 6);
    for (const auto& [member, count] : first) CHECK(std::abs(count - 1000) < 150);
}

TEST_CASE("SPOP with a count takes so many different members, whatever is left")
{
    Client client;
    for (const int count : {1, 2, 50, 400, 499, 500, 600}) {
        add_many(client, "s", "m", 500);
        const auto reply = client("SPOP", "s", std::to_string(count));
        const int taken = std::min(count, 500);
        CHECK(reply.starts_with("*" + std::to_string(taken) + "\r\n"));
        CHECK(client("SCARD", "s") == ":" + std::to_string(500 - taken) + "\r\n");
        client("DEL", "s");
    }
}

TEST_CASE("the form of a set follows the limits that are set, and only when it grows")
{
    Client client;
    client("CONFIG", "SET", "set-max-intset-entries", "2");
    client("SADD", "ints", "1", "2");
    CHECK(encoding_of(client, "ints") == Encoding::IntSet);
    client("SADD", "ints", "3");
    CHECK(encoding_of(client, "ints") == Encoding::Table);
    client("SADD", "three", "1", "2", "3");
    CHECK(encoding_of(client, "three") == Encoding::Packed);

    client("CONFIG", "SET", "set-max-listpack-entries", "4");
    client("SADD", "four", "a", "b", "c", "d");
    CHECK(encoding_of(client, "four") == Encoding::Packed);
    client("CONFIG", "SET", "set-max-listpack-entries", "2");
    client("SADD", "four", "a");
    CHECK(encoding_of(client, "four") == Encoding::Packed);
    client("SADD", "four", "e");
    CHECK(encoding_of(client, "four") == Encoding::Table);

    client("CONFIG", "SET", "set-max-listpack-value", "3");
    client("SADD", "words", "abc");
    CHECK(encoding_of(client, "words") == Encoding::Packed);
    client("SADD", "words", "abcd");
    CHECK(encoding_of(client, "words") == Encoding::Table);
    client("SADD", "numbers", "1000");
    client("SADD", "numbers", "a");
    CHECK(encoding_of(client, "numbers") == Encoding::Table);
}

TEST_CASE("limits beyond what a packed block can hold are no danger")
{
    Client client;
    client("CONFIG", "SET", "set-max-listpack-entries", "1000000");
    client("CONFIG", "SET", "set-max-listpack-value", "1000000");
    client("CONFIG", "SET", "set-max-intset-entries", "1000000");
    client("SADD", "s", std::string(5000, 'x'), "a");
    client("SADD", "s", "b");
    CHECK(client("SCARD", "s") == ":3\r\n");
    add_many(client, "many", "member number ", 20'000);
    CHECK(client("SCARD", "many") == ":20000\r\n");
    add_many(client, "ints", "", 20'000);
    client("SADD", "ints", "a");
    CHECK(client("SCARD", "ints") == ":20001\r\n");
}

TEST_CASE("stored results take the form that Redis gives them")
{
    Client client;
    client("SADD", "ints", "1", "2", "3");
    client("SADD", "mixed", "5", "a", "3");
    client("SADD", "once mixed", "x", "2", "1");
    client("SREM", "once mixed", "x");
    add_many(client, "large", "m", 600);

    client("SUNIONSTORE", "d", "ints", "mixed");
    CHECK(encoding_of(client, "d") == Encoding::Packed);
    client("SUNIONSTORE", "d", "once mixed", "ints");
    CHECK(encoding_of(client, "d") == Encoding::IntSet);
    client("SINTERSTORE", "d", "once mixed", "once mixed");
    CHECK(encoding_of(client, "d") == Encoding::IntSet);
    client("SINTERSTORE", "d", "large", "large");
    CHECK(encoding_of(client, "d") == Encoding::Table);
    client("SDIFFSTORE", "d", "large", "ints");
    CHECK(encoding_of(client, "d") == Encoding::Table);
    client("SDIFFSTORE", "d", "mixed", "large");
    CHECK(client("SMEMBERS", "d") == "*3\r\n$1\r\n5\r\n$1\r\na\r\n$1\r\n3\r\n");
}
