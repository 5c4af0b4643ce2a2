#include "tests/comparison/exchange.h"
#include "tests/comparison/requests.h"
#include "tests/comparison/search_judge.h"

namespace tests {

namespace {

Request with_keys(Words& words, std::string_view command)
{
    Request request{std::string{command}};
    const auto count = words.one_in(4) ? words.between(2, 5) : 1;
    for (std::int64_t i = 0; i < count; ++i) request.push_back(words.any_key());
    return request;
}

Request delete_keys(Words& words) { return with_keys(words, words.pick({"DEL", "UNLINK"})); }
Request exists(Words& words) { return with_keys(words, "EXISTS"); }

Request ask_key(Words& words)
{
    return {words.pick({"TYPE", "TTL", "PTTL", "EXPIRETIME", "PEXPIRETIME", "PERSIST"}),
            words.any_key()};
}

Request expire(Words& words)
{
    const auto command = words.pick({"EXPIRE", "PEXPIRE", "EXPIREAT", "PEXPIREAT"});
    const bool in_milliseconds = command[0] == 'P';
    const bool absolute = command.ends_with("AT");
    Request request{command, words.any_key(),
                    absolute ? words.moment(in_milliseconds) : words.time_to_live(in_milliseconds)};
    while (words.one_in(3)) request.push_back(words.any_case(words.pick({"NX", "XX", "GT", "LT"})));
    return request;
}

Request keys(Words& words) { return {"KEYS", words.pattern()}; }

Request scan(Words& words)
{
    Request request{"SCAN", words.one_in(20) ? words.pick({"ten", "", "-1", "1.5"}) : "0"};
    if (words.one_in(2)) request.insert(request.end(), {words.any_case("MATCH"), words.pattern()});
    if (words.one_in(2)) {
        request.insert(request.end(),
                       {words.any_case("COUNT"), words.one_in(3) ? words.count() : "1000"});
    }
    if (words.one_in(3)) {
        request.insert(request.end(),
                       {words.any_case("TYPE"),
                        words.pick({"set", "string", "hash", "zset", "list", "stream", "banana"})});
    }
    return request;
}

std::string database(Words& words)
{
    return words.one_in(8) ? words.pick({"-1", "16", "one", "", "99999999999", "1.0"})
                           : std::to_string(words.below(3));
}

Request copy(Words& words)
{
    Request request{"COPY", words.any_key(), words.any_key()};
    while (words.one_in(2)) {
        if (words.one_in(2)) {
            request.push_back(words.any_case("REPLACE"));
        } else {
            request.push_back(words.any_case("DB"));
            request.push_back(database(words));
        }
    }
    return request;
}

Request move(Words& words) { return {"MOVE", words.any_key(), database(words)}; }
Request swap(Words& words) { return {"SWAPDB", database(words), database(words)}; }

Request rename(Words& words)
{
    return {words.pick({"RENAME", "RENAMENX"}), words.any_key(), words.any_key()};
}

Request ask_object(Words& words)
{
    return {"OBJECT", words.any_case(words.pick({"ENCODING", "ENCODING", "REFCOUNT", "FREQ"})),
            words.any_key()};
}

Request sort(Words& words)
{
    const auto kinds = {KeyKind::Set, KeyKind::SortedSet, KeyKind::List};
    Request request{words.pick({"SORT", "SORT_RO"}), words.key(kinds.begin()[words.below(3)])};
    while (!words.one_in(3)) {
        const auto option = words.pick({"ALPHA", "ALPHA", "DESC", "ASC", "LIMIT", "BY", "GET"});
        request.push_back(words.any_case(option));
        if (option == "LIMIT") request.insert(request.end(), {words.rank(), words.rank()});
        if (option == "BY") request.push_back(words.pick({"string:*", "hash:*->field1", "none"}));
        if (option == "GET") request.push_back(words.pick({"string:*", "hash:*->field1", "#"}));
    }
    // What is sorted by texts of other keys keeps the order of the container where they are equal;
    // what is sorted by numbers fails in Redis where an earlier request has left ERANGE in errno.
    if (words.one_in(4) && has_word(request, "ALPHA") && !has_word(request, "BY"))
        request.insert(request.end(), {words.any_case("STORE"), words.key(KeyKind::List)});
    return request;
}

Request restore(Words& words)
{
    const bool forever = words.one_in(2);
    Request request{"RESTORE", words.any_key(), forever ? "0" : words.time_to_live(true),
                    words.one_in(10) ? words.junk() : dump_of(words.any_key())};
    while (words.one_in(2)) {
        const auto option = words.pick({"REPLACE", "REPLACE", "ABSTTL", "IDLETIME", "FREQ"});
        request.push_back(words.any_case(option));
        if (option == "IDLETIME" || option == "FREQ") request.push_back(words.count());
    }
    return request;
}

constexpr Recipe kRecipes[] = {
    {30, delete_keys}, {15, exists}, {60, ask_key}, {40, expire}, {8, keys},
    {15, scan},        {15, copy},   {6, move},     {1, swap},    {10, rename},
    {20, ask_object},  {20, sort},   {15, restore},
};

}  // namespace

std::span<const Recipe> key_recipes() { return kRecipes; }

}  // namespace tests
