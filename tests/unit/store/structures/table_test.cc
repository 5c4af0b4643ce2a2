#include "store/structures/table.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <vector>

using store::Random;
using store::Table;

namespace {

struct Driver
{
    std::string name;
    std::string_view key() const { return name; }
};

/// Nobody hashes as badly as these.
struct AllTheSame
{
    std::uint64_t operator()(const Driver&) const { return 42; }
};
struct FourUpperBitsOnly
{
    std::uint64_t operator()(const Driver& driver) const
    {
        return store::hash_bytes(driver.key()) >> 60 << 60;
    }
};
struct FortyLowerBitsOnly
{
    std::uint64_t operator()(const Driver& driver) const
    {
        return store::hash_bytes(driver.key()) >> 24;
    }
};

/// A table with its owner, and std::unordered_map beside it to say what is right.
template <class Hash>
struct Garage
{
    Table<Driver, Hash> table;
    std::unordered_map<std::string, std::unique_ptr<Driver>> drivers;

    static std::uint64_t hash(const std::string& name) { return Hash{}(Driver{name}); }

    Driver* find(const std::string& name) const { return table.find(name, hash(name)); }

    void add(const std::string& name)
    {
        auto& driver = drivers[name];
        if (driver != nullptr) return;
        driver = std::make_unique<Driver>(Driver{name});
        table.insert(driver.get(), hash(name));
    }

    /// False if table and map disagree.
    bool remove(const std::string& name)
    {
        const Driver* const taken = table.take(name, hash(name));
        const auto at = drivers.find(name);
        if (at == drivers.end()) return taken == nullptr;
        const bool right = taken == at->second.get();
        drivers.erase(at);
        return right;
    }

    std::multiset<std::string> scan_all() const
    {
        std::multiset<std::string> seen;
        std::uint64_t cursor = 0;
        do {
            cursor = table.scan(cursor, [&](const Driver* driver) { seen.insert(driver->name); });
        } while (cursor != 0);
        return seen;
    }
};

std::string name_of(std::uint64_t number) { return "driver:D" + std::to_string(number); }

}  // namespace

TEST_CASE("an empty table knows nobody")
{
    Table<Driver> table;
    Random random{1};
    CHECK(table.empty());
    CHECK(table.find("D4") == nullptr);
    CHECK(table.take("D4") == nullptr);
    CHECK(table.random(random) == nullptr);
    CHECK(table.scan(0, [](Driver*) { FAIL(); }) == 0);
    CHECK(table.scan(~std::uint64_t{0}, [](Driver*) { FAIL(); }) == 0);
    table.for_each([](Driver*) { FAIL(); });
    table.clear();
    CHECK(table.check());
}

TEST_CASE("a table that is moved leaves an empty one behind")
{
    Driver driver{"D4"};
    Table<Driver> from;
    from.insert(&driver);
    Table<Driver> to = std::move(from);
    CHECK(to.find("D4") == &driver);
    CHECK(from.empty());  // NOLINT(bugprone-use-after-move): that is the promise
    CHECK(from.find("D4") == nullptr);
    from = std::move(to);
    CHECK(from.find("D4") == &driver);
}

TEST_CASE("an element is replaced by another with the same key")
{
    Garage<store::HashOfKey> garage;
    for (int i = 0; i < 2000; ++i) garage.add(name_of(i));
    Driver other{name_of(7)};
    garage.table.replace(garage.find(name_of(7)), &other);
    CHECK(garage.find(name_of(7)) == &other);
    CHECK(garage.table.size() == 2000);
}

