#include "protocol/buffer.h"

#include <algorithm>
#include <limits>
#include <new>
#include <utility>

namespace protocol {
namespace {

// A request and its reply usually fit in this: one allocation in a connection's life.
constexpr std::size_t kFirstCapacity = 512;

// What a buffer that overflowed holds.
constexpr std::size_t kSinkCapacity = 16 * 1024;

}  // namespace

void Buffer::insert(std::size_t position, std::string_view bytes)
{
    if (bytes.empty()) return;
    prepare(bytes.size());
    if (overflowed_) return;
    char* gap = memory_.get() + begin_ + position;
    std::memmove(gap + bytes.size(), gap, size() - position);
    std::memcpy(gap, bytes.data(), bytes.size());
    commit(bytes.size());
}

void Buffer::release(std::size_t kept)
{
    if (!empty() || capacity_ <= kept) return;
    memory_.reset();
    capacity_ = begin_ = end_ = 0;
}

void Buffer::fit()
{
    if (empty() || begin_ != 0 || capacity_ - end_ <= capacity_ / 8) return;
    void* const smaller = std::realloc(memory_.get(), end_);
    if (smaller == nullptr) return;
    static_cast<void>(memory_.release());
    memory_.reset(static_cast<char*>(smaller));
    capacity_ = end_;
}

void Buffer::swap(Buffer& other) noexcept
{
    memory_.swap(other.memory_);
    std::swap(capacity_, other.capacity_);
    std::swap(begin_, other.begin_);
    std::swap(end_, other.end_);
}

bool Buffer::is_over(std::size_t wanted) const
{
    return overflowed_ || size() > limit_ || wanted > limit_ - size();
}

bool Buffer::make_room_to_keep(std::size_t wanted)
{
    if (!is_over(wanted)) {
        make_room(wanted, kAnySize);
        return true;
    }
    make_room_in_sink(0);
    return false;
}

void Buffer::make_room(std::size_t wanted, std::size_t expected)
{
    const std::size_t used = size();
    if (is_over(wanted)) return make_room_in_sink(wanted);
    // Moving the bytes to the front is paid for by the bytes consumed before: they were as many.
    if (begin_ >= used && capacity_ - used >= wanted) {
        std::memcpy(memory_.get(), data(), used);
        begin_ = 0;
        end_ = used;
        return;
    }
    if (wanted > kAnySize / 4 - used) throw std::bad_alloc{};
    // Not beyond the limit by doubling, so that it is met where it is.
    const std::size_t all_expected = used + std::min(expected, kAnySize - used);
    const std::size_t doubled = std::min({capacity_ * 2, limit_, all_expected});
    const std::size_t capacity = std::max({kFirstCapacity, doubled, used + wanted});

    char* memory = nullptr;
    if (begin_ == 0) {
        // realloc moves pages, not bytes, when the block is large.
        memory = static_cast<char*>(std::realloc(memory_.get(), capacity));
        if (memory == nullptr) throw std::bad_alloc{};
        static_cast<void>(memory_.release());
    } else {
        memory = static_cast<char*>(std::malloc(capacity));
        if (memory == nullptr) throw std::bad_alloc{};
        std::memcpy(memory, data(), used);
    }
    memory_.reset(memory);
    capacity_ = capacity;
    begin_ = 0;
    end_ = used;
}

// One piece of any size must fit, as it is written in one go; larger memory does not stay.
void Buffer::make_room_in_sink(std::size_t wanted)
{
    overflowed_ = true;
    begin_ = end_ = 0;
    const std::size_t capacity = std::max(kSinkCapacity, wanted);
    if (capacity_ == capacity) return;
    memory_.reset();
    capacity_ = 0;
    memory_.reset(static_cast<char*>(std::malloc(capacity)));
    if (memory_ == nullptr) throw std::bad_alloc{};
    capacity_ = capacity;
}

}  // namespace protocol
