#include "protocol/lookahead.h"

#include <cstdint>
#include <optional>

#include "protocol/short_number.h"

namespace protocol {

namespace {

/// Reads the common lines and the bulk strings behind them.
class Cursor
{
public:
    explicit Cursor(std::string_view input) : at_(input.data()), end_(at_ + input.size()) {}

    std::optional<std::size_t> header(char mark)
    {
        if (at_ == end_ || *at_ != mark) return std::nullopt;
        std::int64_t number = 0;
        const char* const behind = read_short_number(at_ + 1, end_, number);
        if (behind == nullptr) return std::nullopt;
        at_ = behind;
        return static_cast<std::size_t>(number);
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