TEMPLATE_TEST_CASE("a table agrees with a map, growing and shrinking", "", store::HashOfKey,
                   AllTheSame, FourUpperBitsOnly, FortyLowerBitsOnly)
{
    Garage<TestType> garage;
    Random random{2847};
    const bool collides = !std::is_same_v<TestType, store::HashOfKey>;
    const std::uint64_t names = collides ? 1500 : 30000;
    const int steps = collides ? 12000 : 200000;
    for (int step = 0; step < steps; ++step) {
        const bool growing = step / (steps / 6) % 2 == 0;
        const auto name = name_of(random.below(names));
        if (random.below(10) < (growing ? 8U : 2U)) {
            garage.add(name);
            REQUIRE(garage.find(name) == garage.drivers[name].get());
        } else {
            REQUIRE(garage.remove(name));
            REQUIRE(garage.find(name) == nullptr);
        }
        REQUIRE(garage.table.size() == garage.drivers.size());
        if (!garage.table.empty()) REQUIRE(garage.table.random(random) != nullptr);
        if (step % 500 == 0) REQUIRE(garage.table.check());
    }
    CHECK(garage.scan_all().size() >= garage.drivers.size());
    std::size_t visited = 0;
    garage.table.for_each([&](const Driver* driver) {
        ++visited;
        REQUIRE(garage.drivers.count(driver->name) == 1);
    });
    CHECK(visited == garage.drivers.size());

    for (std::uint64_t i = 0; i < names; ++i) REQUIRE(garage.remove(name_of(i)));
    CHECK(garage.table.empty());
    CHECK(garage.table.check());
}

TEMPLATE_TEST_CASE("a table that was told how much is coming is like any other", "",
                   store::HashOfKey, AllTheSame, FourUpperBitsOnly, FortyLowerBitsOnly)
{
    for (const int count : {0, 1, 5, 320, 321, 5000}) {
        INFO(count);
        Garage<TestType> garage;
        garage.table.reserve(static_cast<std::size_t>(count));
        REQUIRE(garage.table.check());
        CHECK(garage.table.empty());
        const int added = std::is_same_v<TestType, store::HashOfKey> ? count : std::min(count, 500);
        for (int i = 0; i < added; ++i) garage.add("driver:" + std::to_string(i));
        REQUIRE(garage.table.check());
        CHECK(garage.scan_all().size() >= static_cast<std::size_t>(added));
        for (int i = 0; i < added; ++i) REQUIRE(garage.remove("driver:" + std::to_string(i)));
        REQUIRE(garage.table.check());
        CHECK(garage.table.empty());
    }
}

TEST_CASE("what comes into a table that was told of it moves nothing, and costs little")
{
    constexpr int kCount = 100'000;
    Garage<store::HashOfKey> told;
    Garage<store::HashOfKey> grown;
    told.table.reserve(kCount);
    const std::size_t before = told.table.memory_bytes();
    for (int i = 0; i < kCount; ++i) told.add("driver:" + std::to_string(i));
    for (int i = 0; i < kCount; ++i) grown.add("driver:" + std::to_string(i));
    CHECK(told.table.memory_bytes() == before);
    CHECK(told.table.memory_bytes() <= grown.table.memory_bytes() * 5 / 4);
}

TEST_CASE("hashes that collide do not make a table large")
{
    Garage<FourUpperBitsOnly> garage;
    for (int i = 0; i < 20000; ++i) garage.add(name_of(i));
    CHECK(garage.table.check());
    CHECK(garage.table.memory_bytes() < 1'000'000);
}

