#include "tests/comparison/requests.h"

namespace tests {

namespace {

std::string hash_key(Words& words)
{
    return words.one_in(8) ? words.any_key() : words.key(KeyKind::Hash);
}

/// Mostly a handful; now and then so many that the compact form gives way.
Request hset(Words& words)
{
    const bool many = words.one_in(80);
    const auto count = many ? words.between(100, 700) : words.between(1, 4);
    Request request{words.pick({"HSET", "HSET", "HMSET"}), hash_key(words)};
    for (std::int64_t i = 0; i < count; ++i) {
        request.push_back(many ? std::to_string(words.below(3000)) : words.field());
        request.push_back(words.value());
    }
    return request;
}

Request set_new_field(Words& words)
{
    return {"HSETNX", hash_key(words), words.field(), words.value()};
}

Request ask_whole(Words& words)
{
    return {words.pick({"HGETALL", "HKEYS", "HVALS", "HLEN"}), hash_key(words)};
}

Request ask_field(Words& words)
{
    return {words.pick({"HGET", "HEXISTS", "HSTRLEN"}), hash_key(words), words.field()};
}

Request ask_fields(Words& words)
{
    Request request{words.pick({"HMGET", "HDEL"}), hash_key(words)};
    for (auto count = words.between(1, 6); count > 0; --count) request.push_back(words.field());
    return request;
}

Request count_by(Words& words)
{
    const auto command = words.pick({"HINCRBY", "HINCRBY", "HINCRBYFLOAT"});
    return {command, hash_key(words), words.field(),
            words.one_in(8)
                ? words.pick({"9223372036854775807", "-9223372036854775808", "x", ""})
                : (command == "HINCRBY" ? std::to_string(words.between(-50, 50)) : words.score())};
}

/// Only what does not depend on chance: the errors, and all fields.
Request random_fields(Words& words)
{
    Request request{"HRANDFIELD", hash_key(words),
                    words.pick({"0", "1000000", "9223372036854775807", "x"})};
    if (words.one_in(2)) request.push_back(words.any_case("WITHVALUES"));
    return request;
}

Request scan_fields(Words& words)
{
    Request request{"HSCAN", hash_key(words), "0"};
    if (words.one_in(2)) request.insert(request.end(), {words.any_case("MATCH"), words.pattern()});
    if (words.one_in(2)) request.insert(request.end(), {words.any_case("COUNT"), "5000"});
    return request;
}

constexpr Recipe kRecipes[] = {
    {40, hset},       {10, set_new_field}, {20, ask_whole},    {25, ask_field},
    {25, ask_fields}, {25, count_by},      {8, random_fields}, {8, scan_fields},
};

}  // namespace

std::span<const Recipe> hash_recipes() { return kRecipes; }

}  // namespace tests
