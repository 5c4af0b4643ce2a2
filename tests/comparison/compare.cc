// Compares a Dabba with a Redis on random requests.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <random>
#include <set>
#include <string>

#include "protocol/reply_reader.h"
#include "tests/comparison/comparison.h"
#include "tests/comparison/judge.h"
#include "tests/comparison/known_differences.h"
#include "tests/support/in_process_target.h"
#include "tests/support/socket_target.h"
#include "tests/support/words.h"

namespace tests {

namespace {

constexpr const char* kUsage =
    "usage: compare --redis HOST:PORT [--dabba HOST:PORT] [--speak-as SERVER] [--seed N] [--steps "
    "N]\n"
    "  [--progress]\n"
    "  Sends the same random requests to the Redis and to a Dabba (without --dabba: one inside "
    "this\n"
    "  process) and compares the replies and the data. Deletes all data of both. Without --seed, "
    "a\n"
    "  random one; it is printed first, and repeats the run. The Dabba inside this process speaks\n"
    "  as SERVER.\n";

struct Options
{
    std::string redis;
    std::string dabba;
    std::string speak_as = server::Options{}.speak_as;
    std::uint64_t seed = std::random_device{}();
    std::size_t steps = 30'000;
    bool progress = false;
};

Options parse_options(int count, char** words)
{
    Options options;
    for (int i = 1; i < count; ++i) {
        const std::string word = words[i];
        if (word == "--progress") {
            options.progress = true;
            continue;
        }
        if (i + 1 == count) throw std::invalid_argument{kUsage};
        const std::string value = words[++i];
        if (word == "--redis") {
            options.redis = value;
        } else if (word == "--dabba") {
            options.dabba = value;
        } else if (word == "--speak-as") {
            options.speak_as = value;
        } else if (word == "--seed") {
            options.seed = std::stoull(value);
        } else if (word == "--steps") {
            options.steps = std::stoull(value);
        } else {
            throw std::invalid_argument{kUsage};
        }
    }
    if (options.redis.empty()) throw std::invalid_argument{kUsage};
    return options;
}

store::TimePoint wall_clock()
{
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

std::string upper(std::string word)
{
    for (char& c : word) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return word;
}

bool has_command(Connection& connection, const std::string& name)
{
    const auto info = protocol::read_reply(connection.execute(Request{"COMMAND", "INFO", name}));
    return !info.elements.empty() && info.elements[0].kind != protocol::Value::Kind::Null;
}

/// Leaves out commands that Dabba has not got, and says which.
void keep_common_commands(std::vector<Step>& steps, Target& dabba, Target& redis)
{
    const auto ours = dabba.connect();
    const auto theirs = redis.connect();
    std::set<std::string> asked;
    std::set<std::string> missing;
    for (const auto& step : steps) {
        const auto name = upper(step.request[0]);
        if (!asked.insert(name).second) continue;
        if (!has_command(*ours, name) && has_command(*theirs, name)) missing.insert(name);
    }
    std::erase_if(steps,
                  [&](const Step& step) { return missing.contains(upper(step.request[0])); });
    for (const auto& name : missing)
        std::cout << "not compared, for Dabba lacks it: " << name << "\n";
}

/// Leaves out what would only show a fault of the other server, and says what and why.
void leave_out_unsent(std::vector<Step>& steps, std::string_view speaks_as)
{
    for (const UnsentRequest& unsent : unsent_requests()) {
        if (!applies(unsent.when_speaking_as, speaks_as)) continue;
        const std::size_t count =
            std::erase_if(steps, [&](const Step& step) { return unsent.is_it(step.request); });
        std::cout << "not sent: " << count << " x " << unsent.name << ": " << unsent.reason << "\n";
    }
}

void print_steps(std::span<const Step> steps)
{
    for (const auto& step : steps) {
        auto line = join_words(step.request);
        if (line.size() > 1000) line = line.substr(0, 1000) + " ...";
        std::cout << "  client " << step.client << " > " << line << "\n";
    }
}

/// What the client has asked for since its MULTI.
std::vector<Step> transaction(std::span<const Step> steps, std::size_t exec)
{
    std::vector<Step> queued;
    for (std::size_t i = exec; i-- > 0;) {
        if (steps[i].client != steps[exec].client) continue;
        queued.push_back(steps[i]);
        if (is_command(steps[i].request, "MULTI")) break;
    }
    std::reverse(queued.begin(), queued.end());
    return queued;
}

/// The last steps before the given one that name a word of its request.
std::vector<Step> related_steps(std::span<const Step> steps, std::size_t at)
{
    constexpr std::size_t kMax = 10;
    if (is_command(steps[at].request, "EXEC")) return transaction(steps, at);
    const auto& words = steps[at].request;
    std::vector<Step> related;
    for (std::size_t i = at; i-- > 0 && related.size() < kMax;) {
        const auto& request = steps[i].request;
        const bool shares_key = std::any_of(words.begin() + 1, words.end(), [&](const auto& word) {
            return word.find(':') != std::string::npos &&
                   std::find(request.begin(), request.end(), word) != request.end();
        });
        if (shares_key) related.push_back(steps[i]);
    }
    std::reverse(related.begin(), related.end());
    return related;
}

void report(Comparison& comparison, std::span<const Step> steps, const Difference& difference,
            const Options& options)
{
    std::cout << "\nstep " << difference.step + 1 << " differs:\n";
    print_steps(steps.subspan(difference.step, 1));
    std::cout << difference.details << "\nthe last requests about the same keys:\n";
    print_steps(related_steps(steps, difference.step));
    std::cout << "repeat: compare --seed " << options.seed << " --steps " << options.steps
              << "\nlooking for a shorter way ..." << std::endl;

    const auto shortest = comparison.shrink(
        {steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(difference.step + 1)});
    std::cout << "these " << shortest.size() << " requests are enough:\n";
    print_steps(shortest);
    if (const auto again = comparison.run(shortest)) std::cout << again->details << "\n";
}

void print_totals(const Comparison& comparison, std::size_t steps, std::string_view speaks_as)
{
    std::cout << steps << " requests, no difference but for known ones\n";
    for (const auto& difference : known_differences()) {
        if (!applies(difference.when_speaking_as, speaks_as)) continue;
        const auto& met = comparison.known_differences_met();
        const auto found = met.find(difference.name);
        std::cout << "  " << (found == met.end() ? 0 : found->second) << " x " << difference.name
                  << ": " << difference.reason << "\n";
    }
}

int run(const Options& options)
{
    std::cout << "seed " << options.seed << ", " << options.steps << " steps" << std::endl;
    std::unique_ptr<Target> dabba;
    std::function<void()> before_step = [] {};
    if (options.dabba.empty()) {
        auto in_process = std::make_unique<InProcessTarget>(options.speak_as);
        before_step = [target = in_process.get()] { target->set_time(wall_clock()); };
        dabba = std::move(in_process);
    } else {
        dabba = std::make_unique<SocketTarget>(parse_address(options.dabba));
    }
    SocketTarget redis{parse_address(options.redis)};

    const auto now = std::chrono::floor<std::chrono::milliseconds>(wall_clock());
    auto steps = generate_steps(options.seed, options.steps, now.time_since_epoch().count());
    keep_common_commands(steps, *dabba, redis);
    leave_out_unsent(steps, options.speak_as);
    Comparison comparison{*dabba, redis, before_step, options.speak_as};
    const auto difference = comparison.run(steps, [&](std::size_t done) {
        if (options.progress && done % 10'000 == 0) std::cout << done << " steps" << std::endl;
    });
    if (difference) {
        report(comparison, steps, *difference, options);
        return 1;
    }
    print_totals(comparison, steps.size(), options.speak_as);
    return 0;
}

}  // namespace

}  // namespace tests

int main(int count, char** words)
{
    try {
        return tests::run(tests::parse_options(count, words));
    } catch (const std::exception& error) {
        std::cerr << error.what() << "\n";
        return 2;
    }
}
