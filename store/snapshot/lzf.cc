#include "store/snapshot/lzf.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "store/snapshot/byte_reader.h"

namespace store::snapshot {

namespace {

constexpr std::size_t kShortestRepetition = 3;
constexpr std::size_t kLongestRepetition = 264;
constexpr std::size_t kFarthest = 1 << 13;
constexpr std::size_t kMaxLiterals = 32;

/// Where three bytes were seen last, by a hash of them: a guess, to be checked.
class Seen
{
public:
    explicit Seen(std::size_t text_size) : bits_(choose_bits(text_size))
    {
        std::fill_n(places_, std::size_t{1} << bits_, kNowhere);
    }

    /// The last place of the three bytes at `at`, which is that place from now on.
    std::uint32_t exchange(const char* text, std::uint32_t at)
    {
        std::uint32_t three = 0;
        std::memcpy(&three, text + at, kShortestRepetition);
        return std::exchange(places_[three * 2654435761U >> (32 - bits_)], at);
    }

    static constexpr std::uint32_t kNowhere = 0xffffffff;

private:
    static constexpr unsigned kMaxBits = 13;

    /// A short text must not pay for a large table.
    static unsigned choose_bits(std::size_t text_size)
    {
        const auto wanted = static_cast<unsigned>(std::bit_width(text_size));
        return std::min(std::max(wanted, 5U), kMaxBits);
    }

    unsigned bits_;
    std::uint32_t places_[std::size_t{1} << kMaxBits];
};

void add_literals(std::string& out, std::string_view text)
{
    while (!text.empty()) {
        const std::string_view some = text.substr(0, kMaxLiterals);
        out += static_cast<char>(some.size() - 1);
        out += some;
        text.remove_prefix(some.size());
    }
}

void add_repetition(std::string& out, std::size_t distance, std::size_t length)
{
    const std::size_t back = distance - 1;
    const std::size_t rest = length - 2;
    out += static_cast<char>(std::min<std::size_t>(rest, 7) << 5 | back >> 8);
    if (rest >= 7) out += static_cast<char>(rest - 7);
    out += static_cast<char>(back & 0xff);
}

}  // namespace

/// Greedy: each repetition of three bytes or more is taken where it is met.
std::string compress_lzf(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    Seen seen{text.size()};
    std::size_t literals = 0;  // where those that are not written yet begin
    std::size_t at = 0;
    while (at + kShortestRepetition <= text.size()) {
        const std::size_t before = seen.exchange(text.data(), static_cast<std::uint32_t>(at));
        const bool repeats =
            before != Seen::kNowhere && at - before <= kFarthest &&
            std::memcmp(text.data() + before, text.data() + at, kShortestRepetition) == 0;
        if (!repeats) {
            ++at;
            continue;
        }
        const std::size_t most = std::min(kLongestRepetition, text.size() - at);
        std::size_t length = kShortestRepetition;
        while (length < most && text[before + length] == text[at + length]) ++length;
        add_literals(out, text.substr(literals, at - literals));
        add_repetition(out, at - before, length);
        at += length;
        literals = at;
    }
    add_literals(out, text.substr(literals));
    return out;
}

/// Each step is a mark: below 32 that many bytes and one more as they are; else, in its upper three
/// bits, the length of a repetition less two (7: a byte more follows), and below how far back it
/// lies.
std::string expand_lzf(std::string_view compressed, std::uint64_t size)
{
    // Three bytes say so much at most.
    require(size / kLongestRepetition <= compressed.size());
    ByteReader reader{compressed};
    std::string text;
    text.reserve(size);
    while (reader.remaining() > 0) {
        const std::size_t mark = reader.take_byte();
        if (mark < 32) {
            text += reader.take(mark + 1);
        } else {
            std::size_t length = mark >> 5;
            if (length == 7) length += reader.take_byte();
            const std::size_t distance = ((mark & 0x1f) << 8 | reader.take_byte()) + 1;
            require(distance <= text.size());
            // Byte by byte: it may repeat what it has just written.
            for (std::size_t from = text.size() - distance, end = from + length + 2; from < end;
                 ++from)
                text += text[from];
        }
        require(text.size() <= size);
    }
    require(text.size() == size);
    return text;
}

}  // namespace store::snapshot
