#include <catch2/catch.hpp>
#include <set>
#include <sstream>

#include "server/gateway/info_metrics.h"
#include "tests/unit/gateway/caller.h"

using server::gateway::MetricKind;
using server::gateway::MetricsPage;
using tests::Caller;

namespace {

/// The value of a line that begins with the sample's name and labels; empty if there is none.
std::string value_of(const std::string& page, const std::string& sample)
{
    const std::size_t place = ("\n" + page).find("\n" + sample + " ");
    if (place == std::string::npos) return {};
    const std::size_t begin = place + sample.size() + 1;
    return page.substr(begin, page.find('\n', begin) - begin);
}

std::string page_of(Caller& http)
{
    const auto response = http.send({.path = "/metrics"});
    CHECK(response.status == 200);
    CHECK(response.content_type == "text/plain; version=0.0.4; charset=utf-8");
    return response.body;
}

}  // namespace

TEST_CASE("a page of metrics keeps what belongs together in one piece")
{
    MetricsPage page;
    page.add("calls_total", MetricKind::Counter, "Calls", "3", {{"cmd", "get"}});
    page.add("up", MetricKind::Gauge, "It runs", 1.5);
    page.add("calls_total", MetricKind::Counter, "Calls", "4", {{"cmd", "a\"b\\c\nd\xff"}});
    page.add("time", MetricKind::Summary, "How long", "9", {}, "_sum");
    CHECK(page.text() ==
          "# HELP calls_total Calls\n# TYPE calls_total counter\n"
          "calls_total{cmd=\"get\"} 3\n"
          "calls_total{cmd=\"a\\\"b\\\\c\\nd\xEF\xBF\xBD\"} 4\n"
          "# HELP up It runs\n# TYPE up gauge\nup 1.5\n"
          "# HELP time How long\n# TYPE time summary\ntime_sum 9\n");
}

TEST_CASE("the metrics are those of INFO, with the exporter's names")
{
    Caller http;
    http.client("SET", "a", "1", "EX", "100");
    http.client("GET", "a");
    http.client("GET", "b");
    http.client("LPUSH", "a", "x");
    const std::string page = page_of(http);
    CHECK(value_of(page, "redis_up") == "1");
    CHECK(value_of(page, "redis_keyspace_hits_total") == "1");
    CHECK(value_of(page, "redis_keyspace_misses_total") == "1");
    CHECK(value_of(page, "redis_commands_total{cmd=\"get\"}") == "2");
    CHECK(value_of(page, "redis_commands_failed_calls_total{cmd=\"lpush\"}") == "1");
    CHECK(value_of(page, "redis_errors_total{err=\"WRONGTYPE\"}") == "1");
    CHECK(value_of(page, "redis_db_keys{db=\"db0\"}") == "1");
    CHECK(value_of(page, "redis_db_keys_expiring{db=\"db0\"}") == "1");
    CHECK(value_of(page, "redis_rdb_last_bgsave_status") == "1");
    CHECK(value_of(page, "redis_config_maxclients") == "10000");
    CHECK(value_of(page, "redis_slowlog_length") == "0");
    CHECK(value_of(page, "dabba_offers_open") == "0");
    CHECK(value_of(page, "redis_instance_info") == "");
    CHECK(page.find("redis_version=\"7.2") != page.npos);
}

TEST_CASE("what dispatching does is on the page")
{
    Caller http;
    http.client("GEOADD", "drivers:geo:blr", "77.5946", "12.9716", "driver:D1");
    http.client("SADD", "drivers:available:blr", "driver:D1");
    http.client("ASSIGN", "drivers:geo:blr", "drivers:available:blr", "order:1", "FROMLONLAT",
                "77.5946", "12.9716", "BYRADIUS", "5", "km", "EX", "30", "OFFER");
    const std::string page = page_of(http);
    CHECK(value_of(page, "dabba_offers_total") == "1");
    CHECK(value_of(page, "dabba_offers_open") == "1");
    CHECK(value_of(page, "dabba_searches_total") == "1");
    CHECK(value_of(page, "dabba_drivers_looked_at_total") == "1");
    CHECK(value_of(page, "dabba_time_to_assignment_seconds{quantile=\"0.5\"}") == "0");
}

TEST_CASE("no metric stands twice on the page")
{
    Caller http;
    http.client("CONFIG", "SET", "slowlog-log-slower-than", "0");
    http.client("PING");
    std::istringstream lines{page_of(http)};
    std::set<std::string> types;
    std::set<std::string> samples;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("# TYPE ")) CHECK(types.insert(line).second);
        if (!line.starts_with('#')) CHECK(samples.insert(line.substr(0, line.rfind(' '))).second);
    }
    CHECK(types.size() > 120);
    CHECK(samples.contains("redis_last_slow_execution_duration_seconds"));
}

TEST_CASE("who may not run INFO sees no metrics, and who may not see SLOWLOG not its part")
{
    server::Options options;
    options.require_pass = "secret";
    Caller http{options};
    CHECK(http.send({.path = "/metrics"}).status == 401);
    CHECK(http.send({.path = "/metrics", .authorization = "Bearer wrong"}).status == 401);
    CHECK(http.send({.path = "/metrics", .authorization = "Bearer secret"}).status == 200);
    CHECK(http.send({.path = "/metrics", .host = "evil.example"}).status == 403);

    Caller open;
    open.client("ACL", "SETUSER", "default", "-slowlog");
    const std::string page = page_of(open);
    CHECK(value_of(page, "redis_up") == "1");
    CHECK(value_of(page, "redis_slowlog_length") == "");
    open.client("ACL", "SETUSER", "default", "-info");
    CHECK(open.send({.path = "/metrics"}).status == 403);
}
