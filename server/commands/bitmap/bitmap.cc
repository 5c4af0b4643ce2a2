#include <algorithm>
#include <cstring>
#include <optional>

#include "ascii/integer.h"
#include "server/catalogue/command.h"
#include "server/commands/bitmap/bit_offset.h"
#include "server/commands/families.h"
#include "server/execution/call.h"
#include "server/server.h"
#include "store/number.h"

namespace server::commands {

namespace {

/// Throws unless a string may be so long that it has the bit.
std::uint64_t checked_offset(const Call& call, std::optional<std::int64_t> offset, unsigned unit)
{
    std::int64_t bit = 0;
    if (!offset || *offset < 0 || __builtin_mul_overflow(*offset, unit, &bit) ||
        bit / 8 >= call.server.options.proto_max_bulk_len)
        throw CommandError{"ERR bit offset is not an integer or out of range"};
    return static_cast<std::uint64_t>(bit);
}

}  // namespace

std::uint64_t next_bit_offset(Call& call)
{
    return checked_offset(call, ascii::parse_integer(call.args.next()), 1);
}

std::uint64_t next_bit_offset(Call& call, unsigned bits)
{
    std::string_view text = call.args.next();
    const bool counts_fields = text.starts_with('#');
    if (counts_fields) text.remove_prefix(1);
    return checked_offset(call, ascii::parse_integer(text), counts_fields ? bits : 1);
}

namespace {

void setbit(Call& call)
{
    const auto key = call.args.next();
    const std::uint64_t offset = next_bit_offset(call);
    const bool bit =
        call.args.next_integer_in(0, 1, "ERR bit is not an integer or out of range") == 1;
    auto string = call.keys.edit<store::String>(key);
    const bool old = bit_at(string->view(), offset);
    const std::uint64_t byte = offset / 8;
    const bool grows = byte >= string->size();
    if (grows) string->resize(byte + 1);

    const auto mask = static_cast<unsigned char>(0x80 >> offset % 8);
    const auto others = static_cast<unsigned char>(string->view()[byte]) & ~mask;
    const auto written = static_cast<char>(others | (bit ? mask : 0));
    string->write(byte, {&written, 1});
    string.changes = grows || old != bit;
    call.reply.integer(old);
}

void getbit(Call& call)
{
    const auto key = call.args.next();
    const std::uint64_t offset = next_bit_offset(call);
    const auto* string = call.keys.find<store::String>(key);
    call.reply.integer(string != nullptr && bit_at(string->view(), offset));
}

enum class Operation : std::uint8_t { And, Or, Xor, Not };

Operation next_operation(Args& args)
{
    if (args.accept("AND")) return Operation::And;
    if (args.accept("OR")) return Operation::Or;
    if (args.accept("XOR")) return Operation::Xor;
    if (args.accept("NOT")) return Operation::Not;
    throw CommandError{text::kSyntax};
}

template <class Word, class Combine>
void combine_word(char* target, const char* other, Combine combine)
{
    Word mine, its;
    std::memcpy(&mine, target, sizeof mine);
    std::memcpy(&its, other, sizeof its);
    mine = static_cast<Word>(combine(mine, its));
    std::memcpy(target, &mine, sizeof mine);
}

/// Eight bytes at a time, then what is left.
template <class Combine>
void combine_bytes(char* target, const char* other, std::size_t size, Combine combine)
{
    std::size_t at = 0;
    for (; at + sizeof(std::uint64_t) <= size; at += sizeof(std::uint64_t))
        combine_word<std::uint64_t>(target + at, other + at, combine);
    for (; at < size; ++at) combine_word<std::uint8_t>(target + at, other + at, combine);
}

/// Combines `other`, which ends with zeros without end, into `result`, which is at least as long.
void combine(Operation operation, std::span<char> result, std::string_view other)
{
    const auto all = [&](auto each) {
        combine_bytes(result.data(), other.data(), other.size(), each);
    };
    switch (operation) {
        case Operation::And:
            all([](auto mine, auto its) { return mine & its; });
            std::fill(result.begin() + static_cast<std::ptrdiff_t>(other.size()), result.end(), 0);
            break;
        case Operation::Or: all([](auto mine, auto its) { return mine | its; }); break;
        case Operation::Xor: all([](auto mine, auto its) { return mine ^ its; }); break;
        case Operation::Not: all([](auto, auto its) { return ~its; }); break;
    }
}

/// The strings at the keys; a missing key is an empty one.
std::vector<std::string_view> strings_at(Call& call, std::span<const std::string_view> keys)
{
    std::vector<std::string_view> strings;
    for (const auto key : keys) {
        const auto* string = call.keys.find<store::String>(key);
        strings.push_back(string == nullptr ? std::string_view{} : string->view());
    }
    return strings;
}

void bitop(Call& call)
{
    const Operation operation = next_operation(call.args);
    const auto destination = call.args.next();
    const auto keys = call.args.rest();
    if (operation == Operation::Not && keys.size() != 1)
        throw CommandError{"ERR BITOP NOT must be called with a single source key."};
    const auto strings = strings_at(call, keys);

    std::size_t size = 0;
    for (const auto string : strings) size = std::max(size, string.size());
    store::String result{strings.front()};
    result.resize(size);
    const std::size_t first = operation == Operation::Not ? 0 : 1;
    for (std::size_t i = first; i < strings.size(); ++i)
        combine(operation, result.change_in_place(), strings[i]);

    if (result.empty()) {
        call.keys.erase(destination);
    } else {
        call.keys.put(destination, std::move(result));
    }
    call.reply.integer(static_cast<std::int64_t>(size));
}

constexpr Command kCommands[] = {
    {.name = "SETBIT",
     .syntax = "key offset:integer value",
     .summary = "Sets or clears the bit at offset of the string value. Creates the key if it "
                "doesn't exist.",
     .since = "2.2.0",
     .complexity = "O(1)",
     .group = Group::Bitmap,
     .flags = kWrite | kDenyOom,
     .keys = {key_at(1, "RW ACCESS UPDATE")},
     .event = "setbit",
     .run = setbit},
    {.name = "GETBIT",
     .syntax = "key offset:integer",
     .summary = "Returns a bit value by offset.",
     .since = "2.2.0",
     .complexity = "O(1)",
     .group = Group::Bitmap,
     .flags = kReadonly | kFast,
     .keys = {key_at(1, "RO ACCESS")},
     .run = getbit},
    {.name = "BITOP",
     .syntax = "<AND | OR | XOR | NOT> destkey key [key ...]",
     .summary = "Performs bitwise operations on multiple strings, and stores the result.",
     .since = "2.6.0",
     .complexity = "O(N)",
     .group = Group::Bitmap,
     .flags = kWrite | kDenyOom,
     .keys = {key_at(2, "OW UPDATE"), keys_from(3, "RO ACCESS")},
     .event = "set",
     .run = bitop},
};

}  // namespace

std::span<const Command> bitmap() { return kCommands; }

}  // namespace server::commands
