#include "tests/comparison/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "server/execution/args.h"
#include "tests/comparison/known_differences.h"
#include "tests/comparison/search_judge.h"

namespace tests {

using protocol::Value;

namespace {

bool is_error(const Value& value) { return value.kind == Value::Kind::Error; }

bool same_shape(const Value& dabba, const Value& redis)
{
    return dabba.kind == redis.kind && dabba.elements.size() == redis.elements.size();
}

/// A text that is the same for equal values and only for those.
std::string fingerprint(const Value& value)
{
    auto text = fmt::format("{}:{}:{}:{}:{}:{}:{}:{}[", static_cast<int>(value.kind),
                            value.text.size(), value.text, value.integer, value.number,
                            value.boolean, value.null_array, value.format);
    for (const auto& element : value.elements) text += fingerprint(element);
    return text + "]";
}

/// The elements' fingerprints, taken so many at a time, in order.
std::vector<std::string> elements_of(const Value& value, std::size_t group = 1)
{
    std::vector<std::string> elements;
    for (std::size_t i = 0; i + group <= value.elements.size(); i += group) {
        std::string text;
        for (std::size_t j = 0; j < group; ++j) text += fingerprint(value.elements[i + j]);
        elements.push_back(text);
    }
    std::sort(elements.begin(), elements.end());
    return elements;
}

bool same_set(const Value& dabba, const Value& redis, std::size_t group = 1)
{
    return dabba.kind == redis.kind && dabba.elements.size() == redis.elements.size() &&
           elements_of(dabba, group) == elements_of(redis, group);
}

bool same_moment(const Value& dabba, const Value& redis, std::int64_t tolerance)
{
    return dabba.kind == Value::Kind::Integer && redis.kind == Value::Kind::Integer &&
           dabba.integer >= 0 && redis.integer >= 0 &&
           std::abs(dabba.integer - redis.integer) <= tolerance;
}

/// A page of a scan: what it holds depends on the server, unless it is the only one.
bool same_page(const Request& request, const Value& dabba, const Value& redis,
               std::size_t cursor_at, std::size_t group)
{
    const auto is_page = [](const Value& value) {
        return value.kind == Value::Kind::Array && value.elements.size() == 2 &&
               value.elements[1].kind == Value::Kind::Array;
    };
    if (!is_page(dabba) || !is_page(redis)) return false;
    const bool whole =
        request[cursor_at] == "0" && dabba.elements[0].text == "0" && redis.elements[0].text == "0";
    return !whole || same_set(dabba.elements[1], redis.elements[1], group);
}

/// Whether a SORT gave the same elements, in whatever order. With a LIMIT or several GETs, only as
/// many.
bool same_unlimited_sort(const Request& request, const Value& dabba, const Value& redis)
{
    const auto has = [&](std::string_view word) {
        return std::any_of(request.begin(), request.end(), [&](const std::string& argument) {
            return server::is_word(argument, word);
        });
    };
    if (is_error(redis) || (!has("ALPHA") && !has("BY"))) return false;
    return has("LIMIT") ? same_shape(dabba, redis) : same_set(dabba, redis);
}

/// What of a command's reply is free, where that does not depend on data. Not for searches.
bool same_by_command(const Request& request, const Value& dabba, const Value& redis)
{
    const auto is = [&](std::string_view command) { return is_command(request, command); };
    if (is("SMEMBERS") || is("KEYS") || is("HKEYS") || is("HVALS")) return same_set(dabba, redis);
    if (is("FUNCTION")) return same_set(dabba, redis);  // of FUNCTION LIST, libraries in any order
    if (is("SINTER") || is("SUNION") || is("SDIFF") || is("SPOP")) return same_set(dabba, redis);
    if (is("SRANDMEMBER") || is("ZRANDMEMBER")) return !is_error(redis) && same_shape(dabba, redis);
    if (is("HRANDFIELD") && !is_error(redis)) {
        const bool all = request.size() > 2 && request[2].size() > 4 && request[2][0] != '-';
        if (!all) return same_shape(dabba, redis);
        const bool flat_pairs = request.size() == 4 && !redis.elements.empty() &&
                                redis.elements[0].kind == Value::Kind::Bulk;
        return same_set(dabba, redis, flat_pairs ? 2 : 1);
    }
    if (is("HGETALL") || is("CONFIG")) {
        return same_set(dabba, redis, redis.kind == Value::Kind::Error ? 1 : 2);
    }
    if (is("SCAN")) return same_page(request, dabba, redis, 1, 1);
    if (is("HSCAN")) return same_page(request, dabba, redis, 2, 2);
    if (is("TTL") || is("EXPIRETIME")) return same_moment(dabba, redis, kClockTolerance / 1000);
    if (is("PTTL") || is("PEXPIRETIME")) return same_moment(dabba, redis, kClockTolerance);
    // Where weights are equal, or elements the same up to a NUL, the order is the container's.
    if (is("SORT") || is("SORT_RO")) return same_unlimited_sort(request, dabba, redis);
    if (is("HELLO")) return same_hello(dabba, redis);
    if (is("TIME")) return same_shape(dabba, redis);
    if (is("COMMAND") && request.size() == 1) return true;  // which commands there are
    if (is("CLIENT") && request.size() == 2 && !server::is_word(request[1], "GETNAME")) {
        return !is_error(redis) && same_shape(dabba, redis);  // ID, INFO, LIST
    }
    return false;
}

}  // namespace

bool same_hello(const Value& dabba, const Value& redis)
{
    if (dabba.kind != redis.kind || dabba.elements.size() != redis.elements.size()) return false;
    for (std::size_t i = 0; i + 1 < dabba.elements.size(); i += 2) {
        const auto& name = redis.elements[i].text;
        if (fingerprint(dabba.elements[i]) != fingerprint(redis.elements[i])) return false;
        if (name == "version" || name == "id") continue;
        if (fingerprint(dabba.elements[i + 1]) != fingerprint(redis.elements[i + 1])) return false;
    }
    return true;
}

bool is_command(const Request& request, std::string_view command)
{
    return server::is_word(request[0], command);
}

bool Judge::same(const Request& request, int database, const Value& dabba, const Value& redis)
{
    if (fingerprint(dabba) == fingerprint(redis)) return true;
    if (!is_search(request) || is_stored_search(request) || is_error(dabba) || is_error(redis)) {
        return same_in_transaction(request, dabba, redis);
    }
    const Request select{"SELECT", std::to_string(database)};
    for (auto* side : {&dabba_side_, &redis_side_}) side->execute(select);
    const auto verdict = judge_search(request, dabba, redis, dabba_side_, redis_side_);
    if (verdict == SearchVerdict::Wider) ++met_[kWiderSearch];
    return verdict != SearchVerdict::Different;
}

bool Judge::same_in_transaction(const Request& request, const Value& dabba, const Value& redis)
{
    if (fingerprint(dabba) == fingerprint(redis)) return true;
    if (same_by_command(request, dabba, redis)) return true;
    for (const auto& difference : known_differences()) {
        if (applies(difference.when_speaking_as, speaks_as_) &&
            difference.explains(request, dabba, redis)) {
            ++met_[difference.name];
            return true;
        }
    }
    return false;
}

}  // namespace tests
