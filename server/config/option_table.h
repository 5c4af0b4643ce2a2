#pragma once

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
    Choices,          ///< some of Option::choices
    Limits,           ///< class hard soft seconds, for one class or more
    SavePoints,       ///< seconds changes, any number of times
    EventClasses,     ///< letters of notify-keyspace-events
    Percentiles,      ///< numbers from 0 to 100
};

/// When an option may be set.
enum class Change : std::uint8_t {
    AnyTime,   ///< also by CONFIG SET
    AtStart,   ///< only by flag or config file
    Protected  ///< likewise, but CONFIG SET gives another reason
};

/// The chapters of --help.
enum class Chapter : std::uint8_t { Network, Clients, Data, Log, Ignored };

/// Where an option's value is kept; monostate: in Options::ignored.
using Member =
    std::variant<std::monostate, bool Options::*, int Options::*, std::int64_t Options::*,
                 std::uint64_t Options::*, std::string Options::*,
                 std::vector<std::string> Options::*, LogLevel Options::*, OutputLimits Options::*>;

/// An option, declared once: flags, config file, CONFIG GET and SET, --help and --print-config
/// all come from this row.
struct Option
{
    std::string_view name;        ///< as in the config file; with "--" in front, a flag
    std::string_view alias = {};  ///< an older name of Redis's
    Chapter chapter = Chapter::Ignored;
    Grammar grammar = Grammar::Text;
    std::string_view value_name = {};  ///< what --help prints for the value
    std::string_view summary = {};
    Change change = Change::AnyTime;
    Member member = {};
    std::string_view ignored_default = {};  ///< of an ignored option; others: a fresh Options'
    std::string_view choices = {};          ///< separated by spaces
    std::int64_t least = 0;
    std::int64_t most = std::numeric_limits<std::int32_t>::max();
    bool only_default = false;  ///< of an ignored option: any other value is refused

    bool takes_several_words() const;
};

/// Options that mean something here.
std::span<const Option> effective_options();

/// Redis's options that are known, checked and remembered, and change nothing: clients read them,
/// test suites set them, and nobody's redis.conf needs editing.
std::span<const Option> ignored_options();

/// By name or alias, in any case; nullptr if there is none.
const Option* find_option(std::string_view name);

}  // namespace server
