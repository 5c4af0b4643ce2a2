#include "tests/comparison/requests.h"

namespace tests {

namespace {

std::string string_key(Words& words)
{
    return words.one_in(8) ? words.any_key() : words.key(KeyKind::String);
}

void add_expiry(Words& words, Request& request, std::string_view wordy)
{
    const auto option =
        words.one_in(5) ? std::string{wordy} : words.pick({"EX", "PX", "EXAT", "PXAT", "EX", "PX"});
    request.push_back(words.any_case(option));
    if (option == "EX" || option == "PX") request.push_back(words.time_to_live(option == "PX"));
    if (option == "EXAT" || option == "PXAT") request.push_back(words.moment(option == "PXAT"));
}

void add_set_options(Words& words, Request& request)
{
    const auto options = words.below(4);
    for (std::uint64_t i = 0; i < options; ++i) {
        if (words.one_in(2)) {
            request.push_back(words.any_case(words.pick({"NX", "XX", "GET", "GET"})));
        } else {
            add_expiry(words, request, "KEEPTTL");
        }
    }
}

Request set(Words& words)
{
    Request request{"SET", string_key(words), words.value()};
    if (words.one_in(2)) add_set_options(words, request);
    return request;
}

/// A lock that is over before the next request: see pauses_after() in the comparison.
Request set_briefly(Words& words)
{
    return {"SET", words.any_key(), words.value(), "PX", std::to_string(words.between(1, 3))};
}

Request set_with_expiry(Words& words)
{
    const auto command = words.pick({"SETEX", "PSETEX"});
    return {command, string_key(words), words.time_to_live(command == "PSETEX"), words.value()};
}

Request get(Words& words)
{
    return {words.pick({"GET", "GET", "GET", "GETDEL", "STRLEN", "INCR", "DECR"}),
            string_key(words)};
}

Request getex(Words& words)
{
    Request request{"GETEX", string_key(words)};
    if (!words.one_in(4)) add_expiry(words, request, "PERSIST");
    if (words.one_in(8)) add_expiry(words, request, "PERSIST");
    return request;
}

Request put(Words& words)
{
    return {words.pick({"SETNX", "GETSET", "APPEND", "APPEND"}), string_key(words), words.value()};
}

std::string increment(Words& words)
{
    if (words.one_in(8)) {
        return words.pick({"9223372036854775807", "-9223372036854775808", "9223372036854775808",
                           "-9223372036854775807", "1.5", "", "1e3", "-0"});
    }
    return std::to_string(words.between(-1000, 1000));
}

Request count_by(Words& words)
{
    return {words.pick({"INCRBY", "DECRBY"}), string_key(words), increment(words)};
}

Request count_by_float(Words& words)
{
    return {"INCRBYFLOAT", string_key(words), words.one_in(2) ? words.score() : increment(words)};
}

std::string offset(Words& words)
{
    if (words.one_in(10)) {
        return words.pick({"536870912", "9223372036854775807", "-9223372036854775808", "-1", "one",
                           "1.0", "", "9223372036854775808"});
    }
    return std::to_string(words.between(words.one_in(2) ? -80 : 0, 80));
}

Request range(Words& words)
{
    return {words.pick({"GETRANGE", "SUBSTR"}), string_key(words), offset(words), offset(words)};
}

Request set_range(Words& words)
{
    return {"SETRANGE", string_key(words), offset(words), words.value()};
}

Request get_many(Words& words)
{
    Request request{"MGET"};
    for (auto count = words.between(1, 6); count > 0; --count) request.push_back(words.any_key());
    return request;
}

Request set_many(Words& words)
{
    Request request{words.pick({"MSET", "MSETNX"})};
    for (auto count = words.between(1, 4); count > 0; --count) {
        request.push_back(string_key(words));
        request.push_back(words.value());
    }
    return request;
}

Request common_subsequence(Words& words)
{
    Request request{"LCS", string_key(words), string_key(words)};
    while (words.one_in(2)) {
        const auto option = words.pick({"LEN", "IDX", "IDX", "WITHMATCHLEN", "MINMATCHLEN"});
        request.push_back(words.any_case(option));
        if (option == "MINMATCHLEN") request.push_back(words.count());
    }
    return request;
}

std::string bit_offset(Words& words)
{
    if (words.one_in(15)) return words.pick({"-1", "4294967296", "x", "9223372036854775807", ""});
    return std::to_string(words.below(words.one_in(4) ? 2000 : 100));
}

Request change_bit(Words& words)
{
    return {"SETBIT", string_key(words), bit_offset(words),
            words.one_in(20) ? words.pick({"2", "-1", "x"}) : words.pick({"0", "1"})};
}

Request ask_bit(Words& words) { return {"GETBIT", string_key(words), bit_offset(words)}; }

Request ask_bits(Words& words)
{
    Request request{words.pick({"BITCOUNT", "BITPOS"}), string_key(words)};
    if (request[0] == "BITPOS") request.push_back(words.pick({"0", "1"}));
    if (words.one_in(3)) return request;
    request.push_back(offset(words));
    request.push_back(offset(words));
    if (words.one_in(2)) request.push_back(words.any_case(words.pick({"BYTE", "BIT"})));
    return request;
}

Request bit_fields(Words& words)
{
    Request request{"BITFIELD", string_key(words)};
    for (auto count = words.between(1, 4); count > 0; --count) {
        const auto step = words.pick({"GET", "SET", "INCRBY", "INCRBY", "OVERFLOW"});
        request.push_back(words.any_case(step));
        if (step == "OVERFLOW") {
            request.push_back(words.any_case(words.pick({"WRAP", "SAT", "FAIL", "FAIL"})));
            continue;
        }
        request.push_back(words.pick({"u1", "i5", "u8", "i8", "u16", "i16", "u63", "i64", "u64"}));
        request.push_back(words.one_in(2) ? bit_offset(words) : "#" + words.pick({"0", "1", "7"}));
        if (step != "GET") {
            request.push_back(words.pick({"0", "1", "-1", "100", "-300", "9223372036854775807",
                                          "-9223372036854775808", "65535"}));
        }
    }
    return request;
}

Request combine_bits(Words& words)
{
    Request request{"BITOP", words.any_case(words.pick({"AND", "OR", "XOR", "NOT"})),
                    string_key(words)};
    const auto sources = request[1].size() == 3 && words.one_in(2) ? 1 : words.between(1, 3);
    for (auto count = sources; count > 0; --count) request.push_back(string_key(words));
    return request;
}

constexpr Recipe kRecipes[] = {
    {60, set},      {6, set_briefly},  {12, set_with_expiry},   {40, get},        {15, getex},
    {20, put},      {15, count_by},    {12, count_by_float},    {12, range},      {12, set_range},
    {10, get_many}, {6, set_many},     {8, common_subsequence}, {15, change_bit}, {10, ask_bit},
    {15, ask_bits}, {8, combine_bits}, {12, bit_fields},
};

}  // namespace

std::span<const Recipe> string_recipes() { return kRecipes; }

}  // namespace tests
