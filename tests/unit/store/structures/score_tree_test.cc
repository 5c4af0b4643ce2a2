#include "store/structures/score_tree.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "store/random.h"

namespace {

std::string numbered(const char* name, std::uint64_t number)
{
    return std::string{name}.append(std::to_string(number));
}

using store::Random;
using store::ScoredMember;
using store::ScoreTree;

/// The order the tree promises, kept by the standard library.
struct Before
{
    bool operator()(const ScoredMember* a, const ScoredMember* b) const
    {
        if (a->score() != b->score()) return a->score() < b->score();
        return a->key() < b->key();
    }
};

/// A tree beside a std::set that is always changed in the same way.
class Twins
{
public:
    ~Twins()
    {
        for (ScoredMember* member : members_) ScoredMember::destroy(member);
    }

    const ScoreTree& tree() const { return tree_; }
    const std::set<ScoredMember*, Before>& model() const { return model_; }
    ScoredMember* any(Random& random) { return members_[random.below(members_.size())]; }

    ScoredMember* add(const std::string& name, double score)
    {
        ScoredMember* member = ScoredMember::make(name, score);
        members_.push_back(member);
        tree_.insert(member);
        model_.insert(member);
        return member;
    }

    void erase_any(Random& random)
    {
        const std::size_t index = random.below(members_.size());
        std::swap(members_[index], members_.back());
        ScoredMember* member = members_.back();
        members_.pop_back();
        tree_.erase(member);
        model_.erase(member);
        ScoredMember::destroy(member);
    }

    void erase_first()
    {
        tree_.erase_first();
        forget(*model_.begin());
    }
    void erase_last()
    {
        tree_.erase_last();
        forget(*std::prev(model_.end()));
    }

    void move(ScoredMember* member, double score)
    {
        model_.erase(member);
        tree_.move(member, score);
        model_.insert(member);
    }

    bool agree() const
    {
        if (!tree_.check() || tree_.size() != model_.size()) return false;
        auto position = tree_.begin();
        for (const ScoredMember* member : model_) {
            if (position.member() != member) return false;
            ++position;
        }
        return position == tree_.end();
    }

private:
    void forget(ScoredMember* member)
    {
        model_.erase(member);
        std::erase(members_, member);
        ScoredMember::destroy(member);
    }

    ScoreTree tree_;
    std::set<ScoredMember*, Before> model_;
    std::vector<ScoredMember*> members_;
};

double few_scores(Random& random) { return static_cast<double>(random.below(5)); }
double many_scores(Random& random) { return static_cast<double>(random.below(1'000'000)); }

/// Inserts, moves and erases at random; `growth` of ten steps insert, two move, the rest erase.
void churn(Twins& twins, Random& random, double (*any_score)(Random&), int steps, unsigned growth)
{
    for (int step = 0; step < steps; ++step) {
        const std::uint64_t action = random.below(10);
        if (action < growth || twins.model().empty()) {
            twins.add(numbered("m", random.next()), any_score(random));
        } else if (action < growth + 2) {
            twins.move(twins.any(random), any_score(random));
        } else {
            twins.erase_any(random);
        }
    }
}

}  // namespace

TEST_CASE("a score tree agrees with an ordered set while it grows and shrinks")
{
    auto any_score = GENERATE(few_scores, many_scores);
    Random random{7};
    Twins twins;
    for (const unsigned growth : {7u, 4u, 2u, 8u, 1u, 0u}) {
        for (int round = 0; round < 6; ++round) {
            churn(twins, random, any_score, 2500, growth);
            REQUIRE(twins.agree());
        }
    }
}

TEST_CASE("every single step keeps a small score tree whole")
{
    Random random{11};
    Twins twins;
    for (int step = 0; step < 4000; ++step) {
        const unsigned growth = (step / 500) % 2 == 0 ? 6 : 2;
        churn(twins, random, few_scores, 1, growth);
        if (!twins.agree()) FAIL("broken after step " << step);
    }
    CHECK(twins.agree());
}

