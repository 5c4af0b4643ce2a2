#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "store/snapshot/rdb_format.h"

namespace server {

struct Command;

/// A server that can be spoken as.
struct Model
{
    std::string_view name;     ///< a value of the option speak-as
    std::string_view version;  ///< the very one that was asked
    std::string_view history;  ///< its name in redis_versions.h
    bool is_valkey = false;
    store::snapshot::DumpVersions dumps = {};
};

/// The version of Redis that a model gives: both Valkeys say 7.2.4.
std::string_view redis_version_of(const Model& model);

/// In the order of their versions.
std::span<const Model> models();

/// Names of what a server does otherwise than Redis 7.2; difference_table.cc tells which do.
enum class Difference : std::uint8_t {
    LongDoubles,
    OldEncodings,
    KeyBeforeRange,
    LongGetkeys,
    ShortCoordinates,
    StrictCursors,
    PlainBounds,
    WideWeights,
    NoEmptyWeights,
    OffsetsFromEnd,
    SkiplistSort,
    ShortScriptNumbers,
    UnknownTypes,
    StrictClientIds,
    BitcountToEnd,
    NoSharedIntegers,
    ReadonlyAnywhere,
    ServerTable,
    LongPause,
    NoNesting,
    EmbeddedKeys,
    LargeEmbeddedKeys,
    PlainNumbers,
    NamedMembers,
    GetexLooksFirst,
    NamelessScripts,
    SubcommandsInScripts,
    AuthFirst,
};

/// Which of them a server has: what a handler asks.
class Dialect
{
public:
    /// By the name of a model. REQUIRES that there is one.
    explicit Dialect(std::string_view name);

    const Model& model() const { return *model_; }
    bool has(Difference difference) const
    {
        return (differences_ >> static_cast<unsigned>(difference) & 1) != 0;
    }

    /// Redis 7.2 has the commands and options of all others, too: a client that asks for them gets
    /// more than it could expect, and nothing else changes.
    bool is_default() const { return model_ == default_; }

    bool knows(const Command& command) const;

    /// Throws CommandError, in Redis's words, if the request has an option that came later.
    void require_options(const Command& command, std::span<const std::string_view> request) const;
    /// Whether the request has more arguments than the command once took.
    bool is_too_long(const Command& command, std::span<const std::string_view> request) const;

    /// An error as this server words it.
    std::string worded(std::string_view error) const;

private:
    const Model* model_;
    const Model* default_;
    std::uint64_t differences_ = 0;
};

/// What --help speak-as prints, and the same in Markdown. `commands` are all that there are.
std::string dialects_text(std::span<const Command* const> commands);
std::string dialects_as_markdown(std::span<const Command* const> commands);

}  // namespace server
