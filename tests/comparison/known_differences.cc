#include "tests/comparison/known_differences.h"

#include <algorithm>
#include <cstdlib>
#include <limits>

#include "ascii/integer.h"
#include "server/execution/args.h"
#include "tests/comparison/judge.h"
#include "tests/comparison/search_judge.h"
#include "tests/comparison/waiting.h"

namespace tests {

using protocol::Value;

namespace {

/// The text as a number, if it looks like one that a server has printed.
bool as_number(const std::string& text, double& number)
{
    if (text.empty() || text.size() > 40) return false;
    char* end = nullptr;
    number = std::strtod(text.c_str(), &end);
    return end == text.c_str() + text.size();
}

bool prints_scores(const Request& request)
{
    return server::is_word(request[0].substr(0, 1), "Z") ||
           server::is_word(request[0].substr(0, 2), "BZ");
}

bool explains_digits(const Request& request, const Value& dabba, const Value& redis)
{
    return prints_scores(request) && same_but_for_digits(dabba, redis);
}

bool explains_dbsize(const Request& request, const Value& dabba, const Value& redis)
{
    return server::is_word(request[0], "DBSIZE") && dabba.kind == Value::Kind::Integer &&
           redis.kind == Value::Kind::Integer && dabba.integer < redis.integer;
}

bool explains_getkeys(const Request& request, const Value& dabba, const Value& redis)
{
    return server::is_word(request[0], "COMMAND") && request.size() == 3 &&
           server::is_word(request[1], "GETKEYS") && dabba.kind == Value::Kind::Error &&
           redis.text == "ERR wrong number of arguments for 'command|getkeys' command";
}

bool explains_command_count(const Request& request, const Value& dabba, const Value& redis)
{
    return server::is_word(request[0], "COMMAND") && request.size() == 2 &&
           server::is_word(request[1], "COUNT") && dabba.kind == redis.kind;
}

bool explains_encoding(const Request& request, const Value& dabba, const Value& redis)
{
    if (!server::is_word(request[0], "OBJECT") || dabba.kind != redis.kind) return false;
    return (dabba.text == "listpack" && redis.text == "hashtable") ||
           (dabba.text == "listpack" && redis.text == "quicklist") ||
           (dabba.text == "hashtable" && redis.text == "intset") ||
           (dabba.text == "skiplist" && redis.text == "listpack");
}

bool explains_sorted(const Request& request, const Value& dabba, const Value& redis)
{
    return is_command(request, "OBJECT") && dabba.text == "listpack" && redis.text == "skiplist";
}

bool explains_zrank(const Request& request, const Value& dabba, const Value& redis)
{
    const bool ranks =
        server::is_word(request[0], "ZRANK") || server::is_word(request[0], "ZREVRANK");
    return ranks && request.size() > 3 && redis.kind == Value::Kind::Error &&
           dabba.text != redis.text;
}

/// For reads only; see sorted_set_requests.cc.
bool explains_bylex(const Request& request, const Value& dabba, const Value& redis)
{
    const bool by_member = server::is_word(request[0], "ZRANGEBYLEX") ||
                           server::is_word(request[0], "ZREVRANGEBYLEX") ||
                           server::is_word(request[0], "ZLEXCOUNT") ||
                           (server::is_word(request[0], "ZRANGE") && has_word(request, "BYLEX"));
    return by_member && !request[1].starts_with("lex:") && dabba.kind == redis.kind &&
           dabba.kind != Value::Kind::Error;
}

bool explains_bits_of_range(const Request& request, const Value& dabba, const Value& redis)
{
    const bool asks =
        server::is_word(request[0], "BITCOUNT") || server::is_word(request[0], "BITPOS");
    return asks && dabba.kind == Value::Kind::Error &&
           (redis.kind == Value::Kind::Integer || redis.text.starts_with("WRONGTYPE"));
}

bool explains_refcount(const Request& request, const Value& dabba, const Value& redis)
{
    constexpr std::int64_t kShared = 2147483647;
    const bool asks =
        server::is_word(request[0], "OBJECT") && server::is_word(request[1], "REFCOUNT");
    const bool is_held = dabba.integer == 1 && redis.integer == 2;
    const bool is_copied = dabba.integer == kShared && redis.integer == 1;
    return asks && (is_held || is_copied);
}

bool explains_sort_error(const Request& request, const Value& dabba, const Value& redis)
{
    const bool sorts =
        server::is_word(request[0], "SORT") || server::is_word(request[0], "SORT_RO");
    return sorts && redis.text == "ERR One or more scores can't be converted into double" &&
           dabba.kind == Value::Kind::Array;
}

bool explains_timeout(const Request& request, const Value& dabba, const Value& redis)
{
    return may_wait(request) && dabba.text == "ERR timeout is out of range" &&
           redis.text == "ERR timeout is negative";
}

bool explains_smallest_count(const Request& request, const Value& dabba, const Value&)
{
    return is_command(request, "LPOS") && has_word(request, "-9223372036854775808") &&
           dabba.text.starts_with("ERR value is out of range");
}

/// For results that are stored, or that came within a transaction: only their size is looked at.
bool explains_wider_search(const Request& request, const Value& dabba, const Value& redis)
{
    return is_search(request) && dabba.kind == redis.kind && dabba.kind != Value::Kind::Error &&
           dabba.integer >= redis.integer && dabba.elements.size() >= redis.elements.size();
}

/// HELLO's modules: the vectors of Redis 8, the Lua of Valkey 9.
bool explains_modules(const Request& request, const Value& dabba, const Value& redis)
{
    if (!is_command(request, "HELLO") || dabba.kind != redis.kind || redis.elements.size() != 14 ||
        dabba.elements.size() != redis.elements.size())
        return false;
    Value without = redis;
    without.elements.back() = dabba.elements.back();
    return same_hello(dabba, without);
}

bool explains_piece(const Request& request, const Value& dabba, const Value& redis)
{
    return is_command(request, "OBJECT") && dabba.text == "embstr" && redis.text == "raw";
}

bool explains_script_text(const Request& request, const Value& dabba, const Value& redis)
{
    return is_command(request, "OBJECT") && dabba.text == "int" && redis.text == "embstr";
}

bool has_long_index(const Request& request)
{
    if (!is_command(request, "LSET") || request.size() != 4) return false;
    const auto index = ascii::parse_integer(request[2]);
    return index && *index != static_cast<std::int32_t>(*index);
}

bool restores_beyond_time(const Request& request)
{
    return is_command(request, "RESTORE") && request.size() > 2 &&
           ascii::parse_integer(request[2]).value_or(0) >
               std::numeric_limits<std::int64_t>::max() / 2;
}

bool flushes_functions(const Request& request)
{
    return is_command(request, "FUNCTION") && has_word(request, "FLUSH");
}

bool gives_password(const Request& request)
{
    return is_command(request, "AUTH") ||
           (is_command(request, "HELLO") && has_word(request, "AUTH"));
}

constexpr std::string_view kAny;
constexpr std::string_view kDefault = "redis-7.2";  // compared with a Redis 7.0
constexpr std::string_view kAfter72 = "redis-8.0 valkey-8.1 valkey-9.1";
constexpr std::string_view kValkeys = "valkey-8.1 valkey-9.1";

constexpr KnownDifference kKnownDifferences[] = {
    {"digits", "Redis 7.0 prints doubles with 17 digits, 7.2 with as few as are needed", kDefault,
     explains_digits},
    {"expired keys", "Redis counts keys that are over until it has deleted them, Dabba does not",
     kAny, explains_dbsize},
    {"encoding",
     "Redis 7.0 has no compact sets of texts and no compact lists, 7.2 has; an SADD of very many "
     "makes a large set in 7.2, and a ZADD there only if they are different members",
     kDefault, explains_encoding},
    {"sorted", "SORT of a sorted set makes a skiplist of it", kDefault, explains_sorted},
    {"bits of a range",
     "BITCOUNT and BITPOS look at their arguments first in 7.2, at the key first in 7.0", kDefault,
     explains_bits_of_range},
    {"refcount",
     "a value that INCRBYFLOAT has made is still held by Redis's transaction; a small integer that "
     "COPY has made is not shared",
     kAny, explains_refcount},
    {"sort's error",
     "a number too large for a double makes Redis refuse later SORTs, too, as it forgets to reset "
     "errno",
     kAny, explains_sort_error},
    {"timeout", "A timeout too large for a moment in milliseconds is a negative one in Redis 7.0",
     kDefault, explains_timeout},
    {"smallest count", "LPOS's rank has a positive counterpart in 7.2, any will do in 7.0",
     "redis-7.2 redis-7.0", explains_smallest_count},
    {"command count", "not all of Redis's commands are there", kAny, explains_command_count},
    {"getkeys", "COMMAND GETKEYS wants four words in Redis 7.0, three in 7.2", kDefault,
     explains_getkeys},
    {"zrank", "ZRANK takes WITHSCORE in 7.2, not in 7.0", kDefault, explains_zrank},
    {"bylex",
     "In a large set of several scores, what BYLEX finds in Redis depends on the heights of its "
     "skip list; here it is what a small set gives",
     kAny, explains_bylex},
    {kWiderSearch,
     "Redis looks into nine cells of its grid and misses members of a very large shape, or across "
     "the date line",
     kAny, explains_wider_search},
    {"modules", "HELLO tells of a module of vectors in Redis 8.0 and of one of Lua in Valkey 9.1",
     "redis-8.0 valkey-9.1", explains_modules},
    {"piece",
     "a string that once did not fit one piece with its key and its deadline stays raw in Valkey, "
     "whatever becomes of them",
     kValkeys, explains_piece},
    {"negative zero",
     "a ZADD that makes a set with a long member makes a skiplist at once in Valkey, which keeps "
     "the sign of 0; elsewhere it is a listpack first, if the long member is not the first",
     kValkeys, explains_digits},
    {"script's integer", "an integer that a script has set is a text in Valkey 9.1", "valkey-9.1",
     explains_script_text},
};

constexpr UnsentRequest kUnsentRequests[] = {
    {"long index", "LSET takes an index beyond 32 bits for another one, and overwrites that",
     kAfter72, has_long_index},
    {"end of time", "what it leaves is not always survived", "redis-8.0 valkey-8.1",
     restores_beyond_time},
    {"functions", "it is not always survived", "redis-8.0", flushes_functions},
    {"password", "within a transaction it is not always answered", "redis-8.0 valkey-8.1",
     gives_password},
};

}  // namespace

std::span<const KnownDifference> known_differences() { return kKnownDifferences; }

std::span<const UnsentRequest> unsent_requests() { return kUnsentRequests; }

bool applies(std::string_view when_speaking_as, std::string_view speaks_as)
{
    return when_speaking_as.empty() || when_speaking_as.find(speaks_as) != std::string_view::npos;
}

bool same_but_for_digits(const Value& dabba, const Value& redis)
{
    if (dabba.kind != redis.kind) return false;
    switch (dabba.kind) {
        case Value::Kind::Double: return dabba.number == redis.number;
        case Value::Kind::Bulk: {
            double left = 0;
            double right = 0;
            return dabba.text == redis.text ||
                   (as_number(dabba.text, left) && as_number(redis.text, right) && left == right);
        }
        case Value::Kind::Array:
            return std::equal(dabba.elements.begin(), dabba.elements.end(), redis.elements.begin(),
                              redis.elements.end(), same_but_for_digits);
        default: return dabba.text == redis.text && dabba.integer == redis.integer;
    }
}

}  // namespace tests
