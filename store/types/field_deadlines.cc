#include "store/types/field_deadlines.h"

#include "store/structures/allocation.h"

namespace store {

TimedField* TimedField::make(std::string_view field)
{
    void* const block = allocate(sizeof(slot_) + sized_bytes_size(field.size()));
    auto* const made = new (block) TimedField;
    write_sized_bytes(static_cast<char*>(block) + sizeof(slot_), field);
    return made;
}

void TimedField::destroy(TimedField* field) { deallocate(field); }

std::optional<Deadline> FieldDeadlines::find(std::string_view field) const
{
    const TimedField* const timed = index_.find(field);
    if (timed == nullptr) return std::nullopt;
    return heap_.deadline(timed->deadline_slot());
}

void FieldDeadlines::set(std::string_view field, Deadline deadline)
{
    const std::uint64_t hash = hash_bytes(field);
    if (const TimedField* const timed = index_.find(field, hash)) {
        heap_.change(timed->deadline_slot(), deadline);
        return;
    }
    heap_.make_room();
    TimedField* const timed = TimedField::make(field);
    index_.insert_or_destroy(timed, hash);
    heap_.push(deadline, timed);
}

bool FieldDeadlines::erase(std::string_view field)
{
    TimedField* const timed = index_.take(field);
    if (timed == nullptr) return false;
    heap_.erase(timed->deadline_slot());
    TimedField::destroy(timed);
    return true;
}

bool FieldDeadlines::all_due(Deadline now) const
{
    bool all = true;
    index_.for_each(
        [&](const TimedField* field) { all &= heap_.deadline(field->deadline_slot()) <= now; });
    return all;
}

void FieldDeadlines::copy_from(const FieldDeadlines& other)
{
    other.index_.for_each([&](const TimedField* field) {
        set(field->key(), other.heap_.deadline(field->deadline_slot()));
    });
}

std::size_t FieldDeadlines::free_some(std::size_t max)
{
    heap_.clear();
    return index_.drain(max, [](TimedField* field) { TimedField::destroy(field); });
}

std::size_t FieldDeadlines::memory_bytes() const
{
    std::size_t bytes = index_.memory_bytes() + heap_.memory_bytes();
    index_.for_each([&](const TimedField* field) { bytes += field->memory_bytes(); });
    return bytes;
}

}  // namespace store
