#include <fmt/format.h>

#include <algorithm>

#include "server/allocator.h"
#include "server/gateway/gateway.h"
#include "server/gateway/json.h"
#include "server/gateway/route.h"
#include "server/version.h"

namespace server::gateway {
namespace {

double microseconds(std::chrono::nanoseconds time)
{
    return static_cast<double>(time.count()) / 1000;
}

/// The commands that took longest on average, at most ten.
Json slowest_commands(Server& server)
{
    struct Row
    {
        const Command* command;
        std::uint64_t calls;
        double mean_us;
    };
    std::vector<Row> rows;
    for (const Command* command : server.commands.all()) {
        const CommandStats& stats = server.stats.of(*command);
        if (stats.calls() == 0) continue;
        rows.push_back({command, stats.calls(),
                        microseconds(stats.total_time()) / static_cast<double>(stats.calls())});
    }
    const std::size_t count = std::min<std::size_t>(rows.size(), 10);
    std::partial_sort(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(count), rows.end(),
                      [](const Row& a, const Row& b) { return a.mean_us > b.mean_us; });
    Json json = Json::array();
    for (const Row& row : std::span{rows}.first(count))
        json.push_back(
            {{"command", row.command->name}, {"calls", row.calls}, {"mean_us", row.mean_us}});
    return json;
}

/// SLOWLOG GET, with names.
Json slow_log(Commands& commands)
{
    Json all = Json::array();
    for (const protocol::Value& entry : commands("SLOWLOG", "GET", "20").elements) {
        if (entry.elements.size() < 4) continue;
        Json args;
        to_json(args, entry.elements[3]);
        all.push_back({{"id", entry.elements[0].integer},
                       {"time_s", entry.elements[1].integer},
                       {"time_us", entry.elements[2].integer},
                       {"args", std::move(args)}});
    }
    return all;
}

void get_stats(Call& call)
{
    Gateway& gateway = call.gateway;
    Server& server = gateway.server;
    const std::chrono::duration<double> uptime = server.clock.now() - server.started_at;
    const auto percentile_us = [&](double percent) {
        return microseconds(std::chrono::nanoseconds{gateway.times_ns.percentile(percent)});
    };
    const Stats& stats = server.stats;
    call.reply({{"time_ms", server.clock.now_ms().time_since_epoch().count()},
                {"uptime_s", uptime.count()},
                {"version", kVersion},
                {"commands_total", stats.commands_processed()},
                {"commands_per_s", stats.commands_meter.per_second()},
                {"errors_total", stats.error_replies},
                {"http",
                 {{"requests_total", gateway.times_ns.total()},
                  {"waiting_for_drivers", gateway.held_orders.size()}}},
                {"latency_us", {{"p50", percentile_us(50)}, {"p99", percentile_us(99)}}},
                {"memory",
                 {{"used", allocated_bytes()},
                  {"rss", resident_bytes()},
                  {"peak", server.memory_peak},
                  {"max", server.options.max_memory}}},
                {"clients", server.sessions.size()},
                {"orders_open", server.dispatcher.open_orders()},
                {"offers_open", server.dispatcher.open_offers()},
                {"keys", server.databases[0].size()},
                {"slowest_commands", slowest_commands(server)},
                {"slow", slow_log(gateway.commands)}});
}

void get_openapi(Call& call) { call.reply(openapi_of(routes())); }

void get_problems(Call& call)
{
    Json all = Json::array();
    for (const ProblemRow& row : problem_types())
        all.push_back({{"type", fmt::format("/v1/problems#{}", row.slug)},
                       {"status", row.status},
                       {"title", row.title},
                       {"fix", row.fix}});
    call.reply({{"problems", std::move(all)}});
}

void get_session(Call& call)
{
    const Options& options = call.gateway.options;
    const bool has_entered =
        call.gateway.gate.credentials_of(call.request) == Gate::Credentials::Right;
    call.reply({{"required", call.gateway.gate.needs_password()},
                {"authenticated", has_entered},
                {"tiles", options.http_tiles.empty() ? Json(nullptr) : Json(options.http_tiles)},
                {"city", options.http_city},
                {"version", kVersion}});
}

void begin_session(Call& call)
{
    const auto secret = call.gateway.gate.begin_session(call.inputs.text("password"));
    if (!secret) {
        call.gateway.report_wrong_password(call.request);
        throw Problem{ProblemType::NotAuthenticated, "The password is wrong, or none is set."};
    }
    Response response{.body = R"({"authenticated":true})"};
    response.headers.emplace_back(
        "Set-Cookie",
        fmt::format("{}={}; HttpOnly; SameSite=Strict; Path=/; Max-Age={}", Gate::kCookie, *secret,
                    std::chrono::seconds{Gate::kSessionTime}.count()));
    call.exchange->respond(std::move(response));
}

void end_session(Call& call)
{
    call.gateway.gate.end_session(call.request);
    Response response{.body = R"({"authenticated":false})"};
    response.headers.emplace_back(
        "Set-Cookie",
        fmt::format("{}=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0", Gate::kCookie));
    call.exchange->respond(std::move(response));
}

constexpr Field kPasswordFields[] = {
    {.name = "password", .required = true, .max_length = 4096, .summary = "As in requirepass."},
};

constexpr ProblemType kSessionProblems[] = {ProblemType::NotAuthenticated};

constexpr Route kRoutes[] = {
    {.method = Method::Get,
     .path = "/v1/stats",
     .tag = "Server",
     .summary = "How the server is doing.",
     .answer = "Commands, requests and their latency, memory, clients, orders, slow commands",
     .run = get_stats},
    {.method = Method::Get,
     .path = "/v1/openapi.json",
     .tag = "Server",
     .summary = "This description.",
     .answer = "An OpenAPI 3.1 document",
     .without_password = true,
     .run = get_openapi},
    {.method = Method::Get,
     .path = "/v1/problems",
     .tag = "Server",
     .summary = "All types of problems, and what to do about each.",
     .answer = "`problems`: type, status, title, fix",
     .without_password = true,
     .run = get_problems},
    {.method = Method::Get,
     .path = "/v1/session",
     .tag = "Server",
     .summary = "Whether a password is needed, and whether this client has given it.",
     .answer =
         "`required`, `authenticated`; and what a page needs first: `tiles`, `city`, `version`",
     .without_password = true,
     .run = get_session},
    {.method = Method::Post,
     .path = "/v1/session",
     .tag = "Server",
     .summary = "Begins a session of a browser: the cookie stands for the password.",
     .answer = "A cookie that scripts cannot read, for twelve hours",
     .fields = kPasswordFields,
     .problems = kSessionProblems,
     .without_password = true,
     .run = begin_session},
    {.method = Method::Delete,
     .path = "/v1/session",
     .tag = "Server",
     .summary = "Ends the session.",
     .answer = "The cookie is gone",
     .without_password = true,
     .run = end_session},
};

}  // namespace

std::span<const Route> server_routes() { return kRoutes; }

}  // namespace server::gateway
