#include "server/config/options.h"

#include <catch2/catch.hpp>
#include <initializer_list>
#include <set>

#include "server/config/option_value.h"
#include "server/execution/command_error.h"

using namespace server;

namespace {

std::string get(const Options& options, std::string_view name)
{
    const auto found = get_options(options, {&name, 1});
    return found.size() == 1 ? found[0].second : "(none)";
}

/// CONFIG SET; "OK" or the error.
std::string set(Options& options, std::initializer_list<std::string_view> names_and_values)
{
    try {
        set_options(options, {names_and_values.begin(), names_and_values.size()});
        return "OK";
    } catch (const CommandError& error) {
        return error.what();
    }
}

std::string failed(std::string_view name, std::string_view why)
{
    return fmt::format("ERR CONFIG SET failed (possibly related to argument '{}') - {}", name, why);
}

}  // namespace

TEST_CASE("each option is declared once and its default satisfies its own grammar")
{
    std::set<std::string_view> names;
    for (const auto table : {effective_options(), other_options()}) {
        for (const Option& option : table) {
            INFO(option.name);
            CHECK(names.insert(option.name).second);
            if (!option.alias.empty()) CHECK(names.insert(option.alias).second);
            if (option.change == Change::Directive && option.support == Support::Works)
                continue;  // the default is no such line
            const std::string value = default_value(option);
            const std::string_view whole = value;
            if (option.takes_several_words()) {
                CHECK(normalize(option, split_at_spaces(value)) == value);
            } else {
                CHECK(normalize(option, {&whole, 1}) == value);
            }
        }
    }
    CHECK(names.size() > 150);
}

TEST_CASE("every option is explained: what it does, or why it does nothing")
{
    for (const Option& option : effective_options()) {
        INFO(option.name);
        CHECK_FALSE(option.summary.empty());
        CHECK_FALSE(option.value_name.empty());
        CHECK(option.member.index() != 0);
    }
    for (const Option& option : other_options()) {
        INFO(option.name);
        CHECK(option.support != Support::Works);
        CHECK_FALSE(option.summary.empty());
        CHECK(option.member.index() == 0);
    }
}

TEST_CASE("CONFIG GET knows names, patterns and aliases, in any case")
{
    const Options options;
    CHECK(get(options, "port") == "6379");
    CHECK(get(options, "no-such-option") == "(none)");
    CHECK(get(options, "lua-time-limit") == "5000");

    const std::string_view upper = "PORT";
    CHECK(get_options(options, {&upper, 1})[0].first == "PORT");  // as Redis: as it was asked for

    const std::string_view pattern = "ZSET-max-*-entries";
    const auto found = get_options(options, {&pattern, 1});
    REQUIRE(found.size() == 2);
    CHECK(found[0] == std::pair<std::string, std::string>{"zset-max-listpack-entries", "128"});
    CHECK(found[1] == std::pair<std::string, std::string>{"zset-max-ziplist-entries", "128"});

    const std::string_view overlapping[] = {"port", "p?rt", "timeout"};
    CHECK(get_options(options, overlapping).size() == 2);
}

TEST_CASE("values are given back as Redis prints them")
{
    Options options;
    CHECK(set(options, {"maxmemory", "1gb"}) == "OK");
    CHECK(get(options, "maxmemory") == "1073741824");
    CHECK(set(options, {"maxmemory", "2K"}) == "OK");
    CHECK(get(options, "maxmemory") == "2000");
    CHECK(set(options, {"loglevel", "WARNING"}) == "OK");
    CHECK(get(options, "loglevel") == "warning");
    CHECK(options.log_level == LogLevel::Warning);
    CHECK(set(options, {"save", ""}) == "OK");
    CHECK(get(options, "save") == "");
}

TEST_CASE("values in every grammar are brought into the form that Redis prints")
{
    const auto normal = [](std::string_view name, std::string_view value) {
        const Option& option = *find_option(name);
        if (option.takes_several_words()) return normalize(option, split_at_spaces(value));
        return normalize(option, {&value, 1});
    };
    CHECK(normal("notify-keyspace-events", "xEAK") == "AKE");
    CHECK(normal("notify-keyspace-events", "$gE") == "g$E");
    CHECK(normal("maxmemory-clients", "10%") == "10%");
    CHECK(normal("maxmemory-clients", "0%") == "0");
    CHECK(normal("maxmemory-clients", "10mb") == "10485760");
    CHECK_THROWS_WITH(normal("maxmemory-clients", "101%"),
                      "percentage argument must be less or equal to 100");
    CHECK_THROWS_WITH(normal("maxmemory-clients", "1.5%"),
                      "argument must be a memory or percent value");
    CHECK(normal("save", "900 1") == "900 1");
    CHECK(normal("latency-tracking-info-percentiles", "0.0 99.90 1e1") == "0 99.9 10");
    CHECK(normal("shutdown-on-sigint", "force default SAVE") == "save force");
    CHECK(normal("shutdown-on-sigterm", "now now") == "now");
    CHECK_THROWS_WITH(normal("shutdown-on-sigterm", "save nosave"),
                      "shutdown options SAVE and NOSAVE can't be used simultaneously");
    CHECK_THROWS_WITH(
        normal("shutdown-on-sigterm", ""),
        "argument(s) must be one of the following: default, save, nosave, now, force");
}

