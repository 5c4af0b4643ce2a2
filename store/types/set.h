#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "store/random.h"
#include "store/structures/int_set.h"
#include "store/structures/packed.h"
#include "store/structures/sized_bytes.h"
#include "store/structures/table.h"
#include "store/structures/tagged_pointer.h"

namespace store {

/// A member of a large set: one allocation that holds its bytes with their length.
class SetMember
{
public:
    static SetMember* make(std::string_view member);
    static void destroy(SetMember* member);

    SetMember(const SetMember&) = delete;
    SetMember& operator=(const SetMember&) = delete;

    std::string_view key() const { return read_sized_bytes(reinterpret_cast<const char*>(this)); }

private:
    SetMember() = default;
};

/// A set of strings. 8 bytes in itself.
///
/// It keeps its members as Redis 7.2 does, because clients see the order: a few integers ascending,
/// a few short members in order of insertion, and otherwise in a table, in no order. What has
/// become a table stays one.
///
/// Members are handed to callbacks as views that are valid during the call only. A callback must
/// not change the set. Nothing here throws but std::bad_alloc.
class Set
{
public:
    enum class Encoding : std::uint8_t { IntSet, Packed, Table };

    /// Redis's set-max-intset-entries, set-max-listpack-entries and set-max-listpack-value.
    static constexpr std::size_t kMaxIntSetSize = 512;
    static constexpr std::size_t kMaxPackedSize = 128;
    static constexpr std::size_t kMaxPackedMemberBytes = 64;

    Set() = default;
    Set(Set&& other) noexcept : members_(std::exchange(other.members_, {})) {}
    Set& operator=(Set&& other) noexcept
    {
        std::swap(members_, other.members_);
        return *this;
    }
    Set(const Set&) = delete;
    Set& operator=(const Set&) = delete;
    ~Set() { free(); }

    Set clone() const;

    Encoding encoding() const { return members_.tag(); }
    std::size_t size() const;
    bool empty() const { return size() == 0; }

    bool contains(std::string_view member) const;
    /// The same, if the caller has hash_bytes(member) already.
    bool contains(std::string_view member, std::uint64_t hash) const
    {
        return is_table() ? table().find(member, hash) != nullptr : contains(member);
    }
    /// Fetches what contains(member, hash) will read first.
    void prefetch(std::uint64_t hash) const
    {
        if (is_table()) {
            table().prefetch(hash);
        } else {
            store::prefetch(members_.address());
        }
    }
    /// And, once that has come, what it will read next. A small set is fetched by the first.
    void prefetch_member(std::uint64_t hash) const
    {
        if (is_table()) table().prefetch_element(hash);
    }

    /// False if it was a member already.
    bool add(std::string_view member);

    /// Told that one command is about to add so many members, the first of which is `first`, Redis
    /// may choose the table at once. The order (and OBJECT ENCODING) is all that depends on it.
    void expect(std::string_view first, std::size_t count);

    /// False if it was no member.
    bool erase(std::string_view member);

    /// Calls f(std::string_view member) for each.
    template <class F>
    void for_each(F&& f) const;

    /// As Table::scan(). A set that is no table is visited whole, whatever the cursor.
    template <class F>
    std::uint64_t scan(std::uint64_t cursor, F&& f) const;

    /// Any member, each with the same chance. REQUIRES: not empty.
    std::string random(Random& random) const;

    /// The same, and removes it.
    std::string take_random(Random& random);

    /// Frees about so many members and returns how many, 0 if none is left. To be called until
    /// then: nothing else may be asked of what is half freed, but to be destroyed.
    std::size_t free_some(std::size_t most);

    /// What it takes beside its own 8 bytes, without the allocator's overhead. O(n) for a table.
    std::size_t memory_bytes() const;

private:
    using Members = Table<SetMember>;

    bool is_table() const { return encoding() == Encoding::Table; }
    IntSet ints() const { return IntSet{members_.address()}; }
    Packed packed() const { return Packed{members_.address()}; }
    Members& table() const { return *static_cast<Members*>(members_.address()); }

    void keep(IntSet ints) { members_ = {ints.block(), Encoding::IntSet}; }
    void keep(Packed packed) { members_ = {packed.block(), Encoding::Packed}; }

    bool add_to_ints(std::string_view member);
    bool add_to_packed(std::string_view member);
    bool add_to_table(std::string_view member);
    void become_packed();
    void become_table();
    void free();

    TaggedPointer<Encoding> members_;
};

template <class F>
void Set::for_each(F&& f) const
{
    switch (encoding()) {
        case Encoding::IntSet:
            for (std::size_t i = 0; i < ints().count(); ++i) {
                std::array<char, 20> digits;  // "-9223372036854775808"
                const char* end =
                    std::to_chars(digits.data(), digits.data() + digits.size(), ints().at(i)).ptr;
                f(std::string_view{digits.data(), static_cast<std::size_t>(end - digits.data())});
            }
            return;
        case Encoding::Packed:
            for (const auto member : packed()) f(member);
            return;
        case Encoding::Table:
            table().for_each([&](const SetMember* member) { f(member->key()); });
            return;
    }
}

template <class F>
std::uint64_t Set::scan(std::uint64_t cursor, F&& f) const
{
    if (is_table()) {
        return table().scan(cursor, [&](const SetMember* member) { f(member->key()); });
    }
    for_each(f);
    return 0;
}

}  // namespace store
