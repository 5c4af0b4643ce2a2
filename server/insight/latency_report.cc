#include "server/insight/latency_report.h"

#include <fmt/format.h>

#include <cstdlib>

namespace server {

namespace {

constexpr std::string_view kDisabled =
    "I'm sorry, Dave, I can't do that. Latency monitoring is disabled in this Redis instance. You "
    "may use \"CONFIG SET latency-monitor-threshold <milliseconds>.\" in order to enable it. If we "
    "weren't in a deep space mission I'd suggest to take a look at "
    "https://redis.io/topics/latency-monitor.\n";
constexpr std::string_view kNothing =
    "Dave, no latency spike was observed during the lifetime of this Redis instance, not in the "
    "slightest bit. I honestly think you ought to sit down calmly, take a stress pill, and think "
    "things over.\n";
constexpr std::string_view kSomething =
    "Dave, I have observed latency spikes in this Redis instance. You don't mind talking about it, "
    "do you Dave?\n\n";
constexpr std::string_view kNoAdvice =
    "\nWhile there are latency events logged, I'm not able to suggest any easy fix. Please use the "
    "Redis community to get some help, providing this report in your help request.\n";
constexpr std::string_view kAdvice = "\nI have a few advices for you:\n\n";
constexpr std::string_view kInspectSlowLog =
    "- Check your Slow Log to understand what are the commands you are running which are too slow "
    "to execute. Please check https://redis.io/commands/slowlog for more information.\n";
constexpr std::string_view kScheduler =
    "- The system is slow to execute Redis code paths not containing system calls. This usually "
    "means the system does not provide Redis CPU time to run for long periods. You should try to:\n"
    "  1) Lower the system load.\n"
    "  2) Use a computer / VM just for Redis if you are running other software in the same "
    "system.\n"
    "  3) Check if you have a \"noisy neighbour\" problem.\n"
    "  4) Check with 'redis-cli --intrinsic-latency 100' what is the intrinsic latency in your "
    "system.\n"
    "  5) Check if the problem is allocator-related by recompiling Redis with MALLOC=libc, if you "
    "are using Jemalloc. However this may create fragmentation problems.\n";
constexpr std::string_view kLargeObjects =
    "- Deleting, expiring or evicting (because of maxmemory policy) large objects is a blocking "
    "operation. If you have very large objects that are often deleted, expired, or evicted, try to "
    "fragment those objects into multiple smaller objects.\n";

/// What is said about the samples of one event.
std::string spikes(const LatencyEvents::Series& series, store::TimePoint now)
{
    const auto count = static_cast<std::int64_t>(series.size());
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < series.size(); ++i) sum += series[i].ms;
    const std::int64_t mean = sum / count;
    std::int64_t deviations = 0;
    for (std::size_t i = 0; i < series.size(); ++i) deviations += std::abs(series[i].ms - mean);
    const auto second = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
    const auto since_first = static_cast<double>(second - series[0].second);
    const double period = since_first == 0 ? 1 : since_first / static_cast<double>(count);
    return fmt::format(
        "{} latency spikes (average {}ms, mean deviation {}ms, period {:.2f} sec). Worst all time "
        "event {}ms.",
        count, mean, deviations / count, period, series.max_ms());
}

std::string slow_log_advice(const LatencySettings& settings)
{
    if (settings.slow_log_threshold_us < 0 || settings.slow_log_max_entries == 0) {
        return fmt::format(
            "- There are latency issues with potentially slow commands you are using. Try to "
            "enable the Slow Log Redis feature using the command 'CONFIG SET "
            "slowlog-log-slower-than {}'. If the Slow log is disabled Redis is not able to log "
            "slow commands execution for you.\n",
            settings.threshold_ms * 1000);
    }
    if (settings.slow_log_threshold_us / 1000 <= settings.threshold_ms) return {};
    return fmt::format(
        "- Your current Slow Log configuration only logs events that are slower than your "
        "configured latency monitor threshold. Please use 'CONFIG SET slowlog-log-slower-than "
        "{}'.\n",
        settings.threshold_ms * 1000);
}

}  // namespace

std::string latency_report(const LatencyEvents& events, const LatencySettings& settings,
                           store::TimePoint now)
{
    if (events.all().empty()) return std::string{settings.threshold_ms == 0 ? kDisabled : kNothing};
    std::string report{kSomething};
    int number = 0;
    for (const auto& [event, series] : events.all())
        report += fmt::format("{}. {}: {}\n", ++number, event, spikes(series, now));

    const bool slow_commands = events.find("command") != nullptr;
    const bool slow_quick_ones = events.find("fast-command") != nullptr;
    if (!slow_commands && !slow_quick_ones) return report.append(kNoAdvice);
    report += kAdvice;
    if (slow_commands) report.append(slow_log_advice(settings)).append(kInspectSlowLog);
    if (slow_quick_ones) report += kScheduler;
    if (slow_commands) report += kLargeObjects;
    return report;
}

}  // namespace server
