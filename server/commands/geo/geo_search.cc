#include "store/geo/geo_search.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/commands/geo/geo_args.h"
#include "server/commands/value_limits.h"
#include "server/execution/call.h"
#include "server/server.h"
#include "store/geo/polygon.h"
#include "store/geo/redis_cells.h"

namespace server::commands {

namespace {

using store::Found;
using store::SortedSet;

enum class Order { None, NearestFirst, FarthestFirst };

/// Which of the commands is asking: they share everything but where the center comes from and
/// which options they take.
enum class Form { RadiusOfPlace, RadiusOfMember, Search };
enum class Store { Never, Optional, Always };

/// A whole query, read but not run.
struct Query
{
    std::optional<store::Place> center;  ///< nothing only if the source is missing
    std::optional<Extent> extent;
    std::optional<store::Polygon> polygon;  ///< instead of a center and an extent
    bool has_center = false;  ///< a center was named, whether or not it could be found
    bool with_distance = false;
    bool with_cell = false;
    bool with_place = false;
    bool any = false;
    std::size_t count = 0;  ///< 0: all
    Order order = Order::None;
    std::optional<std::string_view> destination;
    bool store_distance = false;

    double meters_per_unit() const { return extent ? extent->meters_per_unit : 1; }
    bool wants_details() const { return with_distance || with_cell || with_place; }
};

/// The place of FROMMEMBER, nothing if the whole source is missing: Redis reads on then, because
/// the reply to a missing source depends on the options.
std::optional<store::Place> next_member_place(Call& call, const SortedSet* places)
{
    const auto member = call.args.next();
    if (places == nullptr) return std::nullopt;
    if (call.server.dialect.has(Difference::NamedMembers) && !places->score(member))
        throw CommandError{"ERR member {} does not exist", member};
    return place_of_member(*places, member);
}

std::size_t next_count(Args& args)
{
    const std::int64_t count = args.next_integer();
    if (count <= 0) throw CommandError{"ERR COUNT must be > 0"};
    return static_cast<std::size_t>(count);
}

/// Options of all forms. False if the next argument is none of them.
bool accept_common_option(Args& args, Query& query)
{
    if (args.accept("WITHDIST")) {
        query.with_distance = true;
    } else if (args.accept("WITHHASH")) {
        query.with_cell = true;
    } else if (args.accept("WITHCOORD")) {
        query.with_place = true;
    } else if (args.accept("ANY")) {
        query.any = true;
    } else if (args.accept("ASC")) {
        query.order = Order::NearestFirst;
    } else if (args.accept("DESC")) {
        query.order = Order::FarthestFirst;
    } else if (args.accept("COUNT", 1)) {
        query.count = next_count(args);
    } else {
        return false;
    }
    return true;
}

/// STORE and STOREDIST of GEORADIUS; the last one wins, as in Redis.
bool accept_radius_store(Args& args, Query& query)
{
    const bool distance = args.accept("STOREDIST", 1);
    if (!distance && !args.accept("STORE", 1)) return false;
    query.destination = args.next();
    query.store_distance = distance;
    return true;
}

store::Polygon next_polygon(Args& args)
{
    const std::int64_t count = args.next_integer("ERR invalid number of vertices");
    const auto pairs = static_cast<std::int64_t>(args.remaining() / 2);
    if (count < 3 || count > pairs)
        throw CommandError{"ERR GEOSEARCH BYPOLYGON must have at least 3 vertices"};
    std::vector<store::Place> vertices;
    for (auto left = count; left > 0; --left) vertices.push_back(next_place(args));
    return store::Polygon{std::move(vertices)};
}

/// BYPOLYGON, of Valkey 9: a shape that has its place.
bool accept_polygon(Args& args, Query& query)
{
    if (query.has_center || query.extent || !args.accept("BYPOLYGON", 1)) return false;
    query.polygon = next_polygon(args);
    return true;
}

/// GEOSEARCH's center and shape. One that contradicts an earlier one is an unknown option.
bool accept_search_option(Call& call, Query& query, const SortedSet* places, bool& from_member)
{
    Args& args = call.args;
    if (accept_polygon(args, query)) return true;
    if (query.polygon) return false;
    const bool from_place = query.has_center && !from_member;
    if (!from_place && args.accept("FROMMEMBER", 1)) {
        query.center = next_member_place(call, places);
        query.has_center = true;
        from_member = true;
    } else if (!from_member && args.accept("FROMLONLAT", 2)) {
        query.center = next_place(args);
        query.has_center = true;
    } else if (!(query.extent && query.extent->is_box) && args.accept("BYRADIUS", 2)) {
        query.extent = next_circle(args);
    } else if (!(query.extent && !query.extent->is_box) && args.accept("BYBOX", 3)) {
        query.extent = next_box(args);
    } else {
        return false;
    }
    return true;
}

void check(const Query& query, const Call& call, Form form)
{
    if (query.destination && query.wants_details()) {
        throw CommandError{"ERR {} is not compatible with WITHDIST, WITHHASH and WITHCOORD options",
                           form == Form::Search ? "GEOSEARCHSTORE" : "STORE option in GEORADIUS"};
    }
    if (!query.has_center && !query.polygon) {
        throw CommandError{"ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for {}",
                           call.name};
    }
    if (!query.extent && !query.polygon) {
        throw CommandError{"ERR exactly one of BYRADIUS and BYBOX can be specified for {}",
                           call.name};
    }
    if (query.any && query.count == 0)
        throw CommandError{"ERR the ANY argument requires COUNT argument"};
}

Query next_query(Call& call, const SortedSet* places, Form form, Store store)
{
    Query query;
    if (form != Form::Search) {
        query.has_center = true;
        if (form == Form::RadiusOfPlace) {
            query.center = next_place(call.args);
            query.extent = next_circle(call.args);
        } else if (places != nullptr) {
            query.center = next_member_place(call, places);
            query.extent = next_circle(call.args);
        } else {
            // Redis looks at neither the member nor the radius of a missing key.
            for (int skipped = 0; skipped < 3; ++skipped) call.args.next();
            query.extent = Extent{};
        }
    }
    bool from_member = false;
    while (!call.args.done()) {
        if (accept_common_option(call.args, query)) continue;
        if (form == Form::Search && accept_search_option(call, query, places, from_member))
            continue;
        if (form != Form::Search && store == Store::Optional &&
            accept_radius_store(call.args, query))
            continue;
        if (form == Form::Search && store == Store::Always && call.args.accept("STOREDIST")) {
            query.store_distance = true;
            continue;
        }
        throw CommandError{text::kSyntax};
    }
    return query;
}

bool nearer(const Found& a, const Found& b) { return a.distance_m < b.distance_m; }
bool farther(const Found& a, const Found& b) { return b.distance_m < a.distance_m; }

/// Where members are searched for.
struct Area
{
    store::Shape shape;  ///< around the polygon, if there is one
    const store::Polygon* polygon = nullptr;

