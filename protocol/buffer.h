#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <string_view>

namespace protocol {

/// A queue of bytes: it grows at the end and is consumed at the front. Both are O(1) amortised, and
/// bytes are never zeroed before they are written.
///
/// Every pointer and view into a buffer ends with the next call that is not const, except that
/// consume() leaves the views of what remains whole.
///
/// A buffer may have a limit. What would grow it beyond overflows it: from then on the buffer is a
/// sink, which takes every byte, keeps none, and holds little memory. So a reply that becomes too
/// long is written to its end without a check at each byte, and then thrown away.
class Buffer
{
public:
    Buffer() = default;
    Buffer(Buffer&& other) noexcept { swap(other); }
    Buffer& operator=(Buffer&& other) noexcept
    {
        swap(other);
        return *this;
    }

    /// Room for at least `size` bytes at the end, to be written and then committed. The room is
    /// available() bytes long, which may be more. Throws std::bad_alloc.
    char* prepare(std::size_t size) { return prepare(size, kAnySize); }

    /// The same, where it is known that no more than `expected` bytes follow: should the buffer
    /// have to grow, then not beyond them. REQUIRES size <= expected.
    char* prepare(std::size_t size, std::size_t expected)
    {
        if (available() < size) [[unlikely]]
            make_room(size, expected);
        return memory_.get() + end_;
    }

    /// Makes room for so many bytes. False if they would not be kept, and need not be written.
    /// Throws std::bad_alloc.
    bool reserve(std::size_t size) { return available() >= size || make_room_to_keep(size); }

    /// How many bytes can be written at prepare()'s pointer.
    std::size_t available() const { return capacity_ - end_; }

    /// Makes the first `size` bytes of the prepared room part of the buffer.
    /// REQUIRES size <= available().
    void commit(std::size_t size) { end_ += size; }

    void append(std::string_view bytes)
    {
        if (bytes.empty()) return;
        if (!reserve(bytes.size())) [[unlikely]]
            return;
        std::memcpy(memory_.get() + end_, bytes.data(), bytes.size());
        commit(bytes.size());
    }

    std::string_view view() const { return {data(), size()}; }
    const char* data() const { return memory_.get() + begin_; }
    std::size_t size() const { return end_ - begin_; }
    bool empty() const { return begin_ == end_; }

    /// Drops the first `size` bytes. REQUIRES size <= this->size().
    void consume(std::size_t size)
    {
        begin_ += size;
        if (begin_ == end_) begin_ = end_ = 0;
    }

    /// Keeps the first `size` bytes and drops the rest. REQUIRES size <= this->size(), unless the
    /// buffer overflowed.
    void truncate(std::size_t size) { end_ = begin_ + std::min(size, this->size()); }

    /// Puts the bytes before the byte at `position`, moving everything behind. They must not be a
    /// view into this buffer. REQUIRES position <= size(), unless the buffer overflowed.
    void insert(std::size_t position, std::string_view bytes);

    /// Drops all bytes and keeps the memory for the next ones.
    void clear() { begin_ = end_ = 0; }

    /// Gives the memory back if the buffer is empty and holds more than `kept` bytes of it: one
    /// large request or reply must not stay on the server's account.
    void release(std::size_t kept = 0);

    /// Gives back the memory behind the last byte, if it is worth it.
    void fit();

    /// Bytes of memory that the buffer holds.
    std::size_t capacity() const { return capacity_; }

    /// How many bytes the buffer may have. It may have more if it had the memory already: whoever
    /// must know exactly looks at size(), too.
    void set_limit(std::size_t bytes) { limit_ = bytes; }

    /// Makes it overflow now, without asking for memory.
    void overflow()
    {
        overflowed_ = true;
        clear();
    }

    /// Whether there were ever more bytes than the limit: then what is here means nothing.
    bool overflowed() const { return overflowed_; }

    /// Exchanges bytes and memory; each buffer keeps its limit.
    void swap(Buffer& other) noexcept;

private:
    struct Free
    {
        void operator()(char* memory) const { std::free(memory); }
    };

    static constexpr std::size_t kAnySize = std::numeric_limits<std::size_t>::max();

    bool is_over(std::size_t wanted) const;
    void make_room(std::size_t wanted, std::size_t expected);
    bool make_room_to_keep(std::size_t wanted);
    void make_room_in_sink(std::size_t wanted);

    std::unique_ptr<char, Free> memory_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::size_t limit_ = kAnySize;
    bool overflowed_ = false;
};

}  // namespace protocol
