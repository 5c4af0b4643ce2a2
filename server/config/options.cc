#include "server/config/options.h"

#include <algorithm>

#include "ascii/case.h"
#include "server/config/option_value.h"
#include "server/execution/command_error.h"
#include "store/glob.h"

namespace server {
namespace {

/// An option that CONFIG SET was given, under the name that it was given by.
struct Setting
{
    const Option* option;
    std::string name;
    std::string_view value;
};

CommandError refusal(std::string_view name, std::string_view why)
{
    return CommandError{"ERR CONFIG SET failed (possibly related to argument '{}') - {}", name,
                        why};
}

// To Redis, an alias is an option of its own: name and alias may both be set at once.
Setting find_setting(std::string_view name, std::string_view value,
                     const std::vector<Setting>& before)
{
    const Option* option = find_option(name);
    if (option == nullptr || option->change == Change::Directive) {
        throw CommandError{"ERR Unknown option or number of arguments for CONFIG SET - '{}'", name};
    }
    if (option->change == Change::AtStart) throw refusal(name, "can't set immutable config");
    if (option->change == Change::Protected) throw refusal(name, "can't set protected config");
    Setting setting{option, ascii::lower(name), value};
    const auto same = [&](const Setting& other) { return other.name == setting.name; };
    if (std::any_of(before.begin(), before.end(), same)) throw refusal(name, "duplicate parameter");
    return setting;
}

std::string check(const Setting& setting)
{
    const Option& option = *setting.option;
    try {
        const std::string value = option.takes_several_words()
                                      ? normalize(option, split_at_spaces(setting.value))
                                      : normalize(option, {&setting.value, 1});
        if (!option.supports(value)) throw OptionError{unsupported_text(option)};
        return value;
    } catch (const OptionError& error) {
        throw refusal(setting.name, error.what());
    }
}

}  // namespace

std::vector<std::pair<std::string, std::string>> get_options(
    const Options& options, std::span<const std::string_view> patterns)
{
    std::map<std::string, std::pair<std::string, const Option*>> found;
    const auto match = [&](const Option& option, std::string_view name) {
        for (const auto pattern : patterns) {
            // Redis prints a name that is no pattern as it was asked for: "PORT".
            const bool exact = pattern.find_first_of("[*?") == pattern.npos;
            if (exact ? ascii::lower(pattern) == name : store::matches(pattern, name, true)) {
                found.try_emplace(std::string{name}, exact ? pattern : name, &option);
            }
        }
    };
    for (const auto table : {effective_options(), other_options()}) {
        for (const Option& option : table) {
            if (option.change == Change::Directive) continue;
            match(option, option.name);
            if (!option.alias.empty()) match(option, option.alias);
        }
    }
    std::vector<std::pair<std::string, std::string>> result;
    for (const auto& [name, as] : found)
        result.emplace_back(as.first, get_value(options, *as.second));
    return result;
}

void set_options(Options& options, std::span<const std::string_view> names_and_values)
{
    if (names_and_values.size() % 2 != 0) throw CommandError{text::kSyntax};
    std::vector<Setting> settings;
    for (std::size_t i = 0; i < names_and_values.size(); i += 2)
        settings.push_back(find_setting(names_and_values[i], names_and_values[i + 1], settings));

    std::vector<std::string> values;
    for (const Setting& setting : settings) values.push_back(check(setting));
    for (std::size_t i = 0; i < settings.size(); ++i)
        set_value(options, *settings[i].option, values[i]);
}

}  // namespace server
