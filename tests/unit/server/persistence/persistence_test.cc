#include "server/persistence/persistence.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>

#include "tests/support/client.h"
#include "tests/support/folder.h"

using namespace std::chrono_literals;
using server::Loading;
using server::Options;
using tests::Client;

namespace {

/// A folder with a file of data.
class Folder
{
public:
    std::string path() const { return folder_.path().string(); }
    std::string file() const { return (folder_.path() / "dump.rdb").string(); }
    std::size_t files() const
    {
        return static_cast<std::size_t>(
            std::distance(std::filesystem::directory_iterator{folder_.path()}, {}));
    }
    std::string read() const { return tests::read_file(file()); }
    void write(std::string_view text) const { tests::write_file(file(), text); }

private:
    tests::Folder folder_;
};

/// A server that may have files there, and has loaded what it found.
struct Restarted : Client
{
    explicit Restarted(const Folder& folder, Options options = {})
        : Client([&] {
              options.directory = folder.path();
              options.enable_debug_command = "yes";
              return options;
          }())
    {
        server().persistence->use_files();
        server().persistence->begin_loading();
        while (server().persistence->go_on_loading()) continue;
    }

    bool tick() { return server().tick(); }

    /// Ticks until what is saved in the background is there.
    void finish_saving()
    {
        while (server().persistence->is_saving()) {
            tick();
            std::this_thread::yield();
        }
    }

    std::string info(const std::string& field)
    {
        const std::string all = (*this)("INFO", "persistence");
        const auto at = all.find("\n" + field + ":");
        if (at == std::string::npos) return "none";
        const auto begin = at + field.size() + 2;
        return all.substr(begin, all.find('\r', begin) - begin);
    }
};

std::string refusal(const Folder& folder)
{
    try {
        const Restarted client{folder};
        return "none";
    } catch (const Loading::Error& error) {
        const std::string text = error.what();
        const std::string where = "Cannot load " + folder.file() + ": ";
        return text.starts_with(where) ? text.substr(where.size()) : text;
    }
}

void add_one_of_each(Client& client)
{
    client("SET", "string", "text");
    client("SET", "lock", "anna", "PX", "5000");
    client("RPUSH", "list", "a", "b");
    client("SADD", "set", "a", "1");
    client("HSET", "hash", "field", "value");
    client("ZADD", "zset", "1.5", "a");
    client("SELECT", "9");
    client("SET", "elsewhere", "1");
    client("SELECT", "0");
    client("FUNCTION", "LOAD", "#!lua name=lib\nredis.register_function('f', function() end)");
}

}  // namespace

TEST_CASE("what was saved is there after a restart")
{
    const Folder folder;
    {
        Restarted client{folder};
        add_one_of_each(client);
        client.clock.advance(2s);
        CHECK(client("SAVE") == "+OK\r\n");
    }
    CHECK(folder.files() == 1);
    Restarted client{folder};
    CHECK(client("GET", "string") == "$4\r\ntext\r\n");
    CHECK(client("LRANGE", "list", "0", "-1") == "*2\r\n$1\r\na\r\n$1\r\nb\r\n");
    CHECK(client("SCARD", "set") == ":2\r\n");
    CHECK(client("HGET", "hash", "field") == "$5\r\nvalue\r\n");
    CHECK(client("ZSCORE", "zset", "a") == "$3\r\n1.5\r\n");
    CHECK(client("FCALL", "f", "0") == "$-1\r\n");
    CHECK(client("PTTL", "lock") == ":5000\r\n");  // this clock stands where the first one began
    client("SELECT", "9");
    CHECK(client("GET", "elsewhere") == "$1\r\n1\r\n");
    CHECK(client.info("rdb_last_load_keys_loaded") == "7");
    CHECK(client.info("rdb_changes_since_last_save") == "0");
}

