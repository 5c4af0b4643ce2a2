#include "tests/comparison/requests.h"

namespace tests {

namespace {

Request talk(Words& words)
{
    Request request{words.pick({"PING", "ECHO"})};
    for (auto count = words.between(0, 2); count > 0; --count) request.push_back(words.value());
    return request;
}

Request select(Words& words)
{
    if (words.one_in(8))
        return {"SELECT", words.pick({"16", "-1", "one", "", "99999999999999999999"})};
    return {"SELECT", words.one_in(4) ? words.pick({"1", "2"}) : "0"};
}

/// AUTH before SETNAME, and no more after it: Redis 7.0 sets the name even if what follows is
/// refused.
Request hello(Words& words)
{
    if (words.one_in(6)) return {"HELLO", words.pick({"1", "4", "three", "", "-1"})};
    Request request{"HELLO", words.pick({"2", "3"})};
    if (words.one_in(4)) {
        request.insert(request.end(),
                       {words.any_case("AUTH"), words.pick({"default", "nobody"}), words.value()});
    }
    if (words.one_in(10)) {
        request.push_back(words.junk());
    } else if (words.one_in(4)) {
        request.insert(request.end(),
                       {words.any_case("SETNAME"), words.pick({"rider", "", "two words", "a-b"})});
    }
    return request;
}

Request client(Words& words)
{
    switch (words.below(8)) {
        case 0: return {"CLIENT", "SETNAME", words.value()};
        case 1: return {"CLIENT", words.any_case("GETNAME")};
        case 2: return {"CLIENT", "NO-EVICT", words.pick({"on", "OFF", "maybe", ""})};
        case 3: return {"CLIENT", "KILL", "ID", words.pick({"0", "-1", "987654321", "one"})};
        case 4: return {"CLIENT", "KILL", words.pick({"TYPE", "USER", "ADDR", "SKIPME"}), "nobody"};
        case 5: return {"CLIENT", "LIST", "ID", words.pick({"0", "-1", "987654321", "one"})};
        case 6: return {"CLIENT", "ID"};
        // Not REPLY: in a transaction it is refused here, and spoils EXEC's reply in Redis.
        default: return {"CLIENT", words.pick({"NOSUCH", "", "NO-EVICT"})};
    }
}

Request enter(Words& words)
{
    return words.one_in(2) ? Request{"AUTH", words.value()}
                           : Request{"AUTH", words.pick({"default", "nobody"}), words.value()};
}

Request leave(Words& words) { return {words.pick({"RESET", "RESET", "QUIT"})}; }

Request about_server(Words& words)
{
    switch (words.below(7)) {
        case 0: return {"DBSIZE"};
        case 1: return {"TIME"};
        case 2:
            return {"CONFIG", "GET", words.pick({"databases", "nothing", "maxmemory-polic[yz]"})};
        case 3: return {"CONFIG", words.pick({"BANANA", "GET", "SET"})};
        case 4: return {"COMMAND", words.pick({"BANANA", "GETKEYS"})};
        case 5: return {words.junk(), words.junk(), words.value()};
        default: return {"ROLE"};
    }
}

Request command_getkeys(Words& words)
{
    const auto recipes = words.one_in(2) ? collection_recipes() : geo_recipes();
    Request request{"COMMAND", "GETKEYS"};
    for (auto& word : recipes[words.below(recipes.size())].make(words)) {
        request.push_back(std::move(word));
    }
    return request;
}

Request flush(Words& words)
{
    Request request{words.pick({"FLUSHDB", "FLUSHALL"})};
    if (words.one_in(3)) request.push_back(words.pick({"SYNC", "ASYNC", "now"}));
    return request;
}

Request transaction(Words& words)
{
    return {words.pick({"MULTI", "MULTI", "MULTI", "EXEC", "DISCARD", "UNWATCH"})};
}

Request watch(Words& words)
{
    Request request{"WATCH", words.any_key()};
    while (words.one_in(3)) request.push_back(words.any_key());
    return request;
}

constexpr Recipe kRecipes[] = {
    {6, talk},  {10, select},      {5, hello},         {8, client},
    {1, enter}, {3, leave},        {12, about_server}, {6, command_getkeys},
    {2, flush}, {20, transaction}, {12, watch},
};

}  // namespace

std::span<const Recipe> session_recipes() { return kRecipes; }

}  // namespace tests
