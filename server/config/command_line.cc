#include "server/config/command_line.h"

#include <fmt/format.h>

#include <iostream>
#include <utility>

#include "server/config/option_value.h"

namespace server {
namespace {

bool is_flag(std::string_view word) { return word.starts_with("--") && word.size() > 2; }

const std::pair<std::string_view, CommandLine::Action> kActions[] = {
    {"--help", CommandLine::Action::PrintHelp},           {"-h", CommandLine::Action::PrintHelp},
    {"--version", CommandLine::Action::PrintVersion},     {"-v", CommandLine::Action::PrintVersion},
    {"--print-config", CommandLine::Action::PrintConfig},
};

const std::pair<Chapter, std::string_view> kChapters[] = {
    {Chapter::Network, "Network"},
    {Chapter::Clients, "Clients"},
    {Chapter::Data, "Data"},
    {Chapter::Log, "Log"},
};

constexpr std::string_view kUsage =
    R"(Usage: dabba-server [/path/to/dabba.conf | -] [--option value ...]

A Redis-compatible in-memory server for dispatch. Options go by their names in redis.conf; those of
the config file ("-": the standard input) are overruled by flags. Without any, it listens on
127.0.0.1:6379.

Examples:
  dabba-server --port 7000
  dabba-server /etc/dabba.conf --loglevel verbose
  dabba-server --port 0 --seed 1            a free port, and the same chance in every run
)";

constexpr std::string_view kFooter = R"(
Other:
  --help, -h             This text
  --version, -v          The version
  --print-config         A config file with every option, its meaning and its default

Redis's other options are accepted too, so that a redis.conf can be used as it is; a line of the log
names each that has no effect.

Exit codes: 0 after SHUTDOWN, SIGTERM or SIGINT; 1 if it could not start (a bad option, an address
that is taken), said in one line on the standard error.
)";

}  // namespace

CommandLine parse_command_line(std::span<const char* const> words, Options defaults)
{
    CommandLine parsed;
    parsed.options = std::move(defaults);
    ConfigReader reader{parsed.options};

    std::size_t at = 0;
    const std::string_view first = words.empty() ? "" : words[0];
    if (first == "-") {
        reader.read_stream(std::cin, "standard input");
        ++at;
    } else if (!first.empty() && !first.starts_with('-')) {
        reader.read_file(words[0]);
        ++at;
    }
    while (at < words.size()) {
        const std::string_view word = words[at++];
        for (const auto& [flag, action] : kActions) {
            if (word != flag) continue;
            parsed.action = action;
            return parsed;
        }
        if (!is_flag(word)) throw ConfigError{fmt::format("'{}' is no option; see --help", word)};
        const std::string_view flag = word.substr(0, word.find('='));
        std::vector<std::string_view> values;
        if (flag.size() < word.size()) {
            values.push_back(word.substr(flag.size() + 1));
        } else {
            while (at < words.size() && !is_flag(words[at])) values.emplace_back(words[at++]);
        }
        const std::string_view name = flag.substr(2);
        if (find_option(name) == nullptr)
            throw ConfigError{fmt::format("'{}' is no option; see --help", flag)};
        reader.set(std::string{flag}, name, values);
    }
    parsed.warnings = reader.warnings();
    return parsed;
}

std::string help_text()
{
    std::string text{kUsage};
    for (const auto& [chapter, title] : kChapters) {
        text += fmt::format("\n{}:\n", title);
        for (const Option& option : effective_options()) {
            if (option.chapter != chapter) continue;
            const std::string flag = fmt::format("--{} <{}>", option.name, option.value_name);
            text += fmt::format("  {}\n        {}", flag, option.summary);
            const std::string value = default_value(option);
            if (!value.empty() && option.grammar != Grammar::Unsigned)
                text += fmt::format(" (default: {})", value);
            text += '\n';
        }
    }
    return text + std::string{kFooter};
}

std::string version_text() { return "dabba-server " DABBA_VERSION " (speaks Redis 7.2.4)\n"; }

std::string sample_config()
{
    std::string text =
        "# A config file for dabba-server: every option, commented out, with its default.\n";
    for (const auto& [chapter, title] : kChapters) {
        text += fmt::format("\n# --- {} ---\n", title);
        for (const Option& option : effective_options()) {
            if (option.chapter != chapter) continue;
            const std::string value = default_value(option);
            text += fmt::format("\n# {}.\n# {} {}\n", option.summary, option.name,
                                value.empty() ? "\"\"" : value);
        }
    }
    return text;
}

}  // namespace server
