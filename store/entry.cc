#include "store/entry.h"

#include <cstdlib>
#include <cstring>

namespace store {

Entry* Entry::make(std::string_view key, Type type)
{
    const std::size_t bytes = offsetof(Entry, key_) + sized_bytes_size(key.size());
    void* room = std::malloc(bytes < sizeof(Entry) ? sizeof(Entry) : bytes);
    if (room == nullptr) throw std::bad_alloc{};
    try {
        return new (room) Entry(key, type);
    } catch (const std::bad_alloc&) {
        std::free(room);
        throw;
    }
}

void Entry::destroy(Entry* entry)
{
    entry->~Entry();
    std::free(entry);
}

Entry::Entry(std::string_view key, Type type) : type_(type)
{
    with_type(type_, [this]<class T>() { construct_value<T>(); });
    write_sized_bytes(const_cast<char*>(key_bytes()), key);
}

std::size_t Entry::memory_bytes() const
{
    // The entry's place in the keyspace's table, and its deadline's in the heap.
    constexpr std::size_t kPlace = sizeof(void*);
    constexpr std::size_t kDeadline = 2 * sizeof(void*);
    std::size_t bytes = offsetof(Entry, key_) + sized_bytes_size(key().size()) + kPlace;
    if (has_deadline()) bytes += kDeadline;
    visit([&]<class T>(const T& value) {
        bytes += value.memory_bytes();
        if constexpr (!kInline<T>) bytes += sizeof(T);
    });
    return bytes;
}

void Entry::steal_value(Entry& from)
{
    destroy_value();
    type_ = from.type_;
    std::memcpy(storage_, from.storage_, sizeof storage_);
    from.type_ = kTypeOf<String>;
    from.construct_value<String>();
}

void Entry::prefetch_value(std::uint64_t member_hash) const
{
    visit([&](const auto& value) { value.prefetch(member_hash); });
}

void Entry::prefetch_member(std::uint64_t member_hash) const
{
    visit([&](const auto& value) { value.prefetch_member(member_hash); });
}

}  // namespace store
