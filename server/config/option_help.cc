#include "server/config/option_help.h"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "server/config/option_value.h"

namespace server {
namespace {

const std::pair<Chapter, std::string_view> kChapters[] = {
    {Chapter::Network, "Network"},         {Chapter::Http, "HTTP and WebSockets"},
    {Chapter::Clients, "Clients"},         {Chapter::Data, "Data"},
    {Chapter::Process, "Process and log"},
};

/// What becomes of the options that do not work.
const std::pair<Support, std::string_view> kOtherKinds[] = {
    {Support::Vital, "Not supported; the server refuses to start with any value but the default"},
    {Support::Unsupported,
     "Not supported; a value other than the default is skipped at the start, with a warning, and "
     "refused by CONFIG SET"},
    {Support::NoNeed, "Accepted and remembered; nothing depends on them"},
};

constexpr std::string_view kUsage =
    R"(Usage: dabba-server [/path/to/dabba.conf] [--option value ...] [-]

A Redis-compatible in-memory server for dispatch. Options go by their names in redis.conf; those of
the config file ("-": of the standard input) are overruled by flags. Without any, it listens on
127.0.0.1:6379. It stands in for redis-server wherever a program starts one.

Examples:
  dabba-server --port 7000
  dabba-server /etc/dabba.conf --loglevel verbose
  dabba-server --port 0 --seed 1            a free port, and the same chance in every run
)";

constexpr std::string_view kFooter = R"(
Other:
  --help, -h             This text
  --help speak-as        How the servers differ that can be spoken as
  --version, -v          The version of Redis, as redis-server prints it
  --about                The version of Dabba
  --print-config         A config file with every option, its meaning and its default

Redis's other options are known, too. Flags and config files for Redis can be used as they are: a
line of the log names each setting that is not supported and was skipped. server/config/README.md
lists them.

Exit codes: 0 after SHUTDOWN, SIGTERM or SIGINT; 1 if it could not start, said in one line: of a bad
option on the standard error, of an address that is taken where the log goes.
)";

/// A text in code marks; empty stays empty.
std::string in_code(std::string_view text)
{
    return text.empty() ? std::string{} : fmt::format("`{}`", text);
}

/// The names of the options that do not work, by what becomes of them, in lines of 100.
std::string other_options_text()
{
    std::string text;
    for (const auto& [support, title] : kOtherKinds) {
        text += fmt::format("\n{}:\n", title);
        std::string line;
        for (const Option& option : other_options()) {
            if (option.support != support) continue;
            if (line.size() + option.name.size() > 98) text += std::exchange(line, {}) + "\n";
            line += fmt::format("  {}", option.name);
        }
        text += line + "\n";
    }
    return text;
}

}  // namespace

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
    return text + std::string{kFooter} + other_options_text();
}

std::string sample_config()
{
    std::string text =
        "# A config file for dabba-server: every option, commented out, with its default.\n";
    for (const auto& [chapter, title] : kChapters) {
        text += fmt::format("\n# --- {} ---\n", title);
        for (const Option& option : effective_options()) {
            if (option.chapter != chapter || option.change == Change::Directive) continue;
            const std::string value = default_value(option);
            text += fmt::format("\n# {}.\n# {} {}\n", option.summary, option.name,
                                value.empty() ? "\"\"" : value);
        }
    }
    return text;
}

std::string options_as_markdown()
{
    std::string text = "| Option | Default | What it sets |\n|---|---|---|\n";
    for (const Option& option : effective_options()) {
        const bool drawn = option.grammar == Grammar::Unsigned;
        text += fmt::format("| `{}` | {} | {} |\n", option.name,
                            in_code(drawn ? std::string{} : default_value(option)), option.summary);
    }
    for (const auto& [support, title] : kOtherKinds) {
        text += fmt::format("\n{}:\n\n| Options | Why |\n|---|---|\n", title);
        std::map<std::string_view, std::string> names_by_reason;
        for (const Option& option : other_options()) {
            if (option.support != support) continue;
            std::string& names = names_by_reason[option.summary];
            names += fmt::format("{}`{}`", names.empty() ? "" : ", ", option.name);
            if (!option.initial.empty()) names += fmt::format(" ({})", option.initial);
        }
        for (const auto& [reason, names] : names_by_reason)
            text += fmt::format("| {} | {} |\n", names, reason);
    }
    return text;
}

}  // namespace server
