#include "protocol/lookahead.h"

#include <optional>

namespace protocol {

namespace {

/// Reads "*3\r\n" or "$5\r\n": numbers of up to seven digits, all that is common.
class Cursor
{
public:
    explicit Cursor(std::string_view input) : at_(input.data()), end_(at_ + input.size()) {}

    std::optional<std::size_t> header(char mark)
    {
        if (end_ - at_ < 4 || *at_ != mark) return std::nullopt;
        const char* const last = end_ - at_ > 10 ? at_ + 8 : end_ - 2;
        std::size_t number = 0;
        for (++at_; at_ < last && *at_ >= '0' && *at_ <= '9'; ++at_)
            number = number * 10 + static_cast<std::size_t>(*at_ - '0');
        if (*at_ != '\r') return std::nullopt;
        at_ += 2;
        return number;
    }

    std::optional<std::string_view> bulk()
    {
        const auto size = header('$');
        if (!size || static_cast<std::size_t>(end_ - at_) < *size + 2) return std::nullopt;
        const std::string_view text{at_, *size};
        at_ += *size + 2;
        return text;
    }

private:
    const char* at_;
    const char* end_;
};

}  // namespace

std::span<const Lookahead::Glimpse> Lookahead::scan(std::string_view input)
{
    // A request that carries much is not worth a glimpse at all of it.
    constexpr std::size_t kMaxWords = 16;
    Cursor cursor{input};
    std::size_t count = 0;
    while (count < kMax) {
        const auto words = cursor.header('*');
        if (!words || *words == 0 || *words > kMaxWords) break;
        Glimpse glimpse;
        std::size_t read = 0;
        for (; read < *words; ++read) {
            const auto word = cursor.bulk();
            if (!word) break;
            if (read == 1) glimpse.first = *word;
            if (read >= 1) glimpse.last = *word;
        }
        if (read < *words) break;
        glimpses_[count++] = glimpse;
    }
    return {glimpses_.data(), count};
}

}  // namespace protocol