TEST_CASE("a table is small for what it holds, and gives memory back")
{
    Garage<store::HashOfKey> garage;
    double most = 0;
    for (std::uint64_t i = 0; i < 100000; ++i) {
        garage.add(name_of(i));
        if (i < 500) continue;
        const auto bytes = static_cast<double>(garage.table.memory_bytes());
        most = std::max(most, bytes / static_cast<double>(garage.table.size()));
    }
    CHECK(most < 17);  // how full the first segments are depends on the hash
    for (std::uint64_t i = 100; i < 100000; ++i) REQUIRE(garage.remove(name_of(i)));
    CHECK(garage.table.memory_bytes() < 3'200);
    CHECK(garage.table.check());
}

TEMPLATE_TEST_CASE("a table is drained of each element once, some at a time", "", store::HashOfKey,
                   AllTheSame, FourUpperBitsOnly, FortyLowerBitsOnly)
{
    for (const std::uint64_t size : {0, 1, 7, 500, 5000}) {
        Garage<TestType> garage;
        for (std::uint64_t i = 0; i < size; ++i) garage.add(name_of(i));
        std::set<std::string> drained;
        while (const auto count = garage.table.drain(100, [&](Driver* driver) {
            CHECK(drained.insert(driver->name).second);
            garage.drivers.erase(driver->name);  // frees it
        })) {
            CHECK(garage.table.size() == size - drained.size());
            if (std::is_same_v<TestType, store::HashOfKey>) CHECK(count < 100 + 448);
        }
        CHECK(drained.size() == size);
        CHECK(garage.table.empty());
        CHECK(garage.table.check());
    }
}

TEST_CASE("a table that is half drained is destroyed as any other")
{
    Garage<store::HashOfKey> garage;
    for (std::uint64_t i = 0; i < 5000; ++i) garage.add(name_of(i));
    garage.table.drain(1000, [](Driver*) {});
    garage.table.clear();
    CHECK(garage.table.empty());
    CHECK(garage.table.check());
}

TEST_CASE("a scan of a table at rest visits each element once")
{
    for (const int count : {1, 6, 7, 50, 400, 410, 1000, 12345}) {
        Garage<store::HashOfKey> garage;
        for (int i = 0; i < count; ++i) garage.add(name_of(static_cast<std::uint64_t>(i)));
        const auto seen = garage.scan_all();
        CHECK(seen.size() == static_cast<std::size_t>(count));
        CHECK(std::set<std::string>(seen.begin(), seen.end()).size() == seen.size());
    }
}

TEST_CASE("cursors fit into the numbers of JavaScript, and any number is a cursor")
{
    Garage<store::HashOfKey> garage;
    for (std::uint64_t i = 0; i < 20000; ++i) garage.add(name_of(i));
    std::uint64_t cursor = 0;
    do {
        const std::uint64_t next = garage.table.scan(cursor, [](Driver*) {});
        REQUIRE((next == 0 || next > cursor));
        cursor = next;
        REQUIRE(cursor < std::uint64_t{1} << 53);
    } while (cursor != 0);
    Random random{5};
    for (int i = 0; i < 1000; ++i) {
        REQUIRE(garage.table.scan(random.next(), [](Driver*) {}) < std::uint64_t{1} << 53);
    }
}

TEMPLATE_TEST_CASE("who stays during a whole scan is seen, whoever comes and goes", "",
                   store::HashOfKey, FourUpperBitsOnly, FortyLowerBitsOnly)
{
    const bool collides = !std::is_same_v<TestType, store::HashOfKey>;
    const std::uint64_t crowd = collides ? 3000 : 20000;
    for (const std::uint64_t seed : {1, 2, 3, 4, 5, 6}) {
        Random random{seed};
        Garage<TestType> garage;
        const bool grows = seed % 2 == 0;
        const std::uint64_t faithful = 50 + random.below(400);
        for (std::uint64_t i = 0; i < faithful; ++i) garage.add("faithful:" + std::to_string(i));
        for (std::uint64_t i = 0; !grows && i < crowd; ++i) garage.add(name_of(i));

        std::set<std::string> seen;
        std::uint64_t cursor = 0;
        std::uint64_t next = 0;
        do {
            cursor = garage.table.scan(cursor, [&](const Driver* d) { seen.insert(d->name); });
            for (std::uint64_t burst = random.below(200); burst > 0 && next < crowd; --burst) {
                grows ? garage.add(name_of(next)) : void(garage.remove(name_of(next)));
                ++next;
            }
        } while (cursor != 0);
        for (std::uint64_t i = 0; i < faithful; ++i) {
            REQUIRE(seen.count("faithful:" + std::to_string(i)) == 1);
        }
        REQUIRE(garage.table.check());
    }
}

TEST_CASE("a random element is any of them with the same chance")
{
    for (const std::uint64_t count : {3U, 100U, 1000U, 3000U}) {
        Garage<store::HashOfKey> garage;
        for (std::uint64_t i = 0; i < count; ++i) garage.add(name_of(i));
        Random random{7};
        std::unordered_map<std::string, int> hits;
        const std::uint64_t throws = count * 100;
        for (std::uint64_t i = 0; i < throws; ++i) ++hits[garage.table.random(random)->name];
        // 100 expected each, standard deviation 10: 6 sigma for thousands of them.
        CHECK(hits.size() == count);
        for (const auto& [name, times] : hits) {
            REQUIRE(times > 40);
            REQUIRE(times < 160);
        }
    }
}
