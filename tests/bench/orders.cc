// The mode "orders": find a driver, lock him, take him; one order after the other. And complete
// them.

#include <fmt/format.h>
#include <unistd.h>

#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "tests/bench/city.h"
#include "tests/bench/connection.h"
#include "tests/bench/dispatch.h"
#include "tests/bench/measure.h"
#include "tests/bench/modes.h"
#include "tests/bench/request_source.h"

namespace bench {

namespace {

// So many orders are placed, then all of them completed: what each half costs can be told apart.
constexpr std::uint64_t kGroup = 32;
constexpr std::uint64_t kBatch = 16;  // sent at once by the method "pipelined"

class Orders
{
public:
    explicit Orders(const Flags& flags)
        : connection_(flags.integer<std::uint16_t>("port", 0), true),
          cpu_(flags.integer<pid_t>("pid", 0)),
          city_(flags.text("city") == "clustered" ? City::Layout::Clustered : City::Layout::Uniform,
                flags.integer<std::uint64_t>("seed", 1)),
          method_(flags.text("method")),
          finds_nobody_(flags.text("available") == "0"),
          seconds_(flags.number("seconds", 1)),
          most_orders_(flags.integer<std::uint64_t>("orders", 1'000'000))
    {
        if (method_ == "script") script_ = load_script(connection_, flags.text("script"));
    }

    void run()
    {
        const auto started = Clock::now();
        std::chrono::duration<double> elapsed{};
        std::uint64_t orders = 0, found = 0, placing_ns = 0, completing_ns = 0;
        while (elapsed.count() < seconds_ && orders < most_orders_) {
            taken_.clear();
            const auto before = cpu_.now_ns();
            place_group(orders);
            const auto placed = cpu_.now_ns();
            complete_all();
            placing_ns += placed - before;
            completing_ns += cpu_.now_ns() - placed;
            orders += kGroup;
            found += taken_.size();
            elapsed = Clock::now() - started;
        }
        Outcome outcome{.requests = orders,
                        .seconds = elapsed.count(),
                        .cpu_ns = placing_ns,
                        .errors = connection_.replies().errors(),
                        .first_error = connection_.replies().first_error(),
                        .more = {}};
        outcome.more = fmt::format(
            R"(, "found": {}, "commands": {}, "completed_cpu_us": {:.4f})", found,
            connection_.replies().replies(),
            static_cast<double>(placing_ns + completing_ns) / 1e3 / static_cast<double>(orders));
        fmt::print("{}\n", outcome.json(latencies_));
    }

private:
    // An order that found its driver.
    struct Taken
    {
        std::string order;
        std::string driver;
    };

    // Never one that an earlier run has completed: ASSIGN would only repeat what it answered then.
    std::string order_name(std::uint64_t number) const
    {
        return fmt::format("order:ORD_{}_{}", ::getpid(), number);
    }

    void place_group(std::uint64_t first)
    {
        const std::uint64_t step = method_ == "pipelined" ? kBatch : 1;
        for (std::uint64_t i = first; i < first + kGroup; i += step) {
            const auto before = Clock::now();
            if (method_ == "pipelined") {
                place_batch(i);
            } else {
                place_order(order_name(i));
            }
            latencies_.add(Clock::now() - before);
        }
    }

    // Who has the orders is not looked at: somebody, unless nobody is available at all.
    void place_batch(std::uint64_t first)
    {
        std::string requests;
        for (std::uint64_t i = first; i < first + kBatch; ++i) {
            append_request(requests, assign_request(order_name(i), city_.next_place()));
            if (!finds_nobody_) taken_.push_back({order_name(i), {}});
        }
        exchange(requests, kBatch);
    }

    void exchange(const std::string& requests, std::uint64_t replies)
    {
        const auto awaited = connection_.replies().replies() + replies;
        connection_.send(requests);
        connection_.await(awaited);
    }

    void place_order(const std::string& order)
    {
        const Place place = city_.next_place();
        std::string driver;
        if (method_ == "stock") {
            driver = place_by_hand(order, place);
        } else if (method_ == "script") {
            driver = driver_of(connection_.call(script_request(script_, order, place)));
        } else if (method_ == "pings") {
            for (int i = 0; i < 3; ++i) connection_.call({"PING"});
        } else {
            driver = place_by_assign(order, place);
        }
        if (!driver.empty()) taken_.push_back({order, std::move(driver)});
    }

    // The seed's five commands. Of ten drivers nearby none may be available: then ask for ten times
    // as many, until somebody is, or the circle has no more.
    std::string place_by_hand(const std::string& order, const Place& place)
    {
        const std::string members = connection_.call({"SMEMBERS", kAvailable});
        const auto words = words_of(members);
        const std::unordered_set<std::string_view> available(words.begin(), words.end());
        for (std::size_t count = 10; !available.empty(); count *= 10) {
            const std::string reply = connection_.call({"GEORADIUS", kGeo, degrees(place.longitude),
                                                        degrees(place.latitude), "5", "km", "ASC",
                                                        "COUNT", std::to_string(count)});
            const auto near = words_of(reply);
            for (const auto driver : near)
                if (available.contains(driver) && take(order, std::string{driver}))
                    return std::string{driver};
            if (near.size() < count) break;
        }
        return {};
    }

    bool take(const std::string& order, const std::string& driver)
    {
        if (connection_.call({"SET", lock_of(driver), order, "NX", "EX", "30"}) != "+OK\r\n")
            return false;
        connection_.call({"SREM", kAvailable, driver});
        return true;
    }

    std::string place_by_assign(const std::string& order, const Place& place)
    {
        std::vector<std::string> words = assign_request(order, place);
        const bool offer = method_ == "offer";
        if (offer) words.emplace_back("OFFER");
        const std::string reply = connection_.call(words);
        std::string driver = driver_of(reply);
        if (offer && !driver.empty()) connection_.call({"ASSIGN.ACCEPT", order, token_of(reply)});
        return driver;
    }

    void complete_all()
    {
        std::string requests;
        std::uint64_t count = 0;
        for (const auto& [order, driver] : taken_) {
            for (const auto& words : completion(order, driver)) {
                append_request(requests, words);
                ++count;
            }
            if (method_ == "pipelined") continue;
            exchange(requests, count);
            requests.clear();
            count = 0;
        }
        exchange(requests, count);
    }

    // Without ASSIGN: what ASSIGN.COMPLETE does, the lock released, the driver available.
    std::vector<std::vector<std::string>> completion(const std::string& order,
                                                     const std::string& driver) const
    {
        if (method_ == "stock" || method_ == "script")
            return {{"DEL", lock_of(driver)}, {"SADD", kAvailable, driver}};
        return {{"ASSIGN.COMPLETE", order}};
    }

    Connection connection_;
    ServerCpu cpu_;
    City city_;
    std::string method_;
    std::string script_;
    bool finds_nobody_;
    double seconds_;
    std::uint64_t most_orders_;
    std::vector<Taken> taken_;  // by the group of orders that is being placed
    Latencies latencies_;       // of placing
};

}  // namespace

void run_orders(const Flags& flags) { Orders{flags}.run(); }

}  // namespace bench
