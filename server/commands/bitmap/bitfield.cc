#include <algorithm>
#include <optional>
#include <vector>

#include "ascii/integer.h"
#include "server/catalogue/command.h"
#include "server/commands/bitmap/bit_offset.h"
#include "server/commands/families.h"
#include "server/execution/call.h"
#include "store/number.h"

namespace server::commands {

namespace {

__extension__ using Wide = __int128;

/// An integer among the bits of a string: "i16", "u8". Highest bit first.
struct FieldType
{
    bool is_signed;
    unsigned bits;

    Wide min() const { return is_signed ? -(Wide{1} << (bits - 1)) : 0; }
    Wide max() const { return (Wide{1} << (is_signed ? bits - 1 : bits)) - 1; }

    /// The lowest bits of a number as a number of this type.
    Wide wrap(Wide value) const
    {
        const Wide size = Wide{1} << bits;
        value = ((value % size) + size) % size;
        return value > max() ? value - size : value;
    }
};

enum class Overflow : std::uint8_t { Wrap, Saturate, Fail };
enum class Access : std::uint8_t { Get, Set, Increment };

/// One step of BITFIELD.
struct Step
{
    Access access;
    FieldType type;
    std::uint64_t offset;
    std::int64_t operand = 0;  ///< what to set, or to add
    Overflow overflow = Overflow::Wrap;
};

FieldType next_type(Args& args)
{
    const auto text = args.next();
    const bool is_signed = text.starts_with('i');
    const unsigned max_bits = is_signed ? 64 : 63;
    const auto bits = text.empty() ? std::nullopt : ascii::parse_integer(text.substr(1));
    if ((!is_signed && !text.starts_with('u')) || !bits || *bits < 1 || *bits > max_bits) {
        throw CommandError{
            "ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported "
            "but i64 is."};
    }
    return {is_signed, static_cast<unsigned>(*bits)};
}

Overflow next_overflow(Args& args)
{
    if (args.accept("WRAP")) return Overflow::Wrap;
    if (args.accept("SAT")) return Overflow::Saturate;
    if (args.accept("FAIL")) return Overflow::Fail;
    throw CommandError{"ERR Invalid OVERFLOW type specified"};
}

std::vector<Step> next_steps(Call& call)
{
    std::vector<Step> steps;
    Overflow overflow = Overflow::Wrap;
    Args& args = call.args;
    while (!args.done()) {
        if (args.accept("OVERFLOW", 1)) {
            overflow = next_overflow(args);
            continue;
        }
        Access access = Access::Get;
        if (args.accept("SET", 3)) {
            access = Access::Set;
        } else if (args.accept("INCRBY", 3)) {
            access = Access::Increment;
        } else if (!args.accept("GET", 2)) {
            throw CommandError{text::kSyntax};
        }
        const FieldType type = next_type(args);
        const std::uint64_t offset = next_bit_offset(call, type.bits);
        const std::int64_t operand = access == Access::Get ? 0 : args.next_integer();
        steps.push_back({access, type, offset, operand, overflow});
    }
    return steps;
}

Wide read_field(std::string_view bytes, const Step& step)
{
    Wide value = 0;
    for (unsigned i = 0; i < step.type.bits; ++i)
        value = value * 2 + bit_at(bytes, step.offset + i);
    return step.type.wrap(value);
}

/// REQUIRES: the string is long enough.
void write_field(store::String& string, const Step& step, Wide value)
{
    const std::uint64_t first = step.offset / 8;
    const std::uint64_t last = (step.offset + step.type.bits - 1) / 8;
    std::string bytes{string.view().substr(first, last - first + 1)};
    for (unsigned i = 0; i < step.type.bits; ++i) {
        const std::uint64_t bit = step.offset + i - first * 8;
        const auto mask = static_cast<unsigned char>(0x80 >> bit % 8);
        const bool one = (value >> (step.type.bits - 1 - i) & 1) != 0;
        char& byte = bytes[bit / 8];
        byte = static_cast<char>(one ? byte | mask : byte & ~mask);
    }
    string.write(first, bytes);
}

/// The end of the type's range that is nearest. For SET Redis subtracts in 64 bits to find out,
/// which overflows for the very lowest numbers: it takes them for high ones.
Wide nearest_end(const Step& step, Wide value)
{
    const Wide max = step.type.max();
    const bool overflows =
        step.access == Access::Set && max - value > std::numeric_limits<std::int64_t>::max();
    return value > 0 || overflows ? max : step.type.min();
}

/// What the step leaves in the field; nothing if that does not fit and must fail.
std::optional<Wide> new_value(const Step& step, Wide old)
{
    Wide value = step.operand;
    if (step.access == Access::Increment) {
        value += old;
    } else if (!step.type.is_signed) {
        value = static_cast<std::uint64_t>(step.operand);
    }
    if (value >= step.type.min() && value <= step.type.max()) return value;
    switch (step.overflow) {
        case Overflow::Wrap: return step.type.wrap(value);
        case Overflow::Saturate: return nearest_end(step, value);
        case Overflow::Fail: return std::nullopt;
    }
    return std::nullopt;
}

void reply_number(Call& call, Wide value) { call.reply.integer(static_cast<std::int64_t>(value)); }

void read_all(Call& call, std::string_view key, const std::vector<Step>& steps)
{
    const auto* string = call.keys.find<store::String>(key);
    const auto bytes = string == nullptr ? std::string_view{} : string->view();
    call.reply.array(steps.size());
    for (const Step& step : steps) reply_number(call, read_field(bytes, step));
}

/// True if something was written that counts as a change: another value, or any to a string that
/// grew.
bool run_step(Call& call, store::String& string, const Step& step, bool grew)
{
    const Wide old = read_field(string.view(), step);
    if (step.access == Access::Get) {
        reply_number(call, old);
        return false;
    }
    const auto value = new_value(step, old);
    if (!value) {
        call.reply.null();
        return false;
    }
    write_field(string, step, *value);
    reply_number(call, step.access == Access::Set ? old : *value);
    return grew || *value != old;
}

bool only_reads(const std::vector<Step>& steps)
{
    return std::ranges::all_of(steps, [](const Step& step) { return step.access == Access::Get; });
}

void bitfield(Call& call)
{
    const auto key = call.args.next();
    const auto steps = next_steps(call);
    if (only_reads(steps)) return read_all(call, key, steps);

    auto string = call.keys.edit<store::String>(key);
    std::uint64_t size = string->size();
    for (const Step& step : steps) {
        if (step.access == Access::Get) continue;
        size = std::max(size, (step.offset + step.type.bits - 1) / 8 + 1);
    }
    const bool grew = size > string->size();
    string->resize(size);
    call.reply.array(steps.size());
    for (const Step& step : steps) string.changes += run_step(call, *string, step, grew);
    if (grew && string.changes == 0) string.changes = 1;  // all of it overflowed
}

void bitfield_ro(Call& call)
{
    const auto key = call.args.next();
    const auto steps = next_steps(call);
    if (!only_reads(steps)) throw CommandError{"ERR BITFIELD_RO only supports the GET subcommand"};
    read_all(call, key, steps);
}

constexpr Command kCommands[] = {
    {.name = "BITFIELD",
     .syntax = "key [GET encoding offset:integer | [OVERFLOW WRAP | SAT | FAIL] <SET encoding "
               "offset:integer "
               "value | INCRBY encoding offset:integer increment:integer> [GET encoding "
               "offset:integer | [OVERFLOW WRAP | "
               "SAT | FAIL] <SET encoding offset:integer value | INCRBY encoding offset:integer "
               "increment:integer> ...]]",
     .summary = "Performs arbitrary bitfield integer operations on strings.",
     .since = "3.2.0",
     .complexity = "O(1) for each subcommand specified",
     .group = Group::Bitmap,
     .flags = kWrite | kDenyOom,
     .keys = {with_notes(key_at(1, "RW ACCESS UPDATE VARIABLE_FLAGS"),
                         "This command allows both access and modification of the key")},
     .event = "setbit",
     .run = bitfield},
    {.name = "BITFIELD_RO",
     .syntax = "key [GET encoding offset:integer [GET encoding offset:integer ...]]",
     .summary = "Performs arbitrary read-only bitfield integer operations on strings.",
     .since = "6.0.0",
     .complexity = "O(1) for each subcommand specified",
     .group = Group::Bitmap,
     .flags = kReadonly | kFast,
     .keys = {key_at(1, "RO ACCESS")},
     .run = bitfield_ro},
};

}  // namespace

std::span<const Command> bitfield() { return kCommands; }

}  // namespace server::commands
