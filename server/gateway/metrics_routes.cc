#include <fmt/format.h>

#include "server/gateway/gateway.h"
#include "server/gateway/info_metrics.h"
#include "server/gateway/route.h"

// What Prometheus asks for. The page is made of what commands answer, as the usual exporter makes
// it, so that there is one source for a number and one rule for who may see it.
namespace server::gateway {
namespace {

using enum MetricKind;

/// What the default user may not see is left out.
void add_slow_log(Commands& commands, MetricsPage& page)
{
    constexpr std::string_view kLength[] = {"SLOWLOG", "LEN"};
    constexpr std::string_view kNewest[] = {"SLOWLOG", "GET", "1"};
    const protocol::Value length = commands.run(kLength);
    const protocol::Value newest = commands.run(kNewest);
    if (length.kind != protocol::Value::Kind::Integer) return;
    page.add("redis_slowlog_length", Gauge, "Entries of SLOWLOG", fmt::to_string(length.integer));
    if (newest.elements.empty() || newest.elements[0].elements.size() < 3) return;
    const auto& entry = newest.elements[0].elements;
    page.add("redis_slowlog_last_id", Gauge, "The newest entry of SLOWLOG",
             fmt::to_string(entry[0].integer));
    page.add("redis_last_slow_execution_duration_seconds", Gauge,
             "What the newest entry of SLOWLOG took", static_cast<double>(entry[2].integer) / 1e6);
}

/// An event's name, when it was, in seconds, and how long it took, in milliseconds.
void add_latency(Commands& commands, MetricsPage& page)
{
    constexpr std::string_view kLatest[] = {"LATENCY", "LATEST"};
    for (const protocol::Value& event : commands.run(kLatest).elements) {
        if (event.elements.size() < 3) continue;
        const Labels labels = {{"event_name", event.elements[0].text}};
        page.add("redis_latency_spike_last", Gauge, "When an event of LATENCY was last slow",
                 fmt::to_string(event.elements[1].integer), labels);
        page.add("redis_latency_spike_duration_seconds", Gauge, "How slow it was then",
                 static_cast<double>(event.elements[2].integer) / 1e3, labels);
    }
}

void add_requests(const Histogram& times_ns, MetricsPage& page)
{
    constexpr std::string_view kName = "dabba_http_request_duration_seconds";
    constexpr std::string_view kHelp = "Requests to the HTTP API";
    for (const double percent : {50.0, 99.0})
        page.add(kName, Summary, kHelp, static_cast<double>(times_ns.percentile(percent)) / 1e9,
                 {{"quantile", fmt::to_string(percent / 100)}});
    page.add(kName, Summary, kHelp, fmt::to_string(times_ns.total()), {}, "_count");
}

void get_metrics(Call& call)
{
    MetricsPage page;
    add_info(call.gateway.commands("INFO", "EVERYTHING").text, page);
    add_slow_log(call.gateway.commands, page);
    add_latency(call.gateway.commands, page);
    add_requests(call.gateway.times_ns, page);
    call.exchange->respond({.content_type = MetricsPage::kContentType, .body = page.text()});
}

constexpr Route kRoutes[] = {
    {.method = Method::Get,
     .path = "/metrics",
     .tag = "Server",
     .summary = "What is counted and measured, for Prometheus.",
     .answer = "Prometheus's text format 0.0.4, with the names of redis_exporter",
     .run = get_metrics},
};

}  // namespace

std::span<const Route> metrics_routes() { return kRoutes; }

}  // namespace server::gateway
