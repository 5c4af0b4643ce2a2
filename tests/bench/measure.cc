#include "tests/bench/measure.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <stdexcept>

namespace bench {

ServerCpu::ServerCpu(pid_t pid)
{
    for (const auto& task :
         std::filesystem::directory_iterator{fmt::format("/proc/{}/task", pid)}) {
        const int file = ::open((task.path() / "schedstat").c_str(), O_RDONLY | O_CLOEXEC);
        if (file < 0) throw std::runtime_error{"this kernel has no /proc/PID/task/*/schedstat"};
        files_.push_back(file);
    }
}

ServerCpu::~ServerCpu()
{
    for (const int file : files_) ::close(file);
}

std::uint64_t ServerCpu::now_ns() const
{
    std::uint64_t sum = 0;
    for (const int file : files_) {
        char text[128];
        const auto size = ::pread(file, text, sizeof text - 1, 0);
        if (size <= 0) continue;  // the thread has ended
        text[size] = '\0';
        sum += std::strtoull(text, nullptr, 10);
    }
    return sum;
}

void Latencies::add(Clock::duration latency)
{
    constexpr std::int64_t kMax = std::numeric_limits<std::uint32_t>::max();
    const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(latency).count();
    all_ns_.push_back(static_cast<std::uint32_t>(std::clamp<std::int64_t>(ns, 0, kMax)));
}

double Latencies::at_us(double fraction) const
{
    const auto index = static_cast<std::size_t>(fraction * static_cast<double>(all_ns_.size() - 1));
    return all_ns_[index] / 1e3;
}

std::string Latencies::json()
{
    if (all_ns_.empty()) all_ns_.push_back(0);
    std::sort(all_ns_.begin(), all_ns_.end());
    return fmt::format(R"("p50_us": {:.1f}, "p99_us": {:.1f}, "p999_us": {:.1f}, "max_us": {:.1f})",
                       at_us(0.5), at_us(0.99), at_us(0.999), at_us(1));
}

std::string Outcome::json(Latencies& latencies) const
{
    const auto served = static_cast<double>(std::max<std::uint64_t>(requests, 1));
    std::string quoted = first_error;
    std::replace_if(
        quoted.begin(), quoted.end(), [](char c) { return c == '"' || c == '\\' || c < ' '; },
        '\'');
    return fmt::format(
        R"({{"requests": {}, "seconds": {:.6f}, "per_second": {:.1f}, "cpu_us": {:.4f}, {}, )"
        R"("errors": {}, "first_error": "{}"{}}})",
        requests, seconds, served / seconds, static_cast<double>(cpu_ns) / 1e3 / served,
        latencies.json(), errors, quoted, more);
}

}  // namespace bench
