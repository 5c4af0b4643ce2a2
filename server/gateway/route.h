#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string_view>

#include "server/gateway/field.h"
#include "server/gateway/http.h"
#include "server/gateway/json_forward.h"
#include "server/gateway/problem.h"

namespace server::gateway {

class Gateway;

/// One request on its way: what was asked, and where the answer goes.
struct Call
{
    Gateway& gateway;
    const Request& request;
    Inputs inputs;
    std::shared_ptr<Exchange> exchange;
    std::chrono::nanoseconds began;  ///< by the server's stopwatch

    void reply(const Json& body, int status = 200) const;
};

/// An endpoint, declared once at the foot of its family's file: where requests go, which fields
/// they have, and what /v1/openapi.json says follow from it.
struct Route
{
    Method method;
    std::string_view path;  ///< "/v1/orders/{id}": the field `id` is in the path
    std::string_view tag;   ///< the chapter of the documentation
    std::string_view summary;
    std::string_view answer;  ///< what comes back if all is well
    std::span<const Field> fields = {};
    std::span<const ProblemType> problems = {};  ///< beside those that every request may meet
    bool without_password = false;
    bool web_socket = false;
    /// Answers, holds the exchange for later, or throws a Problem having changed nothing.
    void (*run)(Call& call) = nullptr;
};

/// Every endpoint.
std::span<const Route> routes();

// The families.
std::span<const Route> delivery_routes();
std::span<const Route> order_routes();
std::span<const Route> driver_routes();
std::span<const Route> city_routes();
std::span<const Route> command_routes();
std::span<const Route> server_routes();
std::span<const Route> metrics_routes();
std::span<const Route> socket_routes();

/// Whether a path is one of the API's, and not of the console's page.
bool is_of_api(std::string_view path);

/// Where a request belongs: its route and the parameters of its path, or why it has none.
struct Found
{
    const Route* route = nullptr;
    Parameters path = {};
    std::string allowed = {};  ///< no route: the methods that the path takes; empty: no such path
};

Found find_route(std::span<const Route> among, Method method, std::string_view path);

/// The OpenAPI 3.1 document of these routes.
Json openapi_of(std::span<const Route> all);

}  // namespace server::gateway
