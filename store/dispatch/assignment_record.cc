#include "store/dispatch/assignment_record.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "ascii/integer.h"
#include "store/dispatch/record_fields.h"

namespace store {

namespace {

constexpr std::array<std::pair<AssignmentState, std::string_view>, 6> kStateNames{{
    {AssignmentState::Offered, "offered"},
    {AssignmentState::Assigned, "assigned"},
    {AssignmentState::Unassigned, "unassigned"},
    {AssignmentState::Completed, "completed"},
    {AssignmentState::Cancelled, "cancelled"},
    {AssignmentState::Expired, "expired"},
}};

constexpr double kInfinity = std::numeric_limits<double>::infinity();

MemberList to_list(const std::vector<std::string>& keys)
{
    MemberList list;
    for (const auto& key : keys) list.add(key);
    return list;
}

std::vector<std::string> read_keys(const FieldReader& fields, std::string_view name)
{
    std::vector<std::string> keys;
    fields.list(name).for_each([&](std::string_view key) { keys.emplace_back(key); });
    return keys;
}

AssignmentState read_state(const FieldReader& fields)
{
    if (const auto state = state_named(fields.text("state"))) return *state;
    FieldReader::refuse("state");
}

Place read_place(const FieldReader& fields, std::string_view longitude, std::string_view latitude)
{
    return {fields.number(longitude, -180, 180),
            fields.number(latitude, kLatitudeMin, kLatitudeMax)};
}

/// REQUIRES that the search was read: a driver's lock follows from its pattern.
std::optional<Reservation> read_reservation(const FieldReader& fields,
                                            const AssignmentSearch& search)
{
    constexpr double kMaxDistanceM = 30'000'000;  // half around the world is 20 million
    if (!fields.has("driver")) return std::nullopt;
    Reservation reservation;
    reservation.driver = fields.text("driver");
    reservation.distance_m = fields.number("distance_m", 0, kMaxDistanceM);
    reservation.place = read_place(fields, "longitude", "latitude");
    reservation.lock = fields.text("lock");
    if (reservation.lock != lock_key(search.lock_pattern, reservation.driver))
        FieldReader::refuse("lock");
    reservation.expires_at = fields.deadline("expires_at");
    return reservation;
}

Shape read_shape(const FieldReader& fields)
{
    const Place center = read_place(fields, "from_longitude", "from_latitude");
    if (fields.has("radius_m")) return Circle{center, fields.number("radius_m", 0, kInfinity)};
    return Box{center, fields.number("width_m", 0, kInfinity),
               fields.number("height_m", 0, kInfinity)};
}

double read_unit(const FieldReader& fields)
{
    const double meters = fields.number("meters_per_unit", 0, kInfinity);
    for (const auto* unit : {"m", "km", "ft", "mi"})
        if (meters == meters_per(unit)) return meters;
    FieldReader::refuse("meters_per_unit");
}

Strategy read_strategy(const FieldReader& fields)
{
    const auto text = fields.text_or("strategy", "nearest");
    if (text == "rating") return Strategy::Rating;
    if (text != "nearest") FieldReader::refuse("strategy");
    return Strategy::Nearest;
}

std::chrono::milliseconds read_time(const FieldReader& fields, std::string_view name,
                                    std::chrono::milliseconds otherwise)
{
    return std::chrono::milliseconds{
        fields.integer_or(name, otherwise.count(), 1, kMaxTime.count())};
}

AssignmentSearch read_search(const FieldReader& fields)
{
    AssignmentSearch search;
    search.geo = fields.text("geo");
    search.available = fields.text("available");
    search.shape = read_shape(fields);
    search.meters_per_unit = read_unit(fields);
    search.strategy = read_strategy(fields);
    search.rating_pattern = fields.text_or("ratingby", search.rating_pattern);
    search.count = static_cast<std::size_t>(
        fields.integer_or("count", 10, 1, std::numeric_limits<std::int64_t>::max()));
    search.require = read_keys(fields, "require");
    search.except = read_keys(fields, "except");
    search.skip = fields.list("skip");
    search.lock_pattern = fields.text_or("lock_pattern", search.lock_pattern);
    if (search.lock_pattern.find('*') == std::string::npos) FieldReader::refuse("lock_pattern");
    search.lock_time = read_time(fields, "lock_ms", search.lock_time);
    search.hold_time = read_time(fields, "hold_ms", search.hold_time);
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

void write_list(FieldWriter& fields, std::string_view name, const MemberList& list)
{
    if (!list.empty()) fields.write(name, list.text());
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

void write_time(FieldWriter& fields, std::string_view name, std::chrono::milliseconds time,
                std::chrono::milliseconds usual)
{
    if (time != usual) fields.write(name, static_cast<std::uint64_t>(time.count()));
}

/// Defaults are left out.
void write_search(FieldWriter& fields, const AssignmentSearch& search)
{
    static const AssignmentSearch defaults;
    fields.write("geo", search.geo);
    fields.write("available", search.available);
    write_shape(fields, search.shape);
    fields.write("meters_per_unit", search.meters_per_unit);
    if (search.strategy == Strategy::Rating) fields.write("strategy", std::string_view{"rating"});
    if (search.rating_pattern != defaults.rating_pattern)
        fields.write("ratingby", search.rating_pattern);
    if (search.count != defaults.count) fields.write("count", search.count);
    write_list(fields, "require", to_list(search.require));
    write_list(fields, "except", to_list(search.except));
    write_list(fields, "skip", search.skip);
    if (search.lock_pattern != defaults.lock_pattern)
        fields.write("lock_pattern", search.lock_pattern);
    write_time(fields, "lock_ms", search.lock_time, defaults.lock_time);
    write_time(fields, "hold_ms", search.hold_time, defaults.hold_time);
    if (search.offer) fields.write("offer", std::string_view{"1"});
    if (search.deadline) fields.write("deadline", *search.deadline);
}

/// What people added to a record: it stays.
void write_others(FieldWriter& fields, const Hash& replaced)
{
    static constexpr std::string_view kOfRecords[] = {
        "state",         "token",        "since",   "driver",     "distance_m",
        "longitude",     "latitude",     "lock",    "expires_at", "tried",
        "rejected",      "sequence",     "geo",     "available",  "from_longitude",
        "from_latitude", "radius_m",     "width_m", "height_m",   "meters_per_unit",
        "strategy",      "ratingby",     "count",   "require",    "except",
        "skip",          "lock_pattern", "lock_ms", "hold_ms",    "offer",
        "deadline"};
    replaced.for_each([&](std::string_view field, std::string_view value) {
        if (std::ranges::find(kOfRecords, field) == std::end(kOfRecords))
            fields.write(field, value);
    });
}

}  // namespace

std::string_view name_of(AssignmentState state)
{
    return kStateNames[static_cast<std::size_t>(state)].second;
}

std::optional<AssignmentState> state_named(std::string_view name)
{
    for (const auto& [state, its_name] : kStateNames)
        if (name == its_name) return state;
    return std::nullopt;
}

Hash to_hash(const AssignmentRecord& record, const Hash* replaced)
{
    FieldWriter fields;
    fields.write("state", name_of(record.state));
    fields.write("token", record.token);
    fields.write("since", record.since);
    if (record.reservation) write_reservation(fields, *record.reservation);
    write_list(fields, "tried", record.tried);
    write_list(fields, "rejected", record.rejected);
    fields.write("sequence", record.sequence);
    write_search(fields, record.search);
    if (replaced != nullptr) write_others(fields, *replaced);
    return fields.to_hash();
}

Hash with_progress(const Hash& written, const AssignmentRecord& record)
{
    const auto text_of = [](Deadline time) {
        return ascii::IntegerText{time.time_since_epoch().count()};
    };
    const auto since = text_of(record.since);
    const auto expires_at =
        text_of(record.reservation ? record.reservation->expires_at : Deadline{});
    const ascii::IntegerText sequence{record.sequence};

    std::vector<Hash::Pair> pairs;
    pairs.reserve(written.size());
    written.for_each([&](std::string_view field, std::string_view value) {
        if (field == "state") value = name_of(record.state);
        if (field == "since") value = since;
        if (field == "expires_at") value = expires_at;
        if (field == "sequence") value = sequence;
        pairs.push_back({field, value});
    });
    return Hash::of(pairs);
}

AssignmentRecord to_record(const Hash& hash)
{
    const FieldReader fields{hash};
    AssignmentRecord record;
    record.state = read_state(fields);
    record.token = static_cast<std::uint64_t>(fields.integer("token", 0, kMaxToken));
    record.since = fields.deadline("since");
    record.search = read_search(fields);
    record.reservation = read_reservation(fields, record.search);
    const bool had_driver = record.is_open() || record.state == AssignmentState::Completed ||
                            record.state == AssignmentState::Expired;
    if (had_driver && !record.reservation) FieldReader::refuse("driver");
    record.tried = fields.list("tried");
    record.rejected = fields.list("rejected");
    record.sequence = static_cast<std::uint64_t>(fields.integer("sequence", 0, kMaxToken));
    return record;
}

bool may_be_open_record(const Hash& hash)
{
    const auto name = hash.get("state");
    const auto state = name ? state_named(*name) : std::nullopt;
    return state && is_open(*state);
}

}  // namespace store
