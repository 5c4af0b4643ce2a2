#include <catch2/catch.hpp>

#include "tests/support/client.h"

using namespace std::chrono_literals;
using tests::Client;

namespace {

/// The value of a field of an INFO reply, "absent" if it is not there.
std::string field(const std::string& info, const std::string& name)
{
    const auto start = info.find("\r\n" + name + ":");
    if (start == std::string::npos) return "absent";
    const auto value = start + 2 + name.size() + 1;
    return info.substr(value, info.find("\r\n", value) - value);
}

bool has(const std::string& info, const std::string& text)
{
    return info.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("INFO names Redis's version and our own")
{
    Client client;
    client.server().started_at = client.clock.now();
    client.clock.advance(25h);
    const auto info = client("INFO", "server");
    CHECK(field(info, "redis_version") == "7.2.4");
    CHECK(field(info, "dabba_version") != "absent");
    CHECK(field(info, "redis_mode") == "standalone");
    CHECK(field(info, "run_id").size() == 40);
    CHECK(field(info, "tcp_port") == "6379");
    CHECK(field(info, "uptime_in_seconds") == "90000");
    CHECK(field(info, "uptime_in_days") == "1");
    CHECK(field(info, "server_time_usec") == "1700090000000000");
}

TEST_CASE("INFO gives the sections that were asked for, in their own order")
{
    Client client;
    CHECK(client("INFO", "Cluster") == "$30\r\n# Cluster\r\ncluster_enabled:0\r\n\r\n");
    CHECK(client("INFO", "nosuch") == "$0\r\n\r\n");
    CHECK(client("INFO", "keyspace", "nosuch", "modules") ==
          "$25\r\n# Modules\r\n\r\n# Keyspace\r\n\r\n");
    CHECK(has(client("INFO"), "\r\n\r\n# Clients\r\nconnected_clients:1\r\n"));
    CHECK_FALSE(has(client("INFO"), "# Commandstats"));
    CHECK_FALSE(has(client("INFO", "default"), "# Commandstats"));
    CHECK(has(client("INFO", "all"), "# Commandstats"));
    CHECK(has(client("INFO", "everything"), "# Commandstats"));
    CHECK(has(client("INFO", "commandstats", "default"), "# Server"));
}

TEST_CASE("in RESP3 INFO is text for people")
{
    Client client;
    client("HELLO", "3");
    CHECK(client("INFO", "cluster") == "=34\r\ntxt:# Cluster\r\ncluster_enabled:0\r\n\r\n");
}

TEST_CASE("INFO keyspace tells of each database that has keys")
{
    Client client;
    client("SET", "a", "1");
    client("SET", "b", "1", "EX", "10");
    client("SELECT", "3");
    client("SET", "c", "1");
    CHECK(
        client("INFO", "keyspace") ==
        "$76\r\n# Keyspace\r\ndb0:keys=2,expires=1,avg_ttl=0\r\ndb3:keys=1,expires=0,avg_ttl=0\r\n"
        "\r\n");
}

TEST_CASE("INFO counts what happens")
{
    Client client;
    Client other{client};
    client("SET", "a", "1");
    client("GET", "a");
    client("GET", "b");
    client("NOSUCH");
    client("GET");
    client("SADD", "a", "member");

    const auto stats = client("INFO", "stats");
    CHECK(field(stats, "total_connections_received") == "2");
    CHECK(field(stats, "keyspace_hits") == "1");
    CHECK(field(stats, "keyspace_misses") == "1");
    CHECK(field(stats, "total_error_replies") == "3");
    const auto errors = client("INFO", "errorstats");
    CHECK(field(errors, "errorstat_ERR") == "count=2");
    CHECK(field(errors, "errorstat_WRONGTYPE") == "count=1");
    CHECK(field(client("INFO", "clients"), "connected_clients") == "2");
    CHECK(field(client("INFO", "persistence"), "rdb_changes_since_last_save") == "1");
}

TEST_CASE("INFO says what clients wait to hear before they start")
{
    Client client;
    CHECK(field(client("INFO"), "loading") == "0");
    CHECK(field(client("INFO"), "role") == "master");
    CHECK(field(client("INFO"), "connected_slaves") == "0");
    CHECK(field(client("INFO"), "cluster_enabled") == "0");
    CHECK(field(client("INFO"), "maxmemory_policy") == "noeviction");
    CHECK(field(client("INFO"), "maxclients") == "10000");
}

TEST_CASE("INFO measures memory and time spent")
{
    Client client;
    const auto info = client("INFO");
    CHECK(std::stoll(field(info, "used_memory_rss")) > 0);
    CHECK(std::stoll(field(info, "total_system_memory")) >
          std::stoll(field(info, "used_memory_rss")));
    CHECK(field(info, "maxmemory_human") == "0B");
    CHECK(std::stod(field(info, "used_cpu_user")) >= 0);
}
