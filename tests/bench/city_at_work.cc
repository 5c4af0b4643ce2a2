// The mode "city": an open loop. Requests leave when they are due, whether or not the server has
// answered the earlier ones, so that a slow server cannot slow down those who judge it.

#include <fmt/format.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <memory>

#include "tests/bench/city.h"
#include "tests/bench/dispatch.h"
#include "tests/bench/measure.h"
#include "tests/bench/modes.h"
#include "tests/bench/request_source.h"

namespace bench {

namespace {

constexpr int kGateways = 8;  // connections that pass on what drivers send
constexpr int kDesks = 64;    // connections for orders, one at a time each
constexpr double kReportSeconds = 4;
constexpr auto kDelivery = std::chrono::seconds{1};
constexpr auto kDrain = std::chrono::seconds{5};

struct Gateway
{
    explicit Gateway(std::uint16_t port) : connection(port) {}
    Connection connection;
    std::string unsent;
    std::uint64_t answered = 0;
    std::deque<Clock::time_point> waiting;  // when each was sent
};

/// Something to be done for an order: find its driver, or, if there is one, complete it.
struct Task
{
    Clock::time_point due;
    std::string order;
    std::string driver;
};

struct Desk
{
    explicit Desk(std::uint16_t port) : connection(port, true) {}
    Connection connection;
    std::uint64_t awaited = 0;  // replies in all
    Task task;
};

class CityAtWork
{
public:
    explicit CityAtWork(const Flags& flags)
        : city_(flags.text("city") == "clustered" ? City::Layout::Clustered : City::Layout::Uniform,
                flags.integer<std::uint64_t>("seed", 1)),
          reports_({"GEOADD", kGeo, "{lon}", "{lat}",
                    fmt::format("driver:{{0-{}}}", flags.integer<std::uint64_t>("drivers", 1) - 1)},
                   city_),
          pool_(reports_, 200'000, 1),
          reports_per_second_(flags.number("drivers", 1) / kReportSeconds),
          orders_per_second_(flags.number("orders-per-second", 1)),
          seconds_(flags.number("seconds", 5)),
          by_script_(flags.text("method") == "script"),
          cpu_(flags.integer<pid_t>("pid", 0)),
          epoll_(::epoll_create1(EPOLL_CLOEXEC))
    {
        const auto port = flags.integer<std::uint16_t>("port", 0);
        for (int i = 0; i < kGateways; ++i) {
            gateways_.push_back(std::make_unique<Gateway>(port));
            listen(gateways_.back()->connection, static_cast<std::uint64_t>(i));
        }
        for (int i = 0; i < kDesks; ++i) {
            desks_.push_back(std::make_unique<Desk>(port));
            listen(desks_.back()->connection, static_cast<std::uint64_t>(kGateways + i));
            idle_.push_back(desks_.back().get());
        }
        if (by_script_) script_ = load_script(desks_[0]->connection, flags.text("script"));
        for (auto& desk : desks_) desk->awaited = desk->connection.replies().replies();
    }
    ~CityAtWork() { ::close(epoll_); }
    CityAtWork(const CityAtWork&) = delete;
    CityAtWork& operator=(const CityAtWork&) = delete;

    void run()
    {
        const auto cpu_before = cpu_.now_ns();
        started_ = Clock::now();
        double elapsed = 0;
        do {
            elapsed = std::chrono::duration<double>{Clock::now() - started_}.count();
            send_due(std::min(elapsed, seconds_));
            serve(1);
        } while (elapsed < seconds_);
        const auto sending_ended = Clock::now();
        while (answered_ < sent_ && Clock::now() - sending_ended < kDrain) serve(10);
        report(elapsed, cpu_.now_ns() - cpu_before);
    }

private:
    void listen(const Connection& connection, std::uint64_t number) const
    {
        epoll_event event{.events = EPOLLIN, .data = {.u64 = number}};
        ::epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.descriptor(), &event);
    }

    void send_due(double elapsed)
    {
        const auto now = Clock::now();
        for (const auto due = static_cast<std::uint64_t>(elapsed * reports_per_second_);
             reported_ < due; ++reported_) {
            Gateway& gateway = *gateways_[reported_ % kGateways];
            gateway.unsent += pool_.next();
            gateway.waiting.push_back(now);
            ++sent_;
        }
        for (auto& gateway : gateways_) {
            if (gateway->unsent.empty()) continue;
            gateway->connection.send(gateway->unsent);
            gateway->unsent.clear();
        }
        for (const auto due = static_cast<std::uint64_t>(elapsed * orders_per_second_);
             ordered_ < due; ++ordered_)
            tasks_.push_back({.due = now,
                              .order = fmt::format("order:ORD_{}_{}", ::getpid(), ordered_),
                              .driver = {}});
        while (!deliveries_.empty() && deliveries_.front().due <= now) {
            tasks_.push_back(std::move(deliveries_.front()));
            deliveries_.pop_front();
        }
        give_out_tasks();
    }

