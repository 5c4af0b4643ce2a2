#include "store/types/hash.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <memory>
#include <string>

#include "store/hashing.h"
#include "store/structures/allocation.h"
#include "store/types/field_deadlines.h"

namespace store {

namespace {

constexpr unsigned kPair = 2;  ///< packed texts: field, value, field, value ...

/// REQUIRES: the table has no such field.
void insert(Table<HashField>& fields, std::string_view field, std::string_view value)
{
    fields.insert_or_destroy(HashField::make(field, value), hash_bytes(field));
}

bool is_short(std::string_view text, const Hash::Limits& limits)
{
    return text.size() <= limits.packed_bytes;
}

}  // namespace

HashField* HashField::make(std::string_view field, std::string_view value)
{
    void* const block = allocate(sized_bytes_size(field.size()) + sized_bytes_size(value.size()));
    write_sized_bytes(write_sized_bytes(static_cast<char*>(block), field), value);
    return static_cast<HashField*>(block);
}

void HashField::destroy(HashField* field) { deallocate(field); }

void HashField::set_value(std::string_view value)
{
    const std::string_view old = this->value();
    assert(old.size() == value.size());
    if (!value.empty()) std::memcpy(const_cast<char*>(old.data()), value.data(), value.size());
}

Hash Hash::of(std::span<const Pair> pairs, const Limits& limits)
{
    Hash made;
    std::size_t bytes = 0;
    const bool all_short = std::all_of(pairs.begin(), pairs.end(), [&](const Pair& pair) {
        bytes += sized_bytes_size(pair.field.size()) + sized_bytes_size(pair.value.size());
        return is_short(pair.field, limits) && is_short(pair.value, limits);
    });
    if (all_short && pairs.size() <= limits.packed && bytes <= Packed::kMaxBytes) {
        made.keep(Packed::of([&](auto&& take) {
            for (const Pair& pair : pairs) {
                take(pair.field);
                take(pair.value);
            }
        }));
        return made;
    }
    made.become_table();
    for (const Pair& pair : pairs) insert(made.table(), pair.field, pair.value);
    return made;
}

struct Hash::Timed
{
    Hash fields;
    FieldDeadlines deadlines;
    MemberTimer timer;
};

const Hash& Hash::plain() const { return timed().fields; }
Hash& Hash::plain() { return timed().fields; }

Hash Hash::clone() const
{
    if (is_timed()) {
        auto copy = std::make_unique<Timed>();
        copy->fields = plain().clone();
        copy->deadlines.copy_from(timed().deadlines);
        Hash made;
        made.fields_ = {copy.release(), Form::Timed};
        return made;
    }
    if (is_table()) return as_table();
    Hash copy;
    copy.keep(packed().clone());
    return copy;
}

std::size_t Hash::size() const
{
    if (is_timed()) [[unlikely]]
        return plain().size();
    return is_table() ? table().size() : packed().count() / kPair;
}

std::optional<std::string_view> Hash::get(std::string_view field) const
{
    if (is_timed()) [[unlikely]]
        return plain().get(field);
    if (is_table()) {
        const HashField* const found = table().find(field);
        if (found == nullptr) return std::nullopt;
        return found->value();
    }
    const auto found = packed().find(field, kPair);
    if (found == packed().end()) return std::nullopt;
    return *found.next();
}

bool Hash::set(std::string_view field, std::string_view value, const Limits& limits)
{
    clear_deadline(field);
    return update(field, value, limits);
}

bool Hash::update(std::string_view field, std::string_view value, const Limits& limits)
{
    if (is_timed()) [[unlikely]]
        return plain().update(field, value, limits);
    if (!is_table() && !fits_packed(field, value, limits)) become_table();
    if (is_table()) return set_in_table(field, value);
    const bool is_new = set_in_packed(field, value);
    if (size() > limits.packed) become_table();
    return is_new;
}

/// Whether both are short enough, and the block has room for them.
bool Hash::fits_packed(std::string_view field, std::string_view value, const Limits& limits) const
{
    return is_short(field, limits) && is_short(value, limits) &&
           packed().used_bytes() + sized_bytes_size(field.size()) +
                   sized_bytes_size(value.size()) <=
               Packed::kMaxBytes;
}

bool Hash::set_in_packed(std::string_view field, std::string_view value)
{
    Packed texts = packed();
    const auto found = texts.find(field, kPair);
    const bool is_new = found == texts.end();
    if (is_new) {
        texts.append({field, value});
    } else {
        texts.replace(found.next(), value);
    }
    keep(texts);
    return is_new;
}

bool Hash::set_in_table(std::string_view field, std::string_view value)
{
    const std::uint64_t hash = hash_bytes(field);
    HashField* const old = table().find(field, hash);
    if (old == nullptr) {
        table().insert_or_destroy(HashField::make(field, value), hash);
        return true;
    }
    if (old->value().size() == value.size()) {
        old->set_value(value);
    } else {
        table().replace(old, HashField::make(field, value), hash);
        HashField::destroy(old);
    }
    return false;
}

void Hash::expect(std::size_t count, const Limits& limits)
{
    if (count <= limits.packed) return;
    Hash& fields = is_timed() ? plain() : *this;
    fields.become_table();
    fields.table().expect(count);
}

bool Hash::erase(std::string_view field)
{
    if (is_timed()) [[unlikely]] {
        timed().deadlines.erase(field);
        return plain().erase(field);
    }
    if (is_table()) {
        HashField* const taken = table().take(field);
        HashField::destroy(taken);
        return taken != nullptr;
    }
    Packed texts = packed();
    const auto found = texts.find(field, kPair);
    if (found == texts.end()) return false;
    texts.erase(found, kPair);
    keep(texts);
    return true;
}

Hash::Pair Hash::random(Random& random) const
{
    assert(!empty());
    if (is_timed()) [[unlikely]]
        return plain().random(random);
    if (is_table()) {
        const HashField* const field = table().random(random);
        return {field->key(), field->value()};
    }
    const auto field = packed().nth(kPair * random.below(size()));
    return {*field, *field.next()};
}

std::optional<Deadline> Hash::deadline(std::string_view field) const
{
    return is_timed() ? timed().deadlines.find(field) : std::nullopt;
}

void Hash::expect_deadlines()
{
    if (is_timed()) return;
    auto with_deadlines = std::make_unique<Timed>();
    with_deadlines->fields = std::move(*this);
    fields_ = {with_deadlines.release(), Form::Timed};
}

void Hash::set_deadline(std::string_view field, Deadline deadline)
{
    assert(contains(field));
    expect_deadlines();
    timed().deadlines.set(field, deadline);
}

bool Hash::clear_deadline(std::string_view field)
{
    return is_timed() && timed().deadlines.erase(field);
}

std::optional<Deadline> Hash::next_deadline() const
{
    if (!is_timed() || timed().deadlines.empty()) return std::nullopt;
    return timed().deadlines.earliest();
}

std::string_view Hash::earliest_member() const { return timed().deadlines.earliest_field(); }

bool Hash::all_due(Deadline now) const
{
    return is_timed() && timed().deadlines.size() == size() && timed().deadlines.all_due(now);
}

std::size_t Hash::erase_due(Deadline now, std::size_t max)
{
    std::size_t erased = 0;
    for (auto next = next_deadline(); next && *next <= now && erased < max;
         next = next_deadline()) {
        erase(std::string{timed().deadlines.earliest_field()});
        ++erased;
    }
    return erased;
}

MemberTimer* Hash::timer() { return is_timed() ? &timed().timer : nullptr; }

std::size_t Hash::memory_bytes() const
{
    if (is_timed())
        return sizeof(Timed) + plain().memory_bytes() + timed().deadlines.memory_bytes();
    if (!is_table()) return packed().memory_bytes();
    std::size_t bytes = table().memory_bytes();
    for_each([&](std::string_view field, std::string_view value) {
        bytes += sized_bytes_size(field.size()) + sized_bytes_size(value.size());
    });
    return bytes;
}

std::size_t Hash::free_some(std::size_t max)
{
    if (is_timed()) {
        const std::size_t freed = timed().deadlines.free_some(max);
        return freed > 0 ? freed : plain().free_some(max);
    }
    if (is_table()) return table().drain(max, [](HashField* field) { HashField::destroy(field); });
    const std::size_t all = size();
    free();
    return all;
}

void Hash::become_table()
{
    if (!is_table()) *this = as_table();
}

Hash Hash::as_table() const
{
    Hash made;
    made.fields_ = {new Fields, Form::Table};
    made.table().expect(size());
    for_each([&](std::string_view field, std::string_view value) {
        insert(made.table(), field, value);
    });
    return made;
}

void Hash::free()
{
    if (is_timed()) {
        delete &timed();
    } else if (is_table()) {
        table().for_each([](HashField* field) { HashField::destroy(field); });
        delete &table();
    } else {
        packed().free();
    }
    fields_ = {};
}

}  // namespace store
