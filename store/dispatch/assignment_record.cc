#include "store/dispatch/assignment_record.h"

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <type_traits>
#include <utility>

#include "store/error.h"
#include "store/number.h"

namespace store {

namespace {

constexpr std::array<std::pair<AssignmentState, std::string_view>, 5> kStateNames{{
    {AssignmentState::Offered, "offered"},
    {AssignmentState::Assigned, "assigned"},
    {AssignmentState::Unassigned, "unassigned"},
    {AssignmentState::Completed, "completed"},
    {AssignmentState::Cancelled, "cancelled"},
}};

std::string to_netstrings(const std::vector<std::string>& list)
{
    std::string text;
    for (const auto& item : list) text += fmt::format("{}:{},", item.size(), item);
    return text;
}

/// Reads the fields of a hash; whatever is missing or malformed is no record.
class FieldReader
{
public:
    /// Lists the fields once: they are asked for by name, many times.
    explicit FieldReader(const Hash& hash)
    {
        constexpr std::size_t kMostFields = 100;  // of a record, and what people may add to it
        if (hash.size() > kMostFields) throw Error{Reason::NotAnAssignment};
        fields_.reserve(hash.size());
        hash.for_each([this](std::string_view field, std::string_view value) {
            fields_.push_back({field, value});
        });
    }

    bool has(std::string_view field) const { return find(field).has_value(); }

    std::string_view text(std::string_view field) const
    {
        if (const auto value = find(field)) return *value;
        throw Error{Reason::NotAnAssignment};
    }

    std::string text_or(std::string_view field, std::string_view otherwise) const
    {
        return std::string{find(field).value_or(otherwise)};
    }

    std::int64_t integer(std::string_view field) const
    {
        if (const auto number = parse_integer(text(field))) return *number;
        throw Error{Reason::NotAnAssignment};
    }

    std::int64_t integer_or(std::string_view field, std::int64_t otherwise) const
    {
        return has(field) ? integer(field) : otherwise;
    }

    double number(std::string_view field) const
    {
        if (const auto value = parse_double(text(field))) return *value;
        throw Error{Reason::NotAnAssignment};
    }

    Deadline deadline(std::string_view field) const
    {
        return Deadline{std::chrono::milliseconds{integer(field)}};
    }

    std::vector<std::string> list(std::string_view field) const
    {
        std::vector<std::string> items;
        std::string_view rest = find(field).value_or("");
        while (!rest.empty()) {
            const auto colon = rest.find(':');
            const auto size = parse_integer(rest.substr(0, colon));
            if (colon == std::string_view::npos || !size || *size < 0 ||
                rest.size() - colon < static_cast<std::size_t>(*size) + 2)
                throw Error{Reason::NotAnAssignment};
            items.emplace_back(rest.substr(colon + 1, static_cast<std::size_t>(*size)));
            rest.remove_prefix(colon + 2 + static_cast<std::size_t>(*size));
        }
        return items;
    }

private:
    /// Looks first where the last one was found, and then at the next: fields are read in the order
    /// in which they were written.
    std::optional<std::string_view> find(std::string_view name) const
    {
        for (std::size_t looked = 0; looked < fields_.size(); ++looked) {
            const std::size_t at = (position_ + looked) % fields_.size();
            if (fields_[at].field != name) continue;
            position_ = at;
            return fields_[at].value;
        }
        return std::nullopt;
    }

    std::vector<Hash::Pair> fields_;
    mutable std::size_t position_ = 0;
};

/// Collects fields with their values, and makes one hash of them at the end.
class FieldWriter
{
public:
    FieldWriter() { fields_.reserve(kUsualFields); }

    /// With the digits that read back as the same number.
    template <class Number>
    requires std::is_arithmetic_v<Number>
    void write(std::string_view field, Number number)
    {
        const std::size_t begin = values_.size();
        fmt::format_to(std::back_inserter(values_), "{}", number);
        fields_.push_back({field, begin, values_.size() - begin});
    }

    void write(std::string_view field, std::string_view text)
    {
        fields_.push_back({field, values_.size(), text.size()});
        values_.append(text.data(), text.data() + text.size());
    }

    void write(std::string_view field, Deadline deadline)
    {
        write(field, deadline.time_since_epoch().count());
    }

    Hash to_hash() const
    {
        std::vector<Hash::Pair> pairs;
        pairs.reserve(fields_.size());
        for (const auto& [name, begin, size] : fields_)
            pairs.push_back({name, {values_.data() + begin, size}});
        return Hash::of(pairs);
    }

private:
    static constexpr std::size_t kUsualFields = 24;

    struct Field
    {
        std::string_view name;
        std::size_t begin;  // of the value in values_
        std::size_t size;
    };

