#include "store/types/set.h"

#include <algorithm>

#include "ascii/integer.h"
#include "store/hashing.h"
#include "store/number.h"
#include "store/structures/allocation.h"

namespace store {

SetMember* SetMember::make(std::string_view member)
{
    void* const block = allocate(sized_bytes_size(member.size()));
    write_sized_bytes(static_cast<char*>(block), member);
    return static_cast<SetMember*>(block);
}

void SetMember::destroy(SetMember* member) { deallocate(member); }

Set::Set(Encoding encoding) : members_(nullptr, encoding)
{
    if (encoding == Encoding::Table) members_ = {new Members, encoding};
}

Set Set::clone() const
{
    Set copy;
    switch (encoding()) {
        case Encoding::IntSet: copy.keep(ints().clone()); break;
        case Encoding::Packed: copy.keep(packed().clone()); break;
        case Encoding::Table: copy = as_table(); break;
    }
    return copy;
}

std::size_t Set::size() const
{
    switch (encoding()) {
        case Encoding::IntSet: return ints().count();
        case Encoding::Packed: return packed().count();
        case Encoding::Table: return table().size();
    }
    return 0;
}

bool Set::contains(std::string_view member) const
{
    switch (encoding()) {
        case Encoding::IntSet: {
            const auto value = ascii::parse_integer(member);
            return value && ints().contains(*value);
        }
        case Encoding::Packed: return packed().find(member) != packed().end();
        case Encoding::Table: return table().find(member) != nullptr;
    }
    return false;
}

// When a set changes its form was taken from the observable behaviour of Redis 7.2: integers that
// are too many become a table at once, never a packed set, though that may have room.

bool Set::add(std::string_view member, const Limits& limits)
{
    switch (encoding()) {
        case Encoding::IntSet: return add_to_ints(member, limits);
        case Encoding::Packed: return add_to_packed(member, limits);
        case Encoding::Table: return add_to_table(member);
    }
    return false;
}

bool Set::add_to_ints(std::string_view member, const Limits& limits)
{
    IntSet mine = ints();
    if (const auto value = ascii::parse_integer(member)) {
        if (!mine.add(*value)) return false;
        keep(mine);
        if (mine.count() > limits.ints) become_table();
        return true;
    }
    if (fits_packed(member, limits)) {
        become_packed();
        return add_to_packed(member, limits);
    }
    become_table();
    return add_to_table(member);
}

bool Set::add_to_packed(std::string_view member, const Limits& limits)
{
    Packed mine = packed();
    if (mine.find(member) != mine.end()) return false;
    if (fits_packed(member, limits)) {
        mine.append({member});
        keep(mine);
        return true;
    }
    become_table();
    return add_to_table(member);
}

bool Set::add_to_table(std::string_view member)
{
    const std::uint64_t hash = hash_bytes(member);
    if (table().find(member, hash) != nullptr) return false;
    table().insert_or_destroy(SetMember::make(member), hash);
    return true;
}

/// Whether one more member, this one, leaves the set packed or makes its integers packed.
bool Set::fits_packed(std::string_view member, const Limits& limits) const
{
    if (size() >= limits.packed || member.size() > limits.packed_member_bytes) return false;
    if (encoding() == Encoding::Packed) return packed().has_room_for(member.size());
    const IntSet mine = ints();
    if (mine.count() == 0) return member.size() < Packed::kMaxBytes / 2;
    const std::size_t longest =
        std::max(std::string_view{ascii::IntegerText{mine.at(0)}}.size(),
                 std::string_view{ascii::IntegerText{mine.at(mine.count() - 1)}}.size());
    return longest <= limits.packed_member_bytes && mine.count() < Packed::kMaxBytes / 64 &&
           member.size() < Packed::kMaxBytes / 2;
}

void Set::expect(std::string_view first, std::size_t count, const Limits& limits)
{
    const bool few = count <= limits.packed;
    const bool few_ints = count <= limits.ints;
    if (empty()) {
        if (few_ints && ascii::parse_integer(first)) return;
        if (few) {
            members_ = {nullptr, Encoding::Packed};
        } else {
            become_table();
        }
    } else if ((encoding() == Encoding::Packed && !few) ||
               (encoding() == Encoding::IntSet && !few_ints)) {
        become_table();
    }
    if (is_table()) table().expect(count);
}

void Set::become_ints_if_possible(const Limits& limits)
{
    if (encoding() == Encoding::IntSet || size() > limits.ints) return;
    bool possible = true;
    for_each([&](std::string_view member) { possible = possible && ascii::parse_integer(member); });
    if (!possible) return;
    IntSet made;
    for_each([&](std::string_view member) { made.add(*ascii::parse_integer(member)); });
    free();
    keep(made);
}

bool Set::erase(std::string_view member)
{
    switch (encoding()) {
        case Encoding::IntSet: {
            const auto value = ascii::parse_integer(member);
            IntSet mine = ints();
            const bool erased = value && mine.erase(*value);
            if (erased) keep(mine);
            return erased;
        }
        case Encoding::Packed: {
            Packed mine = packed();
            const auto at = mine.find(member);
            if (at == mine.end()) return false;
            mine.erase(at);
            keep(mine);
            return true;
        }
        case Encoding::Table: {
            SetMember* const taken = table().take(member);
            SetMember::destroy(taken);
            return taken != nullptr;
        }
    }
    return false;
}

std::size_t Set::memory_bytes() const
{
    switch (encoding()) {
        case Encoding::IntSet: return ints().memory_bytes();
        case Encoding::Packed: return packed().memory_bytes();
        case Encoding::Table: break;
    }
    std::size_t bytes = table().memory_bytes();
    for_each([&](std::string_view member) { bytes += sized_bytes_size(member.size()); });
    return bytes;
}

std::size_t Set::free_some(std::size_t max)
{
    if (is_table())
        return table().drain(max, [](SetMember* member) { SetMember::destroy(member); });
    const std::size_t all = size();
    free();
    return all;
}

void Set::become_packed()
{
    const Packed packed = Packed::of([this](auto&& take) { for_each(take); });
    free();
    keep(packed);
}

void Set::become_table()
{
    if (!is_table()) *this = as_table();
}

Set Set::as_table() const
{
    Set made{Encoding::Table};
    made.table().expect(size());
    for_each([&](std::string_view member) {
        made.table().insert_or_destroy(SetMember::make(member), hash_bytes(member));
    });
    return made;
}

void Set::free()
{
    switch (encoding()) {
        case Encoding::IntSet: ints().free(); break;
        case Encoding::Packed: packed().free(); break;
        case Encoding::Table:
            table().for_each([](SetMember* member) { SetMember::destroy(member); });
            delete &table();
            break;
    }
    members_ = {};
}

}  // namespace store
