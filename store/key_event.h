#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "store/entry.h"

namespace store {

/// What happened to a key.
enum class Change : std::uint8_t {
    Modified,       ///< made, or its value or its deadline changed
    Arrived,        ///< made with a whole value from another key, or from outside
    Erased,         ///< taken away by a command, or left empty by one
    Expired,        ///< its deadline came, or that of its last field
    FieldsExpired,  ///< deadlines of some of its fields came
    Cleared,        ///< not one key but all keys of the database were taken away at once
    Swapped,        ///< the database now holds the keys of another one

    // No changes, but worth a notification to those who ask for it: see Keyspace::report_also().
    Made,    ///< a key came into being; what made it is told next
    Missed,  ///< a key was to be read and is not there
};

/// A set of kinds of changes.
class Changes
{
public:
    constexpr Changes() = default;
    constexpr Changes(std::initializer_list<Change> changes)
    {
        for (const Change change : changes) bits_ |= bit_of(change);
    }
    /// All that are changes: neither Made nor Missed.
    static constexpr Changes all()
    {
        Changes changes;
        changes.bits_ = bit_of(Change::Made) - 1;
        return changes;
    }

    constexpr bool operator==(const Changes&) const = default;
    constexpr bool has(Change change) const { return (bits_ & bit_of(change)) != 0; }
    constexpr Changes& operator|=(Changes other)
    {
        bits_ |= other.bits_;
        return *this;
    }

private:
    static constexpr std::uint32_t bit_of(Change change)
    {
        return std::uint32_t{1} << static_cast<unsigned>(change);
    }

    std::uint32_t bits_ = 0;
};

/// One change of one key. A command that empties a container reports two: Modified, then Erased.
struct KeyEvent
{
    int database;
    std::string_view
        key;  ///< empty for Cleared and Swapped; valid only while the event is being told
    Change change;
    /// What Redis calls it in a keyspace notification ("sadd", "del", "expired"); empty: what the
    /// running command calls its own change.
    std::string_view name;
    Type type;  ///< of the value; of the last value for a key that is gone
    /// The one member that was taken out of a set, if the command says so; valid as the key is.
    std::string_view removed = {};
    /// The one member that was put into a set, likewise; but only while the change is being made.
    std::string_view added = {};

    /// Not all keys of a database at once.
    bool is_of_one_key() const { return change != Change::Cleared && change != Change::Swapped; }
};

/// Told of every change to any key at the moment it happens, in the middle of a command. It may
/// count and remember, but must not touch the keyspace, nor throw: the change is made by then.
class Observer
{
public:
    virtual ~Observer() = default;
    /// `count`: how many changes Redis counts it for: elements that came or went; none for a key
    /// that goes with its last element, or for the second of two events about one change.
    virtual void key_changed(const KeyEvent& event, std::int64_t count) noexcept = 0;
    /// A member whose own deadline has come is about to go; of them all, FieldsExpired tells later.
    virtual void member_expired(int /*database*/, std::string_view /*key*/,
                                std::string_view /*member*/) noexcept
    {}
};

/// The names that do not depend on the command.
namespace event {
inline constexpr std::string_view kCommandsOwn = {};
inline constexpr std::string_view kErased = "del";
inline constexpr std::string_view kExpired = "expired";
inline constexpr std::string_view kEvicted = "evicted";
inline constexpr std::string_view kFieldsExpired = "hexpired";
inline constexpr std::string_view kDeadlineSet = "expire";
inline constexpr std::string_view kDeadlineRemoved = "persist";
inline constexpr std::string_view kRenamedFrom = "rename_from";
inline constexpr std::string_view kRenamedTo = "rename_to";
inline constexpr std::string_view kMovedFrom = "move_from";
inline constexpr std::string_view kMovedTo = "move_to";
inline constexpr std::string_view kMade = "new";
inline constexpr std::string_view kMissed = "keymiss";
}  // namespace event

}  // namespace store
