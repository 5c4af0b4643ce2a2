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
    CHECK(client("INFO", "keyspace") ==
          "$80\r\n# "
          "Keyspace\r\ndb0:keys=2,expires=1,avg_ttl=10000\r\ndb3:keys=1,expires=0,avg_ttl=0\r\n"
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

TEST_CASE("INFO counts changes as Redis does: elements, and a key that goes with the last one not")
{
    Client client;
    const auto changes = [&] {
        return field(client("INFO", "persistence"), "rdb_changes_since_last_save");
    };
    client("SADD", "set", "a", "b", "c");
    CHECK(changes() == "3");
    client("SREM", "set", "a", "b", "c");
    CHECK(changes() == "6");
    client("SET", "lock", "1", "EX", "30");
    CHECK(changes() == "7");
    client("RENAME", "lock", "other");
    CHECK(changes() == "8");
    client("MSET", "a", "1", "b", "2");
    client("FLUSHDB");
    CHECK(changes() == "13");
    client("FLUSHDB");
    CHECK(changes() == "13");
    client("BITFIELD", "bits", "SET", "i5", "0", "0", "SET", "i5", "5", "0");
    CHECK(changes() == "15");  // a string that grew
    client("BITFIELD", "bits", "SET", "i5", "0", "0", "INCRBY", "i5", "5", "1");
    CHECK(changes() == "16");
}

TEST_CASE("INFO commandstats counts calls, refusals and failures by command")
{
    Client client;
    client("SET", "a", "1");
    client("GET", "a");
    client("GET");
    client("SADD", "a", "member");
    client("CLIENT", "SETNAME", "rider");
    client("CLIENT", "NOSUCH");
    client("CLIENT");
    client("NOSUCH");
    client("MULTI");
    client("GET", "a");
    client("SADD", "a", "member");
    client("EXEC");
    const auto stats = client("INFO", "commandstats");
    const auto counts = [&](const std::string& command) {
        const std::string line = field(stats, "cmdstat_" + command);
        const auto usec = line.find(",usec=");
        if (usec == std::string::npos) return line;
        return line.substr(0, usec) + line.substr(line.find(",rejected"));
    };
    CHECK(counts("set") == "calls=1,rejected_calls=0,failed_calls=0");
    CHECK(counts("get") == "calls=2,rejected_calls=1,failed_calls=0");
    CHECK(counts("sadd") == "calls=2,rejected_calls=0,failed_calls=2");
    CHECK(counts("client|setname") == "calls=1,rejected_calls=0,failed_calls=0");
    CHECK(counts("client") == "calls=0,rejected_calls=1,failed_calls=0");
    CHECK(counts("exec") == "calls=1,rejected_calls=0,failed_calls=0");
    CHECK(counts("info") == "absent");
    CHECK(counts("del") == "absent");
    CHECK(field(client("INFO", "stats"), "total_commands_processed") == "9");

    client("CONFIG", "RESETSTAT");
    const auto later = client("INFO", "commandstats");
    CHECK(field(later, "cmdstat_get") == "absent");
    CHECK(has(later, "cmdstat_config|resetstat:calls=1,"));
}

TEST_CASE("INFO commandstats tells what calls take, each if they are slow")
{
    static std::chrono::nanoseconds time;
    static std::chrono::nanoseconds cost;
    time = {};
    cost = 3us;
    Client client;
    client.server().stopwatch = [] { return time += cost; };
    const auto usec = [&] {
        const auto line = field(client("INFO", "commandstats"), "cmdstat_get");
        return line.substr(line.find(",usec="), line.find(",rejected") - line.find(",usec="));
    };
    for (int call = 0; call < 1000; ++call) client("GET", "a");
    CHECK(usec() == ",usec=3000,usec_per_call=3.00");

    cost = 2ms;
    for (int call = 0; call < 61; ++call) client("GET", "a");
    client("CONFIG", "RESETSTAT");
    for (int call = 0; call < 50; ++call) client("GET", "a");
    CHECK(usec() == ",usec=100000,usec_per_call=2000.00");
}

TEST_CASE("LATENCY HISTOGRAM counts every call, by its command or subcommand")
{
    static std::chrono::nanoseconds time;
    Client client;
    client.server().stopwatch = [] { return time += 3us; };
    for (int call = 0; call < 100; ++call) client("GET", "a");
    client("CLIENT", "ID");
    client("CLIENT", "GETNAME");
    for (int asked = 0; asked < 2; ++asked)
        CHECK(client("LATENCY", "HISTOGRAM", "get", "none", "client|none") ==
              "*2\r\n$3\r\nget\r\n*4\r\n$5\r\ncalls\r\n:100\r\n$14\r\nhistogram_usec\r\n"
              "*2\r\n:4\r\n:100\r\n");
    CHECK(client("LATENCY", "HISTOGRAM", "client").starts_with("*4\r\n"));
    CHECK(client("LATENCY", "HISTOGRAM", "CLIENT|id").starts_with("*2\r\n$9\r\nclient|id\r\n"));
}

TEST_CASE("a command that waits is counted once, when it ends")
{
    Client client;
    Client other{client};
    client("BLPOP", "list", "0");
    CHECK(field(other("INFO", "commandstats"), "cmdstat_blpop") == "absent");
    other("RPUSH", "list", "a");
    CHECK(has(other("INFO", "commandstats"), "cmdstat_blpop:calls=1,"));
    client("BLPOP", "list", "0");
    other("CLIENT", "UNBLOCK", std::to_string(client.session().id), "ERROR");
    const auto stats = field(other("INFO", "commandstats"), "cmdstat_blpop");
    CHECK(has(stats, "calls=2,"));
    CHECK(has(stats, "failed_calls=1"));
}

TEST_CASE("INFO tells how much is going on just now")
{
    Client client;
    server::Server& server = client.server();
    server.tick();
    for (int turn = 0; turn < 20; ++turn) {
        for (int request = 0; request < 50; ++request) client("PING");
        server.stats.input_bytes += 10'240;
        server.stats.output_bytes += 5'120;
        client.clock.advance(100ms);
        server.tick();
    }
    const auto busy = client("INFO", "stats");
    CHECK(field(busy, "instantaneous_ops_per_sec") == "500");
    CHECK(field(busy, "instantaneous_input_kbps") == "100.00");
    CHECK(field(busy, "instantaneous_output_kbps") == "50.00");
    for (int turn = 0; turn < 16; ++turn) {
        client.clock.advance(100ms);
        server.tick();
    }
    CHECK(field(client("INFO", "stats"), "instantaneous_ops_per_sec") == "0");
}

TEST_CASE("INFO counts who listens, watches and waits")
{
    Client client;
    Client listener{client};
    Client watcher{client};
    Client waiter{client};
    Client patient{client};
    listener("PSUBSCRIBE", "*");
    watcher("WATCH", "a", "b");
    waiter("BLPOP", "list", "more", "10");
    patient("BLPOP", "list", "0");
    const auto clients = client("INFO", "clients");
    CHECK(field(clients, "pubsub_clients") == "1");
    CHECK(field(clients, "watching_clients") == "1");
    CHECK(field(clients, "total_watched_keys") == "2");
    CHECK(field(clients, "blocked_clients") == "2");
    CHECK(field(clients, "clients_in_timeout_table") == "1");
    CHECK(field(clients, "total_blocking_keys") == "2");
}

TEST_CASE("INFO's avg_ttl is the mean of what the keys have still to live")
{
    Client client;
    const auto mean = [&] {
        const auto keyspace = client("INFO", "keyspace");
        const auto start = keyspace.find("avg_ttl=") + 8;
        return keyspace.substr(start, keyspace.find('\r', start) - start);
    };
    client("SET", "a", "1");
    CHECK(mean() == "0");
    client("SET", "b", "1", "PX", "1000");
    client("SET", "c", "1", "PX", "3000");
    CHECK(mean() == "2000");
    client("PEXPIRE", "c", "4000");
    client.clock.advance(500ms);
    CHECK(mean() == "2000");
    client("SET", "d", "1", "PXAT", "9000000000000000000");
    client("SET", "e", "1", "PXAT", "9000000000000000000");
    client("DEL", "b");
    client("PERSIST", "c");
    CHECK(mean() == std::to_string(9'000'000'000'000'000'000 - 1'700'000'000'500));
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

TEST_CASE("INFO dispatch counts what becomes of orders")
{
    Client client;
    client("GEOADD", "geo", "77.59", "12.98", "driver:D1", "77.60", "12.98", "driver:D2");
    client("SADD", "available", "driver:D1", "driver:D2");
    const auto ask = [&](std::string_view order) {
        return client("ASSIGN", "geo", "available", order, "FROMLONLAT", "77.5946", "12.9716",
                      "BYRADIUS", "5", "km", "OFFER");
    };
    ask("order:1");
    auto info = client("INFO", "dispatch");
    CHECK(field(info, "offers_open") == "1");
    CHECK(field(info, "orders_assigned") == "0");
    CHECK(field(info, "searches") == "1");
    client.clock.advance(1s);
    client("ASSIGN.REJECT", "order:1", "1");
    client.clock.advance(2s);
    client("ASSIGN.ACCEPT", "order:1", "2");
    info = client("INFO", "dispatch");
    CHECK(field(info, "offers_open") == "0");
    CHECK(field(info, "orders_assigned") == "1");
    CHECK(field(info, "total_offers") == "2");
    CHECK(field(info, "total_rejected") == "1");
    CHECK(field(info, "total_assigned") == "1");
    CHECK(field(info, "searches") == "2");
    CHECK(field(info, "time_to_assignment_ms_p50") == "3007");  // to 1 %
    ask("order:2");
    client.clock.advance(1h);
    client.server().tick();
    info = client("INFO", "dispatch");
    CHECK(field(info, "total_timed_out") == "1");
    CHECK(field(info, "offers_open") == "0");
    client("CONFIG", "RESETSTAT");
    CHECK(field(client("INFO", "dispatch"), "total_offers") == "0");
}
