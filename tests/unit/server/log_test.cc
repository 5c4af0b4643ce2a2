#include "server/log.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "server/config/config_file.h"

using namespace server;
using namespace std::chrono_literals;

namespace {

/// A file that is gone afterwards.
struct TemporaryFile
{
    std::string path = std::filesystem::temp_directory_path() /
                       ("dabba-log-test-" + std::to_string(reinterpret_cast<std::uintptr_t>(this)));
    ~TemporaryFile() { std::filesystem::remove(path); }

    std::string text() const
    {
        std::ostringstream all;
        all << std::ifstream{path}.rdbuf();
        return all.str();
    }
};

}  // namespace

TEST_CASE("an event is one line with its moment and its gravity")
{
    TemporaryFile file;
    Options options;
    options.log_file = file.path;
    store::Clock clock{store::TimePoint{1'700'000'000s + 7ms}};
    Log log{options, clock};
    log.notice("Listening on {}:{}", "127.0.0.1", 6379);
    log.warning("a client called {}", "x\r\ny");
    CHECK(file.text() ==
          "2023-11-14T22:13:20.007Z notice Listening on 127.0.0.1:6379\n"
          "2023-11-14T22:13:20.007Z warning a client called x\\x0d\\x0ay\n");
}

TEST_CASE("what is less grave than the log level is left out, and the level may change")
{
    TemporaryFile file;
    Options options;
    options.log_file = file.path;
    const store::Clock clock;
    Log log{options, clock};
    log.verbose("first");
    options.log_level = LogLevel::Verbose;
    log.verbose("second");
    log.debug("third");
    CHECK(file.text() == "1970-01-01T00:00:00.000Z verbose second\n");
}

TEST_CASE("a log that cannot be written is found out at the start")
{
    Options options;
    options.log_file = "no/such/folder/log";
    const store::Clock clock;
    CHECK_THROWS_AS((Log{options, clock}), ConfigError);
}
