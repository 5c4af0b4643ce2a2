#include "store/types/set_algebra.h"

#include <catch2/catch.hpp>
#include <memory>
#include <set>
#include <string>

#include "store/random.h"

using store::Random;
using store::Set;

namespace {

using Names = std::set<std::string>;

/// Collects what is visited, and sees to it that nothing comes twice.
template <class VisitAll>
Names collect(VisitAll&& visit_all)
{
    Names names;
    visit_all([&](std::string_view member) {
        REQUIRE(names.emplace(member).second);
        return true;
    });
    return names;
}

/// Sets in all forms, with their members known; now and then one is missing or the same again.
struct Sample
{
    explicit Sample(Random& random)
    {
        for (std::uint64_t i = 1 + random.below(5); i > 0; --i) {
            if (random.below(12) == 0) {
                sets.push_back(nullptr);
                names.emplace_back();
            } else if (!owned.empty() && random.below(8) == 0) {
                sets.push_back(owned.back().get());
                names.push_back(last);
            } else {
                add(random);
            }
        }
    }

    void add(Random& random)
    {
        auto& set = *owned.emplace_back(std::make_unique<Set>());
        const bool integers = random.below(3) == 0;
        const std::uint64_t most = random.below(2) == 0 ? 40 : 900;
        last.clear();
        for (std::uint64_t left = random.below(most); left > 0; --left) {
            auto name = std::to_string(random.below(700));
            if (!integers && random.below(2) == 0) name.insert(0, "driver:");
            set.add(name);
            last.insert(name);
        }
        sets.push_back(&set);
        names.push_back(last);
    }

    std::vector<std::unique_ptr<Set>> owned;
    std::vector<const Set*> sets;
    std::vector<Names> names;
    Names last;
};

}  // namespace

TEST_CASE("sets are combined as std::set says")
{
    Random random{7};
    for (int round = 0; round < 400; ++round) {
        const Sample sample{random};
        Names all, common, alone;
        for (const auto& names : sample.names) all.insert(names.begin(), names.end());
        for (const auto& name : all) {
            std::size_t holders = 0;
            for (const auto& names : sample.names) holders += names.count(name);
            if (holders == sample.names.size()) common.insert(name);
            if (sample.names[0].contains(name) && holders == 1) alone.insert(name);
        }
        REQUIRE(collect([&](auto&& visit) { store::unite(sample.sets, visit); }) == all);
        REQUIRE(collect([&](auto&& visit) { store::intersect(sample.sets, visit); }) == common);
        REQUIRE(collect([&](auto&& visit) { store::subtract(sample.sets, visit); }) == alone);
    }
}

TEST_CASE("an intersection ends when its visitor has had enough")
{
    Set set;
    for (int i = 0; i < 1000; ++i) set.add(std::to_string(i));
    const Set* const sets[] = {&set, &set};
    int visited = 0;
    store::intersect(sets, [&](std::string_view) { return ++visited < 20; });
    CHECK(visited == 20);
}

TEST_CASE("many small sets are taken off a large one at once")
{
    Set large;
    for (int i = 0; i < 5000; ++i) large.add("m" + std::to_string(i));
    std::vector<Set> small(300);
    std::vector<const Set*> sets{&large};
    for (std::size_t i = 0; i < small.size(); ++i) {
        small[i].add("m" + std::to_string(i));
        small[i].add(std::to_string(i));
        sets.push_back(&small[i]);
    }
    CHECK(collect([&](auto&& visit) { store::subtract(sets, visit); }).size() == 4700);
}
