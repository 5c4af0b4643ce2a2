#include "store/dispatch/record_fields.h"

#include <charconv>
#include <cmath>

#include "ascii/integer.h"
#include "store/error.h"
#include "store/number.h"

namespace store {

namespace {

constexpr std::size_t kUsualFields = 24;

/// The end of the year 9999: what is later was no deadline that anybody meant.
constexpr std::int64_t kMaxTimeMs = 253'402'300'799'999;

}  // namespace

void FieldReader::refuse(std::string_view field) { throw Error{Reason::NotAnAssignment, field}; }

/// Lists the fields once: they are asked for by name, many times.
FieldReader::FieldReader(const Hash& hash)
{
    constexpr std::size_t kMaxFields = 100;  // of a record, and what people may add to it
    if (hash.size() > kMaxFields) refuse("state");
    fields_.reserve(hash.size());
    hash.for_each([this](std::string_view field, std::string_view value) {
        fields_.push_back({field, value});
        present_ |= bit_of(field);
    });
}

std::string_view FieldReader::text(std::string_view field) const
{
    if (const auto value = find(field)) return *value;
    refuse(field);
}

std::int64_t FieldReader::integer(std::string_view field, std::int64_t min, std::int64_t max) const
{
    const auto number = ascii::parse_integer(text(field));
    if (!number || *number < min || *number > max) refuse(field);
    return *number;
}

double FieldReader::number(std::string_view field, double min, double max) const
{
    const auto value = parse_double(text(field));
    if (!value || *value < min || *value > max) refuse(field);
    return *value;
}

Deadline FieldReader::deadline(std::string_view field) const
{
    return Deadline{std::chrono::milliseconds{integer(field, 0, kMaxTimeMs)}};
}

MemberList FieldReader::list(std::string_view field) const
{
    auto members = MemberList::parse(find(field).value_or(""));
    if (!members) refuse(field);
    return *std::move(members);
}

/// Looks first behind the last one that was found: fields are read in the order in which they were
/// written.
std::optional<std::string_view> FieldReader::find(std::string_view name) const
{
    if ((present_ & bit_of(name)) == 0) return std::nullopt;
    std::size_t at = position_;
    for (std::size_t looked = 0; looked < fields_.size(); ++looked) {
        if (at == fields_.size()) at = 0;
        const auto& [field, value] = fields_[at++];
        if (field != name) continue;
        position_ = at;
        return value;
    }
    return std::nullopt;
}

FieldWriter::FieldWriter()
{
    fields_.reserve(kUsualFields);
    values_.reserve(256);
}

void FieldWriter::write(std::string_view field, double number)
{
    constexpr double kMinFixed = 1e-4, kMaxFixed = 1e16;
    const double size = std::abs(number);
    if (size >= kMinFixed)
        if (const auto text = format_few_decimals(number)) return write(field, *text);
    const bool is_fixed = size == 0 || (size >= kMinFixed && size < kMaxFixed);
    char digits[64];
    const auto end =
        std::to_chars(digits, digits + sizeof digits, number,
                      is_fixed ? std::chars_format::fixed : std::chars_format::scientific)
            .ptr;
    write(field, std::string_view{digits, static_cast<std::size_t>(end - digits)});
}

void FieldWriter::write(std::string_view field, std::uint64_t number)
{
    write(field, std::string_view{ascii::IntegerText{number}});
}

void FieldWriter::write(std::string_view field, std::string_view text)
{
    fields_.push_back({field, values_.size(), text.size()});
    values_.append(text);
}

Hash FieldWriter::to_hash() const
{
    std::vector<Hash::Pair> pairs;
    pairs.reserve(fields_.size());
    const std::string_view values = values_;
    for (const auto& [name, begin, size] : fields_)
        pairs.push_back({name, values.substr(begin, size)});
    return Hash::of(pairs);
}

}  // namespace store
