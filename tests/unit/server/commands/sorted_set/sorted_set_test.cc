#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "tests/support/client.h"

using tests::Client;
using Encoding = store::SortedSet::Encoding;

namespace {

Encoding encoding_of(Client& client, std::string_view key)
{
    return client.server().databases[0].find<store::SortedSet>(key)->encoding();
}

void add_many(Client& client, const std::string& key, int count, const std::string& prefix = "m")
{
    std::vector<std::string> request{"ZADD", key};
    for (int i = 0; i < count; ++i) {
        request.push_back(std::to_string(i));
        request.push_back(prefix + std::to_string(i));
    }
    client.run(std::span<const std::string>{request});
}

}  // namespace

TEST_CASE("ZRANK and ZREVRANK tell the score, too, if asked")
{
    Client client;
    client("ZADD", "z", "1", "a", "2.5", "b");
    CHECK(client("ZRANK", "z", "b", "WITHSCORE") == "*2\r\n:1\r\n$3\r\n2.5\r\n");
    CHECK(client("ZREVRANK", "z", "b", "withscore") == "*2\r\n:0\r\n$3\r\n2.5\r\n");
    CHECK(client("ZRANK", "z", "c", "WITHSCORE") == "*-1\r\n");
    CHECK(client("ZRANK", "none", "c", "WITHSCORE") == "*-1\r\n");
    CHECK(client("ZRANK", "z", "c") == "$-1\r\n");
    CHECK(client("ZRANK", "none", "c", "foo") == "-ERR syntax error\r\n");
    CHECK(client("ZRANK", "z", "b", "WITHSCORE", "x") ==
          "-ERR wrong number of arguments for 'zrank' command\r\n");
    client("HELLO", "3");
    CHECK(client("ZRANK", "z", "b", "WITHSCORE") == "*2\r\n:1\r\n,2.5\r\n");
    CHECK(client("ZRANK", "z", "c", "WITHSCORE") == "_\r\n");
}

TEST_CASE("RESP3: members and scores come in pairs, but for a ZPOPMIN of one")
{
    Client client;
    client("HELLO", "3");
    client("ZADD", "z", "1", "a", "2", "b");
    const std::string both = "*2\r\n*2\r\n$1\r\na\r\n,1\r\n*2\r\n$1\r\nb\r\n,2\r\n";
    CHECK(client("ZRANGEBYSCORE", "z", "1", "2", "WITHSCORES") == both);
    CHECK(client("ZUNION", "1", "z", "WITHSCORES") == both);
    CHECK(client("ZDIFF", "1", "z", "WITHSCORES") == both);
    CHECK(client("ZRANDMEMBER", "z", "2", "WITHSCORES") == both);
    CHECK(client("ZPOPMIN", "z") == "*2\r\n$1\r\na\r\n,1\r\n");
    CHECK(client("ZPOPMAX", "z", "1") == "*1\r\n*2\r\n$1\r\nb\r\n,2\r\n");
    CHECK(client("ZMPOP", "1", "z", "MIN") == "_\r\n");
    client("ZADD", "z", "1", "a");
    CHECK(client("ZMPOP", "1", "z", "MIN") == "*2\r\n$1\r\nz\r\n*1\r\n*2\r\n$1\r\na\r\n,1\r\n");
}

TEST_CASE("a sorted set leaves its compact form by the limits that are set, and does not return")
{
    Client client;
    add_many(client, "z", 128);
    CHECK(encoding_of(client, "z") == Encoding::Compact);
    client("ZADD", "z", "5", "m0");
    CHECK(encoding_of(client, "z") == Encoding::Compact);
    client("ZADD", "z", "1", "one more");
    CHECK(encoding_of(client, "z") == Encoding::Large);
    client("ZREMRANGEBYRANK", "z", "0", "100");
    CHECK(encoding_of(client, "z") == Encoding::Large);

    client("ZADD", "long", "1", std::string(65, 'x'));
    CHECK(encoding_of(client, "long") == Encoding::Large);
    client("CONFIG", "SET", "zset-max-ziplist-value", "3");
    client("ZADD", "short", "1", "abc");
    CHECK(encoding_of(client, "short") == Encoding::Compact);
    client("ZINCRBY", "short", "1", "abcd");
    CHECK(encoding_of(client, "short") == Encoding::Large);
    client("ZADD", "many", "1", "a", "2", "a", "3", "a");
    CHECK(encoding_of(client, "many") == Encoding::Compact);
    client("CONFIG", "SET", "zset-max-listpack-entries", "2");
    client("ZADD", "many", "1", "a", "2", "a", "3", "a");
    CHECK(encoding_of(client, "many") == Encoding::Large);
}

TEST_CASE("a stored result has the form that fits it")
{
    Client client;
    add_many(client, "large", 200);
    client("ZADD", "small", "1", "m1");
    client("ZINTERSTORE", "d", "2", "large", "small");
    CHECK(encoding_of(client, "d") == Encoding::Compact);
    client("ZUNIONSTORE", "d", "2", "large", "small");
    CHECK(encoding_of(client, "d") == Encoding::Large);
    client("ZRANGESTORE", "d", "large", "0", "9");
    CHECK(encoding_of(client, "d") == Encoding::Compact);
}

