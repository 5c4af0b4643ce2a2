#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "store/random.h"
#include "tests/simulation/model.h"
#include "tests/support/client.h"

namespace tests {

/// The server did something else than the model, or broke a promise.
class Failure : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

using Words = std::vector<std::string>;

/// Two cities on a server inside this process, the model of them, and what the simulation itself
/// has done by hand. All chance comes from the seed.
class World
{
public:
    explicit World(std::uint64_t seed);

    store::Random random;
    Model model;

    std::array<std::vector<std::string>, 2> drivers;  ///< of each city, wherever they are now
    std::array<std::vector<std::string>, 2> orders;
    std::vector<std::string> restaurants;  ///< they have places in both cities

    // What was done by hand, and so excuses what would else be a broken promise.
    std::set<std::string> vanished;   ///< drivers who went away
    std::set<std::string> meddled;    ///< drivers whose lock was overwritten
    std::set<std::string> intruders;  ///< drivers who called themselves available while on a tour
    std::set<std::string> locks_by_hand;

    std::set<std::string> shared_drivers;  ///< both cities list them, under one lock

    std::map<std::string, std::uint64_t> tally;  ///< what happened how often

    std::size_t below(std::size_t bound) { return random.below(bound); }
    bool chance(unsigned percent) { return random.below(100) < percent; }
    template <class Container>
    const auto& pick(const Container& container)
    {
        return container[below(container.size())];
    }
    std::size_t some_city() { return below(2); }
    /// A place in the city; many are shared, so that ties happen.
    store::Place some_place(std::size_t city);
    /// The cell that a geo set keeps of a place, as a score and so as a double.
    static std::uint64_t kept_cell(store::Place place)
    {
        return store::cell_of_score(static_cast<double>(store::cell_of(place)));
    }

    /// Sends a request by any client and remembers it.
    std::string ask(Client& client, const Words& words);
    /// The same; throws Failure if the answer is another.
    void expect(Client& client, const Words& words, const std::string& answer);
    void expect(const Words& words, const std::string& answer)
    {
        expect(dispatcher_, words, answer);
    }

    /// Sends a request, does the same in the model, and compares. An error must have changed
    /// nothing.
    template <class Operation>
    void compare(const Words& words, Operation&& operation)
    {
        std::string answer;
        try {
            answer = operation();
        } catch (const Refused& refused) {
            answer = '-' + refused.line + "\r\n";
        }
        compare_answer(words, answer);
        model.settle();
    }
    /// A request that must be refused, whatever the error, and change nothing.
    void expect_refusal(const Words& words);

    /// Time passes on both sides.
    void advance(Milliseconds by);

    /// What was published since the last time must be what the model says.
    void check_published();

    /// Everybody gets a place, and is available.
    void populate();
    void share_drivers();

    /// All that was asked lately, oldest first.
    std::string recent() const;

    [[noreturn]] void fail(const std::string& why) const { throw Failure{why}; }

    Client& dispatcher() { return dispatcher_; }
    Client new_client() { return dispatcher_; }
    std::uint64_t changes() { return dispatcher_.server().stats.changes; }
    std::uint64_t refusals() const { return refusals_; }

private:
    void compare_answer(const Words& words, const std::string& answer);

    struct Asked
    {
        Milliseconds at;
        std::uint64_t client;
        Words words;
        std::string answer;
    };

    Client dispatcher_;
    Client listener_;
    std::deque<Asked> asked_;
    std::array<store::Place, 2> centers_;
    std::size_t crowd_;  ///< members of each geo set who are never available
    std::uint64_t refusals_ = 0;
};

}  // namespace tests
