#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace bench {

using Clock = std::chrono::steady_clock;

/// The processor time of a whole process, in nanoseconds, as the scheduler counts it (the first
/// number of /proc/PID/task/*/schedstat). Exact while the process waits for us.
class ServerCpu
{
public:
    explicit ServerCpu(pid_t pid);
    ~ServerCpu();
    ServerCpu(const ServerCpu&) = delete;
    ServerCpu& operator=(const ServerCpu&) = delete;

    std::uint64_t now_ns() const;

private:
    std::vector<int> files_;  // one a thread
};

/// Durations of requests; sorted when asked.
class Latencies
{
public:
    void add(Clock::duration latency);
    bool empty() const { return all_ns_.empty(); }
    /// As the members of a JSON object: "p50_us": 1.0, "p99_us": ..., "p999_us": ..., "max_us": ...
    std::string json();

private:
    double at_us(double fraction) const;

    std::vector<std::uint32_t> all_ns_;
};

/// What a run served, for how much, as one line of JSON.
struct Outcome
{
    std::uint64_t requests = 0;
    double seconds = 0;
    std::uint64_t cpu_ns = 0;
    std::uint64_t errors = 0;
    std::string first_error;
    std::string more;  ///< further members: `, "name": value`

    std::string json(Latencies& latencies) const;
};

}  // namespace bench
