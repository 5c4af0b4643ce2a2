#include "server/persistence/append_log.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <thread>

#include "server/persistence/persistence.h"
#include "tests/support/client.h"
#include "tests/support/folder.h"
#include "tests/support/replay.h"

using namespace std::chrono_literals;
using server::Loading;
using server::Options;
using tests::Client;
using tests::Folder;
using tests::read_file;
using tests::write_file;

namespace {

namespace fs = std::filesystem;

/// A disk that can be full.
class FaultyFiles : public server::Files
{
public:
    std::atomic<bool> full = false;

    std::size_t write_some(int file, std::string_view bytes) override
    {
        if (full) throw std::system_error{ENOSPC, std::generic_category(), "Writing"};
        // Half of it at a time, as disks may.
        return Files::write_some(file, bytes.substr(0, bytes.size() / 2 + 1));
    }
};

/// A server with a log there, that has loaded what it found.
struct Logged : Client
{
    explicit Logged(const Folder& folder, Options options = {}, server::Files* files = nullptr)
        : Client([&] {
              options.directory = folder.path().string();
              options.append_only = true;
              options.enable_debug_command = "yes";
              return options;
          }())
    {
        server::Persistence& persistence = *server().persistence;
        if (files != nullptr) {
            persistence.use_files(*files);
        } else {
            persistence.use_files();
        }
        server().write_log = [this](server::LogLevel, std::string_view line) {
            lines.append(line).append("\n");
        };
        persistence.begin_loading();
        while (persistence.go_on_loading()) continue;
    }

