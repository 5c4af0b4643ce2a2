#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

#include "store/error.h"
#include "store/structures/sized_bytes.h"
#include "store/types/type_list.h"
#include "store/usage.h"

namespace store {

/// A key with its value: one allocation that holds the key's bytes behind a small header. Made and
/// destroyed by the keyspace only. Never moves.
class Entry
{
    template <class T>
    static constexpr bool kInline = sizeof(T) <= sizeof(void*) && alignof(T) <= alignof(void*);

public:
    /// A new entry with an empty value.
    static Entry* make(std::string_view key, Type type);
    static void destroy(Entry* entry);

    std::string_view key() const { return read_sized_bytes(key_bytes()); }
    Type type() const { return type_; }

    /// Throws Error{WrongType} if the value has another type.
    template <class T>
    void require_type() const
    {
        if (type_ != kTypeOf<T>) throw Error{Reason::WrongType};
    }

    /// The value. Throws Error{WrongType}.
    template <class T>
    T& get()
    {
        require_type<T>();
        return value<T>();
    }
    template <class T>
    const T& get() const
    {
        return const_cast<Entry*>(this)->get<T>();
    }

    /// Calls `act(T& value)` with the value, whatever its type.
    template <class Act>
    void visit(Act&& act)
    {
        with_type(type_, [&]<class T>() { act(value<T>()); });
    }
    template <class Act>
    void visit(Act&& act) const
    {
        const_cast<Entry*>(this)->visit([&](const auto& value) { act(value); });
    }

    /// What the key takes with its value, without the allocator's overhead. O(n) for the large form
    /// of a collection.
    std::size_t memory_bytes() const;

    /// A value in the form in which an entry keeps it: made before anything is changed, for memory
    /// may run out. One no larger than a pointer lies in the entry, a larger one behind a pointer.
    template <class T>
    using Stored = std::conditional_t<kInline<T>, T, std::unique_ptr<T>>;
    template <class T>
    static Stored<T> make_stored(T value)
    {
        if constexpr (kInline<T>) {
            return value;
        } else {
            return std::make_unique<T>(std::move(value));
        }
    }

    /// Destroys the value, whatever it is, and takes over another.
    template <class T>
    void replace_value(Stored<T> with) noexcept
    {
        destroy_value();
        type_ = kTypeOf<T>;
        if constexpr (kInline<T>) {
            new (storage_) T(std::move(with));
        } else {
            new (storage_) T*(with.release());
        }
    }

    /// Takes the other's value and gives it an empty string.
    void steal_value(Entry& from);

    /// Fetches what a lookup in the value will read first, given the hash_bytes() of a member. Only
    /// once the entry itself has been fetched. Changes nothing.
    void prefetch_value(std::uint64_t member_hash) const;
    /// And, once that has come, what it will read next.
    void prefetch_member(std::uint64_t member_hash) const;

    /// Whether members are looked up in it by their hash_bytes().
    bool has_members() const { return type_ != kTypeOf<String> && type_ != kTypeOf<List>; }

    bool has_deadline() const { return slot_or_usage_ < kNoSlot; }
    /// Where the keyspace's heap keeps the deadline, and what is remembered of the key's use.
    /// REQUIRES has_deadline().
    std::uint32_t deadline_slot() const { return slot_or_usage_; }
    void set_deadline_slot(std::uint32_t slot) { slot_or_usage_ = slot; }

    /// REQUIRES: no deadline.
    UsageBits usage() const { return slot_or_usage_ & ~kNoSlot; }
    /// Takes the deadline's slot away, if there is one.
    void set_usage(UsageBits usage) { slot_or_usage_ = kNoSlot | usage; }

    /// Whether an Edit of this entry is in scope.
    bool is_open() const { return open_; }
    void set_open(bool open) { open_ = open; }

    /// Whether members of sorted sets are hidden while this key exists.
    bool is_hiding() const { return hiding_; }
    void set_hiding(bool hiding) { hiding_ = hiding; }

    /// Tells whether the running snapshot has it: see Keyspace::begin_snapshot().
    bool snapshot_mark() const { return snapshot_mark_; }
    void set_snapshot_mark(bool mark) { snapshot_mark_ = mark; }

private:
    static constexpr std::uint32_t kNoSlot = 0xff000000;  // slots are below, usages below its bits

    Entry(std::string_view key, Type type);
    ~Entry() { destroy_value(); }

    template <class T>
    T& value()
    {
        if constexpr (kInline<T>) {
            return *std::launder(reinterpret_cast<T*>(storage_));
        } else {
            return **std::launder(reinterpret_cast<T**>(storage_));
        }
    }

    template <class T, class... From>
    void construct_value(From&&... from)
    {
        if constexpr (kInline<T>) {
            new (storage_) T(std::forward<From>(from)...);
        } else {
            new (storage_) T*(new T(std::forward<From>(from)...));
        }
    }

    template <class T>
    void destroy_value_as()
    {
        if constexpr (kInline<T>) {
            value<T>().~T();
        } else {
            delete &value<T>();
        }
    }

    void destroy_value()
    {
        with_type(type_, [this]<class T>() { destroy_value_as<T>(); });
    }

    const char* key_bytes() const
    {
        return reinterpret_cast<const char*>(this) + offsetof(Entry, key_);
    }

    alignas(void*) std::byte storage_[sizeof(void*)];
    std::uint32_t slot_or_usage_ = kNoSlot;
    Type type_ : 5;
    bool snapshot_mark_ : 1 = false;
    bool open_ : 1 = false;
    bool hiding_ : 1 = false;
    char key_;  // its length; its bytes follow, beyond the object (sized_bytes.h)
};

/// The value, nullptr if there is no entry, or one of another type.
template <class T>
T* get_if(Entry* entry)
{
    return entry != nullptr && entry->type() == kTypeOf<T> ? &entry->get<T>() : nullptr;
}
template <class T>
const T* get_if(const Entry* entry)
{
    return get_if<T>(const_cast<Entry*>(entry));
}

}  // namespace store
