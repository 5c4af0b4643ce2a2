#include "server/config/option_value.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <type_traits>

#include "ascii/split.h"

namespace server {
namespace {

constexpr std::string_view kClientClasses[] = {"normal", "slave", "pubsub"};

template <class Number>
Number to_number(std::string_view text, int base = 10)
{
    Number number{};
    std::from_chars(text.data(), text.data() + text.size(), number, base);
    return number;
}

template <class T>
std::size_t index_in(const T& names, std::string_view name)
{
    return static_cast<std::size_t>(std::find(std::begin(names), std::end(names), name) -
                                    std::begin(names));
}

// Classes that are not named keep their limits.
void set_output_limits(OutputLimits& limits, std::string_view text)
{
    const auto words = split_at_spaces(text);
    for (std::size_t i = 0; i + 3 < words.size(); i += 4) {
        limits[index_in(kClientClasses, words[i])] = {
            .hard_bytes = to_number<std::uint64_t>(words[i + 1]),
            .soft_bytes = to_number<std::uint64_t>(words[i + 2]),
            .soft_seconds = to_number<std::int64_t>(words[i + 3])};
    }
}

std::string print_output_limits(const OutputLimits& limits)
{
    std::string result;
    for (std::size_t i = 0; i < limits.size(); ++i) {
        result += fmt::format("{}{} {} {} {}", i == 0 ? "" : " ", kClientClasses[i],
                              limits[i].hard_bytes, limits[i].soft_bytes, limits[i].soft_seconds);
    }
    return result;
}

void add_renaming(std::vector<Renaming>& renamings, std::string_view text)
{
    const auto space = text.find(' ');
    renamings.push_back({std::string{text.substr(0, space)}, std::string{text.substr(space + 1)}});
}

template <class Value>
void assign(Value& value, const Option& option, std::string_view text)
{
    if constexpr (std::is_same_v<Value, bool>) {
        value = text == "yes";
    } else if constexpr (std::is_same_v<Value, std::string>) {
        value = text;
    } else if constexpr (std::is_same_v<Value, std::vector<std::string>>) {
        const auto words = split_at_spaces(text);
        value.assign(words.begin(), words.end());
    } else if constexpr (std::is_same_v<Value, std::vector<Renaming>>) {
        add_renaming(value, text);
    } else if constexpr (std::is_same_v<Value, std::vector<std::vector<std::string>>>) {
        // Each word ends with its line.
        const auto words = ascii::split(text, '\n');
        value.emplace_back(words.begin(), words.end());
    } else if constexpr (std::is_same_v<Value, LogLevel>) {
        value = static_cast<LogLevel>(index_in(split_at_spaces(option.choices), text));
    } else if constexpr (std::is_same_v<Value, OutputLimits>) {
        set_output_limits(value, text);
    } else {
        value = to_number<Value>(text, option.grammar == Grammar::Octal ? 8 : 10);
    }
}

template <class Value>
std::string print(const Value& value, const Option& option)
{
    if constexpr (std::is_same_v<Value, bool>) {
        return value ? "yes" : "no";
    } else if constexpr (std::is_same_v<Value, std::string>) {
        return value;
    } else if constexpr (std::is_same_v<Value, std::vector<std::string>>) {
        return fmt::format("{}", fmt::join(value, " "));
    } else if constexpr (std::is_same_v<Value, std::vector<Renaming>> ||
                         std::is_same_v<Value, std::vector<std::vector<std::string>>>) {
        return {};  // CONFIG does not show them
    } else if constexpr (std::is_same_v<Value, LogLevel>) {
        return std::string{split_at_spaces(option.choices)[static_cast<std::size_t>(value)]};
    } else if constexpr (std::is_same_v<Value, OutputLimits>) {
        return print_output_limits(value);
    } else {
        return option.grammar == Grammar::Octal ? fmt::format("{:o}", value)
                                                : fmt::to_string(value);
    }
}

}  // namespace

void set_value(Options& options, const Option& option, std::string_view normalized)
{
    const auto set = [&](auto member) {
        if constexpr (!std::is_same_v<decltype(member), std::monostate>) {
            assign(options.*member, option, normalized);
        } else if (normalized == option.initial) {
            options.remembered.erase(std::string{option.name});
        } else {
            options.remembered.insert_or_assign(std::string{option.name}, std::string{normalized});
        }
    };
    std::visit(set, option.member);
}

std::string get_value(const Options& options, const Option& option)
{
    const auto get = [&](auto member) -> std::string {
        if constexpr (!std::is_same_v<decltype(member), std::monostate>) {
            return print(options.*member, option);
        } else {
            const auto found = options.remembered.find(option.name);
            return found != options.remembered.end() ? found->second : std::string{option.initial};
        }
    };
    return std::visit(get, option.member);
}

std::string default_value(const Option& option) { return get_value(Options{}, option); }

}  // namespace server
