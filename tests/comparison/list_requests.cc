#include "tests/comparison/requests.h"

namespace tests {

namespace {

std::string list(Words& words) { return words.key(KeyKind::List); }

std::string end(Words& words)
{
    return words.one_in(20) ? words.pick({"MIDDLE", "", "LEFTS"})
                            : words.any_case(words.pick({"LEFT", "RIGHT"}));
}

/// Few different ones, so that LREM and LPOS find several; now and then one of a kilobyte.
std::string element(Words& words)
{
    if (words.one_in(40)) return std::string(1000 + words.below(200), 'e');
    return words.one_in(3) ? words.value() : words.pick({"a", "b", "c", "1", "2", "-300"});
}

/// Mostly a handful; now and then so many that the list takes several nodes.
Request push(Words& words)
{
    Request request{words.pick({"LPUSH", "RPUSH", "LPUSH", "RPUSH", "LPUSHX", "RPUSHX"}),
                    list(words)};
    auto count = words.one_in(60) ? words.between(100, 400) : words.between(1, 5);
    while (count-- > 0) request.push_back(element(words));
    return request;
}

Request pop(Words& words)
{
    Request request{words.pick({"LPOP", "RPOP"}), list(words)};
    if (words.one_in(2)) request.push_back(words.count());
    return request;
}

Request pop_of_several(Words& words)
{
    const auto keys = words.between(1, 3);
    Request request{"LMPOP", words.one_in(20) ? words.count() : std::to_string(keys)};
    for (auto i = keys; i > 0; --i) request.push_back(list(words));
    request.push_back(end(words));
    if (words.one_in(2)) request.insert(request.end(), {words.any_case("COUNT"), words.count()});
    return request;
}

Request ask(Words& words)
{
    const auto command = words.pick({"LLEN", "LRANGE", "LRANGE", "LINDEX"});
    Request request{command, list(words)};
    if (command != "LLEN") request.push_back(words.rank());
    if (command == "LRANGE") request.push_back(words.rank());
    return request;
}

Request trim(Words& words)
{
    // Seldom so that little is left.
    if (words.one_in(3)) return {"LTRIM", list(words), words.rank(), words.rank()};
    return {"LTRIM", list(words), std::to_string(words.below(3)), words.pick({"-1", "-2", "300"})};
}

Request set(Words& words) { return {"LSET", list(words), words.rank(), element(words)}; }

Request remove(Words& words)
{
    std::string count = words.one_in(3) ? words.rank() : std::to_string(words.between(-3, 3));
    // Refused in 7.2; 7.0 takes elements away, and the lists would differ from then on.
    if (count == "-9223372036854775808") count = "-9223372036854775807";
    return {"LREM", list(words), count, element(words)};
}

Request insert(Words& words)
{
    return {"LINSERT", list(words),
            words.one_in(15) ? words.junk() : words.any_case(words.pick({"BEFORE", "AFTER"})),
            element(words), element(words)};
}

Request find(Words& words)
{
    Request request{"LPOS", list(words), element(words)};
    while (words.one_in(2)) {
        const auto option = words.pick({"RANK", "COUNT", "MAXLEN"});
        request.push_back(words.any_case(option));
        request.push_back(words.one_in(2) ? words.rank() : std::to_string(words.between(0, 3)));
    }
    return request;
}

Request move(Words& words)
{
    if (words.one_in(3)) return {"RPOPLPUSH", list(words), list(words)};
    return {"LMOVE", list(words), list(words), end(words), end(words)};
}

constexpr Recipe kRecipes[] = {
    {70, push}, {20, pop},    {10, pop_of_several}, {40, ask},  {8, trim},
    {20, set},  {20, remove}, {20, insert},         {20, find}, {20, move},
};

}  // namespace

std::span<const Recipe> list_recipes() { return kRecipes; }

}  // namespace tests
