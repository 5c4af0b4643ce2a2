#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <string_view>

#include "protocol/buffer.h"

namespace server::net {

/// Replies that wait for a client to read: blocks in order. What waits is never copied again,
/// however much it becomes. An empty queue holds no memory.
class OutputQueue
{
public:
    /// Takes all that is in the buffer, and leaves it without memory.
    void take(protocol::Buffer& bytes)
    {
        bytes.fit();
        add({.bytes = std::move(bytes), .text = nullptr});
    }

    /// Takes a text that may wait for other clients, too. Each counts it, as if it were its own.
    void take(std::shared_ptr<const std::string> text)
    {
        if (!text->empty()) add({.bytes = {}, .text = std::move(text)});
    }

    /// Drops all of it.
    void clear()
    {
        blocks_.clear();
        bytes_ = room_ = consumed_ = 0;
    }

    bool empty() const { return blocks_.empty(); }

    /// The beginning of what waits. REQUIRES !empty().
    std::string_view front() const { return blocks_.front().view().substr(consumed_); }

    /// Drops the first bytes of front(); its memory goes once all of it is dropped.
    void consume(std::size_t size)
    {
        const Block& block = blocks_.front();
        bytes_ -= size;
        consumed_ += size;
        if (consumed_ < block.view().size()) return;
        room_ -= block.room();
        consumed_ = 0;
        blocks_.pop_front();
    }

    std::size_t bytes() const { return bytes_; }
    /// Memory that is held for them.
    std::size_t room() const { return room_; }
    std::size_t blocks() const { return blocks_.size(); }

private:
    struct Block
    {
        protocol::Buffer bytes;
        std::shared_ptr<const std::string> text;  ///< instead of bytes, if any

        std::string_view view() const { return text ? std::string_view{*text} : bytes.view(); }
        std::size_t room() const { return text ? text->capacity() : bytes.capacity(); }
    };

    void add(Block block)
    {
        blocks_.push_back(std::move(block));
        bytes_ += blocks_.back().view().size();
        room_ += blocks_.back().room();
    }

    std::list<Block> blocks_;
    std::size_t consumed_ = 0;  // of the first block
    std::size_t bytes_ = 0;
    std::size_t room_ = 0;
};

}  // namespace server::net