TEST_CASE("ascending, descending and alternating inserts give full trees")
{
    Twins ascending, descending, alternating;
    for (int i = 0; i < 20'000; ++i) {
        const std::string name = std::to_string(i);
        ascending.add(name, i);
        descending.add(name, -i);
        alternating.add(name, i % 2 == 0 ? i : -i);
    }
    CHECK(ascending.agree());
    CHECK(descending.agree());
    CHECK(alternating.agree());
    CHECK(ascending.tree().memory_bytes() < 20'000 * 18);
    CHECK(descending.tree().memory_bytes() < 20'000 * 24);
}

TEST_CASE("a score tree needs at most 24 bytes an entry, also after many moves")
{
    Random random{3};
    Twins twins;
    for (int i = 0; i < 50'000; ++i) twins.add(std::to_string(i), many_scores(random));
    CHECK(twins.tree().memory_bytes() < 50'000 * 24);

    for (int i = 0; i < 200'000; ++i) twins.move(twins.any(random), many_scores(random));
    CHECK(twins.tree().memory_bytes() < 50'000 * 24);
    CHECK(twins.agree());
}

TEST_CASE("a score tree gives memory back when its entries go")
{
    Random random{5};
    Twins twins;
    for (int i = 0; i < 30'000; ++i) twins.add(std::to_string(i), many_scores(random));
    while (twins.model().size() > 1000) twins.erase_any(random);
    CHECK(twins.tree().memory_bytes() < 1000 * 45);
    CHECK(twins.agree());
    while (twins.model().size() > 3) twins.erase_any(random);
    CHECK(twins.tree().memory_bytes() <= 200);
    while (!twins.model().empty()) twins.erase_any(random);
    CHECK(twins.tree().memory_bytes() == 0);
    CHECK(twins.agree());
}

TEST_CASE("a score tree is taken from either end, and changed meanwhile")
{
    Random random{11};
    Twins twins;
    for (int i = 0; i < 6'000; ++i) twins.add(std::to_string(i), many_scores(random));
    while (!twins.model().empty()) {
        const bool first = random.below(2) == 0;
        for (int i = 0; i < 70 && !twins.model().empty(); ++i)
            first ? twins.erase_first() : twins.erase_last();
        if (twins.model().size() > 1'000) churn(twins, random, many_scores, 20, 4);
        REQUIRE(twins.agree());
    }
    CHECK(twins.tree().memory_bytes() == 0);
}

TEST_CASE("small steps move a driver within the tree")
{
    Random random{13};
    Twins twins;
    for (int i = 0; i < 5000; ++i) twins.add(std::to_string(i), many_scores(random));
    for (int i = 0; i < 50'000; ++i) {
        ScoredMember* member = twins.any(random);
        twins.move(member, member->score() + static_cast<double>(random.below(801)) - 400);
        if (i % 1000 == 0) REQUIRE(twins.agree());
    }
    CHECK(twins.agree());
}

TEST_CASE("rank, at and the bounds agree with counting")
{
    auto any_score = GENERATE(few_scores, many_scores);
    Random random{17};
    Twins twins;
    churn(twins, random, any_score, 6000, 8);
    const ScoreTree& tree = twins.tree();

    std::size_t rank = 0;
    for (const ScoredMember* member : twins.model()) {
        REQUIRE(tree.rank(member) == rank);
        REQUIRE(tree.at(rank).member() == member);
        REQUIRE(tree.lower_bound(member->score(), member->key()).member() == member);
        ++rank;
    }
    CHECK(tree.at(rank) == tree.end());
    CHECK(tree.at(rank + 5) == tree.end());

    for (int i = 0; i < 2000; ++i) {
        const double score = any_score(random) + static_cast<double>(random.below(3)) - 1;
        std::size_t lower = 0, not_higher = 0;
        for (const ScoredMember* member : twins.model()) {
            if (member->score() > score) break;
            ++not_higher;
            if (member->score() < score) ++lower;
        }
        REQUIRE(tree.count_below(score) == lower);
        REQUIRE(tree.count_up_to(score) == not_higher);
        REQUIRE(tree.lower_bound(score) == tree.at(lower));
        REQUIRE(tree.upper_bound(score) == tree.at(not_higher));
        REQUIRE(tree.lower_bound(score, "") == tree.at(lower));
        REQUIRE(tree.lower_bound(score, "z") == tree.at(not_higher));
    }
}

TEST_CASE("an iterator walks both ways and in strides")
{
    Twins twins;
    for (int i = 0; i < 1000; ++i) twins.add(std::to_string(i), i);
    const ScoreTree& tree = twins.tree();

    double expected = 999;
    for (auto position = tree.end(); position != tree.begin(); --expected) {
        --position;
        REQUIRE(position.score() == expected);
    }
    CHECK(expected == -1);

    for (const std::size_t stride : {0u, 1u, 61u, 62u, 63u, 500u, 998u}) {
        auto position = tree.at(1);
        position += stride;
        CHECK(position.score() == 1.0 + static_cast<double>(stride));
    }
    auto position = tree.at(1);
    position += 999;
    CHECK(position == tree.end());
    position += 1;
    CHECK(position == tree.end());
    CHECK(position.at_end());
}

TEST_CASE("an empty score tree has nothing anywhere")
{
    ScoreTree tree;
    CHECK(tree.check());
    CHECK(tree.begin() == tree.end());
    CHECK(tree.begin().at_end());
    CHECK(tree.at(0) == tree.end());
    CHECK(tree.lower_bound(0) == tree.end());
    CHECK(tree.upper_bound(0) == tree.end());
    CHECK(tree.lower_bound(0, "a") == tree.end());
    CHECK(tree.count_below(0) == 0);
    CHECK(tree.count_up_to(0) == 0);
}

TEST_CASE("infinite scores and both zeros have their place in the order")
{
    const double infinity = std::numeric_limits<double>::infinity();
    Twins twins;
    twins.add("high", infinity);
    twins.add("low", -infinity);
    twins.add("b", 0.0);
    twins.add("a", -0.0);
    twins.add("c", -0.0);
    CHECK(twins.agree());
    std::string order;
    for (auto position = twins.tree().begin(); !position.at_end(); ++position) {
        order += std::string{position.member()->key()} + ' ';
    }
    CHECK(order == "low a b c high ");
    CHECK(twins.tree().count_up_to(infinity) == 5);
    CHECK(twins.tree().count_below(0.0) == 1);
}

TEST_CASE("a scored member keeps names of every length, and is small")
{
    for (const std::size_t length : {0u, 1u, 14u, 254u, 255u, 256u, 100'000u}) {
        std::string name(length, 'x');
        if (length > 0) name.back() = '\0';
        const store::OwnedScoredMember member{ScoredMember::make(name, 1.5)};
        CHECK(member->key() == name);
        CHECK(member->score() == 1.5);
    }
    CHECK(sizeof(ScoredMember) == 8);
}
