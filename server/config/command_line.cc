#include "server/config/command_line.h"

#include <fmt/format.h>

#include <filesystem>
#include <iostream>
#include <optional>
#include <utility>

namespace server {
namespace {

bool is_flag(std::string_view word) { return word.starts_with("--") && word.size() > 2; }

const std::pair<std::string_view, CommandLine::Action> kActions[] = {
    {"--help", CommandLine::Action::PrintHelp},
    {"-h", CommandLine::Action::PrintHelp},
    {"--version", CommandLine::Action::PrintVersion},
    {"-v", CommandLine::Action::PrintVersion},
    {"--about", CommandLine::Action::PrintAbout},
    {"--print-config", CommandLine::Action::PrintConfig},
};

using Words = std::span<const char* const>;

/// What to print instead of a start, if a flag asks for that. A short one only as the first word:
/// elsewhere it may be a value.
std::optional<CommandLine::Action> asked_for(Words words)
{
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string_view word = words[i];
        if (i > 0 && !is_flag(word)) continue;
        const bool asks_for_dialects = word == "--help" && i + 1 < words.size() &&
                                       words[i + 1] == std::string_view{"speak-as"};
        if (asks_for_dialects) return CommandLine::Action::PrintDialects;
        for (const auto& [flag, action] : kActions)
            if (word == flag) return action;
    }
    return std::nullopt;
}

/// Reads the standard input if it is named at either end; the other words.
Words read_standard_input(ConfigReader& reader, Words words)
{
    constexpr std::string_view kName = "-";
    const bool is_first = !words.empty() && words.front() == kName;
    const bool is_last = words.size() > 1 && words.back() == kName;
    if (is_first || is_last) reader.read_stream(std::cin, "standard input");
    if (is_first) words = words.subspan(1);
    return is_last ? words.first(words.size() - 1) : words;
}

/// A flag's word: "--port", "--port=7000" or "--port 7000".
struct Flag
{
    explicit Flag(std::string_view word)
    {
        const auto end = word.find_first_of("= ");
        name = word.substr(0, end);
        if (end == word.npos) return;
        if (word[end] == '=') {
            values.emplace_back(word.substr(end + 1));
            takes_more = false;
        } else {
            values = split_config_line(word);
            if (values.empty()) throw ConfigError{fmt::format("{}: Unbalanced quotes", word)};
            values.erase(values.begin());
        }
    }

    std::string name;
    std::vector<std::string> values;
    bool takes_more = true;
};

void read_flags(ConfigReader& reader, Words words)
{
    for (std::size_t at = 0; at < words.size();) {
        const std::string_view word = words[at++];
        if (!is_flag(word)) throw ConfigError{fmt::format("'{}' is no option; see --help", word)};
        Flag flag{word};
        const std::string_view name = std::string_view{flag.name}.substr(2);
        if (find_option(name) == nullptr)
            throw ConfigError{fmt::format("'{}' is no option; see --help", flag.name)};
        while (flag.takes_more && at < words.size() && !is_flag(words[at]))
            flag.values.emplace_back(words[at++]);
        const std::vector<std::string_view> values{flag.values.begin(), flag.values.end()};
        reader.set(flag.name, name, values);
    }
}

}  // namespace

CommandLine parse_command_line(std::span<const char* const> words, Options defaults)
{
    CommandLine parsed;
    parsed.options = std::move(defaults);
    if (const auto action = asked_for(words)) {
        parsed.action = *action;
        return parsed;
    }
    ConfigReader reader{parsed.options};
    const std::string_view first = words.empty() ? "" : words[0];
    if (!first.empty() && !first.starts_with('-')) {
        reader.read_file(words[0]);
        parsed.options.config_file = std::filesystem::absolute(words[0]).string();
        words = words.subspan(1);
    }
    read_flags(reader, read_standard_input(reader, words));
    parsed.warnings = reader.warnings();
    return parsed;
}

}  // namespace server
