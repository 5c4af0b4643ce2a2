#include "server/commands/geo/geo_args.h"

#include <cmath>

#include "server/server.h"
#include "store/number.h"

namespace server::commands {

store::Place next_place(Args& args)
{
    const double longitude = args.next_double();
    const double latitude = args.next_double();
    const store::Place place{longitude, latitude};
    if (!store::is_valid(place)) {
        throw CommandError{"ERR invalid longitude,latitude pair {:f},{:f}", longitude, latitude};
    }
    return place;
}

double next_unit(Args& args)
{
    if (const auto meters = store::meters_per(args.next())) return *meters;
    throw CommandError{"ERR unsupported unit provided. please use M, KM, FT, MI"};
}

Distance next_radius(Args& args)
{
    const double radius = args.next_double("ERR need numeric radius");
    if (radius < 0) throw CommandError{"ERR radius cannot be negative"};
    const double meters_per_unit = next_unit(args);
    return {radius * meters_per_unit, meters_per_unit};
}

store::Shape Extent::around(store::Place center) const
{
    if (is_box) return store::Box{center, width_m, height_m};
    return store::Circle{center, radius_m};
}

Extent next_circle(Args& args)
{
    const Distance radius = next_radius(args);
    return {.radius_m = radius.meters, .meters_per_unit = radius.meters_per_unit};
}

Extent next_box(Args& args)
{
    const double width = args.next_double("ERR need numeric width");
    const double height = args.next_double("ERR need numeric height");
    if (width < 0 || height < 0) throw CommandError{"ERR height or width cannot be negative"};
    const double meters_per_unit = next_unit(args);
    return {.is_box = true,
            .width_m = width * meters_per_unit,
            .height_m = height * meters_per_unit,
            .meters_per_unit = meters_per_unit};
}

store::Place place_of_member(const store::SortedSet& places, std::string_view member)
{
    const auto score = places.score(member);
    if (!score) throw CommandError{"ERR could not decode requested zset member"};
    return store::place_of(store::cell_of_score(*score));
}

void reply_distance(Call& call, double distance)
{
    call.reply.bulk(store::format_distance(distance));
}

void reply_coordinate(Call& call, double degrees)
{
    if (call.server.dialect.has(Difference::ShortCoordinates)) return call.reply.number(degrees);
    call.reply.number_text(store::format_coordinate(degrees));
}

void reply_place(Call& call, store::Place place)
{
    call.reply.array(2);
    reply_coordinate(call, place.longitude);
    reply_coordinate(call, place.latitude);
}

}  // namespace server::commands
