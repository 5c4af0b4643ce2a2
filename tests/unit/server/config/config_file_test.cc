#include "server/config/config_file.h"

#include <catch2/catch.hpp>
#include <sstream>

using namespace server;

namespace {

struct Read
{
    Options options;
    std::vector<std::string> warnings;
    std::string error;
};

Read read(const std::string& text)
{
    Read result;
    ConfigReader reader{result.options};
    std::istringstream lines{text};
    try {
        reader.read_stream(lines, "dabba.conf");
    } catch (const ConfigError& error) {
        result.error = error.what();
    }
    result.warnings = reader.warnings();
    return result;
}

}  // namespace

TEST_CASE("a config file has a setting a line, comments and quotes")
{
    const auto [options, warnings, error] = read(
        "# who may come\r\n"
        "\n"
        "   maxclients 77\r\n"
        "BIND 127.0.0.1 -::1\n"
        "requirepass \"two words \\x41\"\n"
        "logfile ''\n"
        "unixsocketperm 700\n"
        "client-output-buffer-limit pubsub 1mb 0 0");
    CHECK(error == "");
    CHECK(warnings.empty());
    CHECK(options.max_clients == 77);
    CHECK(options.bind == std::vector<std::string>{"127.0.0.1", "-::1"});
    CHECK(options.require_pass == "two words A");
    CHECK(options.unix_socket_permissions == 0700);
    CHECK(options.client_output_buffer_limit[2] == OutputLimit{1 << 20, 0, 0});
}

TEST_CASE("an empty word means no address at all")
{
    CHECK(read("bind \"\"").options.bind.empty());
}

TEST_CASE("a mistake is named with its line")
{
    CHECK(read("maxclients 77\nno-such-thing 1\n").error ==
          "dabba.conf:2: 'no-such-thing 1': Bad directive or wrong number of arguments");
    CHECK(read("port 70000").error ==
          "dabba.conf:1: 'port 70000': argument must be between 0 and 65535 inclusive");
    CHECK(read("port").error == "dabba.conf:1: 'port': wrong number of arguments");
    CHECK(read("port 1 2").error == "dabba.conf:1: 'port 1 2': wrong number of arguments");
    CHECK(read("logfile \"open").error ==
          "dabba.conf:1: 'logfile \"open': Unbalanced quotes in configuration line");
    CHECK(read("*1").error == "dabba.conf:1: '*1': Bad directive or wrong number of arguments");
    CHECK(read("cluster-enabled yes").error ==
          "dabba.conf:1: 'cluster-enabled yes': not supported by Dabba: only 'no' is. There is no "
          "cluster: each server would take every key");
    CHECK(read("include no/such/file").error ==
          "Cannot open the config file no/such/file: No such file or directory");
}

TEST_CASE("a pattern that no file matches includes nothing")
{
    CHECK(read("include no/such/*.conf").error == "");
}

TEST_CASE("a setting that is not supported is skipped with a warning")
{
    const auto [options, warnings, error] =
        read("io-threads 4\nappendonly no\naof-use-rdb-preamble no\nhz 10\n");
    CHECK(error == "");
    CHECK(warnings == std::vector<std::string>{
                          "dabba.conf:1: 'io-threads 4': not supported by Dabba, skipped. One "
                          "thread does everything"});
    CHECK(options.remembered.count("io-threads") == 0);
    CHECK(options.remembered.at("aof-use-rdb-preamble") == "no");
}

TEST_CASE("each line adds its save points to those before, and an empty one takes all away")
{
    CHECK(read("save 3600 1\nsave 300 100\n").options.save_points == "3600 1 300 100");
    CHECK(read("save 3600 1\nsave \"\"\nsave 60 5 30 7\n").options.save_points == "60 5 30 7");
    CHECK(read("save 3600 1\nsave \"\"\n").options.save_points.empty());
    CHECK(read("save 3600\n").error.ends_with("Invalid save parameters"));
}

TEST_CASE("the server does not start if skipping a setting would lose data or let somebody in")
{
    for (const char* const line : {"tls-replication yes", "cluster-enabled yes",
                                   "replicaof 127.0.0.1 6379", "min-replicas-to-write 1"}) {
        INFO(line);
        CHECK(read(line).error.find(line) != std::string::npos);
        CHECK(read(line).error.find("not supported by Dabba") != std::string::npos);
    }
    CHECK(
        read("min-replicas-to-write 1").error ==
        "dabba.conf:1: 'min-replicas-to-write 1': not supported by Dabba: only '0' is. No data are "
        "copied between servers");
}

TEST_CASE("each line of a user is a user of its own")
{
    const auto [options, warnings, error] = read(
        "user default on nopass sanitize-payload ~* &* +@all\nuser anna on \">two words\" ~a* "
        "(+get ~b)\n");
    CHECK(error == "");
    CHECK(options.users == std::vector<std::vector<std::string>>{
                               {"default", "on", "nopass", "sanitize-payload", "~*", "&*", "+@all"},
                               {"anna", "on", ">two words", "~a*", "(+get", "~b)"}});
    CHECK(read("user").error.find("wrong number of arguments") != std::string::npos);
}
