#include "server/gateway/problem.h"

#include <algorithm>
#include <iterator>

#include "server/gateway/json.h"

namespace server::gateway {
namespace {

using enum ProblemType;

constexpr ProblemRow kProblems[] = {
    {BadRequest, "bad-request", 400, "This is no request of HTTP/1.1",
     "Use a client of HTTP; without TLS, unless something in front of the server speaks it."},
    {TargetTooLong, "target-too-long", 414, "The request's path and query are too long",
     "Send what is long in a body."},
    {HeadersTooLong, "headers-too-long", 431, "The request's headers are too many or too long",
     "Send fewer; perhaps cookies of other servers on this machine are among them."},
    {BadJson, "bad-json", 400, "The body is not JSON",
     "Send a JSON object; the detail says where reading it failed."},
    {NotAnObject, "not-an-object", 400, "The body is not a JSON object",
     "Send an object with the fields that /v1/openapi.json lists."},
    {BadField, "bad-field", 422, "A field is missing or has an impossible value",
     "Correct the fields that \"errors\" names."},
    {BadMediaType, "bad-media-type", 415, "The body must be application/json",
     "Send the header Content-Type: application/json."},
    {BodyTooLong, "body-too-long", 413, "The body is too long",
     "Send less at once, or raise http-max-body."},
    {NoSuchPage, "no-such-page", 404, "There is nothing at this path",
     "See /v1/openapi.json for what there is."},
    {NoSuchMethod, "no-such-method", 405, "The path does not take this method",
     "Use a method that the header Allow lists."},
    {WebSocketOnly, "web-socket-only", 426, "This path is a WebSocket",
     "Open it as a WebSocket: ws:// instead of http://."},
    {HostNotAllowed, "host-not-allowed", 403, "The server is not known by this name",
     "Use localhost or the IP address, or add the name to http-hosts."},
    {OriginNotAllowed, "origin-not-allowed", 403, "Pages of this site may not use the API",
     "Call from the server's own pages or a program, or add the site to http-origins."},
    {NotAuthenticated, "not-authenticated", 401, "A password is needed",
     "Send Authorization: Bearer with the password of requirepass, or POST it to /v1/session."},
    {NoPermission, "no-permission", 403, "The default user may not do this",
     "Whoever administers the server can allow it: ACL SETUSER default ..."},
    {NoCity, "no-city", 422, "The request's city is not known",
     "Give \"city\", or set the field city of the restaurant's hash, or the option http-city."},
    {PlaceIsZero, "place-is-zero", 422, "A place at exactly 0, 0 is almost always a missing fix",
     "Send the position when the device has one, or \"force\": true if it is meant."},
    {StalePosition, "stale-position", 422, "The position is too old, or from the future",
     "Send the newest position; \"at\" is in milliseconds since 1970."},
    {ImpossibleJump, "impossible-jump", 422, "No driver travels this fast",
     "Check the place ([longitude, latitude]: exchanged?), or send \"force\": true."},
    {NoDriver, "no-driver", 409, "No driver can be given to the order",
     "Try again later, search farther, or ask /v1/orders/explain why."},
    {NoSuchOrder, "no-such-order", 404, "There is no such order",
     "Check the order's id. Finished orders are kept for assign-record-ttl seconds."},
    {NoSuchDriver, "no-such-driver", 404, "There is no such driver", "Check the driver's id."},
    {NoSuchRestaurant, "no-such-restaurant", 404, "There is no such restaurant",
     "Check the restaurant's id, or PUT it to /v1/restaurants/{id}."},
    {WrongState, "wrong-state", 409, "The order's state does not allow this",
     "GET the order to see where it stands."},
    {StaleToken, "stale-token", 409, "The token is not the current one",
     "The order went on to another driver: drop the offer."},
    {LockLost, "lock-lost", 409, "The driver was lost to something else",
     "The order goes on without this driver: drop the offer."},
    {OrderEnded, "order-ended", 409, "The order ended before a driver took it",
     "GET the order to see how it ended."},
    {WrongType, "wrong-type", 409, "A key holds another type than it should",
     "Find out what writes to the key (TYPE key tells what it holds now)."},
    {OutOfMemory, "out-of-memory", 507, "There is no memory for this",
     "Free some, or raise maxmemory."},
    {Busy, "busy", 503, "A script has been running for long", "Try again, or SCRIPT KILL."},
    {CommandNeedsConnection, "command-needs-connection", 422,
     "The command needs a connection of its own",
     "Use it over RESP, for example with redis-cli. For events there is /v1/events."},
    {CommandRefused, "command-refused", 409, "The server refused a command",
     "The detail says why."},
    {TooManyHeld, "too-many-waiting", 503, "Too many orders are waiting for their drivers",
     "Try again later, or use \"mode\": \"assign\"."},
    {TooManyConnections, "too-many-connections", 503, "Too many connections are open",
     "Try again later, or raise http-max-connections."},
    {Protected, "protected-mode", 403, "Without a password, only this machine is served",
     "Set requirepass, or protected-mode no if everybody may come in."},
    {ShuttingDown, "shutting-down", 503, "The server is shutting down",
     "Ask again when it is back. What was begun for an order goes on if the data are saved."},
};

static_assert(std::ranges::is_sorted(kProblems, {}, &ProblemRow::type) &&
                  std::size(kProblems) == static_cast<std::size_t>(ShuttingDown) + 1,
              "each type has its row, in order");

}  // namespace

const ProblemRow& row_of(ProblemType type) { return kProblems[static_cast<std::size_t>(type)]; }

std::span<const ProblemRow> problem_types() { return kProblems; }

std::string to_document(const Problem& problem)
{
    const ProblemRow& row = row_of(problem.type);
    Json document = {
        {"type", "/v1/problems#" + std::string{row.slug}},
        {"title", row.title},
        {"status", row.status},
        {"detail", problem.detail},
        {"fix", problem.fix.empty() ? std::string{row.fix} : problem.fix},
    };
    for (const auto& [field, message] : problem.errors)
        document["errors"].push_back({{"field", field}, {"message", message}});
    return to_text(document);
}

Response to_response(const Problem& problem)
{
    Response response{.status = row_of(problem.type).status,
                      .content_type = "application/problem+json",
                      .body = to_document(problem)};
    if (problem.type == NotAuthenticated) {
        response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"dabba\"");
        response.close = true;  // guessing costs a connection each time
    }
    // Who knows what comes next; and nothing does.
    if (problem.type == BadRequest || problem.type == ShuttingDown) response.close = true;
    if (response.status == 503) response.headers.emplace_back("Retry-After", "1");
    return response;
}

Problem problem_of(std::string_view error_line)
{
    constexpr std::pair<std::string_view, ProblemType> kBeginnings[] = {
        {"STALETOKEN ", StaleToken},
        {"LOCKLOST ", LockLost},
        {"WRONGTYPE ", WrongType},
        {"OOM ", OutOfMemory},
        {"BUSY ", Busy},
        {"NOAUTH ", NotAuthenticated},
        {"NOPERM ", NoPermission},
        {"ERR no such order", NoSuchOrder},
        {"ERR the order's state", WrongState},
    };
    for (const auto& [beginning, type] : kBeginnings)
        if (error_line.starts_with(beginning)) return Problem{type, std::string{error_line}};
    return Problem{CommandRefused, std::string{error_line}};
}

}  // namespace server::gateway
