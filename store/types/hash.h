#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "store/clock.h"
#include "store/random.h"
#include "store/structures/packed.h"
#include "store/structures/sized_bytes.h"
#include "store/structures/table.h"
#include "store/structures/tagged_pointer.h"
#include "store/types/member_timer.h"
#include "store/types/traits.h"

namespace store {

/// A field of a large hash with its value: one allocation, the bytes of both with their lengths.
class HashField
{
public:
    static HashField* make(std::string_view field, std::string_view value);
    static void destroy(HashField* field);

    HashField(const HashField&) = delete;
    HashField& operator=(const HashField&) = delete;

    std::string_view key() const { return read_sized_bytes(reinterpret_cast<const char*>(this)); }
    std::string_view value() const
    {
        const std::string_view field = key();
        return read_sized_bytes(field.data() + field.size());
    }

    /// Overwrites the value. REQUIRES: the new one is as long.
    void set_value(std::string_view value);

private:
    HashField() = default;
};

/// How large the compact form of a hash may be: Redis's hash-max-listpack-entries and
/// hash-max-listpack-value.
struct HashLimits
{
    std::size_t packed = 512;
    std::size_t packed_bytes = 64;
};

/// Fields and their values. 8 bytes in itself.
///
/// It keeps them as Redis does, because clients see the order: a few short fields in order of
/// insertion, otherwise in a table, in no order. What has become a table stays one.
///
/// Fields may have deadlines. The hash only keeps them: a field whose deadline has come is a field
/// until erase_due(). A hash of which no field ever had one pays nothing for that.
///
/// Views of fields and values, returned or handed to callbacks, are valid until the hash is
/// changed. A callback must not change the hash; a field or value that is passed in must not be a
/// part of it. Nothing here throws but std::bad_alloc.
class Hash
{
public:
    enum class Encoding : std::uint8_t { Packed, Table };

    using Limits = HashLimits;

    struct Pair
    {
        std::string_view field;
        std::string_view value;
    };

    Hash() = default;
    Hash(Hash&& other) noexcept : fields_(std::exchange(other.fields_, {})) {}
    Hash& operator=(Hash&& other) noexcept
    {
        std::swap(fields_, other.fields_);
        return *this;
    }
    Hash(const Hash&) = delete;
    Hash& operator=(const Hash&) = delete;
    ~Hash() { free(); }

    /// A hash of these fields in this order. REQUIRES: no two are the same.
    static Hash of(std::span<const Pair> pairs, const Limits& limits = {});

    Hash clone() const;

    Encoding encoding() const
    {
        if (is_timed()) [[unlikely]]
            return plain().encoding();
        return is_table() ? Encoding::Table : Encoding::Packed;
    }
    /// Whether a field has or had a deadline, or was about to get one.
    bool is_timed() const { return fields_.tag() == Form::Timed; }
    std::size_t size() const;
    bool empty() const { return size() == 0; }

    std::optional<std::string_view> get(std::string_view field) const;
    bool contains(std::string_view field) const { return get(field).has_value(); }

    /// Fetches what get(field) will read first, given the field's hash_bytes(). Changes nothing.
    void prefetch(std::uint64_t hash) const
    {
        if (is_table()) {
            table().prefetch(hash);
        } else {
            store::prefetch(fields_.address());
        }
    }
    /// And, once that has come, what it will read next.
    void prefetch_member(std::uint64_t hash) const
    {
        if (is_table()) table().prefetch_element(hash);
    }

    /// True if the field is new. Its deadline goes.
    bool set(std::string_view field, std::string_view value, const Limits& limits = {});
    /// As set(), but the deadline stays.
    bool update(std::string_view field, std::string_view value, const Limits& limits = {});

    /// Told that one command is about to set this many fields, Redis chooses the table at once if
    /// they are many, even if most are there already. The order is all that depends on it.
    void expect(std::size_t count, const Limits& limits = {});

    /// False if there was no such field.
    bool erase(std::string_view field);

    /// Calls f(std::string_view field, std::string_view value) for each.
    template <class F>
    void for_each(F&& f) const;

    /// As Table::scan(), with f(field, value). A hash that is no table is visited whole, whatever
    /// the cursor.
    template <class F>
    std::uint64_t scan(std::uint64_t cursor, F&& f) const;

    /// Any field, each with the same chance. REQUIRES: not empty.
    Pair random(Random& random) const;

    /// Calls f(field, value) for `count` different fields; each choice has the same
    /// chance. REQUIRES: count <= size().
    template <class F>
    void sample(std::size_t count, Random& random, F&& f) const;

