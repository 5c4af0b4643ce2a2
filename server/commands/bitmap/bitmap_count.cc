#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>

#include "server/catalogue/command.h"
#include "server/commands/bitmap/bit_offset.h"
#include "server/commands/families.h"
#include "server/execution/call.h"
#include "server/server.h"

namespace server::commands {

namespace {

/// A range as BITCOUNT and BITPOS are given it.
struct BitRange
{
    std::int64_t start = 0;
    std::int64_t end = -1;
    bool in_bits = false;
};

/// Bits from the first to the last one, both included.
struct Bits
{
    std::uint64_t first;
    std::uint64_t last;
};

constexpr std::size_t kMaxRangeArguments = 3;

bool next_is_in_bits(Args& args)
{
    if (args.done() || args.accept("BYTE")) return false;
    if (args.accept("BIT")) return true;
    throw CommandError{text::kSyntax};
}

/// The bits that the range names of a string of this many bytes; nothing if it is empty. Negative
/// offsets count from the end; what lies before the beginning is moved there.
std::optional<Bits> bits_of(BitRange range, std::size_t bytes)
{
    const auto total = static_cast<std::int64_t>(range.in_bits ? bytes * 8 : bytes);
    const auto from_start = [&](std::int64_t offset) {
        return offset < 0 ? std::max<std::int64_t>(0, offset + total) : offset;
    };
    const std::int64_t start = from_start(range.start);
    const std::int64_t end = std::min(from_start(range.end), total - 1);
    if (start > end) return std::nullopt;
    const auto first = static_cast<std::uint64_t>(start);
    const auto last = static_cast<std::uint64_t>(end);
    if (range.in_bits) return Bits{first, last};
    return Bits{first * 8, last * 8 + 7};
}

/// A byte of the bits, with those outside of the range as zeros.
unsigned char masked_byte(std::string_view bytes, Bits bits, std::uint64_t byte)
{
    unsigned value = static_cast<unsigned char>(bytes[byte]);
    if (byte == bits.first / 8) value &= 0xffu >> bits.first % 8;
    if (byte == bits.last / 8) value &= 0xff00u >> (bits.last % 8 + 1);
    return static_cast<unsigned char>(value);
}

/// How many bits of each byte of a word are ones.
std::uint64_t ones_of_each_byte(std::uint64_t word)
{
    word -= word >> 1 & 0x5555555555555555;
    word = (word & 0x3333333333333333) + (word >> 2 & 0x3333333333333333);
    return (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0f;
}

/// What the bytes of a word add up to; no more than 65535.
std::uint64_t sum_of_bytes(std::uint64_t word)
{
    constexpr std::uint64_t kEveryOther = 0x00ff00ff00ff00ff;
    const std::uint64_t pairs = (word & kEveryOther) + (word >> 8 & kEveryOther);
    return pairs * 0x0001000100010001 >> 48;
}

/// The ones of whole words. Bytes are counted beside each other, as long as their counts (8 a word)
/// fit a byte: a loop that compilers make vectors of, for processors without an instruction.
std::int64_t count_ones_of_words(std::string_view bytes)
{
    constexpr std::size_t kWord = sizeof(std::uint64_t);
    constexpr std::size_t kAtOnce = 31 * kWord;
    std::uint64_t count = 0;
    for (; !bytes.empty(); bytes.remove_prefix(std::min(kAtOnce, bytes.size()))) {
        std::uint64_t each_byte = 0;
        const std::size_t end = std::min(kAtOnce, bytes.size());
        for (std::size_t at = 0; at < end; at += kWord) {
            std::uint64_t word = 0;
            std::memcpy(&word, bytes.data() + at, kWord);
            each_byte += ones_of_each_byte(word);
        }
        count += sum_of_bytes(each_byte);
    }
    return static_cast<std::int64_t>(count);
}

std::int64_t count_ones(std::string_view bytes, Bits bits)
{
    const std::uint64_t last = bits.last / 8;
    std::uint64_t byte = bits.first / 8;
    std::int64_t count = std::popcount(masked_byte(bytes, bits, byte++));
    if (byte < last) {
        const std::uint64_t whole = (last - byte) / sizeof(std::uint64_t) * sizeof(std::uint64_t);
        count += count_ones_of_words(bytes.substr(byte, whole));
        byte += whole;
    }
    for (; byte <= last; ++byte) count += std::popcount(masked_byte(bytes, bits, byte));
    return count;
}

/// The first bit of this value; nothing if there is none.
std::optional<std::uint64_t> find_bit(std::string_view bytes, Bits bits, bool wanted)
{
    const char other = wanted ? '\0' : '\xff';
    for (std::uint64_t bit = bits.first; bit <= bits.last; ++bit) {
        if (bit % 8 == 0) {  // whole bytes without it are passed at once
            const auto rest = bytes.substr(bit / 8);
            const std::uint64_t passed = std::min(rest.find_first_not_of(other), rest.size());
            bit += passed * 8;
            if (bit > bits.last) break;
        }
        if (bit_at(bytes, bit) == wanted) return bit;
    }
    return std::nullopt;
}

/// Redis 7.0 does not read the range if there is no such key, or it holds something else.
bool is_missing_before_range(Call& call, std::string_view key)
{
    return call.server.dialect.has(Difference::KeyBeforeRange) &&
           call.keys.find<store::String>(key) == nullptr;
}

/// As much of a range as there is: its beginning, its end and their unit, which is looked at before
/// the end. Whether there is an end.
bool next_range(Args& args, BitRange& range)
{
    if (!args.done()) range.start = args.next_integer();
    const bool has_end = !args.done();
    const auto end_text = has_end ? args.next() : std::string_view{};
    range.in_bits = next_is_in_bits(args);
    if (has_end) range.end = Args{{&end_text, 1}}.next_integer();
    return has_end;
}

void bitcount(Call& call)
{
    const auto key = call.args.next();
    if (is_missing_before_range(call, key)) return call.reply.integer(0);
    if (call.args.remaining() > kMaxRangeArguments) throw CommandError{text::kSyntax};
    BitRange range;
    if (call.server.dialect.has(Difference::BitcountToEnd)) {
        next_range(call.args, range);
    } else if (!call.args.done()) {
        if (call.args.remaining() == 1) throw CommandError{text::kSyntax};
        range.start = call.args.next_integer();
        range.end = call.args.next_integer();
        range.in_bits = next_is_in_bits(call.args);
    }
    const auto* string = call.keys.find<store::String>(key);
    const auto bytes = string == nullptr ? std::string_view{} : string->view();
    // Unlike BITPOS, BITCOUNT finds nothing between two offsets from the end in the wrong order.
    const bool reversed = range.start < 0 && range.end < 0 && range.start > range.end;
    const auto bits = reversed ? std::nullopt : bits_of(range, bytes.size());
    call.reply.integer(bits ? count_ones(bytes, *bits) : 0);
}

/// Behind the end of a string there are zeros, but not if the request says where to end.
void bitpos(Call& call)
{
    const auto key = call.args.next();
    const std::int64_t bit = call.args.next_integer();
    if (bit != 0 && bit != 1) throw CommandError{"ERR The bit argument must be 1 or 0."};
    if (is_missing_before_range(call, key)) return call.reply.integer(bit == 1 ? -1 : 0);
    if (call.args.remaining() > kMaxRangeArguments) throw CommandError{text::kSyntax};
    BitRange range;
    const bool has_end = next_range(call.args, range);

    const auto* string = call.keys.find<store::String>(key);
    if (string == nullptr) return call.reply.integer(bit == 1 ? -1 : 0);
    const auto bits = bits_of(range, string->size());
    if (!bits) return call.reply.integer(-1);
    const auto found = find_bit(string->view(), *bits, bit == 1);
    if (found) return call.reply.integer(static_cast<std::int64_t>(*found));
    const bool in_zeros = bit == 0 && !has_end;
    call.reply.integer(in_zeros ? static_cast<std::int64_t>(string->size() * 8) : -1);
}

constexpr Command kCommands[] = {
    {.name = "BITCOUNT",
     .syntax = "key [start:integer end:integer [BYTE | BIT]]",
     .summary = "Counts the number of set bits (population counting) in a string.",
     .since = "2.6.0",
     .complexity = "O(N)",
     .group = Group::Bitmap,
     .flags = kReadonly,
     .keys = {key_at(1, "RO ACCESS")},
     .run = bitcount},
    {.name = "BITPOS",
     .syntax = "key bit [start:integer [end:integer [BYTE | BIT]]]",
     .summary = "Finds the first set (1) or clear (0) bit in a string.",
     .since = "2.8.7",
     .complexity = "O(N)",
     .group = Group::Bitmap,
     .flags = kReadonly,
     .keys = {key_at(1, "RO ACCESS")},
     .run = bitpos},
};

}  // namespace

std::span<const Command> bitmap_count() { return kCommands; }

}  // namespace server::commands
