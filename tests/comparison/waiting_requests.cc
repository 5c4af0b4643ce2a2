#include "tests/comparison/requests.h"

namespace tests {

namespace {

std::string end(Words& words) { return words.any_case(words.pick({"LEFT", "RIGHT"})); }

/// For ever, longer than any run, or so briefly that nothing can come in between.
std::string timeout(Words& words)
{
    if (words.one_in(12)) {
        return words.pick(
            {"-1", "soon", "", "-0.1", "1e400", "9223372036854775807", "nan", " 0", "inf", "1e18"});
    }
    return words.pick({"0", "0", "0", "0.0", "5000", "1e4", "86400.5", "0.002"});
}

/// Most are used by these requests only, so that who waits and who pushes meet, and keys are empty
/// or of the right type more often than not.
std::string list(Words& words)
{
    return words.one_in(5) ? words.key(KeyKind::List) : "queue:" + std::to_string(words.below(3));
}

std::string sorted_set(Words& words)
{
    return words.one_in(5) ? words.key(KeyKind::SortedSet)
                           : "ranking:" + std::to_string(words.below(2));
}

Request pop(Words& words)
{
    const bool lists = !words.one_in(3);
    Request request{lists ? words.pick({"BLPOP", "BRPOP"}) : words.pick({"BZPOPMIN", "BZPOPMAX"})};
    for (auto keys = words.between(1, 3); keys > 0; --keys)
        request.push_back(lists ? list(words) : sorted_set(words));
    request.push_back(timeout(words));
    return request;
}

Request pop_several(Words& words)
{
    const bool lists = words.one_in(2);
    const auto keys = words.between(1, 3);
    Request request{lists ? "BLMPOP" : "BZMPOP", timeout(words),
                    words.one_in(20) ? words.count() : std::to_string(keys)};
    for (auto i = keys; i > 0; --i) request.push_back(lists ? list(words) : sorted_set(words));
    request.push_back(lists ? end(words) : words.any_case(words.pick({"MIN", "MAX"})));
    if (words.one_in(2)) request.insert(request.end(), {words.any_case("COUNT"), words.count()});
    return request;
}

Request move(Words& words)
{
    if (words.one_in(3)) return {"BRPOPLPUSH", list(words), list(words), timeout(words)};
    return {"BLMOVE", list(words), list(words), end(words), end(words), timeout(words)};
}

Request push(Words& words)
{
    Request request{words.pick({"LPUSH", "RPUSH"}), list(words)};
    for (auto count = words.between(1, 3); count > 0; --count) request.push_back(words.member());
    return request;
}

Request zadd(Words& words)
{
    Request request{"ZADD", sorted_set(words)};
    for (auto count = words.between(1, 3); count > 0; --count)
        request.insert(request.end(), {std::to_string(words.between(-5, 5)), words.member()});
    return request;
}

/// Empties a key, so that others wait for it, or makes it other than by a push.
Request clear_or_make(Words& words)
{
    const bool is_list = words.one_in(2);
    const bool from_list = words.one_in(10) ? !is_list : is_list;
    const auto key = is_list ? list(words) : sorted_set(words);
    const auto from = from_list ? list(words) : sorted_set(words);
    switch (words.below(5)) {
        case 0: return {"RENAME", from, key};
        case 1: return {"COPY", from, key, "REPLACE"};
        default: return {"DEL", key};
    }
}

constexpr Recipe kRecipes[] = {{25, pop},  {12, pop_several}, {12, move},
                               {20, push}, {10, zadd},        {25, clear_or_make}};

}  // namespace

std::span<const Recipe> waiting_recipes() { return kRecipes; }

}  // namespace tests
