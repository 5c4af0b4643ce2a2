#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/config/options.h"

namespace server {

/// How the value of an option is written.
enum class Grammar : std::uint8_t {
    Flag,             ///< yes or no
    Integer,          ///< decimal
    Unsigned,         ///< decimal, all 64 bits
    Memory,           ///< bytes, with a unit if wanted: 64mb is 64 * 1024 * 1024, 64m 64,000,000
    MemoryOrPercent,  ///< the same, or 10%
    Octal,            ///< file permissions
    Text,             ///< one word, quoted if need be
    Words,            ///< any number of words
    Choice,           ///< one of Option::choices
    EndFlags,         ///< how the server ends: "default", or some of save, nosave, now and force
    Limits,           ///< class hard soft seconds, for one class or more
    SavePoints,       ///< seconds changes, any number of times
    Renaming,         ///< a command's name, and its new name
    User,             ///< a user's name, and rules
    EventClasses,     ///< letters of notify-keyspace-events
    Percentiles,      ///< numbers from 0 to 100
};

/// When an option may be set.
enum class Change : std::uint8_t {
    AnyTime,    ///< also by CONFIG SET
    AtStart,    ///< only by flag or config file
    Protected,  ///< likewise, but CONFIG SET gives another reason
    Directive,  ///< a line of a config file that is no setting: CONFIG does not know it
};

/// What setting an option does.
enum class Support : std::uint8_t {
    Works,        ///< what it says
    NoNeed,       ///< it tunes what is off here, or what does well without: no client sees it
    Unsupported,  ///< only the default is true: CONFIG SET refuses; at the start it is skipped
    Vital,        ///< likewise, but skipping it would lose data or let somebody in: no start
};

/// The chapters of --help.
enum class Chapter : std::uint8_t { Network, Http, Clients, Data, Process, Other };

/// Where an option's value is kept; monostate: in Options::remembered.
using Member =
    std::variant<std::monostate, bool Options::*, int Options::*, std::int64_t Options::*,
                 std::uint64_t Options::*, std::string Options::*,
                 std::vector<std::string> Options::*, std::vector<Renaming> Options::*,
                 std::vector<std::vector<std::string>> Options::*, LogLevel Options::*,
                 OutputLimits Options::*>;

/// An option, declared once: flags, config file, CONFIG GET and SET, --help and --print-config
/// all come from this row.
struct Option
{
    std::string_view name;        ///< as in the config file; with "--" in front, a flag
    std::string_view alias = {};  ///< an older name of Redis's
    Chapter chapter = Chapter::Other;
    Grammar grammar = Grammar::Text;
    std::string_view value_name = {};  ///< what --help prints for the value
    std::string_view summary = {};     ///< of an option that does not work: why
    Change change = Change::AnyTime;
    Member member = {};
    Support support = Support::Works;
    std::string_view initial = {};  ///< the default, where no member of Options has it
    /// Other ways to write the default.
    std::array<std::string_view, 2> same_as_initial = {};
    std::string_view choices = {};  ///< separated by spaces
    std::int64_t min = 0;
    std::int64_t max = std::numeric_limits<std::int32_t>::max();

    bool takes_several_words() const;

    /// Whether a value that normalize() gave can be had.
    bool supports(std::string_view normalized) const
    {
        return support == Support::Works || support == Support::NoNeed || normalized == initial;
    }
};

/// Options that work.
std::span<const Option> effective_options();

/// Redis's other options, sorted by what becomes of them and why. Clients read them, test suites
/// set them, and config files written for Redis have them.
std::span<const Option> other_options();

/// By name or alias, in any case; nullptr if there is none.
const Option* find_option(std::string_view name);

/// One array of all options in the groups, which are arrays.
template <class... Groups>
constexpr auto join(const Groups&... groups)
{
    std::array<Option, (sizeof(Groups) + ...) / sizeof(Option)> table{};
    std::size_t size = 0;
    const auto append = [&](const auto& group) {
        for (const Option& option : group) table[size++] = option;
    };
    (append(groups), ...);
    return table;
}

}  // namespace server
