#include "protocol/request_batch.h"

#include <cstdint>

#include "protocol/short_number.h"

namespace protocol {

void RequestBatch::cut(std::string_view input)
{
    clear();
    const char* begin = input.data();
    const char* const end = begin + input.size();
    std::string_view* word = words_.data();
    while (size_ < kMax && begin != end && *begin == '*') {
        std::int64_t count = 0;
        const char* at = read_short_number(begin + 1, end, count);
        if (at == nullptr || count == 0 || count > kMaxWords) return;
        std::string_view* const first = word;
        for (; count > 0; --count) {
            std::int64_t size = 0;
            if (at == end || *at != '$') return;
            at = read_short_number(at + 1, end, size);
            if (at == nullptr || size > kMaxBulkBytes) return;
            if (size > end - at - 2) return;
            *word++ = {at, static_cast<std::size_t>(size)};
            at += size + 2;
        }
        requests_[size_++] = {static_cast<std::size_t>(first - words_.data()),
                              static_cast<std::size_t>(word - first),
                              static_cast<std::size_t>(at - begin)};
        begin = at;
    }
}

}  // namespace protocol
