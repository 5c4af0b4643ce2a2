#include "tests/comparison/requests.h"

namespace tests {

namespace {

std::string source(Words& words) { return words.key(KeyKind::Set); }

std::string destination(Words& words)
{
    return words.one_in(6) ? words.any_key() : "set:" + std::to_string(words.below(4));
}

void add_sources(Words& words, Request& request)
{
    const auto count = words.one_in(10) ? words.between(4, 8) : words.between(1, 3);
    for (std::int64_t i = 0; i < count; ++i) request.push_back(source(words));
}

Request combine_sets(Words& words)
{
    Request request{words.pick({"SINTER", "SUNION", "SDIFF"})};
    add_sources(words, request);
    return request;
}

Request store_combined_sets(Words& words)
{
    Request request{words.pick({"SINTERSTORE", "SUNIONSTORE", "SDIFFSTORE"}), destination(words)};
    add_sources(words, request);
    return request;
}

Request sintercard(Words& words)
{
    Request request{"SINTERCARD", std::to_string(words.between(1, 3))};
    add_sources(words, request);
    if (!words.one_in(3)) request[1] = std::to_string(request.size() - 2);
    while (words.one_in(2)) {
        request.push_back(words.any_case("LIMIT"));
        request.push_back(words.one_in(3) ? "0" : words.count());
    }
    return request;
}

Request smove(Words& words)
{
    return {"SMOVE", source(words), words.one_in(8) ? source(words) : destination(words),
            words.member()};
}

/// Redis draws by chance of its own: only as many as there are, or none, leave the two alike.
Request spop_all(Words& words)
{
    if (words.one_in(4)) return {"SPOP", source(words), words.pick({"0", "-1", "x", "1.5"})};
    return {"SPOP", source(words), words.one_in(3) ? "9223372036854775807" : "100000"};
}

Request srandmember(Words& words)
{
    Request request{"SRANDMEMBER", source(words)};
    if (!words.one_in(4)) {
        request.push_back(words.one_in(6)
                              ? words.pick({"0", "x", "-9223372036854775808", "100000", "1.5"})
                              : std::to_string(words.between(-12, 12)));
    }
    return request;
}

constexpr Recipe kRecipes[] = {
    {40, combine_sets}, {40, store_combined_sets}, {15, sintercard}, {30, smove},
    {4, spop_all},      {20, srandmember},
};

}  // namespace

std::span<const Recipe> set_recipes() { return kRecipes; }

}  // namespace tests