    /// The field's deadline, if it has one.
    std::optional<Deadline> deadline(std::string_view field) const;
    /// Takes the form of a hash with deadlines, before it has any, and whether or not it gets one:
    /// Redis does so, and OBJECT ENCODING tells.
    void expect_deadlines();
    /// REQUIRES: contains(field).
    void set_deadline(std::string_view field, Deadline deadline);
    /// False if the field has none.
    bool clear_deadline(std::string_view field);

    // What the keyspace needs to let fields end: see WithMemberDeadlines.
    std::optional<Deadline> next_deadline() const;
    /// REQUIRES that there is one.
    std::string_view earliest_member() const;
    bool all_due(Deadline now) const;
    std::size_t erase_due(Deadline now, std::size_t max);
    MemberTimer* timer();

    /// Frees about this many fields and returns how many, 0 if none is left. To be called until
    /// then: nothing else may be asked of what is half freed, but to be destroyed.
    std::size_t free_some(std::size_t max);

    /// What it takes beside its own 8 bytes, without the allocator's overhead. O(n) for a table.
    std::size_t memory_bytes() const;

private:
    using Fields = Table<HashField>;

    /// The fields with their deadlines.
    struct Timed;

    enum class Form : std::uint8_t { Packed, Table, Timed };

    bool is_table() const { return fields_.tag() == Form::Table; }
    Timed& timed() const { return *static_cast<Timed*>(fields_.address()); }
    /// Of a timed hash, the fields without their deadlines. Out of line, for it is seldom asked.
    const Hash& plain() const;
    Hash& plain();
    Packed packed() const { return Packed{fields_.address()}; }
    Fields& table() const { return *static_cast<Fields*>(fields_.address()); }
    void keep(Packed packed) { fields_ = {packed.block(), Form::Packed}; }

    bool fits_packed(std::string_view field, std::string_view value, const Limits& limits) const;
    bool set_in_packed(std::string_view field, std::string_view value);
    bool set_in_table(std::string_view field, std::string_view value);
    void become_table();
    Hash as_table() const;
    void free();

    TaggedPointer<Form> fields_;
};

template <class F>
void Hash::for_each(F&& f) const
{
    if (is_timed()) [[unlikely]]
        return plain().for_each(f);
    if (is_table()) {
        table().for_each([&](const HashField* field) { f(field->key(), field->value()); });
        return;
    }
    const Packed texts = packed();
    for (auto at = texts.begin(); at != texts.end(); ++at) {
        const std::string_view field = *at;
        ++at;
        f(field, *at);
    }
}

template <class F>
std::uint64_t Hash::scan(std::uint64_t cursor, F&& f) const
{
    if (is_timed()) [[unlikely]]
        return plain().scan(cursor, f);
    if (is_table()) {
        return table().scan(cursor,
                            [&](const HashField* field) { f(field->key(), field->value()); });
    }
    for_each(f);
    return 0;
}

template <class F>
void Hash::sample(std::size_t count, Random& random, F&& f) const
{
    if (is_timed()) [[unlikely]]
        return plain().sample(count, random, f);
    if (is_table() && count < size() / 3) {
        // Few of many: draw, and draw again what came before. Fields of a table stay where they
        // are, so that an address names one.
        std::unordered_set<const HashField*> drawn;
        while (drawn.size() < count) {
            const HashField* const field = table().random(random);
            if (drawn.insert(field).second) f(field->key(), field->value());
        }
        return;
    }
    std::size_t left = size();
    for_each([&](std::string_view field, std::string_view value) {
        if (count > 0 && random.below(left) < count) {
            --count;
            f(field, value);
        }
        --left;
    });
}

template <>
struct TypeTraits<Hash>
{
    static constexpr std::string_view kName = "hash";
    static constexpr char kEventClass = 'h';
    static constexpr bool kIsContainer = true;
    static constexpr std::uint8_t kPlainTag = 4;
    static constexpr std::uint8_t kZiplistTag = 13;
    static constexpr std::uint8_t kListpackTag = 16;
    static constexpr std::uint8_t kTimedTag = 24;  ///< Redis 7.4 and later
    static constexpr std::uint8_t kTimedListpackTag = 25;
    static constexpr std::array kSnapshotTags = {kPlainTag, kZiplistTag, kListpackTag, kTimedTag,
                                                 kTimedListpackTag};

    static std::string_view encoding(const Hash& hash)
    {
        if (hash.encoding() == Hash::Encoding::Table) return "hashtable";
        return hash.is_timed() ? "listpackex" : "listpack";
    }
    static void write(snapshot::ByteWriter& out, const Hash& hash);
    static Hash read(snapshot::ByteReader& reader, std::uint8_t tag,
                     const snapshot::ReadLimits& limits);
};

}  // namespace store