    std::vector<Field> fields_;
    fmt::memory_buffer values_;
};

AssignmentState read_state(const FieldReader& fields)
{
    const auto text = fields.text("state");
    for (const auto& [state, name] : kStateNames)
        if (text == name) return state;
    throw Error{Reason::NotAnAssignment};
}

std::optional<Reservation> read_reservation(const FieldReader& fields)
{
    if (!fields.has("driver")) return std::nullopt;
    Reservation reservation;
    reservation.driver = fields.text("driver");
    reservation.distance_m = fields.number("distance_m");
    reservation.place = {fields.number("longitude"), fields.number("latitude")};
    reservation.lock = fields.text("lock");
    reservation.expires_at = fields.deadline("expires_at");
    return reservation;
}

AssignmentSearch read_search(const FieldReader& fields)
{
    AssignmentSearch search;
    search.geo = fields.text("geo");
    search.available = fields.text("available");
    const Place center{fields.number("from_longitude"), fields.number("from_latitude")};
    if (fields.has("radius_m")) {
        search.shape = Circle{center, fields.number("radius_m")};
    } else {
        search.shape = Box{center, fields.number("width_m"), fields.number("height_m")};
    }
    search.meters_per_unit = fields.number("meters_per_unit");
    if (fields.text_or("strategy", "nearest") == "rating") search.strategy = Strategy::Rating;
    search.rating_pattern = fields.text_or("ratingby", search.rating_pattern);
    search.count = static_cast<std::size_t>(fields.integer_or("count", 10));
    search.require = fields.list("require");
    search.except = fields.list("except");
    search.skip = fields.list("skip");
    search.lock_pattern = fields.text_or("lock_pattern", search.lock_pattern);
    search.lock_time = std::chrono::milliseconds{fields.integer_or("lock_ms", 30'000)};
    search.offer = fields.has("offer");
    if (fields.has("deadline")) search.deadline = fields.deadline("deadline");
    return search;
}

void write_reservation(FieldWriter& fields, const Reservation& reservation)
{
    fields.write("driver", reservation.driver);
    fields.write("distance_m", reservation.distance_m);
    fields.write("longitude", reservation.place.longitude);
    fields.write("latitude", reservation.place.latitude);
    fields.write("lock", reservation.lock);
    fields.write("expires_at", reservation.expires_at);
}

void write_list(FieldWriter& fields, std::string_view name, const std::vector<std::string>& list)
{
    if (!list.empty()) fields.write(name, to_netstrings(list));
}

void write_shape(FieldWriter& fields, const Shape& shape)
{
    const Place center = center_of(shape);
    fields.write("from_longitude", center.longitude);
    fields.write("from_latitude", center.latitude);
    if (const auto* circle = std::get_if<Circle>(&shape)) {
        fields.write("radius_m", circle->radius_m);
    } else {
        const auto& box = std::get<Box>(shape);
        fields.write("width_m", box.width_m);
        fields.write("height_m", box.height_m);
    }
}

/// Defaults are left out.
void write_search(FieldWriter& fields, const AssignmentSearch& search)
{
    static const AssignmentSearch defaults;
    fields.write("geo", search.geo);
    fields.write("available", search.available);
    write_shape(fields, search.shape);
    fields.write("meters_per_unit", search.meters_per_unit);
    if (search.strategy == Strategy::Rating) fields.write("strategy", "rating");
    if (search.rating_pattern != defaults.rating_pattern)
        fields.write("ratingby", search.rating_pattern);
    if (search.count != defaults.count) fields.write("count", search.count);
    write_list(fields, "require", search.require);
    write_list(fields, "except", search.except);
    write_list(fields, "skip", search.skip);
    if (search.lock_pattern != defaults.lock_pattern)
        fields.write("lock_pattern", search.lock_pattern);
    if (search.lock_time != defaults.lock_time) fields.write("lock_ms", search.lock_time.count());
    if (search.offer) fields.write("offer", "1");
    if (search.deadline) fields.write("deadline", *search.deadline);
}

}  // namespace

std::string_view name_of(AssignmentState state)
{
    return kStateNames[static_cast<std::size_t>(state)].second;
}

Hash to_hash(const AssignmentRecord& record)
{
    FieldWriter fields;
    fields.write("state", name_of(record.state));
    fields.write("token", record.token);
    if (record.reservation) write_reservation(fields, *record.reservation);
    write_list(fields, "tried", record.tried);
    write_list(fields, "rejected", record.rejected);
    fields.write("sequence", record.sequence);
    write_search(fields, record.search);
    return fields.to_hash();
}

AssignmentRecord to_record(const Hash& hash)
{
    const FieldReader fields{hash};
    AssignmentRecord record;
    record.state = read_state(fields);
    record.token = static_cast<std::uint64_t>(fields.integer("token"));
    record.reservation = read_reservation(fields);
    const bool held = record.state == AssignmentState::Offered ||
                      record.state == AssignmentState::Assigned ||
                      record.state == AssignmentState::Completed;
    if (held && !record.reservation) throw Error{Reason::NotAnAssignment};
    record.tried = fields.list("tried");
    record.rejected = fields.list("rejected");
    record.sequence = static_cast<std::uint64_t>(fields.integer("sequence"));
    record.search = read_search(fields);
    return record;
}

}  // namespace store
