#include "server/log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>

#include "server/config/config_file.h"
#include "tests/support/folder.h"

using namespace server;
using namespace std::chrono_literals;

namespace {

/// A file that is gone afterwards.
struct TemporaryFile
{
    std::string path = std::filesystem::temp_directory_path() /
                       ("dabba-log-test-" + std::to_string(reinterpret_cast<std::uintptr_t>(this)));
    ~TemporaryFile() { std::filesystem::remove(path); }

    std::string text() const { return tests::read_file(path); }
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

TEST_CASE("nobody waits for the log: what has no room is dropped, counted and said")
{
    TemporaryFile pipe;
    REQUIRE(mkfifo(pipe.path.c_str(), 0600) == 0);
    Options options;
    options.log_file = pipe.path;
    const store::Clock clock;
    Log log{options, clock};
    log.notice("before anybody reads");

    const int reader = open(pipe.path.c_str(), O_RDONLY | O_NONBLOCK);
    REQUIRE(reader >= 0);
    const auto read_all = [&] {
        std::string text(1 << 20, '\0');
        text.resize(static_cast<std::size_t>(read(reader, text.data(), text.size())));
        return text;
    };
    log.notice("first");
    CHECK(read_all() ==
          "1970-01-01T00:00:00.000Z warning 1 lines of this log were dropped: there was no room\n"
          "1970-01-01T00:00:00.000Z notice first\n");
    for (int i = 0; i < 10'000; ++i) log.notice("{:0>1000}", i);
    const std::string full = read_all();
    CHECK(full.ends_with('\n'));
    log.notice("last");
    const auto kept = std::count(full.begin(), full.end(), '\n');
    CHECK(kept > 10);
    CHECK(read_all() ==
          fmt::format("1970-01-01T00:00:00.000Z warning {} lines of this log were dropped: there "
                      "was no room\n1970-01-01T00:00:00.000Z notice last\n",
                      10'000 - kept));
    close(reader);
}

TEST_CASE("a line has a limit, whatever it is asked to say")
{
    TemporaryFile file;
    Options options;
    options.log_file = file.path;
    const store::Clock clock;
    Log log{options, clock};
    log.notice("{}", std::string(1 << 20, 'x'));
    log.notice("{}", std::string(1 << 20, '\n'));
    CHECK(file.text().size() < 6000);
    CHECK(file.text().ends_with('\n'));
}