TEST_CASE("a large sorted set keeps the sign of zero, a compact one does not")
{
    Client client;
    add_many(client, "large", 129);
    client("ZADD", "large", "-0", "minus");
    CHECK(client("ZSCORE", "large", "minus") == "$2\r\n-0\r\n");
    client("ZADD", "small", "-0", "minus");
    CHECK(client("ZSCORE", "small", "minus") == "$1\r\n0\r\n");
    CHECK(client("ZUNION", "1", "small", "WEIGHTS", "-1", "WITHSCORES") ==
          "*2\r\n$5\r\nminus\r\n$2\r\n-0\r\n");
    client("ZUNIONSTORE", "d", "1", "small", "WEIGHTS", "-1");
    CHECK(client("ZSCORE", "d", "minus") == "$1\r\n0\r\n");
}

TEST_CASE("BYLEX on a large set of one score, or of several")
{
    Client client;
    for (int i = 100; i < 400; ++i) client("ZADD", "z", "0", std::to_string(i));
    CHECK(client("ZLEXCOUNT", "z", "[150", "(250") == ":100\r\n");
    CHECK(client("ZRANGEBYLEX", "z", "[399", "+") == "*1\r\n$3\r\n399\r\n");
    client("ZADD", "z", "1", "120");
    CHECK(client("ZLEXCOUNT", "z", "[150", "(250") == ":0\r\n");
    CHECK(client("ZLEXCOUNT", "z", "[110", "(250") == ":139\r\n");
    CHECK(client("ZRANGE", "z", "(250", "[110", "BYLEX", "REV")
              .starts_with("*290\r\n$3\r\n120\r\n$3\r\n399\r\n"));
}

TEST_CASE("sums are taken smallest set first, as doubles show")
{
    Client client;
    client("ZADD", "three", "0.1", "a", "1", "x", "1", "y");
    client("ZADD", "two", "0.2", "a", "1", "x");
    client("ZADD", "one", "0.3", "a");
    CHECK(client("ZINTER", "3", "three", "two", "one", "WITHSCORES") ==
          "*2\r\n$1\r\na\r\n$3\r\n0.6\r\n");
}

TEST_CASE("a set of integers takes part in a union")
{
    Client client;
    client("SADD", "ints", "3", "1", "2");
    client("ZADD", "z", "5", "2", "0.5", "b");
    CHECK(client("ZUNION", "2", "ints", "z", "WITHSCORES") ==
          "*8\r\n$1\r\nb\r\n$3\r\n0.5\r\n$1\r\n1\r\n$1\r\n1\r\n$1\r\n3\r\n$1\r\n1\r\n"
          "$1\r\n2\r\n$1\r\n6\r\n");
    CHECK(client("ZINTERSTORE", "d", "2", "z", "ints") == ":1\r\n");
    CHECK(client("ZSCORE", "d", "2") == "$1\r\n6\r\n");
}

TEST_CASE("ZRANDMEMBER draws each member with the same chance, and repeats with the seed")
{
    server::Options options;
    options.seed = 3;
    const auto draw = [&](int rounds) {
        Client client{options};
        add_many(client, "z", 10);
        std::map<std::string, int> hits;
        for (int i = 0; i < rounds; ++i) {
            ++hits[client("ZRANDMEMBER", "z")];
            ++hits[client("ZRANDMEMBER", "z", "1").substr(4)];
        }
        return hits;
    };
    const auto hits = draw(5000);
    CHECK(hits.size() == 10);
    for (const auto& [member, count] : hits) CHECK(std::abs(count - 1000) < 150);
    CHECK(draw(100) == draw(100));
}

TEST_CASE("ZRANDMEMBER of several draws different ones")
{
    Client client;
    add_many(client, "z", 300);
    for (const int count : {1, 20, 99, 100, 250, 299, 300, 400}) {
        const auto reply = client("ZRANDMEMBER", "z", std::to_string(count));
        std::set<std::string> members;
        for (std::size_t at = reply.find('m'); at != std::string::npos;
             at = reply.find('m', at + 1))
            members.insert(reply.substr(at, reply.find('\r', at) - at));
        CHECK(members.size() == static_cast<std::size_t>(std::min(count, 300)));
    }
    CHECK(client("ZRANDMEMBER", "z", "-4611686018427387903").starts_with("-ERR the reply would"));
}

TEST_CASE("a compact sorted set is scanned at once, in order")
{
    Client client;
    client("ZADD", "z", "2", "b", "1", "c", "3", "a");
    CHECK(client("ZSCAN", "z", "0", "COUNT", "1") ==
          "*2\r\n$1\r\n0\r\n*6\r\n$1\r\nc\r\n$1\r\n1\r\n$1\r\nb\r\n$1\r\n2\r\n$1\r\na\r\n$"
          "1\r\n3\r\n");
}
