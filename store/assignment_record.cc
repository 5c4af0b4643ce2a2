#include "store/assignment_record.h"

#include <fmt/format.h>

#include <array>
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
            fields_.emplace_back(field, value);
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
    std::optional<std::string_view> find(std::string_view name) const
    {
        for (const auto& [field, value] : fields_)
            if (field == name) return value;
        return std::nullopt;
    }

    std::vector<std::pair<std::string_view, std::string_view>> fields_;
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
    return Reservation{.driver = std::string{fields.text("driver")},
                       .place = {fields.number("longitude"), fields.number("latitude")},
                       .distance_m = fields.number("distance_m"),
                       .lock = std::string{fields.text("lock")},
                       .expires_at = fields.deadline("expires_at")};
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

void write_reservation(Hash& hash, const Reservation& reservation)
{
    hash.add_new("driver", reservation.driver);
    hash.add_new("distance_m", fmt::format("{}", reservation.distance_m));
    hash.add_new("longitude", fmt::format("{}", reservation.place.longitude));
    hash.add_new("latitude", fmt::format("{}", reservation.place.latitude));
    hash.add_new("lock", reservation.lock);
    hash.add_new("expires_at",
                 fmt::format_int{reservation.expires_at.time_since_epoch().count()}.str());
}

void write_list(Hash& hash, std::string_view field, const std::vector<std::string>& list)
{
    if (!list.empty()) hash.add_new(field, to_netstrings(list));
}

void write_shape(Hash& hash, const Shape& shape)
{
    const Place center = center_of(shape);
    hash.add_new("from_longitude", fmt::format("{}", center.longitude));
    hash.add_new("from_latitude", fmt::format("{}", center.latitude));
    if (const auto* circle = std::get_if<Circle>(&shape)) {
        hash.add_new("radius_m", fmt::format("{}", circle->radius_m));
    } else {
        const auto& box = std::get<Box>(shape);
        hash.add_new("width_m", fmt::format("{}", box.width_m));
        hash.add_new("height_m", fmt::format("{}", box.height_m));
    }
}

/// Defaults are left out.
void write_search(Hash& hash, const AssignmentSearch& search)
{
    const AssignmentSearch defaults;
    hash.add_new("geo", search.geo);
    hash.add_new("available", search.available);
    write_shape(hash, search.shape);
    hash.add_new("meters_per_unit", fmt::format("{}", search.meters_per_unit));
    if (search.strategy == Strategy::Rating) hash.add_new("strategy", "rating");
    if (search.rating_pattern != defaults.rating_pattern)
        hash.add_new("ratingby", search.rating_pattern);
    if (search.count != defaults.count) hash.add_new("count", fmt::format_int{search.count}.str());
    write_list(hash, "require", search.require);
    write_list(hash, "except", search.except);
    write_list(hash, "skip", search.skip);
    if (search.lock_pattern != defaults.lock_pattern)
        hash.add_new("lock_pattern", search.lock_pattern);
    if (search.lock_time != defaults.lock_time)
        hash.add_new("lock_ms", fmt::format_int{search.lock_time.count()}.str());
    if (search.offer) hash.add_new("offer", "1");
    if (search.deadline)
        hash.add_new("deadline",
                     fmt::format_int{search.deadline->time_since_epoch().count()}.str());
}

}  // namespace

std::string_view name_of(AssignmentState state)
{
    return kStateNames[static_cast<std::size_t>(state)].second;
}

Hash to_hash(const AssignmentRecord& record)
{
    Hash hash;
    hash.add_new("state", name_of(record.state));
    hash.add_new("token", fmt::format_int{record.token}.str());
    if (record.reservation) write_reservation(hash, *record.reservation);
    write_list(hash, "tried", record.tried);
    write_list(hash, "rejected", record.rejected);
    hash.add_new("sequence", fmt::format_int{record.sequence}.str());
    write_search(hash, record.search);
    return hash;
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
