#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "ascii/integer.h"
#include "store/random.h"
#include "store/structures/int_set.h"
#include "store/structures/packed.h"
#include "store/structures/sized_bytes.h"
#include "store/structures/table.h"
#include "store/structures/tagged_pointer.h"
#include "store/types/traits.h"

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

/// How much the compact forms of a set may hold: Redis's set-max-intset-entries,
/// set-max-listpack-entries and set-max-listpack-value. A set that was made under other limits
/// keeps its form until it grows.
struct SetLimits
{
    std::size_t ints = 512;
    std::size_t packed = 128;
    std::size_t packed_member_bytes = 64;
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

    using Limits = SetLimits;

    Set() = default;
    /// An empty set that takes its first members in this form. Default: IntSet.
    explicit Set(Encoding encoding);
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
    bool add(std::string_view member, const Limits& limits = {});

    /// Told that one command is about to add this many members, the first of which is `first`,
    /// Redis may choose another form at once. The order and OBJECT ENCODING are all that depends on
    /// it.
    void expect(std::string_view first, std::size_t count, const Limits& limits = {});

    /// Takes the form of integers, if all members are some and the limits allow it: Redis does this
    /// to results that it stores.
    void become_ints_if_possible(const Limits& limits);

    /// False if it was no member.
    bool erase(std::string_view member);

    /// Calls f(std::string_view member) for each.
    template <class F>
    void for_each(F&& f) const;

    /// The same until f returns false; returns whether it never did.
    template <class F>
    bool for_each_while(F&& f) const;

    /// As Table::scan(). A set that is no table is visited whole, whatever the cursor.
    template <class F>
    std::uint64_t scan(std::uint64_t cursor, F&& f) const;

    /// Calls f(std::string_view) with any member, each with the same chance. REQUIRES: not empty.
    template <class F>
    void random(Random& random, F&& f) const;

    /// The same, and removes it afterwards.
    template <class F>
    void take_random(Random& random, F&& f);

    /// Frees about this many members and returns how many, 0 if none is left. To be called until
    /// then: nothing else may be asked of what is half freed, but to be destroyed.
    std::size_t free_some(std::size_t max);

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

    bool add_to_ints(std::string_view member, const Limits& limits);
    bool add_to_packed(std::string_view member, const Limits& limits);
    bool add_to_table(std::string_view member);
    bool fits_packed(std::string_view member, const Limits& limits) const;
    void become_packed();
    void become_table();
    Set as_table() const;
    void free();

    TaggedPointer<Encoding> members_;
};

template <class F>
void Set::for_each(F&& f) const
{
    for_each_while([&](std::string_view member) {
        f(member);
        return true;
    });
}

template <class F>
bool Set::for_each_while(F&& f) const
{
    switch (encoding()) {
        case Encoding::IntSet:
            for (std::size_t i = 0; i < ints().count(); ++i)
                if (!f(std::string_view{ascii::IntegerText{ints().at(i)}})) return false;
            return true;
        case Encoding::Packed:
            for (const auto member : packed())
                if (!f(member)) return false;
            return true;
        case Encoding::Table:
            return table().for_each_while(
                [&](const SetMember* member) { return f(member->key()); });
    }
    return true;
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

template <class F>
void Set::random(Random& random, F&& f) const
{
    switch (encoding()) {
        case Encoding::IntSet:
            return f(std::string_view{ascii::IntegerText{ints().at(random.below(ints().count()))}});
        case Encoding::Packed: return f(*packed().nth(random.below(packed().count())));
        case Encoding::Table: return f(table().random(random)->key());
    }
}

template <class F>
void Set::take_random(Random& random, F&& f)
{
    this->random(random, [&](std::string_view member) {
        f(member);
        erase(member);
    });
}

template <>
struct TypeTraits<Set>
{
    static constexpr std::string_view kName = "set";
    static constexpr char kEventClass = 's';
    static constexpr bool kIsContainer = true;
    static constexpr std::uint8_t kPlainTag = 2;
    static constexpr std::uint8_t kIntSetTag = 11;
    static constexpr std::uint8_t kListpackTag = 20;
    static constexpr std::array kSnapshotTags = {kPlainTag, kIntSetTag, kListpackTag};

    static std::string_view encoding(const Set& set)
    {
        switch (set.encoding()) {
            case Set::Encoding::IntSet: return "intset";
            case Set::Encoding::Packed: return "listpack";
            case Set::Encoding::Table: return "hashtable";
        }
        return {};
    }
    static void write(snapshot::ByteWriter& out, const Set& set);
    static Set read(snapshot::ByteReader& reader, std::uint8_t tag,
                    const snapshot::ReadLimits& limits);
};

}  // namespace store
