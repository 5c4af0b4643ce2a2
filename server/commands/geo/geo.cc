#include "store/geo/geo.h"

#include <utility>
#include <vector>

#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/commands/geo/geo_args.h"
#include "server/commands/sorted_set/sorted_set_put.h"
#include "server/execution/call.h"

namespace server::commands {

namespace {

using store::SortedSet;

void geoadd(Call& call)
{
    const auto key = call.args.next();
    PutOptions options;
    while (true) {
        if (call.args.accept("NX")) {
            options.only_new = true;
        } else if (call.args.accept("XX")) {
            options.only_existing = true;
        } else if (call.args.accept("CH")) {
            options.count_changed = true;
        } else {
            break;
        }
    }
    const std::size_t left = call.args.remaining();
    if (left == 0 || left % 3 != 0 || (options.only_new && options.only_existing))
        throw CommandError{text::kSyntax};

    std::vector<std::pair<std::string_view, double>> items;
    items.reserve(left / 3);
    while (!call.args.done()) {
        const store::Place place = next_place(call.args);
        items.emplace_back(call.args.next(), static_cast<double>(store::cell_of(place)));
    }

    call.reply.integer(put_items(call, key, options, items));
    call.server.dispatcher.watch_locks(call.keys.index(), key);
}

void geodist(Call& call)
{
    const auto key = call.args.next();
    const auto from = call.args.next();
    const auto to = call.args.next();
    // Too many words are told before a unit that is none.
    if (call.args.remaining() > 1) throw CommandError{text::kSyntax};
    const double meters_per_unit = call.args.done() ? 1 : next_unit(call.args);

    const auto* places = call.keys.find<SortedSet>(key);
    if (places == nullptr) return call.reply.null();
    const auto from_score = places->score(from);
    const auto to_score = places->score(to);
    if (!from_score || !to_score) return call.reply.null();
    const double meters = store::distance_m(store::place_of(store::cell_of_score(*from_score)),
                                            store::place_of(store::cell_of_score(*to_score)));
    reply_distance(call, meters / meters_per_unit);
}

/// Replies to each member that is left with `reply(cell)`, or with `reply_missing()`.
template <class Reply, class ReplyMissing>
void reply_to_members(Call& call, Reply&& reply, ReplyMissing&& reply_missing)
{
    const auto* places = call.keys.find<SortedSet>(call.args.next());
    const auto members = call.args.rest();
    call.reply.array(members.size());
    for (const auto member : members) {
        const auto score = places == nullptr ? std::nullopt : places->score(member);
        if (score) {
            reply(store::cell_of_score(*score));
        } else {
            reply_missing();
        }
    }
}

void geohash(Call& call)
{
    reply_to_members(
        call, [&](std::uint64_t cell) { call.reply.bulk(store::geohash_text(cell)); },
        [&] { call.reply.null(); });
}

void geopos(Call& call)
{
    reply_to_members(
        call, [&](std::uint64_t cell) { reply_place(call, store::place_of(cell)); },
        [&] { call.reply.null_array(); });
}

constexpr Command kCommands[] = {
    {.name = "GEOADD",
     .syntax = "key [NX | XX] [CH] longitude:double latitude:double member [longitude:double "
               "latitude:double member ...]",
     .summary = "Adds one or more members to a geospatial index. The key is created if it doesn't "
                "exist.",
     .since = "3.2.0",
     .complexity = "O(log(N)) for each item added, where N is the number of elements in the sorted "
                   "set.",
     .group = Group::Geo,
     .flags = kWrite | kDenyOom,
     .keys = {key_at(1, "RW UPDATE")},
     .event = "zadd",
     .run = geoadd},
    {.name = "GEODIST",
     .syntax = "key member1 member2 [M | KM | FT | MI]",
     .summary = "Returns the distance between two members of a geospatial index.",
     .since = "3.2.0",
     .complexity = "O(1)",
     .group = Group::Geo,
     .flags = kReadonly,
     .keys = {key_at(1, "RO ACCESS")},
     .run = geodist},
    {.name = "GEOHASH",
     .syntax = "key [member [member ...]]",
     .summary = "Returns members from a geospatial index as geohash strings.",
     .since = "3.2.0",
     .complexity = "O(1) for each member requested.",
     .group = Group::Geo,
     .flags = kReadonly,
     .keys = {key_at(1, "RO ACCESS")},
     .run = geohash},
    {.name = "GEOPOS",
     .syntax = "key [member [member ...]]",
     .summary = "Returns the longitude and latitude of members from a geospatial index.",
     .since = "3.2.0",
     .complexity = "O(1) for each member requested.",
     .group = Group::Geo,
     .flags = kReadonly,
     .keys = {key_at(1, "RO ACCESS")},
     .run = geopos},
};

}  // namespace

std::span<const Command> geo() { return kCommands; }

}  // namespace server::commands
