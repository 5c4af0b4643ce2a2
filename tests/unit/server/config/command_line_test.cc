#include "server/config/command_line.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <sstream>

#include "server/config/option_help.h"
#include "server/config/option_table.h"

using namespace server;

namespace {

CommandLine parse(std::vector<const char*> words) { return parse_command_line(words, {}); }

std::string error_of(std::vector<const char*> words)
{
    try {
        parse(std::move(words));
        return "";
    } catch (const ConfigError& error) {
        return error.what();
    }
}

}  // namespace

TEST_CASE("every option is a flag")
{
    const Options options =
        parse({"--port", "7000", "--bind", "127.0.0.1", "-::1", "--save", "", "--requirepass=--x y",
               "--loglevel", "debug", "--seed", "18446744073709551615"})
            .options;
    CHECK(options.port == 7000);
    CHECK(options.bind == std::vector<std::string>{"127.0.0.1", "-::1"});
    CHECK(options.require_pass == "--x y");
    CHECK(options.log_level == LogLevel::Debug);
    CHECK(options.seed == 18446744073709551615u);
}

TEST_CASE("flags that are given together, and one of them twice: the last one holds")
{
    CHECK(parse({"--port", "1", "--port", "2"}).options.port == 2);
}

TEST_CASE("a bad flag is named")
{
    CHECK(error_of({"--no-such-flag", "1"}) == "'--no-such-flag' is no option; see --help");
    CHECK(error_of({"--port", "many"}) == "--port: argument couldn't be parsed into an integer");
    CHECK(error_of({"--port"}) == "--port: wrong number of arguments");
    CHECK(
        error_of({"--min-replicas-to-write", "1"}) ==
        "--min-replicas-to-write: not supported by Dabba: only '0' is. No data are copied between "
        "servers");
    CHECK(error_of({"--port 7000", "1"}) == "--port: wrong number of arguments");
    CHECK(error_of({"--port '7000"}) == "--port '7000: Unbalanced quotes");
    CHECK(error_of({"--rename-command", "FLUSHALL"}) ==
          "--rename-command: wrong number of arguments");
    CHECK(error_of({"-p", "7000"}) == "'-p' is no option; see --help");
    CHECK(error_of({"no/such/file"}) ==
          "Cannot open the config file no/such/file: No such file or directory");
}

TEST_CASE("a flag and its values may stand in one word")
{
    const Options options =
        parse({"--port 7000", "--bind 127.0.0.1 ::1", "--requirepass \"a b\"", "--port-file=p"})
            .options;
    CHECK(options.port == 7000);
    CHECK(options.bind == std::vector<std::string>{"127.0.0.1", "::1"});
    CHECK(options.require_pass == "a b");
    CHECK(options.port_file == "p");
}

TEST_CASE("commands are renamed, one flag each")
{
    CHECK(parse({"--rename-command", "FLUSHALL", "", "--rename-command CONFIG hidden"})
              .options.renamed_commands ==
          std::vector<Renaming>{{"FLUSHALL", ""}, {"CONFIG", "hidden"}});
}

TEST_CASE("what programs that start a Redis say is understood, or skipped with a warning")
{
    for (const std::vector<const char*>& words : std::vector<std::vector<const char*>>{
             {"--slaveof", "no", "one"},
             {"--replicaof NO ONE"},
             {"--lua-replicate-commands", "yes"},
             {"--list-max-ziplist-entries", "3", "--list-max-ziplist-value", "8"},
             {"--user default on nopass sanitize-payload ~* &* +@all"}}) {
        INFO(words[0]);
        CHECK(parse(words).warnings.empty());
    }
    const auto skipped = parse({"--io-threads", "4", "--activedefrag", "yes"});
    CHECK(skipped.warnings ==
          std::vector<std::string>{
              "--io-threads: not supported by Dabba, skipped. One thread does everything",
              "--activedefrag: not supported by Dabba, skipped. The process leaves this to the "
              "system"});
}

TEST_CASE("help, version and a sample are asked for")
{
    using Action = CommandLine::Action;
    CHECK(parse({}).action == Action::Run);
    CHECK(parse({"--help"}).action == Action::PrintHelp);
    CHECK(parse({"-v"}).action == Action::PrintVersion);
    CHECK(parse({"--print-config"}).action == Action::PrintConfig);
    CHECK(parse({"--port", "1", "--about"}).action == Action::PrintAbout);
    CHECK(parse({"--requirepass", "-v"}).options.require_pass == "-v");
    for (const Option& option : effective_options()) {
        INFO(option.name);
        CHECK(help_text().find(fmt::format("--{} <", option.name)) != std::string::npos);
    }
}

TEST_CASE("the sample, its comment signs removed, changes no option")
{
    std::string text;
    std::istringstream sample{sample_config()};
    for (std::string line; std::getline(sample, line);) {
        const bool setting = line.starts_with("# ") && line.back() != '.' && line.back() != '-';
        if (setting) text += line.substr(2) + "\n";
    }
    Options options;
    ConfigReader reader{options};
    std::istringstream lines{text};
    reader.read_stream(lines, "sample");
    const std::string_view everything = "*";
    CHECK(get_options(options, {&everything, 1}) == get_options(Options{}, {&everything, 1}));
}
