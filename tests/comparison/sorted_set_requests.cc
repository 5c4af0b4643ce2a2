#include "tests/comparison/requests.h"

namespace tests {

namespace {

std::string sorted_set(Words& words)
{
    return words.key(words.one_in(8) ? KeyKind::Geo : KeyKind::SortedSet);
}

/// What several sorted sets are made one of: sets may take part.
std::string source(Words& words)
{
    return words.one_in(4) ? words.key(KeyKind::Set) : sorted_set(words);
}

/// Members of one score. In a large set of several scores, what BYLEX finds in Redis is left to the
/// chance of its skip list.
std::string of_one_score(Words& words) { return "lex:" + std::to_string(words.below(3)); }

std::string destination(Words& words)
{
    return words.one_in(6) ? words.any_key() : "zset:" + std::to_string(words.below(4));
}

std::string score_bound(Words& words)
{
    if (words.one_in(20)) return words.pick({"x", "nan", "((1", "1e400", " 1", "1 ", "(inf"});
    if (words.one_in(5)) return words.pick({"-inf", "+inf", "inf"});
    return (words.one_in(4) ? "(" : "") + words.score();
}

std::string member_bound(Words& words)
{
    if (words.one_in(20)) return words.pick({"x", "", "+x", "-+", "[", "("});
    if (words.one_in(3)) return words.pick({"-", "+"});
    return (words.one_in(3) ? "(" : "[") + words.member();
}

enum class By { Rank, Score, Member };

std::string range_source(Words& words, By by)
{
    return by == By::Member ? of_one_score(words) : sorted_set(words);
}

void add_bounds(Words& words, Request& request, By by)
{
    for (int i = 0; i < 2; ++i) {
        request.push_back(by == By::Rank    ? words.rank()
                          : by == By::Score ? score_bound(words)
                                            : member_bound(words));
    }
}

void add_limit(Words& words, Request& request)
{
    request.insert(request.end(), {words.any_case("LIMIT"), std::to_string(words.between(-1, 4)),
                                   std::to_string(words.between(-2, 6))});
}

void add_range_options(Words& words, Request& request, bool by_rank)
{
    if (words.one_in(by_rank ? 30 : 3)) add_limit(words, request);
    if (words.one_in(3)) request.push_back(words.any_case("WITHSCORES"));
}

By any_by(Words& words) { return static_cast<By>(words.below(3)); }

void add_range_by(Words& words, Request& request)
{
    const By by = any_by(words);
    request.push_back(range_source(words, by));
    add_bounds(words, request, by);
    if (by == By::Score) request.push_back(words.any_case("BYSCORE"));
    if (by == By::Member) request.push_back(words.any_case("BYLEX"));
    if (words.one_in(3)) request.push_back(words.any_case("REV"));
}

Request range(Words& words)
{
    Request request{"ZRANGE"};
    add_range_by(words, request);
    add_range_options(words, request, false);
    return request;
}

Request older_range(Words& words)
{
    const By by = any_by(words);
    const bool reverse = by == By::Rank || words.one_in(2);
    Request request{by == By::Rank    ? "ZREVRANGE"
                    : by == By::Score ? (reverse ? "ZREVRANGEBYSCORE" : "ZRANGEBYSCORE")
                                      : (reverse ? "ZREVRANGEBYLEX" : "ZRANGEBYLEX"),
                    range_source(words, by)};
    add_bounds(words, request, by);
    add_range_options(words, request, by == By::Rank);
    return request;
}

Request range_store(Words& words)
{
    Request request{"ZRANGESTORE", destination(words)};
    add_range_by(words, request);
    if (words.one_in(3)) add_limit(words, request);
    return request;
}

Request count_range(Words& words)
{
    const By by = words.one_in(2) ? By::Score : By::Member;
    Request request{by == By::Score ? "ZCOUNT" : "ZLEXCOUNT", range_source(words, by)};
    add_bounds(words, request, by);
    return request;
}

Request remove_range(Words& words)
{
    const By by = any_by(words);
    Request request{by == By::Rank    ? "ZREMRANGEBYRANK"
                    : by == By::Score ? "ZREMRANGEBYSCORE"
                                      : "ZREMRANGEBYLEX",
                    range_source(words, by)};
    add_bounds(words, request, by);
    return request;
}

Request zrank(Words& words)
{
    return {words.pick({"ZRANK", "ZREVRANK"}), sorted_set(words), words.member()};
}

Request zscores(Words& words)
{
    if (words.one_in(2)) return {"ZINCRBY", sorted_set(words), words.score(), words.member()};
    Request request{"ZMSCORE", sorted_set(words)};
    for (auto count = words.between(1, 4); count > 0; --count) request.push_back(words.member());
    return request;
}

Request zpop(Words& words)
{
    Request request{words.pick({"ZPOPMIN", "ZPOPMAX"}), sorted_set(words)};
    if (words.one_in(2)) request.push_back(words.one_in(6) ? "0" : words.count());
    return request;
}

/// `numkeys key [key ...]`; now and then the number is another.
void add_counted(Words& words, Request& request, std::string (*key)(Words& words))
{
    const auto count = words.between(1, 3);
    request.push_back(words.one_in(15) ? words.pick({"0", "-1", "x", "7"}) : std::to_string(count));
    for (auto left = count; left > 0; --left) request.push_back(key(words));
}

Request zmpop(Words& words)
{
    Request request{"ZMPOP"};
    add_counted(words, request, sorted_set);
    request.push_back(words.any_case(words.pick({"MIN", "MAX"})));
    if (words.one_in(2)) request.insert(request.end(), {words.any_case("COUNT"), words.count()});
    return request;
}

void add_weights(Words& words, Request& request, std::size_t numkeys_at)
{
    if (words.one_in(2)) {
        request.push_back(words.any_case("WEIGHTS"));
        const std::size_t keys = request.size() - 2 - numkeys_at;
        for (std::size_t i = 0; i < keys; ++i) request.push_back(words.score());
    }
    if (words.one_in(2)) {
        request.insert(request.end(), {words.any_case("AGGREGATE"),
                                       words.any_case(words.pick({"SUM", "MIN", "MAX", "MAX"}))});
    }
}

Request combine_sorted_sets(Words& words)
{
    Request request{words.pick({"ZUNION", "ZINTER", "ZDIFF"})};
    add_counted(words, request, source);
    if (request[0] != "ZDIFF") add_weights(words, request, 1);
    if (words.one_in(2)) request.push_back(words.any_case("WITHSCORES"));
    return request;
}

Request store_combined_sorted_sets(Words& words)
{
    Request request{words.pick({"ZUNIONSTORE", "ZINTERSTORE", "ZDIFFSTORE"}), destination(words)};
    add_counted(words, request, source);
    if (request[0] != "ZDIFFSTORE") add_weights(words, request, 2);
    return request;
}

Request zintercard(Words& words)
{
    Request request{"ZINTERCARD"};
    add_counted(words, request, source);
    if (words.one_in(2)) {
        request.insert(request.end(),
                       {words.any_case("LIMIT"), words.one_in(3) ? "0" : words.count()});
    }
    return request;
}

Request zrandmember(Words& words)
{
    Request request{"ZRANDMEMBER", sorted_set(words)};
    if (words.one_in(4)) return request;
    request.push_back(words.one_in(6)
                          ? words.pick({"0", "x", "-9223372036854775808", "100000", "1.5"})
                          : std::to_string(words.between(-12, 12)));
    if (words.one_in(3)) request.push_back(words.any_case("WITHSCORES"));
    return request;
}

Request add_of_one_score(Words& words)
{
    Request request{"ZADD", of_one_score(words)};
    const auto count = words.one_in(20) ? words.between(50, 150) : words.between(1, 6);
    for (std::int64_t i = 0; i < count; ++i) {
        request.push_back("0");
        request.push_back(count < 50 ? words.member() : std::to_string(words.below(300)));
    }
    return request;
}

constexpr Recipe kRecipes[] = {
    {25, add_of_one_score},
    {40, range},
    {40, older_range},
    {20, range_store},
    {25, count_range},
    {10, remove_range},
    {20, zrank},
    {25, zscores},
    {15, zpop},
    {10, zmpop},
    {35, combine_sorted_sets},
    {30, store_combined_sorted_sets},
    {10, zintercard},
    {15, zrandmember},
};

}  // namespace

std::span<const Recipe> sorted_set_recipes() { return kRecipes; }

}  // namespace tests