TEST_CASE("without save points nothing is saved by itself, nor at the end")
{
    const Folder folder;
    Restarted client{folder};
    for (int i = 0; i < 100; ++i) {
        client("INCR", "a");
        client.clock.advance(1h);
        client.tick();
    }
    CHECK(client("SHUTDOWN") == "");
    CHECK(folder.files() == 0);
}

TEST_CASE("a save point saves once so much was changed and so much time has passed")
{
    const Folder folder;
    Restarted client{folder};
    client("CONFIG", "SET", "save", "60 2");
    client("SET", "a", "1");
    client.clock.advance(120s);
    client.tick();
    CHECK_FALSE(client.server().persistence->is_saving());
    client("SET", "a", "2");
    client.tick();
    CHECK(client.info("rdb_bgsave_in_progress") == "1");
    client("SET", "a", "3");
    client.finish_saving();
    CHECK(client.info("rdb_changes_since_last_save") == "1");
    CHECK(client.info("rdb_saves") == "1");
    CHECK(client("LASTSAVE") == ":1700000120\r\n");
    CHECK(client("SHUTDOWN") == "");
    Restarted again{folder};
    CHECK(again("GET", "a") == "$1\r\n3\r\n");
}

TEST_CASE("BGSAVE saves the moment at which it began")
{
    const Folder folder;
    {
        Restarted client{folder};
        for (int i = 0; i < 20'000; ++i)
            client("SET", "key:" + std::to_string(i), "value:" + std::to_string(i));
        CHECK(client("BGSAVE") == "+Background saving started\r\n");
        CHECK(client("BGSAVE") == "-ERR Background save already in progress\r\n");
        CHECK(client("BGSAVE", "SCHEDULE") == "-ERR Background save already in progress\r\n");
        CHECK(client("SAVE") == "-ERR Background save already in progress\r\n");
        int ticks = 0;
        while (client.tick()) {
            const std::string some = std::to_string(++ticks);
            client("APPEND", "key:" + some, "!");
            client("DEL", "key:1" + some);
            client("SET", "new:" + some, "1");
            client("RENAME", "key:2" + some, "renamed:" + some);
        }
        CHECK(ticks > 5);
        client("FLUSHDB");
        client.finish_saving();
    }
    Restarted client{folder};
    CHECK(client("DBSIZE") == ":20000\r\n");
    for (int i = 0; i < 20'000; ++i) {
        const std::string value = "value:" + std::to_string(i);
        REQUIRE(client("GET", "key:" + std::to_string(i)) ==
                "$" + std::to_string(value.size()) + "\r\n" + value + "\r\n");
    }
}

TEST_CASE("in a transaction, BGSAVE begins after it")
{
    const Folder folder;
    Restarted client{folder};
    client("MULTI");
    client("BGSAVE");
    client("SET", "a", "1");
    CHECK(client("EXEC") == "*2\r\n+Background saving scheduled\r\n+OK\r\n");
    CHECK_FALSE(client.server().persistence->is_saving());
    client.tick();
    client.finish_saving();
    CHECK(Restarted{folder}("GET", "a") == "$1\r\n1\r\n");
    CHECK(client("BGSAVE", "now") == "-ERR syntax error\r\n");
}

TEST_CASE("after a failure, writes are refused until the data can be saved")
{
    const Folder folder;
    Restarted client{folder};
    client("CONFIG", "SET", "save", "60 100");
    client("SET", "a", "1");
    std::filesystem::create_directory(folder.file());
    CHECK(client("SAVE") == "-ERR\r\n");
    CHECK(client("SET", "a", "2") == "+OK\r\n");
    client("BGSAVE");
    client("MULTI");
    client("SET", "a", "3");
    client.finish_saving();
    CHECK(client("EXEC").starts_with("-EXECABORT Transaction discarded because of: MISCONF"));
    CHECK(client.info("rdb_last_bgsave_status") == "err");
    CHECK(client("SET", "a", "2").starts_with("-MISCONF Redis is configured to save RDB snap"));
    CHECK(client("PING").starts_with("-MISCONF"));
    CHECK(client("EVAL", "return redis.call('SET', 'a', '2')", "0").starts_with("-MISCONF"));
    CHECK(client("GET", "a") == "$1\r\n2\r\n");
    CHECK(client("SHUTDOWN") == "-ERR Errors trying to SHUTDOWN. Check logs.\r\n");
    SECTION("because nobody wants it any more")
    {
        client("CONFIG", "SET", "stop-writes-on-bgsave-error", "no");
        CHECK(client("SET", "a", "3") == "+OK\r\n");
    }
    SECTION("because it was saved")
    {
        std::filesystem::remove(folder.file());
        CHECK(client("SAVE") == "+OK\r\n");
        CHECK(client("SET", "a", "3") == "+OK\r\n");
        CHECK(folder.files() == 1);
    }
}

TEST_CASE("FLUSHALL ends what is being saved, and with save points the file is empty, too")
{
    const Folder folder;
    Restarted client{folder};
    for (int i = 0; i < 10'000; ++i) client("SET", "key:" + std::to_string(i), "1");
    client("SAVE");
    client("BGSAVE");
    client.tick();
    SECTION("without save points the old file stays")
    {
        client("FLUSHALL");
        CHECK_FALSE(client.server().persistence->is_saving());
        CHECK(Restarted{folder}("DBSIZE") == ":10000\r\n");
    }
    SECTION("with save points")
    {
        client("CONFIG", "SET", "save", "60 1");
        client("FLUSHALL");
        CHECK(Restarted{folder}("DBSIZE") == ":0\r\n");
    }
    client("SET", "a", "1");
    client("SAVE");
    CHECK(Restarted{folder}("DBSIZE") == ":1\r\n");
}

TEST_CASE("a damaged file is refused, and so is one that was cut anywhere")
{
    const Folder folder;
    {
        Restarted client{folder};
        add_one_of_each(client);
        client("SAVE");
    }
    const std::string whole = folder.read();
    for (std::size_t size = 0; size < whole.size(); size += 7) {
        folder.write(whole.substr(0, size));
        CHECK(refusal(folder) != "none");
    }
    std::string damaged = whole;
    const auto at = damaged.find("text");
    damaged[at] = 'T';
    folder.write(damaged);
    CHECK(refusal(folder) == "its checksum is wrong: it is damaged. Take an older copy");
    Options careless;
    careless.rdb_checksum = false;
    CHECK(Restarted{folder, careless}("GET", "string") == "$4\r\nText\r\n");
    folder.write(whole.substr(0, whole.size() - 1));
    CHECK(refusal(folder) == "it ends in the middle, at byte " + std::to_string(whole.size() - 1) +
                                 ". Take an older copy, or one that is whole");
}

TEST_CASE("a file may need more databases, and hold a key only once")
{
    using namespace std::string_literals;
    const Folder folder;
    folder.write(
        "REDIS0010\xfe\x10\x00\x01"s
        "a\x01"s
        "b\xff"s +
        std::string(8, '\0'));
    CHECK(refusal(folder) ==
          "it has keys in database 16, and there are 16. Start with --databases 17");
    folder.write(
        "REDIS0010\x00\x01"s
        "a\x01"s
        "b\x00\x01"s
        "a\x01"s
        "b\xff"s +
        std::string(8, '\0'));
    CHECK(refusal(folder) ==
          "key 'a' of database 0 is there already: the file is damaged, or other data were kept");
}

TEST_CASE("keys whose time was over while nobody looked are dropped and counted")
{
    const Folder folder;
    {
        Restarted client{folder};
        client.clock.advance(-1h);
        client("SET", "gone", "1", "EX", "60");
        client("SET", "here", "1");
        client("SAVE");
    }
    Restarted client{folder};
    CHECK(client("DBSIZE") == ":1\r\n");
    CHECK(client.info("rdb_last_load_keys_expired") == "1");
    CHECK(client.info("rdb_last_load_keys_loaded") == "1");
}

TEST_CASE("while the data are loaded clients are told to wait")
{
    const Folder folder;
    {
        Restarted client{folder};
        for (int i = 0; i < 30'000; ++i)
            client("SET", "key:" + std::to_string(i), "value:" + std::to_string(i * 7919));
        client("SAVE");
    }
    Options options;
    options.directory = folder.path();
    Client client{options};
    server::Persistence& persistence = *client.server().persistence;
    persistence.use_files();
    persistence.begin_loading();
    CHECK(persistence.go_on_loading());
    CHECK(client("GET", "key:1") == "-LOADING Redis is loading the dataset in memory\r\n");
    CHECK(client("PING") == "-LOADING Redis is loading the dataset in memory\r\n");
    CHECK(client("INFO", "persistence").find("\nloading:1\r") != std::string::npos);
    CHECK(client("INFO", "persistence").find("\nloading_total_bytes:") != std::string::npos);
    CHECK(client("MULTI") == "+OK\r\n");
    CHECK(client("DISCARD") == "+OK\r\n");
    CHECK_FALSE(client.server().tick());
    while (persistence.go_on_loading()) continue;
    CHECK(client("PING") == "+PONG\r\n");
    CHECK(client("DBSIZE") == ":30000\r\n");
}

TEST_CASE("DEBUG RELOAD brings all back from the file")
{
    const Folder folder;
    Restarted client{folder};
    add_one_of_each(client);
    CHECK(client("DEBUG", "RELOAD") == "+OK\r\n");
    CHECK(client("DBSIZE") == ":6\r\n");
    client("SET", "new", "1");
    CHECK(client("DEBUG", "RELOAD", "NOSAVE") == "+OK\r\n");
    CHECK(client("DBSIZE") == ":6\r\n");
    CHECK(client("FUNCTION", "LIST").starts_with("*1"));
}

namespace {

/// A disk that takes nothing until it is told to.
class StandingFiles : public server::Files
{
public:
    std::atomic<bool> stands = true;

    std::size_t write_some(int file, std::string_view bytes) override
    {
        while (stands) std::this_thread::sleep_for(1ms);
        return Files::write_some(file, bytes);
    }
};

}  // namespace

TEST_CASE("a disk that stands still holds up the snapshot, and nobody else")
{
    constexpr std::size_t kMost = 16 << 20;
    const Folder folder;
    StandingFiles files;
    {
        Options options;
        options.directory = folder.path();
        options.rdb_compression = false;
        Client client{options};
        server::Persistence& persistence = *client.server().persistence;
        persistence.use_files(files);
        const std::string value(100'000, 'v');
        for (int i = 0; i < 400; ++i) client("SET", "key:" + std::to_string(i), value);
        CHECK(client("BGSAVE") == "+Background saving started\r\n");
        for (int i = 0; i < 5'000; ++i) client.server().tick();
        REQUIRE(persistence.saving() != nullptr);
        CHECK(persistence.saving()->keys_written() < 400);
        CHECK(persistence.saving()->waiting_bytes() > kMost / 2);
        CHECK(persistence.saving()->waiting_bytes() < kMost + (1 << 20));
        // What is changed is written before: as it was when the snapshot began.
        for (int i = 0; i < 400; ++i)
            CHECK(client("APPEND", "key:" + std::to_string(i), "!") == ":100001\r\n");
        CHECK(persistence.saving()->waiting_bytes() > 39'000'000);
        CHECK(persistence.saving()->keys_written() == 400);
        files.stands = false;
        while (persistence.is_saving()) client.server().tick();
        CHECK_FALSE(persistence.stats().last_failed);
    }
    Restarted after{folder};
    CHECK(after("DBSIZE") == ":400\r\n");
    CHECK(after("STRLEN", "key:0") == ":100000\r\n");
    CHECK(after("STRLEN", "key:399") == ":100000\r\n");
}

TEST_CASE("what is read back has the form that the limits of now allow")
{
    const Folder folder;
    Restarted client{folder};
    client("SADD", "ints", "1", "2", "3");
    client("SADD", "texts", "a", "b", "c");
    client("ZADD", "ranks", "1", "a", "2", "b", "3", "c");
    client("HSET", "hash", "a", "1", "b", "2", "c", "3");
    const auto encodings = [&] {
        std::string all;
        for (const char* key : {"ints", "texts", "ranks", "hash"})
            all += client("OBJECT", "ENCODING", key);
        return all;
    };
    client("CONFIG", "SET", "set-max-intset-entries", "2", "set-max-listpack-entries", "2",
           "zset-max-listpack-entries", "2", "hash-max-listpack-entries", "2");
    CHECK(client("DEBUG", "RELOAD") == "+OK\r\n");
    CHECK(encodings() ==
          "$9\r\nhashtable\r\n$9\r\nhashtable\r\n$8\r\nskiplist\r\n$9\r\nhashtable\r\n");
    client("CONFIG", "SET", "set-max-intset-entries", "3", "set-max-listpack-entries", "3",
           "zset-max-listpack-entries", "3", "hash-max-listpack-entries", "3");
    CHECK(client("DEBUG", "RELOAD") == "+OK\r\n");
    CHECK(encodings() == "$6\r\nintset\r\n$8\r\nlistpack\r\n$8\r\nlistpack\r\n$8\r\nlistpack\r\n");
}

TEST_CASE("changes are counted as Redis counts them")
{
    const Folder folder;
    Restarted client{folder};
    const auto changes_of = [&](auto... words) {
        const auto count = [&] { return std::stoi(client.info("rdb_changes_since_last_save")); };
        const int before = count();
        client(words...);
        return count() - before;
    };
    CHECK(changes_of("RPUSH", "list", "a", "b", "c", "d") == 4);
    CHECK(changes_of("LMOVE", "list", "other", "LEFT", "LEFT") == 1);
    CHECK(changes_of("LMOVE", "list", "list", "LEFT", "RIGHT") == 1);
    CHECK(changes_of("LTRIM", "list", "0", "-1") == 0);
    CHECK(changes_of("LTRIM", "list", "1", "1") == 2);
    CHECK(changes_of("RPOPLPUSH", "list", "other") == 1);  // and the list is gone
    CHECK(changes_of("LTRIM", "other", "5", "6") == 2);
    CHECK(changes_of("SADD", "set", "a", "b") == 2);
    CHECK(changes_of("SMOVE", "set", "other", "a") == 2);
}

TEST_CASE("DEBUG RELOAD NOFLUSH keeps what there is, and MERGE replaces what comes back")
{
    const Folder folder;
    Restarted client{folder};
    client("SET", "a", "saved");
    client("SET", "b", "saved");
    client("SAVE");
    client("SET", "a", "later");
    client("DEL", "b");
    client("SET", "c", "later");
    CHECK(client("DEBUG", "RELOAD", "NOSAVE", "NOFLUSH") ==
          "-ERR Error trying to load the RDB dump, check server logs.\r\n");
    CHECK(client("GET", "a") == "$5\r\nlater\r\n");
    client("DEL", "b");
    CHECK(client("DEBUG", "RELOAD", "NOSAVE", "NOFLUSH", "MERGE") == "+OK\r\n");
    CHECK(client("MGET", "a", "b", "c") == "*3\r\n$5\r\nsaved\r\n$5\r\nsaved\r\n$5\r\nlater\r\n");
    client("FUNCTION", "LOAD",
           "#!lua name=one\nredis.register_function('f', function() return 1 end)");
    CHECK(client("DEBUG", "RELOAD", "MERGE", "NOFLUSH") == "+OK\r\n");  // replaces the library
    CHECK(client("FCALL", "f", "0") == ":1\r\n");
}

namespace {

void offer(Client& client, std::string_view order)
{
    client("ASSIGN", "geo", "free", order, "FROMLONLAT", "13.4", "52.5", "BYRADIUS", "5", "KM",
           "EX", "20", "OFFER");
}

void add_drivers(Client& client)
{
    client("GEOADD", "geo", "13.4", "52.5", "driver:A", "13.41", "52.5", "driver:B", "13.42",
           "52.5", "driver:C");
    client("SADD", "free", "driver:A", "driver:B", "driver:C");
}

}  // namespace

TEST_CASE("offers go on after a restart, those that ran out meanwhile in their order")
{
    const Folder folder;
    {
        Restarted client{folder};
        add_drivers(client);
        offer(client, "order:2");
        client.clock.advance(1s);
        offer(client, "order:1");
        client("SAVE");
    }
    // The first to end goes on to C, and none is left for the other.
    Restarted client{folder};
    CHECK(client.server().dispatcher.open_offers() == 2);
    CHECK(client("GET", "agent:A:lock") == "$7\r\norder:2\r\n");
    client.server().travel_to(client.clock.now() + 30s);
    CHECK(client("HGET", "order:2", "driver") == "$8\r\ndriver:C\r\n");
    CHECK(client("HGET", "order:2", "state") == "$7\r\noffered\r\n");
}

TEST_CASE("an offer that ran out while the server was down goes on at the start")
{
    const Folder folder;
    {
        Restarted client{folder};
        client.clock.advance(-1h);
        add_drivers(client);
        offer(client, "order:1");
        client("SAVE");
    }
    Restarted client{folder};
    CHECK(client.info("rdb_last_load_keys_expired") == "1");  // the lock
    client.tick();
    CHECK(client("HGET", "order:1", "driver") == "$8\r\ndriver:B\r\n");
    CHECK(client("GET", "agent:B:lock") == "$7\r\norder:1\r\n");
}

TEST_CASE("after a restart a driver keeps their order, and a token its meaning")
{
    const Folder folder;
    {
        Restarted client{folder};
        add_drivers(client);
        offer(client, "order:1");
        offer(client, "order:2");
        client("ASSIGN.ACCEPT", "order:1", "1");
        client("SAVE");
    }
    Restarted client{folder};
    CHECK(client("SISMEMBER", "free", "driver:A") == ":0\r\n");
    CHECK(client("GET", "agent:A:lock") == "$7\r\norder:1\r\n");
    CHECK(client("ASSIGN.ACCEPT", "order:2", "1").starts_with("-STALETOKEN"));
    CHECK_FALSE(client("ASSIGN.ACCEPT", "order:2", "2").starts_with("-"));
    CHECK_FALSE(client("ASSIGN.COMPLETE", "order:1", "1").starts_with("-"));
    CHECK(client("SISMEMBER", "free", "driver:A") == ":1\r\n");
    CHECK(client("GET", "geo:token") == "$1\r\n2\r\n");
}

TEST_CASE("how keys were used is in the file if a policy of eviction goes by it")
{
    const Folder folder;
    Options options;
    options.max_memory_policy = GENERATE("allkeys-lru", "volatile-lfu", "noeviction");
    INFO(options.max_memory_policy);
    {
        Restarted before{folder, options};
        before("SET", "key", "x");
        before("SET", "volatile", "x", "EX", "1000");
        for (const char* key : {"key", "volatile"}) before("GET", key);
        before.clock.advance(70s);
        REQUIRE(before("SAVE") == "+OK\r\n");
    }
    Restarted after{folder, options};
    for (const char* key : {"key", "volatile"}) {
        INFO(key);
        if (options.max_memory_policy == "allkeys-lru")
            CHECK(after("OBJECT", "IDLETIME", key) == ":70\r\n");
        if (options.max_memory_policy == "volatile-lfu")  // 6, but for the minute that passed
            CHECK(after("OBJECT", "FREQ", key) == ":5\r\n");
        if (options.max_memory_policy == "noeviction")
            CHECK(after("OBJECT", "IDLETIME", key) == ":0\r\n");
    }
}
