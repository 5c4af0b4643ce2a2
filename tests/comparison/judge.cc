#include "tests/comparison/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "server/args.h"
#include "tests/comparison/known_differences.h"

namespace tests {

using protocol::Value;

namespace {

bool has_word(const Request& request, std::string_view word)
{
    return std::any_of(request.begin() + 1, request.end(),
                       [&](const std::string& text) { return server::is_word(text, word); });
}

bool is_search(const Request& request)
{
    return is_command(request, "GEOSEARCH") || is_command(request, "GEORADIUS") ||
           is_command(request, "GEORADIUS_RO") || is_command(request, "GEORADIUSBYMEMBER") ||
           is_command(request, "GEORADIUSBYMEMBER_RO");
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
bool same_page(const Request& request, const Value& dabba, const Value& redis)
{
    const auto is_page = [](const Value& value) {
        return value.kind == Value::Kind::Array && value.elements.size() == 2 &&
               value.elements[1].kind == Value::Kind::Array;
    };
    if (!is_page(dabba) || !is_page(redis)) return false;
    const bool whole =
        request[1] == "0" && dabba.elements[0].text == "0" && redis.elements[0].text == "0";
    return !whole || same_set(dabba.elements[1], redis.elements[1]);
}

/// HELLO's fields but for the server's version and the connection's id.
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

bool same_shape(const Value& dabba, const Value& redis)
{
    return dabba.kind == redis.kind && dabba.elements.size() == redis.elements.size();
}

/// What of a command's reply is free, where that does not depend on data. Not for searches.
bool same_by_command(const Request& request, const Value& dabba, const Value& redis)
{
    const auto is = [&](std::string_view command) { return is_command(request, command); };
    if (is("SMEMBERS") || is("KEYS")) return same_set(dabba, redis);
    if (is("HGETALL") || is("CONFIG")) {
        return same_set(dabba, redis, redis.kind == Value::Kind::Error ? 1 : 2);
    }
    if (is("SCAN")) return same_page(request, dabba, redis);
    if (is("TTL") || is("EXPIRETIME")) return same_moment(dabba, redis, kClockTolerance / 1000);
    if (is("PTTL") || is("PEXPIRETIME")) return same_moment(dabba, redis, kClockTolerance);
    if (is("HELLO")) return same_hello(dabba, redis);
    if (is("TIME")) return same_shape(dabba, redis);
    if (is("COMMAND") && request.size() == 1) return true;  // which commands there are
    if (is("CLIENT") && request.size() == 2 && server::is_word(request[1], "ID")) {
        return same_shape(dabba, redis);
    }
    return false;
}

bool is_error(const Value& value) { return value.kind == Value::Kind::Error; }

/// The members that a search found, in its order.
std::vector<std::string> members_found(const Value& reply)
{
    std::vector<std::string> members;
    for (const auto& element : reply.elements) {
        members.push_back(element.elements.empty() ? element.text : element.elements[0].text);
    }
    return members;
}

/// The search without what limits, orders or decorates its result, and with distances.
Request with_all_distances(const Request& request)
{
    Request all;
    for (std::size_t i = 0; i < request.size(); ++i) {
        const auto is = [&](std::string_view word) { return server::is_word(request[i], word); };
        if (i > 4 && is("COUNT")) {
            ++i;
        } else if (i < 5 || !(is("ASC") || is("DESC") || is("ANY") || is("WITHCOORD") ||
                              is("WITHDIST") || is("WITHHASH"))) {
            all.push_back(request[i]);
        }
    }
    all.push_back("WITHDIST");
    return all;
}

}  // namespace

bool is_command(const Request& request, std::string_view command)
{
    return server::is_word(request[0], command);
}

bool stores_some(const Request& request)
{
    const bool stores =
        is_command(request, "GEOSEARCHSTORE") ||
        (is_search(request) && (has_word(request, "STORE") || has_word(request, "STOREDIST")));
    return stores && has_word(request, "COUNT");
}

bool Judge::same(const Request& request, int database, const Value& dabba, const Value& redis)
{
    if (fingerprint(dabba) == fingerprint(redis)) return true;
    if (is_search(request) && !is_error(dabba) && !is_error(redis)) {
        return same_search(request, database, dabba, redis);
    }
    return same_in_transaction(request, dabba, redis);
}

bool Judge::same_in_transaction(const Request& request, const Value& dabba, const Value& redis)
{
    if (fingerprint(dabba) == fingerprint(redis)) return true;
    if (same_by_command(request, dabba, redis)) return true;
    if (is_search(request) && !is_error(dabba) && !is_error(redis)) return same_shape(dabba, redis);
    for (const auto& difference : known_differences()) {
        if (difference.explains(request, dabba, redis)) {
            ++met_[difference.name];
            return true;
        }
    }
    return false;
}

bool Judge::same_search(const Request& request, int database, const Value& dabba,
                        const Value& redis)
{
    if (!same_shape(dabba, redis)) return false;
    const bool counted = has_word(request, "COUNT");
    const bool ordered = has_word(request, "ASC") || has_word(request, "DESC");
    if (!counted && !same_set(dabba, redis)) return false;
    if (counted && has_word(request, "ANY") && !ordered) return true;

    // Members at the same distance may come in any order, and COUNT may take any of them.
    const auto distance = distances(request, database);
    const auto left = members_found(dabba);
    const auto right = members_found(redis);
    for (std::size_t i = 0; i < left.size() && (ordered || counted); ++i) {
        const auto found = distance.find(left[i]);
        if (found == distance.end()) return false;
        if (has_word(request, "ANY")) continue;
        if (found->second != distance.at(right[i])) return false;
    }
    return true;
}

std::map<std::string, double> Judge::distances(const Request& request, int database)
{
    side_.execute(Request{"SELECT", std::to_string(database)});
    const auto all = protocol::read_reply(side_.execute(with_all_distances(request)));
    std::map<std::string, double> distances;
    for (const auto& element : all.elements) {
        distances[element.elements[0].text] = std::atof(element.elements[1].text.c_str());
    }
    return distances;
}

}  // namespace tests
