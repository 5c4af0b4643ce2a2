#pragma once

#include <cstddef>
#include <list>
#include <string_view>

#include "protocol/buffer.h"

namespace server::net {

/// Replies that wait for a client to read: blocks in order. What waits is never copied again,
/// however much it becomes. An empty queue holds no memory.
class OutputQueue
{
public:
    /// Takes all that is in the buffer, and leaves it without memory.
    void take(protocol::Buffer& block)
    {
        bytes_ += block.size();
        block.fit();
        room_ += block.capacity();
        blocks_.emplace_back(std::move(block));
    }

    /// Drops all of it.
    void clear()
    {
        blocks_.clear();
        bytes_ = room_ = 0;
    }

    bool empty() const { return blocks_.empty(); }

    /// The beginning of what waits. REQUIRES !empty().
    std::string_view front() const { return blocks_.front().view(); }

    /// Drops the first bytes of front(); its memory goes once all of it is dropped.
    void consume(std::size_t size)
    {
        protocol::Buffer& block = blocks_.front();
        bytes_ -= size;
        block.consume(size);
        if (!block.empty()) return;
        room_ -= block.capacity();
        blocks_.pop_front();
    }

    std::size_t bytes() const { return bytes_; }
    /// Memory that is held for them.
    std::size_t room() const { return room_; }
    std::size_t blocks() const { return blocks_.size(); }

private:
    std::list<protocol::Buffer> blocks_;
    std::size_t bytes_ = 0;
    std::size_t room_ = 0;
};

}  // namespace server::net
