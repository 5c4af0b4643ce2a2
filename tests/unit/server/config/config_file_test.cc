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
          "dabba.conf:1: 'cluster-enabled yes': not supported: only 'no' is");
    CHECK(read("include no/such/file").error ==
          "Cannot open the config file no/such/file: No such file or directory");
}

TEST_CASE("a pattern that no file matches includes nothing")
{
    CHECK(read("include no/such/*.conf").error == "");
}

TEST_CASE("what is accepted in vain is said, what is Redis's default is not")
{
    const auto [options, warnings, error] = read("appendonly yes\nhz 10\nappendfsync everysec\n");
    CHECK(error == "");
    CHECK(warnings ==
          std::vector<std::string>{"dabba.conf:1: 'appendonly yes' is accepted and has no effect"});
    CHECK(options.ignored.at("appendonly") == "yes");
}

TEST_CASE("lines of save points add up until an empty one")
{
    CHECK(read("save 900 1\nsave 300 10\n").options.ignored.at("save") == "900 1 300 10");
    CHECK(read("save 900 1\nsave \"\"\nsave \"60 5\"").options.ignored.at("save") == "60 5");
}
