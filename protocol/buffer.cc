#include "protocol/buffer.h"

#include <algorithm>
#include <limits>
#include <new>
#include <utility>

namespace protocol {
namespace {

// A request and its reply usually fit in this: one allocation in a connection's life.
constexpr std::size_t kFirstCapacity = 512;

}  // namespace

void Buffer::insert(std::size_t position, std::string_view bytes)
{
    if (bytes.empty()) return;
    prepare(bytes.size());
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

void Buffer::swap(Buffer& other) noexcept
{
    memory_.swap(other.memory_);
    std::swap(capacity_, other.capacity_);
    std::swap(begin_, other.begin_);
    std::swap(end_, other.end_);
}

void Buffer::make_room(std::size_t wanted)
{
    const std::size_t used = size();
    // Moving the bytes to the front is paid for by the bytes consumed before: they were as many.
    if (begin_ >= used && capacity_ - used >= wanted) {
        std::memcpy(memory_.get(), data(), used);
        begin_ = 0;
        end_ = used;
        return;
    }
    if (wanted > std::numeric_limits<std::size_t>::max() / 4 - used) throw std::bad_alloc{};
    const std::size_t capacity = std::max({kFirstCapacity, capacity_ * 2, used + wanted});

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

}  // namespace protocol
