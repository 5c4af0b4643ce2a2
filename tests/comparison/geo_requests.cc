#include "tests/comparison/requests.h"

namespace tests {

namespace {

Request geoadd(Words& words)
{
    Request request{"GEOADD", words.key(KeyKind::Geo)};
    while (words.one_in(4)) {
        request.push_back(words.any_case(words.pick({"NX", "XX", "CH", "CH"})));
    }
    for (auto count = words.one_in(3) ? words.between(2, 12) : 1; count > 0; --count) {
        request.insert(request.end(), {words.longitude(), words.latitude(), words.geo_member()});
    }
    return request;
}

Request ask_geo(Words& words)
{
    Request request{words.pick({"GEOPOS", "GEOHASH"}), words.key(KeyKind::Geo)};
    for (auto count = words.between(0, 4); count > 0; --count) {
        request.push_back(words.geo_member());
    }
    return request;
}

Request geodist(Words& words)
{
    Request request{"GEODIST", words.key(KeyKind::Geo), words.geo_member(), words.geo_member()};
    if (words.one_in(2)) request.push_back(words.unit());
    return request;
}

void add_count(Words& words, Request& request)
{
    request.insert(request.end(), {words.any_case("COUNT"), words.count()});
    if (words.one_in(4)) request.push_back(words.any_case("ANY"));
}

void add_search_options(Words& words, Request& request, bool stores)
{
    if (words.one_in(2)) request.push_back(words.any_case(words.pick({"ASC", "DESC"})));
    if (words.one_in(3)) add_count(words, request);
    for (const auto* with : {"WITHCOORD", "WITHDIST", "WITHHASH"}) {
        if (words.one_in(stores ? 40 : 4)) request.push_back(words.any_case(with));
    }
}

Request georadius(Words& words)
{
    const bool by_member = words.one_in(3);
    const bool read_only = words.one_in(3);
    Request request{by_member ? "GEORADIUSBYMEMBER" : "GEORADIUS"};
    if (read_only) request[0] += "_RO";
    request.push_back(words.key(KeyKind::Geo));
    if (by_member) {
        request.push_back(words.geo_member());
    } else {
        request.insert(request.end(), {words.longitude(), words.latitude()});
    }
    request.insert(request.end(), {words.length(), words.unit()});
    const bool stores = words.one_in(read_only ? 40 : 4);
    add_search_options(words, request, stores);
    if (stores) {
        request.insert(request.end(), {words.any_case(words.pick({"STORE", "STOREDIST"})),
                                       words.one_in(5) ? words.any_key() : "geo:stored"});
    }
    return request;
}

Request geosearch(Words& words)
{
    const bool stores = words.one_in(4);
    Request request{stores ? "GEOSEARCHSTORE" : "GEOSEARCH"};
    if (stores) request.push_back(words.one_in(5) ? words.any_key() : "geo:stored");
    request.push_back(words.key(KeyKind::Geo));
    if (words.one_in(2)) {
        request.insert(request.end(), {words.any_case("FROMMEMBER"), words.geo_member()});
    } else {
        request.insert(request.end(),
                       {words.any_case("FROMLONLAT"), words.longitude(), words.latitude()});
    }
    if (words.one_in(2)) {
        request.insert(request.end(), {words.any_case("BYRADIUS"), words.length(), words.unit()});
    } else {
        request.insert(request.end(),
                       {words.any_case("BYBOX"), words.length(), words.length(), words.unit()});
    }
    add_search_options(words, request, stores);
    if (stores && words.one_in(3)) request.push_back(words.any_case("STOREDIST"));
    return request;
}

constexpr Recipe kRecipes[] = {
    {60, geoadd}, {30, ask_geo}, {25, geodist}, {60, georadius}, {70, geosearch},
};

}  // namespace

std::span<const Recipe> geo_recipes() { return kRecipes; }

}  // namespace tests
