#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/clock.h"
#include "store/dispatch/member_list.h"
#include "store/types/hash.h"

namespace store {

/// Reads the fields of a hash that should be a record. Whatever is missing, malformed or out of
/// its range throws Error{NotAnAssignment} with the field's name. Names are literals.
class FieldReader
{
public:
    /// The hash must outlive the reader, and must not change.
    explicit FieldReader(const Hash& hash);

    bool has(std::string_view field) const { return find(field).has_value(); }
    std::string_view text(std::string_view field) const;
    std::string text_or(std::string_view field, std::string_view otherwise) const
    {
        return std::string{find(field).value_or(otherwise)};
    }
    std::int64_t integer(std::string_view field, std::int64_t min, std::int64_t max) const;
    std::int64_t integer_or(std::string_view field, std::int64_t otherwise, std::int64_t min,
                            std::int64_t max) const
    {
        return has(field) ? integer(field, min, max) : otherwise;
    }
    double number(std::string_view field, double min, double max) const;
    Deadline deadline(std::string_view field) const;
    /// Empty if there is no such field.
    MemberList list(std::string_view field) const;

    [[noreturn]] static void refuse(std::string_view field);

private:
    std::optional<std::string_view> find(std::string_view name) const;

    /// One of 64 bits for each name, chosen so that the names of a record rarely share one.
    static std::uint64_t bit_of(std::string_view name)
    {
        if (name.empty()) return 1;
        const auto first = static_cast<unsigned char>(name.front());
        const auto last = static_cast<unsigned char>(name.back());
        return std::uint64_t{1} << ((name.size() + 19u * last + first) & 63u);
    }

    std::vector<Hash::Pair> fields_;
    std::uint64_t present_ = 0;  ///< the bits of all names: most optional fields are missing
    mutable std::size_t position_ = 0;
};

/// Collects fields with their values, and makes one hash of them at the end. Names are literals.
class FieldWriter
{
public:
    FieldWriter();

    /// With the digits that read back as the same number.
    void write(std::string_view field, double number);
    void write(std::string_view field, std::uint64_t number);
    void write(std::string_view field, std::string_view text);
    void write(std::string_view field, Deadline deadline)
    {
        write(field, static_cast<std::uint64_t>(deadline.time_since_epoch().count()));
    }

    Hash to_hash() const;

private:
    struct Field
    {
        std::string_view name;
        std::size_t begin;  // of the value in values_
        std::size_t size;
    };

    std::vector<Field> fields_;
    std::string values_;
};

}  // namespace store