    /// Ticks until it holds.
    template <class Condition>
    void wait_until(Condition&& condition)
    {
        for (int tries = 0; !condition(); ++tries) {
            REQUIRE(tries < 20'000);
            server().tick();
            std::this_thread::sleep_for(1ms);
        }
    }

    std::string lines;  ///< of the log for people
};

std::string error_of(const Folder& folder, Options options = {})
{
    try {
        Logged client{folder, std::move(options)};
    } catch (const Loading::Error& error) {
        return error.what();
    }
    return {};
}

constexpr std::string_view kManifest =
    "file appendonly.aof.1.base.rdb seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n";

}  // namespace

TEST_CASE("what was logged is there after a restart")
{
    const Folder folder;
    Logged before{folder};
    before("SET", "a", "1");
    before("SELECT", "2");
    before("SADD", "set", "x", "y", "z");
    before("SPOP", "set");
    before.server().persistence->end_log();
    CHECK(read_file(folder.log("appendonly.aof.manifest")) == kManifest);
    Options other;
    other.append_only = false;
    Folder copy;
    fs::copy(folder.path(), copy.path(), fs::copy_options::recursive);
    Logged after{copy};
    CHECK(tests::first_difference(before.server(), after.server()) == std::nullopt);
}

TEST_CASE("what is about to be answered is in the file, even if nobody syncs it")
{
    const Folder folder;
    Options options;
    options.append_fsync = "no";
    Logged client{folder, options};
    client.server().persistence->wait_until_safe();  // the thread rests
    client("SET", "a", "1");
    client.server().persistence->place_to_wait_for();
    CHECK(read_file(folder.log("appendonly.aof.1.incr.aof")).ends_with("$1\r\na\r\n$1\r\n1\r\n"));
}

TEST_CASE("a log that is cut anywhere loses its last moment, and no half of one")
{
    const Folder folder;
    std::string log;
    std::vector<std::size_t> sizes{0};  // the log after each moment
    {
        Logged client{folder};
        const auto note = [&] {
            client.server().persistence->place_to_wait_for();
            client.server().persistence->wait_until_safe();
            sizes.push_back(fs::file_size(folder.log("appendonly.aof.1.incr.aof")));
        };
        client("RPUSH", "list", "1");
        note();
        client("EVAL", "redis.call('RPUSH', 'list', 2) redis.call('RPUSH', 'list', 2)", "0");
        note();
        client("RPUSH", "list", "3");
        note();
    }
    log = read_file(folder.log("appendonly.aof.1.incr.aof"));
    const std::vector<std::string> lengths{":0\r\n", ":1\r\n", ":3\r\n", ":4\r\n"};
    for (std::size_t size = 0; size <= log.size(); ++size) {
        INFO(size);
        write_file(folder.log("appendonly.aof.1.incr.aof"), log.substr(0, size));
        Logged client{folder};
        std::size_t whole = 0;
        while (whole + 1 < sizes.size() && sizes[whole + 1] <= size) ++whole;
        CHECK(client("LLEN", "list") == lengths[whole]);
        client("RPUSH", "list", "x");  // and it goes on
        client.server().persistence->end_log();
        CHECK(read_file(folder.log("appendonly.aof.1.incr.aof"))
                  .starts_with(log.substr(0, sizes[whole])));
    }
}

TEST_CASE("an end that is missing is refused if the options say so")
{
    const Folder folder;
    {
        Logged client{folder};
    }
    write_file(folder.log("appendonly.aof.1.incr.aof"), "*2\r\n$3\r\nDEL\r\n$1\r\na");
    Options strict;
    strict.aof_load_truncated = false;
    const std::string error = error_of(folder, strict);
    CHECK(error.find("Unexpected end of file") != std::string::npos);
    CHECK(error.find("appendonly.aof.1.incr.aof") != std::string::npos);
    CHECK(error_of(folder).empty());
}

TEST_CASE("a log that is damaged is refused, with its name and the place")
{
    const Folder folder;
    {
        Logged client{folder};
    }
    write_file(folder.log("appendonly.aof.1.incr.aof"),
               "*2\r\n$3\r\nDEL\r\n$1\r\na\r\nrubbish*2\r\n$3\r\nDEL\r\n$1\r\na\r\n");
    const std::string error = error_of(folder);
    CHECK(error.find("appendonly.aof.1.incr.aof: Bad file format reading the append only file") !=
          std::string::npos);
    CHECK(error.ends_with("at byte 20"));
    write_file(folder.log("appendonly.aof.manifest"), "file x seq 1 type i\nnonsense\n");
    CHECK(error_of(folder).find("Invalid AOF manifest file format") != std::string::npos);
    write_file(folder.log("appendonly.aof.manifest"), "file x seq 1 type i\n");
    CHECK(error_of(folder).ends_with("/x doesn't exist: No such file or directory"));
}

TEST_CASE("increments are read in order, and only the last one may be cut")
{
    const Folder folder;
    write_file(folder.log("appendonly.aof.manifest"), "file b seq 1 type i\nfile a seq 2 type i\n");
    write_file(folder.log("b"), "#TS:1700000000\r\n*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\n1\r\n");
    write_file(folder.log("a"),
               "*3\r\n$6\r\nAPPEND\r\n$1\r\nk\r\n$1\r\n2\r\n*1\r\n$5\r\nMULTI\r\n");
    {
        Logged client{folder};
        CHECK(client("GET", "k") == "$2\r\n12\r\n");
        CHECK(client.lines.find("15 bytes were cut off at its end") != std::string::npos);
    }
    write_file(folder.log("b"), "*3\r\n$3\r\nSET\r\n");
    CHECK(error_of(folder).find("is not the last one") != std::string::npos);
}

TEST_CASE("the one file of Redis before 7.0 is taken over")
{
    const Folder folder;
    write_file(folder.path() / "appendonly.aof", "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\n1\r\n");
    Logged client{folder};
    CHECK(client("GET", "k") == "$1\r\n1\r\n");
    CHECK(!fs::exists(folder.path() / "appendonly.aof"));
    client.server().persistence->end_log();
    CHECK(read_file(folder.log("appendonly.aof.manifest")) ==
          "file appendonly.aof seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n");
}

TEST_CASE("what was interrupted while the old file was taken over goes on")
{
    const Folder folder;
    write_file(folder.path() / "appendonly.aof", "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\n1\r\n");
    write_file(folder.log("appendonly.aof.manifest"), "file appendonly.aof seq 1 type b\n");
    Logged client{folder};
    CHECK(client("GET", "k") == "$1\r\n1\r\n");
    CHECK(!fs::exists(folder.path() / "appendonly.aof"));
}

TEST_CASE("keys whose time was over long ago are there until the log says what became of them")
{
    const Folder folder;
    write_file(folder.path() / "appendonly.aof",
               "*5\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\n1\r\n$4\r\nPXAT\r\n$4\r\n1000\r\n"
               "*3\r\n$6\r\nAPPEND\r\n$1\r\nk\r\n$1\r\n2\r\n*2\r\n$7\r\nPERSIST\r\n$1\r\nk\r\n");
    Logged client{folder};
    CHECK(client("GET", "k") == "$2\r\n12\r\n");
}

TEST_CASE("a rewrite leaves one base and one increment with the same data")
{
    const Folder folder;
    {
        Logged client{folder};
        for (int i = 0; i < 1000; ++i) client("SET", "key:" + std::to_string(i % 10), "value");
        CHECK(client("BGREWRITEAOF") == "+Background append only file rewriting started\r\n");
        CHECK(client("BGREWRITEAOF").starts_with("-ERR Background append only file rewriting alr"));
        client("SET", "meanwhile", "1");
        client.wait_until([&] { return !client.server().persistence->is_rewriting(); });
        client("SET", "later", "1");
    }
    CHECK(read_file(folder.log("appendonly.aof.manifest")) ==
          "file appendonly.aof.2.base.rdb seq 2 type b\nfile appendonly.aof.2.incr.aof seq 2 type "
          "i\n");
    CHECK(std::distance(fs::directory_iterator{folder.log("")}, {}) == 4);  // and the lock
    Logged client{folder};
    CHECK(client("DBSIZE") == ":12\r\n");
}

TEST_CASE("the log is rewritten by itself once it has grown")
{
    const Folder folder;
    Options options;
    options.auto_aof_rewrite_min_size = 10'000;
    Logged client{folder, options};
    for (int i = 0; i < 500; ++i) client("SET", "key", "value");
    client.wait_until([&] { return client.server().persistence->log_stats().rewrites > 0; });
    CHECK(client.server().persistence->log_file().size() < 1000);
}

TEST_CASE("a log that is switched on begins with all there is")
{
    const Folder folder;
    {
        Logged client{folder};
        client("SET", "a", "1");
        CHECK(client("CONFIG", "SET", "appendonly", "no") == "+OK\r\n");
        client("SET", "b", "1");
        CHECK(client("CONFIG", "SET", "appendonly", "yes") == "+OK\r\n");
        client("SET", "c", "1");
        client.wait_until([&] { return !client.server().persistence->is_rewriting(); });
    }
    Logged client{folder};
    CHECK(client("DBSIZE") == ":3\r\n");
}

TEST_CASE("while the disk is full, writes are refused; nothing is lost once it is not")
{
    const Folder folder;
    FaultyFiles files;
    {
        Logged client{folder, {}, &files};
        files.full = true;
        CHECK(client("SET", "a", "1") == "+OK\r\n");
        client.wait_until([&] { return !client.server().log_error.empty(); });
        CHECK(client("SET", "b", "1") ==
              "-MISCONF Errors writing to the AOF file: No space left on device\r\n");
        CHECK(client("GET", "a") == "$1\r\n1\r\n");
        files.full = false;
        client.wait_until([&] { return client.server().log_error.empty(); });
        CHECK(client("SET", "b", "2") == "+OK\r\n");
        CHECK(client.lines.find("No space left on device") != std::string::npos);
        CHECK(client.lines.find("looks solved") != std::string::npos);
    }
    Logged client{folder};
    CHECK(client("MGET", "a", "b") == "*2\r\n$1\r\n1\r\n$1\r\n2\r\n");
}

TEST_CASE("with always, a disk that is full ends the server")
{
    const Folder folder;
    FaultyFiles files;
    Options options;
    options.append_fsync = "always";
    Logged client{folder, options, &files};
    bool ended = false;
    client.server().give_up = [&](std::string_view) { ended = true; };
    files.full = true;
    client("SET", "a", "1");
    CHECK(client.server().persistence->place_to_wait_for() > 0);
    client.wait_until([&] { return ended; });
    files.full = false;
}

TEST_CASE("with always, a reply waits until its change is safe")
{
    const Folder folder;
    Options options;
    options.append_fsync = "always";
    Logged client{folder, options};
    client("SET", "a", "1");
    const auto place = client.server().persistence->place_to_wait_for();
    client.wait_until([&] { return client.server().persistence->is_safe(place); });
    CHECK(client.server().persistence->place_to_wait_for() == 0);
    CHECK(client("WAITAOF", "1", "0", "0") == "*2\r\n:1\r\n:0\r\n");
}

TEST_CASE("WAITAOF waits until the file is synced")
{
    const Folder folder;
    Logged client{folder};
    Client other{client};
    client("SET", "a", "1");
    std::string reply = other("WAITAOF", "1", "0", "0");
    CHECK(reply == "");
    client.wait_until([&] { return !(reply = other.take_output()).empty(); });
    CHECK(reply == "*2\r\n:1\r\n:0\r\n");
}

TEST_CASE("a second server is refused the same folder")
{
    const Folder folder;
    Logged client{folder};
    CHECK(error_of(folder).find("Another server uses the log appendonly.aof in ") == 0);
}

TEST_CASE("logs with different names share a folder")
{
    const Folder folder;
    Options other;
    other.append_filename = "other.aof";
    Logged one{folder};
    Logged two{folder, other};
    one("SET", "k", "1");
    two("SET", "k", "2");
    CHECK(fs::exists(folder.log("appendonly.aof.1.incr.aof")));
    CHECK(fs::exists(folder.log("other.aof.1.incr.aof")));
    CHECK(one("GET", "k") == "$1\r\n1\r\n");
}

TEST_CASE("data that were saved before there was a log are its beginning")
{
    const Folder folder;
    {
        Options options;
        options.directory = folder.path().string();
        Client client{options};
        client.server().persistence->use_files();
        client("SET", "a", "1");
        CHECK(client("SAVE") == "+OK\r\n");
    }
    {
        Logged client{folder};
    }
    fs::remove(folder.path() / "dump.rdb");
    Logged client{folder};
    CHECK(client("GET", "a") == "$1\r\n1\r\n");
}

TEST_CASE("an offer that ran out while the server was down goes on at its start")
{
    const Folder folder;
    {
        Logged client{folder};
        client("GEOADD", "geo", "77.6", "12.9", "anna");
        client("SADD", "available", "anna");
        client("ASSIGN", "geo", "available", "order:1", "FROMLONLAT", "77.6", "12.9", "BYRADIUS",
               "1", "KM", "OFFER", "EX", "5");
        CHECK(client("HGET", "order:1", "state") == "$7\r\noffered\r\n");
    }
    Logged client{folder};
    CHECK(client("HGET", "order:1", "state") == "$7\r\noffered\r\n");
    CHECK(client.server().dispatcher.open_offers() == 1);
    client.server().travel_to(client.clock.now() + 6s);
    client.server().tick();
    CHECK(client("HGET", "order:1", "state") == "$10\r\nunassigned\r\n");
}

TEST_CASE("DEBUG LOADAOF brings back the same")
{
    const Folder folder;
    Logged client{folder};
    client("SET", "a", "1", "EX", "100");
    const std::string digest = client("DEBUG", "DIGEST");
    CHECK(client("DEBUG", "LOADAOF") == "+OK\r\n");
    CHECK(client("DEBUG", "DIGEST") == digest);
    client("SET", "b", "1");
    client.server().persistence->end_log();
    CHECK(read_file(folder.log("appendonly.aof.1.incr.aof")).ends_with("$1\r\nb\r\n$1\r\n1\r\n"));
}
