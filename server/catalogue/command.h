#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "server/catalogue/group.h"
#include "server/catalogue/syntax.h"

namespace server {

struct Call;
struct DerivedKey;
class Server;
struct Invocation;

/// What a command is and when it may run. Names and meanings are those of COMMAND INFO.
enum Flag : std::uint32_t {
    kWrite = 1 << 0,
    kReadonly = 1 << 1,
    kDenyOom = 1 << 2,
    kAdmin = 1 << 3,
    kPubsub = 1 << 4,
    kNoscript = 1 << 5,
    kBlocking = 1 << 6,
    kLoading = 1 << 7,
    kStale = 1 << 8,
    kSkipMonitor = 1 << 9,
    kSkipSlowlog = 1 << 10,
    kFast = 1 << 11,
    kNoAuth = 1 << 12,  ///< may run before AUTH
    kMayReplicate = 1 << 13,
    kNoMulti = 1 << 14,      ///< refused inside MULTI
    kMovableKeys = 1 << 15,  ///< the arguments themselves say where the keys are
    kAllowBusy = 1 << 16,
    kSentinel = 1 << 17,
    kWhileSubscribed = 1 << 26,  ///< the few that a RESP2 client with subscriptions may still use
    kNotQueued = 1 << 18,        ///< runs at once inside MULTI (EXEC, DISCARD, WATCH, QUIT, RESET)
    kNoAsyncLoading = 1 << 21,
    kNoMandatoryKeys = 1 << 22,  ///< may come without a single key, such as EVAL

    // ACL categories that Redis gives a command by hand, next to its group's and its flags'.
    kDangerous = 1 << 19,
    kNotKeyspaceCategory = 1 << 20,
    kKeyspaceCategory = 1 << 23,
    kConnectionCategory = 1 << 24,
    kAdminCategory = 1 << 25,

    kCollectionCategories = 1 << 30,  ///< set, sortedset and list

    kProtected = 1 << 27,  ///< only if the server was started with enable-debug-command
    kForTests = 1 << 29,   ///< only if the server was started with enable-test-commands
    kForSystem = 1 << 28,  ///< not for applications: "syscmd" in COMMAND DOCS
};

/// What a user must be allowed to do to a key; 0: nothing but know whether it is there.
enum KeyRight : std::uint8_t { kReadKey = 1, kWriteKey = 2 };

/// By the flags of a key specification.
constexpr std::uint8_t key_rights(std::string_view flags)
{
    const auto has = [&](std::string_view flag) { return flags.find(flag) != flags.npos; };
    const bool writes = has("INSERT") || has("UPDATE") || has("DELETE");
    return static_cast<std::uint8_t>((has("ACCESS") ? kReadKey : 0) | (writes ? kWriteKey : 0));
}

/// Which arguments are channels that a user must be allowed to publish to, or to listen to.
enum class Channels : std::uint8_t {
    None,
    First,
    All,
    AllPatterns,  ///< a user must be allowed the very same pattern
};

/// Where keys stand among the arguments and what is done to them: a key specification of
/// COMMAND INFO (https://redis.io/docs/latest/develop/reference/key-specs/).
struct KeySpec
{
    enum class Begin : std::uint8_t {
        None,
        Index,
        Keyword,
        Unknown,  ///< nowhere certain; after the last `keyword`, if there is one (SORT)
    };
    enum class Find : std::uint8_t { Range, KeyCount };

