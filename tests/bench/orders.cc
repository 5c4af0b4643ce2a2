// The mode "orders": find a driver, lock him, take him, complete; one order after the other.

#include <fmt/format.h>
#include <unistd.h>

#include <unordered_set>

#include "tests/bench/city.h"
#include "tests/bench/connection.h"
#include "tests/bench/dispatch.h"
#include "tests/bench/measure.h"
#include "tests/bench/modes.h"
#include "tests/bench/request_source.h"

namespace bench {

namespace {

constexpr std::uint64_t kBatch = 16;

class Orders
{
public:
    explicit Orders(const Flags& flags)
        : connection_(flags.integer<std::uint16_t>("port", 0), true),
          cpu_(flags.integer<pid_t>("pid", 0)),
          city_(flags.text("city") == "clustered" ? City::Layout::Clustered : City::Layout::Uniform,
                flags.integer<std::uint64_t>("seed", 1)),
          method_(flags.text("method")),
          completes_(flags.text("available") != "0"),
          seconds_(flags.number("seconds", 1)),
          most_orders_(flags.integer<std::uint64_t>("orders", 1'000'000))
    {
        if (method_ == "script") script_ = load_script(connection_, flags.text("script"));
    }

    void run()
    {
        const auto cpu_before = cpu_.now_ns();
        const auto started = Clock::now();
        std::chrono::duration<double> elapsed{};
        std::uint64_t orders = 0;
        std::uint64_t found = 0;
        while (elapsed.count() < seconds_ && orders < most_orders_) {
            const auto before = Clock::now();
            if (method_ == "pipelined") {
                found += place_batch(orders);
                orders += kBatch;
            } else {
                found += place_order(order_name(orders++));
            }
            latencies_.add(Clock::now() - before);
            elapsed = Clock::now() - started;
        }
        Outcome outcome{.requests = orders,
                        .seconds = elapsed.count(),
                        .cpu_ns = cpu_.now_ns() - cpu_before,
                        .errors = connection_.replies().errors(),
                        .first_error = connection_.replies().first_error(),
                        .more = {}};
        outcome.more =
            fmt::format(R"(, "found": {}, "commands": {})", found, connection_.replies().replies());
        fmt::print("{}\n", outcome.json(latencies_));
    }

private:
    // Never one that an earlier run has completed: ASSIGN would only repeat what it answered then.
    std::string order_name(std::uint64_t number) const
    {
        return fmt::format("order:ORD_{}_{}", ::getpid(), number);
    }

    // ASSIGN and COMPLETE need nothing from earlier replies, so orders need not wait for each
    // other.
    std::uint64_t place_batch(std::uint64_t first)
    {
        std::string requests;
        for (std::uint64_t i = first; i < first + kBatch; ++i) {
            append_request(requests, assign_request(order_name(i), city_.next_place()));
            if (completes_) append_request(requests, {"ASSIGN.COMPLETE", order_name(i)});
        }
        const auto awaited = connection_.replies().replies() + kBatch * (completes_ ? 2 : 1);
        connection_.send(requests);
        connection_.await(awaited);
        return completes_ ? kBatch : 0;
    }

    bool place_order(const std::string& order)
    {
        const Place place = city_.next_place();
        if (method_ == "stock") return place_by_hand(order, place);
        if (method_ == "script") return place_by_script(order, place);
        return place_by_assign(order, place);
    }

    // The seed's five commands. Of ten drivers nearby none may be available: then ask for ten times
    // as many, until somebody is, or the circle has no more.
    bool place_by_hand(const std::string& order, const Place& place)
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
                if (available.contains(driver) && take(order, std::string{driver})) return true;
            if (near.size() < count) return false;
        }
        return false;
    }

    bool take(const std::string& order, const std::string& driver)
    {
        const std::string lock = lock_of(driver);
        if (connection_.call({"SET", lock, order, "NX", "EX", "30"}) != "+OK\r\n") return false;
        connection_.call({"SREM", kAvailable, driver});
        complete(driver);
        return true;
    }

    // What ASSIGN.COMPLETE does: the lock is released, the driver available.
    void complete(const std::string& driver)
    {
        connection_.call({"DEL", lock_of(driver)});
        connection_.call({"SADD", kAvailable, driver});
    }

    bool place_by_script(const std::string& order, const Place& place)
    {
        const std::string driver =
            driver_of(connection_.call(script_request(script_, order, place)));
        if (driver.empty()) return false;
        complete(driver);
        return true;
    }

    bool place_by_assign(const std::string& order, const Place& place)
    {
        std::vector<std::string> words = assign_request(order, place);
        const bool offer = method_ == "offer";
        if (offer) words.emplace_back("OFFER");
        const std::string reply = connection_.call(words);
        if (driver_of(reply).empty()) return false;
        if (offer) connection_.call({"ASSIGN.ACCEPT", order, token_of(reply)});
        connection_.call({"ASSIGN.COMPLETE", order});
        return true;
    }

    Connection connection_;
    ServerCpu cpu_;
    City city_;
    std::string method_;
    std::string script_;
    bool completes_;  // without a driver there is no order to complete
    double seconds_;
    std::uint64_t most_orders_;
    Latencies latencies_;
};

}  // namespace

void run_orders(const Flags& flags) { Orders{flags}.run(); }

}  // namespace bench
