// Words as the place and the shape of a geo search: whatever they say is refused or searched, and
// the search that begins with the nearest finds what a look at every member finds.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "server/commands/geo/geo_args.h"
#include "server/execution/args.h"
#include "store/geo/geo_search.h"

namespace {

/// Members in a city, all around the world, at its corners, and with scores that are no places.
store::SortedSet make_drivers()
{
    store::SortedSet drivers;
    const auto put = [&](double longitude, double latitude) {
        const store::Place place{longitude, latitude};
        const auto cell = static_cast<double>(store::cell_of(place));
        drivers.put("driver:" + std::to_string(drivers.size()), cell);
    };
    for (int i = 0; i < 60; ++i) put(77.5 + 0.002 * (i % 8), 12.9 + 0.003 * (i / 8));
    for (int i = 0; i < 60; ++i) put(-180 + 6 * i, -85 + 2.8 * i);
    for (const double longitude : {-180.0, -179.9999, 0.0, 179.9999, 180.0})
        for (const double latitude : {store::kLatitudeMin, 0.0, store::kLatitudeMax})
            put(longitude, latitude);
    for (const double score : {-1.0, 0.5, 1e300, -HUGE_VAL, HUGE_VAL, 18014398509481984.0})
        drivers.put("score:" + std::to_string(drivers.size()), score);
    return drivers;
}

std::vector<std::string_view> words_of(std::string_view text)
{
    std::vector<std::string_view> words;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        words.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return words;
}

void search(const store::Shape& shape)
{
    static const store::SortedSet kDrivers = make_drivers();
    std::vector<std::string_view> all;
    const auto remember = [&](const store::Found& found) { all.push_back(found.member); };
    store::search_all(kDrivers, shape, store::Measure::Yes, remember);

    std::vector<std::string_view> nearest_first;
    store::NearestSearch nearest{kDrivers, shape};
    double last = 0;
    while (const auto found = nearest.next()) {
        if (found->distance_m < last) std::abort();
        if (!std::isnan(found->distance_m)) last = found->distance_m;
        nearest_first.push_back(found->member);
    }
    std::sort(all.begin(), all.end());
    std::sort(nearest_first.begin(), nearest_first.end());
    if (all != nearest_first) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto words = words_of({reinterpret_cast<const char*>(data), size});
    server::Args args{words};
    try {
        const bool is_box = args.accept("BYBOX");
        const store::Place place = server::commands::next_place(args);
        const server::commands::Extent extent =
            is_box ? server::commands::next_box(args) : server::commands::next_circle(args);
        args.expect_end();
        search(extent.around(place));
    } catch (const server::CommandError&) {
    }
    return 0;
}
