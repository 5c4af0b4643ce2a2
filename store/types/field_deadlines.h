#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "store/clock.h"
#include "store/structures/deadline_heap.h"
#include "store/structures/sized_bytes.h"
#include "store/structures/table.h"

namespace store {

/// A field that ends on its own: one allocation, its name behind its slot in the heap.
class TimedField
{
public:
    static TimedField* make(std::string_view field);
    static void destroy(TimedField* field);

    TimedField(const TimedField&) = delete;
    TimedField& operator=(const TimedField&) = delete;

    std::string_view key() const { return read_sized_bytes(name()); }
    std::size_t memory_bytes() const { return sizeof(slot_) + sized_bytes_size(key().size()); }

    std::uint32_t deadline_slot() const { return slot_; }
    void set_deadline_slot(std::uint32_t slot) { slot_ = slot; }

private:
    TimedField() = default;

    const char* name() const { return reinterpret_cast<const char*>(this) + sizeof(slot_); }

    std::uint32_t slot_ = 0;  // the name follows, beyond the object
};

/// The deadlines of those fields of a hash that have one: found by field, and in the order of time.
/// Some 40 bytes a field, beside its name.
class FieldDeadlines
{
public:
    FieldDeadlines() = default;
    FieldDeadlines(const FieldDeadlines&) = delete;
    FieldDeadlines& operator=(const FieldDeadlines&) = delete;
    ~FieldDeadlines() { free_some(index_.size()); }

    std::size_t size() const { return index_.size(); }
    bool empty() const { return index_.empty(); }

    std::optional<Deadline> find(std::string_view field) const;

    /// Gives a field a deadline, in place of the one it has.
    void set(std::string_view field, Deadline deadline);

    /// False if the field has none.
    bool erase(std::string_view field);

    /// The earliest of all. REQUIRES: not empty; also for the next.
    Deadline earliest() const { return heap_.top().deadline; }
    std::string_view earliest_field() const { return heap_.top().owner->key(); }

    /// Whether all have come.
    bool all_due(Deadline now) const;

    /// The same deadlines for the same fields. REQUIRES: this is empty.
    void copy_from(const FieldDeadlines& other);

    /// As Hash::free_some().
    std::size_t free_some(std::size_t max);

    std::size_t memory_bytes() const;

private:
    static constexpr std::uint32_t kHeapChunk = 16;  // hashes with few of them are the many

    Table<TimedField> index_;
    DeadlineHeap<TimedField, kHeapChunk> heap_;
};

}  // namespace store