    void give_out_tasks()
    {
        while (!tasks_.empty() && !idle_.empty()) {
            Desk& desk = *idle_.back();
            idle_.pop_back();
            desk.task = std::move(tasks_.front());
            tasks_.pop_front();
            desk.connection.send(requests_for(desk));
        }
    }

    const std::string& requests_for(Desk& desk)
    {
        request_.clear();
        const Task& task = desk.task;
        int count = 1;
        if (task.driver.empty()) {
            const Place place = city_.next_place();
            append_request(request_, by_script_ ? script_request(script_, task.order, place)
                                                : assign_request(task.order, place));
        } else if (by_script_) {
            append_request(request_, {"DEL", lock_of(task.driver)});
            append_request(request_, {"SADD", kAvailable, task.driver});
            count = 2;
        } else {
            append_request(request_, {"ASSIGN.COMPLETE", task.order});
        }
        desk.awaited += static_cast<std::uint64_t>(count);
        sent_ += static_cast<std::uint64_t>(count);
        return request_;
    }

    void serve(int timeout_ms)
    {
        epoll_event events[kGateways + kDesks];
        const int count = ::epoll_wait(epoll_, events, kGateways + kDesks, timeout_ms);
        for (int i = 0; i < count; ++i) {
            const auto number = events[i].data.u64;
            if (number < kGateways) {
                hear(*gateways_[number]);
            } else {
                hear(*desks_[number - kGateways]);
            }
        }
    }

    void hear(Gateway& gateway)
    {
        gateway.connection.receive();
        const auto now = Clock::now();
        for (; gateway.answered < gateway.connection.replies().replies(); ++gateway.answered) {
            latencies_.add(now - gateway.waiting.front());
            gateway.waiting.pop_front();
            ++answered_;
        }
    }

    void hear(Desk& desk)
    {
        const auto before = desk.connection.replies().replies();
        desk.connection.receive();
        const auto now = Clock::now();
        answered_ += desk.connection.replies().replies() - before;
        if (desk.connection.replies().replies() < desk.awaited) return;
        (desk.task.driver.empty() ? order_latencies_ : latencies_).add(now - desk.task.due);
        if (desk.task.driver.empty()) {
            desk.task.driver = driver_of(desk.connection.replies().last_reply());
            found_ += !desk.task.driver.empty();
            desk.task.due = now + kDelivery;
            if (!desk.task.driver.empty()) deliveries_.push_back(std::move(desk.task));
        }
        idle_.push_back(&desk);
        give_out_tasks();
    }

    void report(double elapsed, std::uint64_t cpu_ns)
    {
        Outcome outcome{.requests = answered_,
                        .seconds = elapsed,
                        .cpu_ns = cpu_ns,
                        .first_error = {},
                        .more = {}};
        const auto count_errors = [&](const ReplyScanner& replies) {
            outcome.errors += replies.errors();
            if (outcome.first_error.empty()) outcome.first_error = replies.first_error();
        };
        for (const auto& gateway : gateways_) count_errors(gateway->connection.replies());
        for (const auto& desk : desks_) count_errors(desk->connection.replies());
        outcome.more = fmt::format(
            R"(, "unanswered": {}, "orders": {}, "found": {}, "waiting_orders": {}, "of_orders": {{{}}})",
            sent_ - answered_, ordered_, found_, tasks_.size(), order_latencies_.json());
        fmt::print("{}\n", outcome.json(latencies_));
    }

    City city_;
    RequestSource reports_;
    RequestPool pool_;
    double reports_per_second_;
    double orders_per_second_;
    double seconds_;
    bool by_script_;
    ServerCpu cpu_;
    int epoll_;
    std::string script_;
    std::vector<std::unique_ptr<Gateway>> gateways_;
    std::vector<std::unique_ptr<Desk>> desks_;
    std::vector<Desk*> idle_;
    std::deque<Task> tasks_;
    std::deque<Task> deliveries_;  // soonest first
    Latencies latencies_;
    Latencies order_latencies_;
    std::string request_;
    Clock::time_point started_;
    std::uint64_t reported_ = 0;
    std::uint64_t ordered_ = 0;
    std::uint64_t found_ = 0;
    std::uint64_t sent_ = 0;
    std::uint64_t answered_ = 0;
};

}  // namespace

void run_city(const Flags& flags) { CityAtWork{flags}.run(); }

}  // namespace bench