TEST_CASE("client-output-buffer-limit sets the classes that it names and leaves the others")
{
    Options options;
    CHECK(get(options, "client-output-buffer-limit") ==
          "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60");
    CHECK(set(options, {"client-output-buffer-limit", "replica 1kb 2mb 3 NORMAL 4 5 6"}) == "OK");
    CHECK(get(options, "client-output-buffer-limit") ==
          "normal 4 5 6 slave 1024 2097152 3 pubsub 33554432 8388608 60");
    CHECK(options.client_output_buffer_limit[0] == OutputLimit{4, 5, 6});

    const auto error = [&](std::string_view value) {
        return set(options, {"client-output-buffer-limit", value});
    };
    const auto text = [](std::string_view why) {
        return failed("client-output-buffer-limit", why);
    };
    CHECK(error("normal 1 2") == text("Wrong number of arguments in buffer limit configuration."));
    CHECK(error("who 1 2 3") ==
          text("Invalid client class specified in buffer limit configuration."));
    CHECK(error("normal 1x 2 3") ==
          text("Error in hard, soft or soft_seconds setting in buffer limit configuration."));
}

TEST_CASE("CONFIG SET refuses with Redis's words")
{
    Options options;
    CHECK(set(options, {"maxclients"}) == "ERR syntax error");
    CHECK(set(options, {"foo", "1"}) ==
          "ERR Unknown option or number of arguments for CONFIG SET - 'foo'");
    CHECK(set(options, {"maxclients", "0"}) ==
          failed("maxclients", "argument must be between 1 and 4294967295 inclusive"));
    CHECK(set(options, {"maxclients", "many"}) ==
          failed("maxclients", "argument couldn't be parsed into an integer"));
    CHECK(set(options, {"timeout", "01"}) ==
          failed("timeout", "argument couldn't be parsed into an integer"));
    CHECK(set(options, {"DATABASES", "1"}) == failed("DATABASES", "can't set immutable config"));
    CHECK(set(options, {"dir", "/"}) == failed("dir", "can't set protected config"));
    CHECK(set(options, {"timeout", "5", "TIMEOUT", "6"}) ==
          failed("TIMEOUT", "duplicate parameter"));
    CHECK(set(options, {"protected-mode", "maybe"}) ==
          failed("protected-mode", "argument must be 'yes' or 'no'"));
    CHECK(set(options, {"maxmemory", "1x"}) ==
          failed("maxmemory", "argument must be a memory value"));
    CHECK(set(options, {"maxmemory", "-1"}) ==
          failed("maxmemory", "argument must be a memory value"));
    CHECK(set(options, {"client-query-buffer-limit", "5"}) ==
          failed("client-query-buffer-limit",
                 "argument must be between 1048576 and 9223372036854775807 inclusive"));
    CHECK(set(options, {"loglevel", "loud"}) ==
          failed("loglevel",
                 "argument(s) must be one of the following: debug, verbose, notice, warning"));
    CHECK(set(options, {"save", "900"}) == failed("save", "Invalid save parameters"));
    CHECK(
        set(options, {"notify-keyspace-events", "q"}) ==
        failed("notify-keyspace-events", "Invalid event class character. Use 'Ag$lshzxeKEtmdn'."));
}

TEST_CASE("CONFIG SET sets all or nothing")
{
    Options options;
    CHECK(set(options, {"timeout", "7", "maxclients", "0"}) != "OK");
    CHECK(options.timeout_seconds == 0);
    CHECK(set(options, {"timeout", "7", "maxclients", "9"}) == "OK");
    CHECK(options.timeout_seconds == 7);
    CHECK(options.max_clients == 9);
}

TEST_CASE("what cannot be promised is refused, not ignored")
{
    Options options;
    const auto refusal = [&](std::string_view name, std::string_view value) {
        const std::string before = get(options, name);
        const std::string answer = set(options, {name, value});
        CHECK(get(options, name) == before);
        return answer;
    };
    CHECK(refusal("min-slaves-to-write", "1") ==
          failed("min-slaves-to-write", "not supported by Dabba: only '0' is"));
    CHECK(refusal("tls-cluster", "yes") ==
          failed("tls-cluster", "not supported by Dabba: only 'no' is"));
}

TEST_CASE("save points are replaced as a whole")
{
    Options options;
    CHECK(get(options, "save") == "");
    CHECK(set(options, {"save", "3600 1 300 100"}) == "OK");
    CHECK(set(options, {"save", "60 1000"}) == "OK");
    CHECK(get(options, "save") == "60 1000");
    CHECK(set(options, {"save", ""}) == "OK");
    CHECK(options.save_points.empty());
}

TEST_CASE("what cannot be promised may be set to what it is")
{
    Options options;
    CHECK(set(options, {"appendonly", "NO", "save", "", "activedefrag", "no"}) == "OK");
    CHECK(options.remembered.empty());
}

TEST_CASE("what nothing depends on is remembered")
{
    Options options;
    CHECK(set(options, {"lazyfree-lazy-user-del", "yes"}) == "OK");
    CHECK(get(options, "lazyfree-lazy-user-del") == "yes");
    CHECK(set(options, {"lazyfree-lazy-user-del", "no"}) == "OK");
    CHECK(options.remembered.empty());
}

TEST_CASE("a directive of config files is no setting")
{
    Options options;
    CHECK(get(options, "rename-command") == "(none)");
    CHECK(set(options, {"rename-command", "GET X"}) ==
          "ERR Unknown option or number of arguments for CONFIG SET - 'rename-command'");
}
