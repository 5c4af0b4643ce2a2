// Seeded days in two cities, with everything that can go wrong in them: does the server keep the
// promises of ASSIGN, and is every answer, event and key what a naive model says?

#include <fmt/format.h>

#include <chrono>
#include <iostream>
#include <map>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "tests/simulation/dispatch.h"
#include "tests/simulation/hand.h"
#include "tests/simulation/inspection.h"
#include "tests/simulation/stock_client.h"
#include "tests/simulation/world.h"

namespace tests {

namespace {

constexpr const char* kUsage =
    "usage: simulate [--seed S] [--steps N] [--seeds K] [--progress]\n"
    "  Lives through N steps in each of K worlds, from seed S on; without --seed, from a random "
    "one.\n"
    "  The seed is printed and repeats the run.\n";

struct Options
{
    std::uint64_t seed = std::random_device{}();
    std::uint64_t steps = 20'000;
    std::uint64_t seeds = 1;
    bool progress = false;
};

/// One seed's world and everybody in it.
class Simulation
{
public:
    explicit Simulation(std::uint64_t seed)
        : world_(seed), dispatch_(world_), hand_(world_, stock_clients_), inspection_(world_)
    {
        const std::size_t count = 1 + world_.below(6);
        stock_clients_.reserve(count);
        for (std::size_t i = 0; i < count; ++i)
            stock_clients_.emplace_back(world_, i % 2, fmt::format("order:stock{}", i));
    }

    void step()
    {
        const std::uint64_t refusals_before = world_.refusals();
        do_something();
        world_.check_published();
        check_promises(world_, stock_clients_);
        const std::size_t city = world_.some_city();
        if (++steps_ % 4 == 0)
            check_driver(world_, stock_clients_, city, world_.pick(world_.drivers[city]));
        // A refusal has changed nothing: its count of changes says so each time, all keys
        // sometimes.
        const bool refused = world_.refusals() != refusals_before;
        if (steps_ % 500 == 0 || (refused && world_.refusals() % 32 == 0)) inspection_.check();
    }

    World& world() { return world_; }

private:
    void do_something();

    World world_;
    Dispatch dispatch_;
    std::vector<StockClient> stock_clients_;
    Hand hand_;
    Inspection inspection_;
    std::uint64_t steps_ = 0;
};

void Simulation::do_something()
{
    // What happens, and how often in 1,000 steps.
    const auto time = [&] {
        const std::size_t most = world_.chance(60) ? 300 : world_.chance(95) ? 3000 : 60'000;
        world_.advance(static_cast<Milliseconds>(1 + world_.below(most)));
    };
    std::size_t left = world_.below(1000);
    const auto falls_to = [&](std::size_t share) {
        if (left < share) return true;
        left -= share;
        return false;
    };
    if (falls_to(200)) return stock_clients_[world_.below(stock_clients_.size())].step();
    if (falls_to(180)) return dispatch_.assign();
    if (falls_to(120)) return dispatch_.accept();
    if (falls_to(100)) return hand_.move_driver();
    if (falls_to(120)) return time();
    if (falls_to(60)) return dispatch_.complete();
    if (falls_to(60)) return dispatch_.reject();
    if (falls_to(40)) return dispatch_.cancel();
    if (falls_to(20)) return dispatch_.assign_again();
    if (falls_to(20)) return dispatch_.explain_and_assign();
    if (falls_to(20)) return dispatch_.release();
    if (falls_to(10)) return dispatch_.look_up();
    if (falls_to(10)) return dispatch_.ask_about_driver();
    if (falls_to(10)) return dispatch_.list_pending();
    if (falls_to(5)) return dispatch_.talk_nonsense();
    if (falls_to(8)) return hand_.vanish();
    if (falls_to(15)) return hand_.come_back();
    if (falls_to(5)) return hand_.touch_lock();
    if (falls_to(6)) return hand_.change_sets();
    if (falls_to(6)) return hand_.change_ratings();
    if (falls_to(2)) return hand_.spoil_key();
    if (falls_to(6)) return hand_.mend_key();
    if (falls_to(2)) return hand_.ruin_order();
    if (falls_to(3)) return hand_.mend_order();
    if (falls_to(5)) return hand_.rename_order();
    if (falls_to(2)) return hand_.break_record();
    if (falls_to(6)) return hand_.mend_record();
    if (falls_to(10)) return hand_.intrude();
    if (world_.chance(20)) hand_.flush();
}

Options parse_options(std::span<char*> words)
{
    Options options;
    for (std::size_t i = 1; i < words.size(); ++i) {
        const std::string word = words[i];
        if (word == "--progress") {
            options.progress = true;
            continue;
        }
        if (i + 1 == words.size()) throw std::invalid_argument{kUsage};
        const std::uint64_t value = std::stoull(words[++i]);
        if (word == "--seed") {
            options.seed = value;
        } else if (word == "--steps") {
            options.steps = value;
        } else if (word == "--seeds") {
            options.seeds = value;
        } else {
            throw std::invalid_argument{kUsage};
        }
    }
    return options;
}

using Tally = std::map<std::string, std::uint64_t>;

/// False if something was wrong, which is printed.
bool simulate(std::uint64_t seed, std::uint64_t steps, Tally& tally)
{
    Simulation simulation{seed};
    std::uint64_t step = 0;
    try {
        while (step < steps) {
            ++step;
            simulation.step();
        }
    } catch (const std::exception& failure) {
        std::cout << "the last requests:\n"
                  << simulation.world().recent() << "\nstep " << step << ": " << failure.what()
                  << "\n\nrepeat: simulate --seed " << seed << " --steps " << step << std::endl;
        return false;
    }
    for (const auto& [what, count] : simulation.world().tally) tally[what] += count;
    for (const auto& [event, count] : simulation.world().model.event_counts)
        tally["events: " + event] += count;
    return true;
}

int run(const Options& options)
{
    std::cout << "simulate --seed " << options.seed << " --steps " << options.steps << " --seeds "
              << options.seeds << std::endl;
    Tally tally;
    const auto begin = std::chrono::steady_clock::now();
    for (std::uint64_t i = 0; i < options.seeds; ++i) {
        if (!simulate(options.seed + i, options.steps, tally)) return 1;
        if (options.progress) std::cout << "seed " << options.seed + i << " passed" << std::endl;
    }
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    for (const auto& [what, count] : tally) std::cout << fmt::format("{:>10}  {}\n", count, what);
    std::cout << fmt::format("{} steps in {} worlds passed in {:.1f} s\n",
                             options.steps * options.seeds, options.seeds, taken.count());
    return 0;
}

}  // namespace

}  // namespace tests

int main(int count, char** words)
{
    try {
        return tests::run(tests::parse_options({words, static_cast<std::size_t>(count)}));
    } catch (const std::exception& error) {
        std::cerr << error.what() << "\n";
        return 2;
    }
}