    Begin begin = Begin::None;
    Find find = Find::Range;
    int position = 0;               ///< Index: the first argument; Keyword: where to start looking
    std::string_view keyword = {};  ///< Keyword only
    int last = 0;            ///< Range: relative to the first key; negative counts from the end
    int step = 1;            ///< Range and KeyCount: arguments from one key to the next
    std::string_view flags;  ///< for example "RW ACCESS UPDATE"
    std::string_view notes = {};  ///< for people who read COMMAND INFO; Redis has a few
    std::uint8_t rights = key_rights(flags);
};

/// One key, at argument `position` (1 is the first after the command's name).
constexpr KeySpec key_at(int position, std::string_view flags)
{
    return {.begin = KeySpec::Begin::Index, .position = position, .flags = flags};
}

constexpr KeySpec with_notes(KeySpec spec, std::string_view notes)
{
    spec.notes = notes;
    return spec;
}

/// Two keys, the first at argument `position`.
constexpr KeySpec two_keys_at(int position, std::string_view flags)
{
    return {.begin = KeySpec::Begin::Index, .position = position, .last = 1, .flags = flags};
}

/// Keys from argument `position` to the last one; every second if a value follows each.
constexpr KeySpec keys_from(int position, std::string_view flags, int step = 1)
{
    return {.begin = KeySpec::Begin::Index,
            .position = position,
            .last = -1,
            .step = step,
            .flags = flags};
}

/// Keys from argument `position` to the last but one: a timeout follows them.
constexpr KeySpec keys_before_last(int position, std::string_view flags)
{
    return {.begin = KeySpec::Begin::Index, .position = position, .last = -2, .flags = flags};
}

/// A key after a keyword among the options, such as STORE.
constexpr KeySpec key_after(std::string_view keyword, int start, std::string_view flags)
{
    return {
        .begin = KeySpec::Begin::Keyword, .position = start, .keyword = keyword, .flags = flags};
}

/// Keys that no specification can tell, or the one after the last `keyword`.
constexpr KeySpec keys_somewhere(std::string_view keyword, std::string_view flags)
{
    return {.begin = KeySpec::Begin::Unknown, .position = -2, .keyword = keyword, .flags = flags};
}

/// A count and that many keys, the count at argument `position`.
constexpr KeySpec counted_keys_at(int position, std::string_view flags, int step = 1)
{
    return {.begin = KeySpec::Begin::Index,
            .find = KeySpec::Find::KeyCount,
            .position = position,
            .step = step,
            .flags = flags};
}

/// A count and that many keys after a keyword among the options, such as REQUIRE.
constexpr KeySpec counted_keys_after(std::string_view keyword, int start, std::string_view flags)
{
    return {.begin = KeySpec::Begin::Keyword,
            .find = KeySpec::Find::KeyCount,
            .position = start,
            .keyword = keyword,
            .flags = flags};
}

constexpr int arity_of(int name_words, Arity arguments)
{
    const int least = name_words + arguments.least;
    return arguments.open_ended ? -least : least;
}

/// A command, declared once: everything else that is known of it is computed from this row.
struct Command
{
    std::string_view name;  ///< upper case; two words for a subcommand ("CLIENT SETNAME")
    /// The arguments in Redis's notation, with types where they are no keys or strings (those of
    /// catalogue/argument_tree.h): `key <A | B seconds:integer> [option value] [member ...]`.
    std::string_view syntax = {};
    std::string_view summary;
    std::string_view since;  ///< Redis's version, or "dabba 0.1.0" for our own
    std::string_view complexity;
    Group group;
    std::uint32_t flags = 0;
    std::array<KeySpec, 5> keys = {};
    Channels channels = Channels::None;
    /// Adds the keys that a request touches and does not name; nullptr: there are none. Asked only
    /// for users who may not touch every key, before the request runs. May throw as a handler may.
    void (*derived_keys)(Call&, std::vector<DerivedKey>&) = nullptr;
    /// What keyspace notifications call its changes to keys ("sadd"); an Edit may overrule it.
    std::string_view event = {};
    void (*run)(Call&) = nullptr;  ///< nullptr for a container: "CLIENT" without a subcommand
    /// Tells of one request whether it may change keys or publish, where kWrite and kMayReplicate
    /// do not know it (EXEC, scripts); nullptr: they do.
    bool (*may_write)(const Server&, const Invocation&) = nullptr;
    /// The arity where Redis's differs from what the syntax says; 0: computed.
    int arity_override = 0;
    /// Hints to clients and proxies, space separated ("nondeterministic_output_order").
    std::string_view tips = {};
    std::string_view deprecated_since = {};  ///< Redis's version; empty: not deprecated
    std::string_view replaced_by = {};       ///< deprecated: what to use instead, in Markdown

    /// How many words the name has: 2 for a subcommand.
    int words = name.find(' ') == std::string_view::npos ? 1 : 2;

    /// Its place in CommandTable::all(), which the table writes into its copy of the row.
    std::uint16_t number = 0;

    /// Redis's arity: the number of words with the name; negative: a minimum.
    int arity = arity_override != 0 ? arity_override : arity_of(words, count_arguments(syntax));

    constexpr bool has(Flag flag) const { return (flags & flag) != 0; }

    /// Whether a request may have so many words, by the arity.
    constexpr bool takes(std::size_t words_given) const
    {
        const auto given = static_cast<int>(words_given);
        return arity > 0 ? given == arity : given >= -arity;
    }
};

}  // namespace server
