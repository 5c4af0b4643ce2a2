#include "tests/bench/reply_scanner.h"

#include <algorithm>
#include <charconv>

namespace bench {

void ReplyScanner::feed(std::string_view bytes)
{
    if (keep_last_) reading_.append(bytes);
    while (!bytes.empty()) {
        if (payload_left_ > 0) {
            const auto size = std::min<std::uint64_t>(payload_left_, bytes.size());
            bytes.remove_prefix(size);
            payload_left_ -= size;
            if (payload_left_ == 0) end_value();
            continue;
        }
        const auto end = bytes.find('\n');
        if (end == std::string_view::npos) {
            partial_.append(bytes);
            return;
        }
        if (partial_.empty()) {
            read_header(bytes.substr(0, end));
        } else {
            partial_.append(bytes.substr(0, end));
            read_header(partial_);
            partial_.clear();
        }
        bytes.remove_prefix(end + 1);
    }
}

void ReplyScanner::read_header(std::string_view line)
{
    std::int64_t count = 0;
    if (line.size() > 1) std::from_chars(line.data() + 1, line.data() + line.size(), count);
    switch (line.empty() ? '\0' : line[0]) {
        case '$':
        case '=':
        case '!':
            if (count < 0) break;
            payload_left_ = static_cast<std::uint64_t>(count) + 2;
            return;
        case '%': count *= 2; [[fallthrough]];
        case '*':
        case '~':
        case '>':
            if (count > 0) values_left_ += static_cast<std::uint64_t>(count);
            break;
        case '-':
            if (errors_++ == 0) first_error_ = line;
            break;
        default: break;
    }
    end_value();
}

void ReplyScanner::end_value()
{
    if (--values_left_ > 0) return;
    values_left_ = 1;
    ++replies_;
    if (!keep_last_) return;
    last_.swap(reading_);
    reading_.clear();
}

}  // namespace bench
