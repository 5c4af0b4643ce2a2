#include "tests/comparison/keyspace_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <sstream>
#include <vector>

#include "protocol/reply_reader.h"
#include "tests/comparison/judge.h"
#include "tests/support/words.h"

namespace tests {

using protocol::Value;

namespace {

constexpr int kDatabases = 16;

Value ask(Connection& connection, const Request& request)
{
    auto value = protocol::read_reply(connection.execute(request));
    if (value.kind == Value::Kind::Error) {
        throw TargetError{join_words(request) + " failed: " + value.text};
    }
    return value;
}

/// The elements as one text, so many of them a line; the lines sorted unless their order matters.
std::string as_text(const Value& value, std::size_t group, bool ordered)
{
    std::vector<std::string> lines;
    for (std::size_t i = 0; i + group <= value.elements.size(); i += group) {
        std::vector<std::string> words;
        for (std::size_t j = 0; j < group; ++j) words.push_back(value.elements[i + j].text);
        lines.push_back(join_words(words));
    }
    if (!ordered) std::sort(lines.begin(), lines.end());
    std::string text;
    for (const auto& line : lines) text += line + "\n";
    return text;
}

/// Members and scores; a score by its value, for servers differ in how many digits they print, and
/// without the sign of zero, which Redis keeps in large sets and loses in small ones.
std::string scores_as_text(const Value& value)
{
    std::string text;
    for (std::size_t i = 0; i + 1 < value.elements.size(); i += 2) {
        text += fmt::format("{} {}\n", join_words({value.elements[i].text}),
                            std::strtod(value.elements[i + 1].text.c_str(), nullptr) + 0.0);
    }
    return text;
}

std::string content(Connection& connection, const std::string& key, const std::string& type)
{
    if (type == "string") return join_words({ask(connection, {"GET", key}).text});
    if (type == "set") return as_text(ask(connection, {"SMEMBERS", key}), 1, false);
    if (type == "hash") return as_text(ask(connection, {"HGETALL", key}), 2, false);
    if (type == "list") return as_text(ask(connection, {"LRANGE", key, "0", "-1"}), 1, true);
    if (type == "zset")
        return scores_as_text(ask(connection, {"ZRANGE", key, "0", "-1", "WITHSCORES"}));
    return "unknown type " + type;
}

std::set<std::string> scan_all(Connection& connection)
{
    std::set<std::string> keys;
    std::string cursor = "0";
    do {
        const auto page = ask(connection, {"SCAN", cursor, "COUNT", "3"});
        for (const auto& key : page.elements.at(1).elements) keys.insert(key.text);
        cursor = page.elements.at(0).text;
    } while (cursor != "0");
    return keys;
}

std::set<std::string> listed_keys(Connection& connection)
{
    std::set<std::string> keys;
    for (const auto& key : ask(connection, {"KEYS", "*"}).elements) keys.insert(key.text);
    if (keys != scan_all(connection)) throw TargetError{"KEYS and SCAN list different keys"};
    if (ask(connection, {"DBSIZE"}).integer != static_cast<std::int64_t>(keys.size())) {
        throw TargetError{"DBSIZE counts other keys than KEYS lists"};
    }
    return keys;
}

/// The lines of one text that the other lacks, not more than fit on a screen.
std::string lines_only_in(const std::string& text, const std::string& other)
{
    constexpr int kMax = 10;
    const auto split = [](const std::string& lines) {
        std::set<std::string> set;
        std::istringstream stream{lines};
        for (std::string line; std::getline(stream, line);) set.insert(line.substr(0, 200));
        return set;
    };
    const auto others = split(other);
    std::string only;
    int shown = 0;
    for (const auto& line : split(text)) {
        if (!others.contains(line) && shown++ < kMax) only += "  " + line + "\n";
    }
    return only;
}

std::string described(const KeyState* state, const KeyState* other)
{
    if (state == nullptr) return "missing\n";
    return fmt::format("{}, ends in {} ms; only here, or in another order:\n{}", state->type,
                       state->ends_in_ms,
                       lines_only_in(state->content, other == nullptr ? "" : other->content));
}

bool same(const KeyState& left, const KeyState& right)
{
    const bool same_end = left.ends_in_ms < 0 || right.ends_in_ms < 0
                              ? left.ends_in_ms == right.ends_in_ms
                              : std::abs(left.ends_in_ms - right.ends_in_ms) <= kClockTolerance;
    return left.type == right.type && left.content == right.content && same_end;
}

}  // namespace

KeyspaceState read_state(Connection& connection)
{
    KeyspaceState state;
    for (int database = 0; database < kDatabases; ++database) {
        ask(connection, {"SELECT", std::to_string(database)});
        for (const auto& key : listed_keys(connection)) {
            KeyState of_key;
            of_key.type = ask(connection, {"TYPE", key}).text;
            of_key.content = content(connection, key, of_key.type);
            of_key.ends_in_ms = ask(connection, {"PTTL", key}).integer;
            state[std::to_string(database) + " " + key] = of_key;
        }
    }
    return state;
}

std::optional<std::string> first_difference(const KeyspaceState& dabba, const KeyspaceState& redis)
{
    std::set<std::string> names;
    for (const auto& [name, state] : dabba) names.insert(name);
    for (const auto& [name, state] : redis) names.insert(name);
    for (const auto& name : names) {
        const auto left = dabba.find(name);
        const auto right = redis.find(name);
        const auto* of_dabba = left == dabba.end() ? nullptr : &left->second;
        const auto* of_redis = right == redis.end() ? nullptr : &right->second;
        if (of_dabba != nullptr && of_redis != nullptr && same(*of_dabba, *of_redis)) continue;
        return fmt::format("database and key: {}\ndabba: {}redis: {}", join_words({name}),
                           described(of_dabba, of_redis), described(of_redis, of_dabba));
    }
    return std::nullopt;
}

}  // namespace tests
