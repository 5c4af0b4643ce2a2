#pragma once

#include <optional>
#include <string_view>

#include "store/clock.h"
#include "store/entry.h"

namespace store {

class Keyspace;
class KeyspaceContents;

/// Is told of every change to a keyspace before it happens: see Keyspace::set_journal(). It comes
/// in the middle of a command, and must not touch the keyspace.
class ChangeJournal
{
public:
    virtual ~ChangeJournal() = default;
    /// A key's value or deadline is about to change, or the key to go. May come more than once.
    virtual void before_change(Keyspace& keys, const Entry& entry,
                               std::optional<Deadline> deadline) noexcept = 0;
    /// A key has just been made, and has no value that counts yet.
    virtual void made(Keyspace& keys, std::string_view key) noexcept = 0;
    /// The keyspace was cleared; this is what it held. Keyspace::discard() takes what is too much.
    virtual void cleared(Keyspace& keys, KeyspaceContents contents) noexcept = 0;
};

}  // namespace store
