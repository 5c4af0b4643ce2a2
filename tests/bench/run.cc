// The mode "run": closed loop, many connections, one kind of request.

#include <fmt/format.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "tests/bench/connection.h"
#include "tests/bench/measure.h"
#include "tests/bench/modes.h"
#include "tests/bench/request_source.h"

namespace bench {

namespace {

constexpr int kPatienceMs = 60'000;

/// Which batches took long, for everybody and for the server itself: on a busy machine the clock
/// counts what other programs did meanwhile, and so, on a virtual one, does the processor time.
/// What a server does for reasons of its own it does at the same batch of the next run, too: so the
/// slow ones are listed by number.
struct Stalls
{
    double limit_us = 0;
    std::uint64_t by_clock = 0;
    std::uint64_t by_cpu = 0;
    double worst_cpu_us = 0;
    std::string slow;  ///< batches with a tenth of the limit and more: "[number, us]", ...

    void judge(std::uint64_t batch, double clock_us, double cpu_us)
    {
        constexpr std::size_t kMaxListed = 2 << 20;  // bytes
        by_clock += clock_us > limit_us;
        by_cpu += cpu_us > limit_us;
        worst_cpu_us = std::max(worst_cpu_us, cpu_us);
        if (cpu_us * 10 > limit_us && slow.size() < kMaxListed)
            slow += fmt::format("{}[{}, {:.1f}]", slow.empty() ? "" : ", ", batch, cpu_us);
    }
    std::string json() const
    {
        return fmt::format(
            R"(, "stalls_by_clock": {}, "stalls_by_cpu": {}, "worst_cpu_us": {:.1f}, "slow": [{}])",
            by_clock, by_cpu, worst_cpu_us, slow);
    }
};

class Load
{
public:
    explicit Load(const Flags& flags)
        : batch_(std::max<std::size_t>(flags.integer<std::size_t>("pipeline", 1), 1)),
          most_requests_(flags.integer<std::uint64_t>("requests", UINT64_MAX / 2)),
          seconds_(flags.number("seconds", 1e9)),
          city_(flags.text("city") == "clustered" ? City::Layout::Clustered : City::Layout::Uniform,
                flags.integer<std::uint64_t>("seed", 1)),
          source_(flags.rest(), city_),
          cpu_(flags.integer<pid_t>("pid", 0)),
          epoll_(::epoll_create1(EPOLL_CLOEXEC))
    {
        stalls_.limit_us = flags.number("stall-us", 0);
        const auto pool = flags.integer<std::size_t>("pool", 0);
        if (pool > 0) pool_.emplace_back(source_, (pool + batch_ - 1) / batch_ * batch_, batch_);
        const auto port = flags.integer<std::uint16_t>("port", 0);
        for (int i = flags.integer("connections", 1); i > 0; --i) connect(port);
    }
    ~Load() { ::close(epoll_); }
    Load(const Load&) = delete;
    Load& operator=(const Load&) = delete;

    void run()
    {
        const auto cpu_before = cpu_.now_ns();
        const auto started = Clock::now();
        end_ = started + std::chrono::duration_cast<Clock::duration>(
                             std::chrono::duration<double>{std::min(seconds_, 1e6)});
        for (auto& client : clients_) send_batch(*client, started);
        while (busy_ > 0) serve();
        const std::chrono::duration<double> elapsed = Clock::now() - started;

        Outcome outcome{
            .requests = sent_, .seconds = elapsed.count(), .first_error = {}, .more = {}};
        outcome.cpu_ns = cpu_.now_ns() - cpu_before;
        for (const auto& client : clients_) {
            outcome.errors += client->connection.replies().errors();
            if (outcome.first_error.empty())
                outcome.first_error = client->connection.replies().first_error();
        }
        if (stalls_.limit_us > 0) outcome.more = stalls_.json();
        fmt::print("{}\n", outcome.json(latencies_));
    }

private:
    struct Client
    {
        explicit Client(std::uint16_t port) : connection(port) {}
        Connection connection;
        std::uint64_t awaited = 0;  // replies in all, when the batch is answered
        Clock::time_point sent_at;
    };

    void connect(std::uint16_t port)
    {
        clients_.push_back(std::make_unique<Client>(port));
        epoll_event event{.events = EPOLLIN, .data = {.ptr = clients_.back().get()}};
        ::epoll_ctl(epoll_, EPOLL_CTL_ADD, clients_.back()->connection.descriptor(), &event);
    }

    std::string_view next_batch()
    {
        if (!pool_.empty()) return pool_.front().next();
        made_.clear();
        for (std::size_t i = 0; i < batch_; ++i) source_.append_next(made_);
        return made_;
    }

    void send_batch(Client& client, Clock::time_point now)
    {
        const std::string_view bytes = next_batch();
        client.awaited += batch_;
        client.sent_at = now;
        sent_ += batch_;
        ++busy_;
        if (stalls_.limit_us > 0) {
            cpu_at_send_ = cpu_.now_ns();
            client.sent_at = Clock::now();  // making the batch is not the server's fault
        }
        client.connection.send(bytes);
    }

    void serve()
    {
        epoll_event events[64];
        const int count = ::epoll_wait(epoll_, events, 64, kPatienceMs);
        if (count == 0) throw std::runtime_error{"no reply for a minute"};
        for (int i = 0; i < count; ++i) {
            Client& client = *static_cast<Client*>(events[i].data.ptr);
            client.connection.receive();
            if (client.connection.replies().replies() < client.awaited) continue;
            const auto now = Clock::now();
            latencies_.add(now - client.sent_at);
            if (stalls_.limit_us > 0) judge_stall(now - client.sent_at);
            --busy_;
            if (now < end_ && sent_ < most_requests_) send_batch(client, now);
        }
    }

    void judge_stall(std::chrono::duration<double, std::micro> latency)
    {
        stalls_.judge(sent_ / batch_, latency.count(),
                      static_cast<double>(cpu_.now_ns() - cpu_at_send_) / 1e3);
    }

    std::size_t batch_;
    std::uint64_t most_requests_;
    double seconds_;
    City city_;
    RequestSource source_;
    std::vector<RequestPool> pool_;  // one or none
    ServerCpu cpu_;
    int epoll_;
    std::vector<std::unique_ptr<Client>> clients_;
    Latencies latencies_;
    Stalls stalls_;
    std::string made_;
    std::uint64_t sent_ = 0;
    std::uint64_t cpu_at_send_ = 0;
    int busy_ = 0;
    Clock::time_point end_;
};

}  // namespace

void run(const Flags& flags) { Load{flags}.run(); }

}  // namespace bench
