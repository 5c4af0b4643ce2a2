#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "protocol/request_parser.h"

namespace protocol {

/// The requests that wait in the input behind each other, cut all at once, so that what they will
/// need can be fetched together. It takes only what RequestParser would cut in the same way
/// whatever the requests before change about its limits: RESP arrays of a few bulk strings that
/// even a client without a password may send. It stops at anything else, and refuses nothing.
///
///     batch.cut(buffer.view());
///     for (; !batch.empty(); batch.pop()) {
///         execute(batch.front());
///         buffer.consume(batch.front_size());
///     }
class RequestBatch
{
public:
    static constexpr std::size_t kMax = 16;  ///< requests

    using Request = std::span<const std::string_view>;

    /// Drops what is left, and cuts the whole requests that `input` begins with: kMax at most. They
    /// are views into it.
    void cut(std::string_view input);

    void clear() { next_ = size_ = 0; }

    bool empty() const { return next_ == size_; }
    std::size_t size() const { return size_ - next_; }
    /// REQUIRES i < size().
    Request operator[](std::size_t i) const
    {
        const Place& place = requests_[next_ + i];
        return {words_.data() + place.first_word, place.words};
    }

    /// The first one. REQUIRES !empty().
    Request front() const { return (*this)[0]; }
    /// How many bytes of the input it took.
    std::size_t front_size() const { return requests_[next_].bytes; }
    void pop() { ++next_; }

private:
    static constexpr std::int64_t kMaxWords = RequestLimits::kUnauthenticatedArguments;
    static constexpr std::int64_t kMaxBulkBytes = RequestLimits::kUnauthenticatedBulkBytes;

    struct Place
    {
        std::size_t first_word;
        std::size_t words;
        std::size_t bytes;
    };

    std::array<std::string_view, kMax * kMaxWords> words_;
    std::array<Place, kMax> requests_;
    std::size_t next_ = 0;
    std::size_t size_ = 0;
};

}  // namespace protocol
