#include <catch2/catch.hpp>

#include "tests/support/client.h"

using tests::Client;

TEST_CASE("clients that ask for a cluster learn that there is none")
{
    constexpr auto kNoCluster = "-ERR This instance has cluster support disabled\r\n";
    Client client;
    CHECK(client("CLUSTER", "INFO") == kNoCluster);
    CHECK(client("CLUSTER", "NODES") == kNoCluster);
    CHECK(client("CLUSTER", "SLOTS") == kNoCluster);
    CHECK(client("CLUSTER", "SHARDS") == kNoCluster);
    CHECK(client("CLUSTER", "KEYSLOT", "driver:D4") == kNoCluster);
    CHECK(client("CLUSTER", "HELP") == kNoCluster);
    CHECK(client("READONLY") == kNoCluster);
    CHECK(client("READWRITE") == kNoCluster);
    CHECK(client("ASKING") == kNoCluster);
}

TEST_CASE("a misspelt CLUSTER is an error of its own")
{
    Client client;
    CHECK(client("CLUSTER") == "-ERR wrong number of arguments for 'cluster' command\r\n");
    CHECK(client("CLUSTER", "nosuch") == "-ERR unknown subcommand 'nosuch'. Try CLUSTER HELP.\r\n");
    CHECK(client("CLUSTER", "SLOTS", "1") ==
          "-ERR wrong number of arguments for 'cluster|slots' command\r\n");
}
