#include "tests/comparison/requests.h"

namespace tests {

namespace {

// Small programs in Lua. They write only what may stand under any key of the comparison, draw
// nothing by chance, and do not go through tables in their order.

/// A text between quotes.
std::string quoted(std::string_view text)
{
    std::string result = "'";
    for (const char c : text) {
        if (c == '\'' || c == '\\') result += '\\';
        if (c == '\n') {
            result += "\\n";
        } else if (c == '\0') {
            result += "\\0";
        } else if (c != '\r') {
            result += c;
        }
    }
    return result + "'";
}

std::string expression(Words& words, int depth);

/// A command, whose key is an argument of the script.
std::string call(Words& words, int depth)
{
    const auto value = [&] { return words.one_in(4) ? expression(words, depth + 1) : "ARGV[1]"; };
    std::string text = "redis." + words.pick({"call", "call", "pcall"}) + "(";
    switch (words.below(8)) {
        case 0: return text + "'set',KEYS[1]," + value() + ")";
        case 1: return text + "'incrby',KEYS[1]," + value() + ")";
        case 2: return text + "'hset',KEYS[1],'field'," + value() + ")";
        case 3: return text + "'hget',KEYS[1],'field')";
        case 4: return text + "'sadd',KEYS[1]," + value() + ",'x')";
        case 5:
            return text + words.pick({"'scard'", "'strlen'", "'hlen'", "'zcard'"}) + ",KEYS[1])";
        case 6: return text + words.pick({"'get'", "'type'", "'exists'", "'ttl'"}) + ",KEYS[1])";
        default: return text + words.pick({"'nosuch'", "'get'", "'echo','a','b'", "'multi'"}) + ")";
    }
}

std::string literal(Words& words)
{
    switch (words.below(6)) {
        case 0: return quoted(words.value());
        case 1: return quoted(words.junk());
        case 2: return words.pick({"nil", "true", "false", "{}", "KEYS", "ARGV", "cjson.null"});
        case 3: return "(" + words.count() + ")";
        default:
            return words.pick({"1", "-1", "0", "3.7", "-3.7", "1e15", "2^53", "1e300", "1/0",
                               "KEYS[1]", "ARGV[1]", "#ARGV", "ARGV[9]"});
    }
}

/// A function of a library, of one value.
std::string library_call(Words& words, int depth)
{
    const std::string value = expression(words, depth + 1);
    switch (words.below(6)) {
        case 0: return "cjson.encode({" + value + "})";
        case 1: return "cjson.decode(" + value + ")";
        case 2: return "cmsgpack.unpack(cmsgpack.pack(" + value + "))";
        case 3: return "tonumber(" + value + ")";
        case 4:
            return words.pick({"redis.sha1hex(", "redis.status_reply(", "redis.error_reply(",
                               "string.upper(", "string.len("}) +
                   value + ")";
        default:
            return "string.gsub(" + value + "," +
                   quoted(words.pick({"%w", "%d+", "(.)(.)", "^a", ".-$", "[^a-m]", "%", "("})) +
                   "," + quoted(words.pick({"x", "%1", "%0%0", ""})) + ")";
    }
}

std::string table(Words& words, int depth)
{
    std::string text = "{";
    const auto size = words.below(4);
    for (std::uint64_t i = 0; i < size; ++i) {
        if (words.one_in(6)) text += words.pick({"ok=", "err=", "map=", "set=", "a="});
        text += expression(words, depth + 1) + ",";
    }
    return text + "}";
}

/// No {double=...} and no NaN: Redis 7.0 and 7.2 print other digits and signs.
std::string expression(Words& words, int depth)
{
    constexpr int kMaxDepth = 4;
    if (depth >= kMaxDepth) return literal(words);
    switch (words.below(8)) {
        case 0:
        case 1: return call(words, depth);
        case 2: return library_call(words, depth);
        case 3: return table(words, depth);
        case 4:
            return "(" + expression(words, depth + 1) +
                   words.pick({" + ", " .. ", " == ", " and ", " or ", " < "}) +
                   expression(words, depth + 1) + ")";
        default: return literal(words);
    }
}

std::string statement(Words& words)
{
    switch (words.below(7)) {
        case 0: return "local x = " + expression(words, 0);
        case 1: return "if " + expression(words, 0) + " then " + call(words, 0) + " end";
        // Without a number: who spoils bytes would make it run for minutes.
        case 2: return "for _ in ('abc'):gmatch('.') do " + call(words, 0) + " end";
        case 3: return "pcall(function() return " + expression(words, 0) + " end)";
        case 4: return words.one_in(3) ? "redis.setresp(3)" : "local t = {} t[#t + 1] = 1";
        case 5: return words.one_in(4) ? "error(" + literal(words) + " .. '')" : call(words, 0);
        default: return call(words, 0);
    }
}

std::string body(Words& words)
{
    std::string text;
    const auto statements = words.below(4);
    for (std::uint64_t i = 0; i < statements; ++i)
        text += statement(words) + (words.one_in(3) ? "\n" : " ");
    return text + "return " + expression(words, 0);
}

std::string program(Words& words)
{
    std::string text;
    if (words.one_in(12)) text = "#!lua flags=" + words.pick({"no-writes", "allow-oom", ""}) + "\n";
    return text + body(words);
}

Request eval(Words& words)
{
    return {words.pick({"EVAL", "EVAL", "EVAL", "EVAL_RO"}), program(words), "1", words.any_key(),
            words.value()};
}

/// Scripts that both servers know or do not, by the hash of "return 1" and of nothing.
Request eval_by_hash(Words& words)
{
    const auto sha1 = words.pick({"e0e1f9fabfc9d4800c877a703b823ac0578ff8db",
                                  "E0E1F9FABFC9D4800C877A703B823AC0578FF8DB",
                                  "ffffffffffffffffffffffffffffffffffffffff", "x"});
    if (words.one_in(3)) return {"SCRIPT", "EXISTS", sha1};
    return {words.pick({"EVALSHA", "EVALSHA_RO"}), sha1, "0"};
}

Request manage_scripts(Words& words)
{
    if (words.one_in(4)) return {"SCRIPT", "FLUSH", words.pick({"SYNC", "ASYNC"})};
    return {"SCRIPT", "LOAD", words.one_in(2) ? "return 1" : program(words)};
}

/// A library of one function: Redis lists several in any order.
std::string library(Words& words)
{
    const std::string name = words.pick({"f1", "f2", "F1"});
    const std::string callback = "function(KEYS, ARGV) " + body(words) + " end";
    const std::string flags = words.pick({"", "", ", flags={'no-writes'}", ", flags={'nosuch'}"});
    return "#!lua name=" + words.pick({"one", "two"}) + "\n" +
           (words.one_in(2) ? "redis.register_function('" + name + "', " + callback + ")"
                            : "redis.register_function{function_name='" + name +
                                  "', callback=" + callback + flags + "}");
}

Request load_library(Words& words)
{
    if (words.one_in(3)) return {"FUNCTION", "LOAD", library(words)};
    return {"FUNCTION", "LOAD", "REPLACE", library(words)};
}

Request call_function(Words& words)
{
    return {words.pick({"FCALL", "FCALL", "FCALL_RO"}), words.pick({"f1", "f2", "F2", "f3"}), "1",
            words.any_key(), words.value()};
}

Request manage_functions(Words& words)
{
    switch (words.below(6)) {
        case 0: return {"FUNCTION", "DELETE", words.pick({"one", "two", "three"})};
        case 1: return {"FUNCTION", "STATS"};
        case 2: return {"FUNCTION", "KILL"};
        case 3: return {"FUNCTION", "FLUSH"};
        default:
            return {"FUNCTION", "LIST", "WITHCODE", "LIBRARYNAME", words.pick({"one", "T*", "x"})};
    }
}

constexpr Recipe kRecipes[] = {
    {10, load_library}, {12, call_function}, {3, manage_functions},
    {40, eval},         {5, eval_by_hash},   {4, manage_scripts},
};

}  // namespace

std::span<const Recipe> script_recipes() { return kRecipes; }

}  // namespace tests
