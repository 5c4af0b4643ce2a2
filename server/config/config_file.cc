#include "server/config/config_file.h"

#include <fmt/format.h>
#include <glob.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <memory>

#include "ascii/case.h"
#include "protocol/request_parser.h"
#include "server/config/option_value.h"

namespace server {
namespace {

// A file that includes itself must not read for ever.
constexpr int kMaxDepth = 16;

std::vector<std::string> expand(const std::string& pattern)
{
    if (pattern.find_first_of("*?[") == pattern.npos) return {pattern};
    glob_t found{};
    std::vector<std::string> paths;
    if (glob(pattern.c_str(), 0, nullptr, &found) == 0)
        paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
    globfree(&found);
    return paths;
}

}  // namespace

std::string_view trimmed_config_line(std::string_view line)
{
    constexpr std::string_view kBlanks = " \t\r\n";
    const auto first = line.find_first_not_of(kBlanks);
    if (first == line.npos) return {};
    return line.substr(first, line.find_last_not_of(kBlanks) - first + 1);
}

std::string quoted_config_word(std::string_view word)
{
    const auto is_plain = [](char c) {
        return c > ' ' && c < 0x7f && c != '"' && c != '\'' && c != '\\';
    };
    if (!word.empty() && std::ranges::all_of(word, is_plain)) return std::string{word};
    std::string quoted = "\"";
    for (const char c : word) {
        if (c == '"' || c == '\\') {
            quoted += {'\\', c};
        } else if (c >= ' ' && c < 0x7f) {
            quoted += c;
        } else {
            quoted += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        }
    }
    return quoted + '"';
}

std::vector<std::string> split_config_line(std::string_view line)
{
    if (line.starts_with('*'))
        return {std::string{line}};  // it would begin another kind of request
    const std::string terminated = std::string{line} + "\n";
    // A user's line may be longer than a request.
    protocol::RequestParser parser{{.max_inline_bytes = std::numeric_limits<std::size_t>::max()}};
    try {
        if (!parser.next(terminated)) return {};
    } catch (const protocol::ProtocolError&) {
        return {};
    }
    const auto words = parser.arguments();
    return {words.begin(), words.end()};
}

void ConfigReader::read_file(const std::string& path)
{
    std::ifstream file{path};
    if (!file) {
        throw ConfigError{
            fmt::format("Cannot open the config file {}: {}", path, std::strerror(errno))};
    }
    read_stream(file, path);
}

void ConfigReader::read_stream(std::istream& lines, const std::string& source)
{
    if (++depth_ > kMaxDepth) throw ConfigError{fmt::format("{}: included too deeply", source)};
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number)
        read_line(std::string{trimmed_config_line(line)}, fmt::format("{}:{}", source, number));
    if (lines.bad()) throw ConfigError{fmt::format("{}: cannot be read", source)};
    --depth_;
}

void ConfigReader::read_line(const std::string& line, const std::string& place)
{
    if (line.empty() || line.front() == '#') return;
    const std::string where = fmt::format("{}: '{}'", place, line);
    const std::vector<std::string> split = split_config_line(line);
    if (split.empty()) throw ConfigError{where + ": Unbalanced quotes in configuration line"};
    if (ascii::lower(split[0]) == "include" && split.size() == 2) return include(split[1]);
    const std::vector<std::string_view> words{split.begin(), split.end()};
    set(where, words[0], std::span{words}.subspan(1));
}

void ConfigReader::include(const std::string& pattern)
{
    for (const auto& path : expand(pattern)) read_file(path);
}

void ConfigReader::set(const std::string& where, std::string_view name,
                       std::span<const std::string_view> words)
{
    const Option* option = find_option(name);
    if (option == nullptr)
        throw ConfigError{where + ": Bad directive or wrong number of arguments"};
    std::vector<std::string_view> pieces{words.begin(), words.end()};
    if (option->takes_several_words() && words.size() == 1) pieces = split_at_spaces(words[0]);
    try {
        std::string value = normalize(*option, pieces);
        if (!option->supports(value)) return skip(where, *option);
        if (option->grammar == Grammar::SavePoints) value = added_to_save_points(value);
        set_value(options_, *option, value);
    } catch (const OptionError& error) {
        throw ConfigError{fmt::format("{}: {}", where, error.what())};
    }
}

// Each line adds its points to those before; an empty one takes them all away.
std::string ConfigReader::added_to_save_points(const std::string& value) const
{
    const std::string& before = options_.save_points;
    return before.empty() || value.empty() ? value : before + " " + value;
}

// Where skipping would lose data or let somebody in, the server does not start.
void ConfigReader::skip(const std::string& where, const Option& option)
{
    if (option.support == Support::Vital)
        throw ConfigError{
            fmt::format("{}: {}. {}", where, unsupported_text(option), option.summary)};
    warnings_.push_back(
        fmt::format("{}: not supported by Dabba, skipped. {}", where, option.summary));
}

}  // namespace server