    explicit Area(const store::Shape& exact) : shape(exact) {}
    explicit Area(const store::Polygon& exact) : shape(exact.surrounding_circle()), polygon(&exact)
    {}

    /// Where Redis looks, and in which order: it is seen unless the nearest are asked for.
    store::RedisCells cells() const
    {
        return polygon != nullptr ? store::RedisCells{*polygon} : store::RedisCells{shape};
    }

    /// REQUIRES: it is in the shape.
    bool holds(const Found& found) const
    {
        return polygon == nullptr || polygon->contains(found.place);
    }
};

std::vector<Found> nearest(const SortedSet& places, const Area& area, std::size_t count)
{
    constexpr std::size_t kUsual = 64;
    std::vector<Found> found;
    found.reserve(std::min(count, kUsual));
    store::NearestSearch search{places, area.shape};
    while (found.size() < count) {
        auto next = search.next();
        if (!next) break;
        if (area.holds(*next)) found.push_back(*next);
    }
    return found;
}

/// All members in the shape, in the order in which Redis finds them; those it misses come last.
std::vector<Found> everything(const SortedSet& places, const Area& area, store::Measure measure)
{
    const store::RedisCells cells = area.cells();
    std::vector<std::vector<Found>> by_cell(cells.blocks().size() + 1);
    store::search_all(places, area.shape, measure, [&](const Found& place) {
        if (area.holds(place)) by_cell[cells.order_of(place.cell)].push_back(place);
    });
    std::vector<Found> found = std::move(by_cell.front());
    for (std::size_t i = 1; i < by_cell.size(); ++i)
        found.insert(found.end(), by_cell[i].begin(), by_cell[i].end());
    return found;
}

/// The members that Redis comes across first: COUNT with ANY. As many as are wanted, if they are
/// there, also beyond where Redis looks.
std::vector<Found> first_met(const SortedSet& places, const Area& area, store::Measure measure,
                             std::size_t count)
{
    const store::RedisCells cells = area.cells();
    std::vector<Found> found;
    for (const store::CellBlock block : cells.blocks()) {
        if (found.size() == count) return found;
        const auto take = [&](const Found& place) {
            if (area.holds(place)) found.push_back(place);
            return found.size() < count;
        };
        store::search_all(places, area.shape, measure, take, block);
    }
    if (found.size() == count) return found;
    store::search_all(places, area.shape, measure, [&](const Found& place) {
        const bool is_left = cells.order_of(place.cell) == cells.blocks().size();
        if (is_left && area.holds(place)) found.push_back(place);
        return found.size() < count;
    });
    return found;
}

/// Runs the query. COUNT without ANY means the nearest, whether or not an order was asked for.
std::vector<Found> search(const SortedSet& places, const Query& query)
{
    const Area area =
        query.polygon ? Area{*query.polygon} : Area{query.extent->around(*query.center)};
    const std::size_t max = query.count == 0 ? places.size() : query.count;
    const bool limited = max < places.size();
    if (limited && !query.any && query.order != Order::FarthestFirst)
        return nearest(places, area, max);

    const bool nearest_first =
        query.order == Order::NearestFirst || (query.count != 0 && !query.any);
    const bool measured = nearest_first || query.order == Order::FarthestFirst ||
                          query.with_distance || query.store_distance;
    const auto measure = measured ? store::Measure::Yes : store::Measure::No;
    auto found =
        query.any ? first_met(places, area, measure, max) : everything(places, area, measure);
    const auto kept = std::min(max, found.size());
    const auto middle = found.begin() + static_cast<std::ptrdiff_t>(kept);
    if (query.order == Order::FarthestFirst) {
        std::partial_sort(found.begin(), middle, found.end(), farther);
    } else if (nearest_first) {
        std::partial_sort(found.begin(), middle, found.end(), nearer);
    }
    found.resize(kept);
    return found;
}

void reply_found(Call& call, const Query& query, const std::vector<Found>& found)
{
    const std::size_t details = static_cast<std::size_t>(query.with_distance) + query.with_cell +
                                static_cast<std::size_t>(query.with_place);
    call.reply.array(found.size());
    for (const Found& place : found) {
        if (details != 0) call.reply.array(1 + details);
        call.reply.bulk(place.member);
        if (query.with_distance) reply_distance(call, place.distance_m / query.meters_per_unit());
        if (query.with_cell) call.reply.integer(static_cast<std::int64_t>(place.cell));
        if (query.with_place) reply_place(call, place.place);
    }
}

void store_found(Call& call, const SortedSet* places, const Query& query,
                 const std::vector<Found>& found)
{
    SortedSet result;
    const auto limits = sorted_set_limits(call);
    for (const Found& place : found) {
        // The score itself and not the cell: a sorted set that was no geo set keeps its fractions.
        const double score = query.store_distance ? place.distance_m / query.meters_per_unit()
                                                  : *places->score(place.member);
        result.put(place.member, score, limits);
    }
    call.reply.integer(static_cast<std::int64_t>(result.size()));
    call.keys.put(*query.destination, std::move(result));
}

void run_query(Call& call, const SortedSet* places, const Query& query)
{
    std::vector<Found> found;
    if (places != nullptr) found = search(*places, query);
    if (query.destination) return store_found(call, places, query, found);
    reply_found(call, query, found);
}

template <Form form, Store store>
void search_command(Call& call)
{
    std::optional<std::string_view> destination;
    if (store == Store::Always) destination = call.args.next();
    const auto* places = call.keys.find<SortedSet>(call.args.next());
    Query query = next_query(call, places, form, store);
    if (destination) query.destination = destination;
    check(query, call, form);
    run_query(call, places, query);
}

constexpr std::string_view kSearchComplexity =
    "O(N+log(M)) where N is the number of elements in the grid-aligned bounding box area around "
    "the shape provided as the filter and M is the number of items inside the shape";
constexpr std::string_view kRadiusComplexity =
    "O(N+log(M)) where N is the number of elements inside the bounding box of the circular area "
    "delimited by center and radius and M is the number of items inside the index.";

constexpr Command kCommands[] = {
    {.name = "GEOSEARCH",
     .syntax = "key <FROMMEMBER member | FROMLONLAT longitude:double latitude:double> "
               "<BYRADIUS radius:double <M | KM | FT | MI> | BYBOX width:double height:double <M | "
               "KM | FT | MI> | BYPOLYGON num-vertices:integer longitude:double latitude:double "
               "[longitude:double latitude:double ...]> "
               "[ASC | DESC] [COUNT count:integer [ANY]] [WITHCOORD] [WITHDIST] [WITHHASH]",
     .summary = "Queries a geospatial index for members inside an area of a box or a circle.",
     .since = "6.2.0",
     .complexity = kSearchComplexity,
     .group = Group::Geo,
     .flags = kReadonly,
     .keys = {key_at(1, "RO ACCESS")},
     .run = search_command<Form::Search, Store::Never>},
    {.name = "GEOSEARCHSTORE",
     .syntax =
         "destination source <FROMMEMBER member | FROMLONLAT longitude:double latitude:double> "
         "<BYRADIUS radius:double <M | KM | FT | MI> | BYBOX width:double height:double <M | KM | "
         "FT | MI> | BYPOLYGON num-vertices:integer longitude:double latitude:double "
         "[longitude:double latitude:double ...]> "
         "[ASC | DESC] [COUNT count:integer [ANY]] [STOREDIST]",
     .summary = "Queries a geospatial index for members inside an area of a box or a circle, "
                "optionally stores the result.",
     .since = "6.2.0",
     .complexity = kSearchComplexity,
     .group = Group::Geo,
     .flags = kWrite | kDenyOom,
     .keys = {key_at(1, "OW UPDATE"), key_at(2, "RO ACCESS")},
     .event = "geosearchstore",
     .run = search_command<Form::Search, Store::Always>},
    {.name = "GEORADIUS",
     .syntax = "key longitude:double latitude:double radius:double <M | KM | FT | MI> [WITHCOORD] "
               "[WITHDIST] [WITHHASH] "
               "[COUNT count:integer [ANY]] [ASC | DESC] [STORE key | STOREDIST key]",
     .summary = "Queries a geospatial index for members within a distance from a coordinate, "
                "optionally stores the result.",
     .since = "3.2.0",
     .complexity = kRadiusComplexity,
     .group = Group::Geo,
     .flags = kWrite | kDenyOom | kMovableKeys,
     .keys = {key_at(1, "RO ACCESS"), key_after("STORE", 6, "OW UPDATE"),
              key_after("STOREDIST", 6, "OW UPDATE")},
     .event = "georadiusstore",
     .run = search_command<Form::RadiusOfPlace, Store::Optional>,
     .deprecated_since = "6.2.0",
     .replaced_by = "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` argument"},
    {.name = "GEORADIUS_RO",
     .syntax = "key longitude:double latitude:double radius:double <M | KM | FT | MI> [WITHCOORD] "
               "[WITHDIST] [WITHHASH] "
               "[COUNT count:integer [ANY]] [ASC | DESC]",
     .summary = "Returns members from a geospatial index that are within a distance from a "
                "coordinate.",
     .since = "3.2.10",
     .complexity = kRadiusComplexity,
     .group = Group::Geo,
     .flags = kReadonly,
     .keys = {key_at(1, "RO ACCESS")},
     .run = search_command<Form::RadiusOfPlace, Store::Never>,
     .deprecated_since = "6.2.0",
     .replaced_by = "`GEOSEARCH` with the `BYRADIUS` argument"},
    {.name = "GEORADIUSBYMEMBER",
     .syntax = "key member radius:double <M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH] "
               "[COUNT count:integer [ANY]] [ASC | DESC] [STORE key | STOREDIST key]",
     .summary = "Queries a geospatial index for members within a distance from a member, "
                "optionally stores the result.",
     .since = "3.2.0",
     .complexity = kRadiusComplexity,
     .group = Group::Geo,
     .flags = kWrite | kDenyOom | kMovableKeys,
     .keys = {key_at(1, "RO ACCESS"), key_after("STORE", 5, "OW UPDATE"),
              key_after("STOREDIST", 5, "OW UPDATE")},
     .event = "georadiusstore",
     .run = search_command<Form::RadiusOfMember, Store::Optional>,
     .deprecated_since = "6.2.0",
     .replaced_by =
         "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` and `FROMMEMBER` arguments"},
    {.name = "GEORADIUSBYMEMBER_RO",
     .syntax = "key member radius:double <M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH] "
               "[COUNT count:integer [ANY]] [ASC | DESC]",
     .summary = "Returns members from a geospatial index that are within a distance from a member.",
     .since = "3.2.10",
     .complexity = kRadiusComplexity,
     .group = Group::Geo,
     .flags = kReadonly,
     .keys = {key_at(1, "RO ACCESS")},
     .run = search_command<Form::RadiusOfMember, Store::Never>,
     .deprecated_since = "6.2.0",
     .replaced_by = "`GEOSEARCH` with the `BYRADIUS` and `FROMMEMBER` arguments"},
};

}  // namespace

std::span<const Command> geo_search() { return kCommands; }

}  // namespace server::commands
