#include "server/gateway/route.h"

#include <algorithm>

namespace server::gateway {
namespace {

/// Takes what is before the next slash.
std::string_view next_part(std::string_view& path)
{
    if (path.starts_with('/')) path.remove_prefix(1);
    const std::string_view part = path.substr(0, path.find('/'));
    path.remove_prefix(part.size());
    return part;
}

/// Whether the path is one of the pattern; its parameters are added.
bool matches(std::string_view pattern, std::string_view path, Parameters& parameters)
{
    while (!pattern.empty() || !path.empty()) {
        const std::string_view wanted = next_part(pattern);
        const std::string_view given = next_part(path);
        if (wanted.starts_with('{')) {
            if (given.empty()) return false;
            parameters.emplace_back(wanted.substr(1, wanted.size() - 2), percent_decoded(given));
        } else if (wanted != given) {
            return false;
        }
    }
    return true;
}

std::vector<Route> collect()
{
    std::vector<Route> all;
    for (const auto family : {delivery_routes(), order_routes(), driver_routes(), city_routes(),
                              command_routes(), server_routes(), metrics_routes(), socket_routes()})
        all.insert(all.end(), family.begin(), family.end());
    return all;
}

}  // namespace

std::span<const Route> routes()
{
    static const std::vector<Route> all = collect();
    return all;
}

bool is_of_api(std::string_view path)
{
    return path.starts_with("/v1/") ||
           std::ranges::any_of(routes(), [&](const Route& route) { return route.path == path; });
}

Found find_route(std::span<const Route> among, Method method, std::string_view path)
{
    std::string allowed;
    for (const Route& route : among) {
        Parameters parameters;
        if (!matches(route.path, path, parameters)) continue;
        if (route.method == method) return {&route, std::move(parameters)};
        allowed += allowed.empty() ? "" : ", ";
        allowed += name_of(route.method);
    }
    return {.allowed = std::move(allowed)};
}

std::string_view name_of(Method method)
{
    switch (method) {
        case Method::Get: return "GET";
        case Method::Head: return "HEAD";
        case Method::Post: return "POST";
        case Method::Put: return "PUT";
        case Method::Delete: return "DELETE";
        case Method::Options: return "OPTIONS";
        case Method::Other: break;
    }
    return "?";
}

}  // namespace server::gateway
