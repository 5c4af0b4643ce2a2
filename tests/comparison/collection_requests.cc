#include "tests/comparison/requests.h"

namespace tests {

namespace {

/// Mostly a handful; now and then so many that the compact forms of a collection give way.
std::int64_t some(Words& words)
{
    if (words.one_in(60)) return words.between(100, 700);
    return words.one_in(3) ? words.between(2, 8) : 1;
}

/// A collection meant to grow draws from more members than the usual few.
std::string some_member(Words& words, std::int64_t count)
{
    return count < 100 ? words.member() : std::to_string(words.below(3000));
}

Request change_set(Words& words)
{
    const auto count = some(words);
    Request request{words.pick({"SADD", "SADD", "SREM"}), words.key(KeyKind::Set)};
    for (std::int64_t i = 0; i < count; ++i) request.push_back(some_member(words, count));
    return request;
}

Request ask_set(Words& words)
{
    const auto command = words.pick({"SCARD", "SMEMBERS", "SISMEMBER", "SMISMEMBER"});
    Request request{command, words.key(KeyKind::Set)};
    if (command == "SISMEMBER") request.push_back(words.member());
    if (command == "SMISMEMBER") {
        for (auto count = words.between(1, 6); count > 0; --count)
            request.push_back(words.member());
    }
    return request;
}

Request zadd(Words& words)
{
    Request request{"ZADD", words.key(KeyKind::SortedSet)};
    while (words.one_in(3)) {
        request.push_back(words.any_case(words.pick({"NX", "XX", "GT", "LT", "CH", "INCR"})));
    }
    const auto count = some(words);
    for (std::int64_t i = 0; i < count; ++i) {
        request.push_back(count < 100 ? words.score() : std::to_string(words.below(50)));
        request.push_back(some_member(words, count));
    }
    return request;
}

Request ask_sorted_set(Words& words)
{
    const auto command = words.pick({"ZCARD", "ZSCORE", "ZREM", "ZREM"});
    Request request{command, words.key(words.one_in(4) ? KeyKind::Geo : KeyKind::SortedSet)};
    if (command == "ZSCORE") request.push_back(words.member());
    if (command == "ZREM") {
        for (auto count = words.between(1, 5); count > 0; --count) {
            request.push_back(words.one_in(3) ? words.geo_member() : words.member());
        }
    }
    return request;
}

Request zrange(Words& words)
{
    Request request{"ZRANGE", words.key(words.one_in(6) ? KeyKind::Geo : KeyKind::SortedSet),
                    words.rank(), words.rank()};
    while (words.one_in(2)) {
        request.push_back(words.any_case(words.pick({"WITHSCORES", "WITHSCORES", "REV"})));
    }
    return request;
}

constexpr Recipe kRecipes[] = {
    {50, change_set}, {50, ask_set}, {50, zadd}, {30, ask_sorted_set}, {30, zrange},
};

}  // namespace

std::span<const Recipe> collection_recipes() { return kRecipes; }

}  // namespace tests
