#pragma once

#include <string_view>

#include "server/execution/call.h"
#include "store/geo/geo.h"
#include "store/types/sorted_set.h"

/// What the commands that speak of places have in common: GEO* and ASSIGN.
namespace server::commands {

/// The next two arguments as a place. Throws if they are no numbers or out of range.
store::Place next_place(Args& args);

/// The next argument as a unit: how many meters it has. Throws if it is none.
double next_unit(Args& args);

/// A distance as it was asked for: in meters, and what its unit measures.
struct Distance
{
    double meters;
    double meters_per_unit;
};

/// The next two arguments as a radius and its unit. Throws if it is no number or negative.
Distance next_radius(Args& args);

/// A shape without its place.
struct Extent
{
    bool is_box = false;
    double radius_m = 0;
    double width_m = 0;
    double height_m = 0;
    double meters_per_unit = 1;

    store::Shape around(store::Place center) const;
};

/// The next two arguments as a radius and its unit, as an extent.
Extent next_circle(Args& args);

/// The next three arguments as width, height and unit. Throws if no number or negative.
Extent next_box(Args& args);

/// The place of a member. Throws "could not decode requested zset member" if it has none.
store::Place place_of_member(const store::SortedSet& places, std::string_view member);

/// A distance with four decimals, as GEODIST answers it.
void reply_distance(Call& call, double distance);

/// A longitude or latitude, as GEOPOS answers it: 17 decimals, without zeros at the end.
void reply_coordinate(Call& call, double degrees);

/// Longitude and latitude, as GEOPOS answers them.
void reply_place(Call& call, store::Place place);

}  // namespace server::commands
