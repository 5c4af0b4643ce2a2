#include "store/types/sorted_set.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <ranges>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "store/random.h"

namespace {

std::string numbered(const char* name, std::uint64_t number)
{
    return std::string{name}.append(std::to_string(number));
}

using store::Random;
using store::SortedSet;
using PutResult = store::SortedSet::PutResult;

std::vector<std::string> names(const SortedSet& set)
{
    std::vector<std::string> result;
    for (const SortedSet::Item item : set) result.emplace_back(item.member);
    return result;
}

using Names = std::vector<std::string>;

}  // namespace

static_assert(std::bidirectional_iterator<SortedSet::Iterator>);

TEST_CASE("put adds, updates or leaves alone")
{
    SortedSet set;
    CHECK(set.put("anna", 2) == PutResult::Added);
    CHECK(set.put("ben", 1) == PutResult::Added);
    CHECK(set.put("anna", 2) == PutResult::Unchanged);
    CHECK(names(set) == Names{"ben", "anna"});
    CHECK(set.put("anna", 0.5) == PutResult::Updated);
    CHECK(names(set) == Names{"anna", "ben"});
    CHECK(set.size() == 2);
    CHECK(set.score("anna") == 0.5);
    CHECK(set.score("nobody") == std::nullopt);
    CHECK(set.contains("ben"));
    CHECK_FALSE(set.contains("nobody"));
    CHECK(set.check());
}

TEST_CASE("minus zero is kept as zero")
{
    SortedSet set;
    set.put("a", 0.0);
    CHECK(set.put("a", -0.0) == PutResult::Unchanged);
    set.put("b", -0.0);
    CHECK_FALSE(std::signbit(*set.score("a")));
    CHECK_FALSE(std::signbit(*set.score("b")));
    CHECK(names(set) == Names{"a", "b"});
}

TEST_CASE("members of one score are ordered by their bytes, without sign")
{
    SortedSet set;
    for (const char* name : {"b", "a", "\xff", "", "aa", "Z"}) set.put(name, 1);
    CHECK(names(set) == Names{"", "Z", "a", "aa", "b", "\xff"});
    CHECK(set.rank("") == 0);
    CHECK(set.rank("\xff") == 5);
    CHECK(set.rank("c") == std::nullopt);
}

TEST_CASE("a member can be erased by the view the set gave")
{
    SortedSet set;
    for (const char* name : {"a", "b", "c"}) set.put(name, 1);
    while (!set.empty()) CHECK(set.erase((*set.begin()).member));
    CHECK_FALSE(set.erase("a"));
    CHECK(set.check());
    CHECK(set.begin() == set.end());
}

TEST_CASE("ranges are counted with both ends")
{
    const double infinity = std::numeric_limits<double>::infinity();
    SortedSet set;
    for (int i = 0; i < 1000; ++i) set.put(std::to_string(i), i);
    CHECK(set.count(10, 19) == 10);
    CHECK(set.count(-infinity, infinity) == 1000);
    CHECK(set.count(10.5, 10.6) == 0);
    CHECK(set.count(19, 10) == 0);
    CHECK((*set.lower_bound(10)).member == "10");
    CHECK((*set.upper_bound(10)).member == "11");
    CHECK(set.lower_bound(1000) == set.end());
    CHECK((*set.at(999)).member == "999");
    CHECK(set.at(1000) == set.end());
}

TEST_CASE("a sorted set agrees with a model through random changes")
{
    Random random{23};
    SortedSet set;
    std::map<std::string, double> model;
    for (int step = 0; step < 40'000; ++step) {
        const std::string name = numbered("driver:", random.below(3000));
        if (random.below(3) == 0) {
            REQUIRE(set.erase(name) == (model.erase(name) == 1));
        } else {
            const double score = static_cast<double>(random.below(500));
            const auto known = model.find(name);
            const PutResult expected = known == model.end()     ? PutResult::Added
                                       : known->second == score ? PutResult::Unchanged
                                                                : PutResult::Updated;
            REQUIRE(set.put(name, score) == expected);
            model[name] = score;
        }
    }
    REQUIRE(set.check());
    std::set<std::pair<double, std::string>> ordered;
    for (const auto& [name, score] : model) ordered.emplace(score, name);
    auto position = set.begin();
    for (const auto& [score, name] : ordered) {
        REQUIRE((*position).member == name);
        REQUIRE((*position).score == score);
        ++position;
    }
    CHECK(position == set.end());
}

TEST_CASE("a clone is equal and independent")
{
    SortedSet set;
    for (int i = 0; i < 500; ++i) set.put(std::to_string(i), i % 7);
    SortedSet copy = set.clone();
    CHECK(names(copy) == names(set));
    set.put("0", 100);
    set.erase("1");
    CHECK(copy.score("0") == 0);
    CHECK(copy.contains("1"));
    CHECK(copy.check());
}

TEST_CASE("a sorted set can be moved, and the old one used again")
{
    SortedSet set;
    for (int i = 0; i < 500; ++i) set.put(std::to_string(i), i);
    SortedSet moved = std::move(set);
    CHECK(moved.size() == 500);
    SortedSet assigned;
    assigned.put("gone", 1);
    assigned = std::move(moved);
    CHECK(assigned.size() == 500);
    CHECK_FALSE(assigned.contains("gone"));
    CHECK(assigned.check());
    assigned.clear();
    CHECK(assigned.empty());
    CHECK(assigned.put("new", 1) == PutResult::Added);
    CHECK(assigned.check());
}

TEST_CASE("a scan meets every member that stays")
{
    SortedSet set;
    for (int i = 0; i < 2000; ++i) set.put(numbered("stays:", i), i);
    std::set<std::string> seen;
    std::uint64_t cursor = 0;
    int added = 0;
    do {
        cursor = set.scan(cursor, [&](SortedSet::Item item) { seen.emplace(item.member); });
        for (int i = 0; i < 3; ++i) set.put(numbered("new:", ++added), 1);
    } while (cursor != 0);
    for (int i = 0; i < 2000; ++i) REQUIRE(seen.count(numbered("stays:", i)) == 1);
}

TEST_CASE("random members are drawn evenly")
{
    Random random{29};
    SortedSet set;
    for (int i = 0; i < 10; ++i) set.put(std::to_string(i), i);
    std::map<std::string, int> drawn;
    for (int i = 0; i < 10'000; ++i) ++drawn[std::string{set.random(random).member}];
    for (int i = 0; i < 10; ++i) {
        CHECK(drawn[std::to_string(i)] > 850);
        CHECK(drawn[std::to_string(i)] < 1150);
    }
}
