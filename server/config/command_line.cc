#include "server/config/command_line.h"

#include <fmt/format.h>

#include <iostream>
#include <utility>

namespace server {
namespace {

bool is_flag(std::string_view word) { return word.starts_with("--") && word.size() > 2; }

const std::pair<std::string_view, CommandLine::Action> kActions[] = {
    {"--help", CommandLine::Action::PrintHelp},           {"-h", CommandLine::Action::PrintHelp},
    {"--version", CommandLine::Action::PrintVersion},     {"-v", CommandLine::Action::PrintVersion},
    {"--print-config", CommandLine::Action::PrintConfig},
};

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
        reader.set(SettingOrigin::Flag, std::string{flag}, name, values);
    }
    parsed.warnings = reader.warnings();
    return parsed;
}

std::string version_text() { return "dabba-server " DABBA_VERSION " (speaks Redis 7.2.4)\n"; }

}  // namespace server
