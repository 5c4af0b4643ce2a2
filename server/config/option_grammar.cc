#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ascii/case.h"
#include "ascii/integer.h"
#include "protocol/number_format.h"
#include "server/config/option_value.h"

namespace server {
namespace {

template <class Value, class... Base>
std::optional<Value> parse(std::string_view text, Base... base)
{
    Value value{};
    const char* const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, value, base...);
    if (error != std::errc{} || end != last) return std::nullopt;
    return value;
}

[[noreturn]] void refuse(const char* why) { throw OptionError{why}; }

void require_range(const Option& option, std::int64_t value)
{
    if (value >= option.min && value <= option.max) return;
    if (option.grammar == Grammar::Octal) {
        throw OptionError{fmt::format("argument must be between {:o} and {:o} inclusive",
                                      option.min, option.max)};
    }
    throw OptionError{
        fmt::format("argument must be between {} and {} inclusive", option.min, option.max)};
}

std::string flag(std::string_view word)
{
    const std::string answer = ascii::lower(word);
    if (answer != "yes" && answer != "no") refuse("argument must be 'yes' or 'no'");
    return answer;
}

std::string integer(const Option& option, std::string_view word)
{
    const auto value = ascii::parse_integer(word);
    if (!value) refuse("argument couldn't be parsed into an integer");
    require_range(option, *value);
    return fmt::to_string(*value);
}

std::string unsigned_integer(std::string_view word)
{
    const auto value = parse<std::uint64_t>(word);
    if (!value) refuse("argument couldn't be parsed into an integer");
    return fmt::to_string(*value);
}

std::string octal(const Option& option, std::string_view word)
{
    const auto value = parse<std::int64_t>(word, 8);
    if (!value) refuse("argument couldn't be parsed as an octal number");
    require_range(option, *value);
    return fmt::format("{:o}", *value);
}

// Redis takes an empty number for 0, so "kb" is 0, too. nullopt if this is no amount of memory.
std::optional<std::uint64_t> parse_memory(std::string_view word)
{
    const std::size_t digits = std::min(word.find_first_not_of("0123456789"), word.size());
    const auto number = digits == 0 ? std::optional<std::uint64_t>{0}
                                    : parse<std::uint64_t>(word.substr(0, digits));
    const std::string unit = ascii::lower(word.substr(digits));
    std::uint64_t factor = 0;
    if (unit.empty() || unit == "b") factor = 1;
    if (unit == "k") factor = 1000;
    if (unit == "kb") factor = 1024;
    if (unit == "m") factor = 1000 * 1000;
    if (unit == "mb") factor = 1024 * 1024;
    if (unit == "g") factor = 1000 * 1000 * 1000;
    if (unit == "gb") factor = 1024 * 1024 * 1024;
    std::uint64_t bytes = 0;
    if (!number || factor == 0 || __builtin_mul_overflow(*number, factor, &bytes))
        return std::nullopt;
    return bytes;
}

std::string memory(const Option& option, std::string_view word)
{
    const auto bytes = parse_memory(word);
    if (!bytes || *bytes > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
        refuse("argument must be a memory value");
    require_range(option, static_cast<std::int64_t>(*bytes));
    return fmt::to_string(*bytes);
}

std::string memory_or_percent(std::string_view word)
{
    if (word.ends_with('%')) {
        const auto percent = parse<unsigned>(word.substr(0, word.size() - 1));
        if (percent && *percent > 100) refuse("percentage argument must be less or equal to 100");
        if (percent) return *percent == 0 ? "0" : fmt::format("{}%", *percent);
    } else if (const auto bytes = parse_memory(word)) {
        return fmt::to_string(*bytes);
    }
    refuse("argument must be a memory or percent value");
}

std::string choice(std::string_view choices, std::string_view word)
{
    const auto all = split_at_spaces(choices);
    std::string chosen = ascii::lower(word);
    if (std::find(all.begin(), all.end(), chosen) == all.end()) {
        throw OptionError{
            fmt::format("argument(s) must be one of the following: {}", fmt::join(all, ", "))};
    }
    return chosen;
}

/// In their own order, whatever the order of the words.
std::string end_flags(const Option& option, std::span<const std::string_view> words)
{
    std::set<std::string> chosen;
    for (const auto word : words) chosen.insert(choice(option.choices, word));
    if (words.empty()) choice(option.choices, "");
    if (chosen.contains("save") && chosen.contains("nosave"))
        refuse("shutdown options SAVE and NOSAVE can't be used simultaneously");
    if (chosen.size() > 1) chosen.erase("default");
    auto flags = split_at_spaces(option.choices);
    std::erase_if(flags, [&](auto flag) { return !chosen.contains(std::string{flag}); });
    return fmt::format("{}", fmt::join(flags, " "));
}

std::string output_limits(std::span<const std::string_view> words)
{
    if (words.size() % 4 != 0) refuse("Wrong number of arguments in buffer limit configuration.");
    std::string result;
    for (std::size_t i = 0; i < words.size(); i += 4) {
        std::string client_class = ascii::lower(words[i]);
        if (client_class == "replica") client_class = "slave";
        if (client_class != "normal" && client_class != "slave" && client_class != "pubsub")
            refuse("Invalid client class specified in buffer limit configuration.");
        const auto hard = parse_memory(words[i + 1]);
        const auto soft = parse_memory(words[i + 2]);
        const auto seconds = parse<std::int32_t>(words[i + 3]);
        if (!hard || !soft || !seconds || *seconds < 0)
            refuse("Error in hard, soft or soft_seconds setting in buffer limit configuration.");
        result +=
            fmt::format("{}{} {} {} {}", i == 0 ? "" : " ", client_class, *hard, *soft, *seconds);
    }
    return result;
}

std::string save_points(std::span<const std::string_view> words)
{
    bool good = words.size() % 2 == 0;
    for (std::size_t i = 0; good && i < words.size(); ++i) {
        const auto number = parse<std::int32_t>(words[i]);
        const bool seconds = i % 2 == 0;
        good = number && *number >= (seconds ? 1 : 0);
    }
    if (!good) refuse("Invalid save parameters");
    return fmt::format("{}", fmt::join(words, " "));
}

// In the order in which Redis prints them; "A" stands for the first nine.
std::string event_classes(std::string_view word)
{
    constexpr std::string_view kAll = "g$lshzxetd";
    constexpr std::string_view kBeside = "KEmn";  // not in A
    bool all = true;
    std::string some;
    for (const char letter : word) {
        if (letter != 'A' && kAll.find(letter) == kAll.npos && kBeside.find(letter) == kBeside.npos)
            refuse("Invalid event class character. Use 'Ag$lshzxeKEtmdn'.");
    }
    for (const char letter : kAll) {
        const bool chosen = word.find('A') != word.npos || word.find(letter) != word.npos;
        all &= chosen;
        if (chosen) some += letter;
    }
    std::string result = all ? "A" : some;
    for (const char letter : kBeside) {
        if (word.find(letter) != word.npos) result += letter;
    }
    return result;
}

std::string percentiles(std::span<const std::string_view> words)
{
    std::vector<std::string> numbers;
    for (const auto word : words) {
        const auto value = parse<double>(word);
        if (!value) refuse("Invalid latency-tracking-info-percentiles parameters");
        if (!(*value >= 0 && *value <= 100)) {
            refuse("latency-tracking-info-percentiles parameters should sit between [0.0,100.0]");
        }
        numbers.push_back(fmt::format("{}", *value));
    }
    return fmt::format("{}", fmt::join(numbers, " "));
}

std::string renaming(std::span<const std::string_view> words)
{
    if (words.size() != 2 || words[0].empty()) refuse("wrong number of arguments");
    return fmt::format("{} {}", words[0], words[1]);
}

// A word may hold spaces, but is one line.
std::string user(std::span<const std::string_view> words)
{
    if (words.empty()) refuse("wrong number of arguments");
    for (const auto word : words)
        if (word.find('\n') != word.npos) refuse("a user's rule is one line");
    return fmt::format("{}", fmt::join(words, "\n"));
}

std::string several_words(const Option& option, std::span<const std::string_view> words)
{
    switch (option.grammar) {
        case Grammar::EndFlags: return end_flags(option, words);
        case Grammar::Limits: return output_limits(words);
        case Grammar::SavePoints: return save_points(words);
        case Grammar::Percentiles: return percentiles(words);
        case Grammar::Renaming: return renaming(words);
        case Grammar::User: return user(words);
        default: return fmt::format("{}", fmt::join(words, " "));
    }
}

std::string one_word(const Option& option, std::string_view word)
{
    switch (option.grammar) {
        case Grammar::Flag: return flag(word);
        case Grammar::Integer: return integer(option, word);
        case Grammar::Unsigned: return unsigned_integer(word);
        case Grammar::Memory: return memory(option, word);
        case Grammar::MemoryOrPercent: return memory_or_percent(word);
        case Grammar::Octal: return octal(option, word);
        case Grammar::Choice: return choice(option.choices, word);
        case Grammar::EventClasses: return event_classes(word);
        default: return std::string{word};
    }
}

}  // namespace

std::vector<std::string_view> split_at_spaces(std::string_view value)
{
    std::vector<std::string_view> words;
    while (!value.empty()) {
        const std::size_t end = std::min(value.find(' '), value.size());
        words.push_back(value.substr(0, end));
        value.remove_prefix(std::min(end + 1, value.size()));
    }
    return words;
}

std::string unsupported_text(const Option& option)
{
    if (option.initial.empty()) return "not supported by Dabba";
    return fmt::format("not supported by Dabba: only '{}' is", option.initial);
}

std::string normalize(const Option& option, std::span<const std::string_view> words)
{
    std::string value;
    if (option.takes_several_words()) {
        // One empty word means none: `bind ""`.
        const bool none = words.size() == 1 && words[0].empty();
        value = several_words(option, none ? words.first(0) : words);
    } else {
        if (words.size() != 1) refuse("wrong number of arguments");
        value = one_word(option, words[0]);
    }
    for (const auto other : option.same_as_initial)
        if (!other.empty() && ascii::equal_ignoring_case(value, other))
            return std::string{option.initial};
    return value;
}

}  // namespace server
