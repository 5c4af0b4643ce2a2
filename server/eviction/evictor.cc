#include "server/eviction/evictor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "server/server.h"

namespace server {

namespace {

/// How long one run may last, in Redis's steps: up to 10, 50 us each; then 15 % more each; 100:
/// until it is done.
std::chrono::nanoseconds time_limit_of(int tenacity)
{
    constexpr int kLinear = 10;
    if (tenacity <= kLinear) return std::chrono::microseconds{50} * tenacity;
    if (tenacity >= 100) return std::chrono::nanoseconds::max();
    const double us = 500 * std::pow(1.15, tenacity - kLinear);
    return std::chrono::microseconds{static_cast<std::int64_t>(us)};
}

}  // namespace

void Evictor::options_changed()
{
    const Options& options = server_.options;
    const auto policy = EvictionPolicy::named(options.max_memory_policy);
    if (policy != policy_) candidates_.clear();
    policy_ = policy;
    time_limit_ = time_limit_of(options.max_memory_eviction_tenacity);
    using Measure = store::Usage::Measure;
    const bool counts = policy.order == EvictionPolicy::Order::Frequency;
    server_.databases.usage.choose({.measure = counts ? Measure::Frequency : Measure::Time,
                                    .log_factor = options.lfu_log_factor,
                                    .decay_minutes = options.lfu_decay_minutes});
    gauge_.count_anew();
    goes_on_ = bytes_over() > 0;
    if (options.max_memory == 0) server_.over_memory_limit = false;
    if (std::exchange(limit_, options.max_memory) != options.max_memory) warn_of_new_limit();
}

/// In Redis's words: whoever is on call looks for them when keys vanish.
void Evictor::warn_of_new_limit()
{
    if (bytes_over() <= 0 || !server_.write_log) return;
    server_.write_log(
        LogLevel::Warning,
        fmt::format("WARNING: the new maxmemory value set via CONFIG SET ({}) is smaller than the "
                    "current memory usage ({}). This will result in key eviction and/or the "
                    "inability to accept new write commands depending on the maxmemory-policy.",
                    limit_, bytes_in_use()));
}

bool Evictor::tick()
{
    if (server_.options.max_memory == 0) return false;
    gauge_.count_anew();
    return goes_on_ && make_room() == Outcome::GoesOn;
}

Evictor::Outcome Evictor::make_room()
{
    if (!may_evict()) return Outcome::Enough;
    Outcome outcome = Outcome::Enough;
    if (bytes_over() > 0) {
        const bool allowed = policy_.victims != EvictionPolicy::Victims::None;
        outcome = allowed ? run() : Outcome::Nothing;
    }
    goes_on_ = outcome == Outcome::GoesOn;
    note_time_over(outcome);
    return outcome;
}

/// A pause stops all changes that nobody asks for.
bool Evictor::may_evict() const
{
    return !server_.loading && !server_.running_script.running && !server_.pause.active();
}

std::int64_t Evictor::bytes_in_use() const
{
    return static_cast<std::int64_t>(memory_in_use ? memory_in_use() : gauge_.bytes());
}

std::int64_t Evictor::bytes_over() const
{
    const std::uint64_t limit = server_.options.max_memory;
    return limit == 0 ? 0 : bytes_in_use() - static_cast<std::int64_t>(limit);
}

/// To be freed is what was over at the beginning. What the clients are told of evicted keys takes
/// memory, too: if that counted, more keys would go for it, of which more would be told.
Evictor::Outcome Evictor::run()
{
    constexpr int kStepsBetweenLooks = 16;
    const auto began = server_.stopwatch();
    const auto elapsed = [&] { return server_.stopwatch() - began; };
    Outcome outcome = Outcome::Enough;
    std::int64_t to_free = bytes_over();
    for (int steps = 1; to_free > 0; ++steps) {
        const std::int64_t before = bytes_in_use();
        if (!free_something() && !evict_one()) {
            outcome = Outcome::Nothing;
            break;
        }
        to_free -= before - bytes_in_use();
        server_.key_events.tell();
        if (steps % kStepsBetweenLooks == 0 && elapsed() > time_limit_) {
            outcome = Outcome::GoesOn;
            break;
        }
    }
    server_.note_latency("eviction-cycle", elapsed());
    return outcome;
}

/// What was taken away may still be there, if it was large. Before more goes, it is freed.
bool Evictor::free_something()
{
    constexpr std::size_t kElements = 100;
    for (int index = 0; index < server_.databases.count(); ++index) {
        store::Keyspace& keys = server_.databases[index];
        if (!keys.has_more_to_free()) continue;
        keys.free_some(kElements);
        return true;
    }
    return false;
}

void Evictor::note_time_over(Outcome outcome)
{
    Stats& stats = server_.stats;
    if (outcome != Outcome::Enough) {
        if (!stats.over_memory_since) stats.over_memory_since = server_.stopwatch();
    } else if (stats.over_memory_since) {
        stats.time_over_memory += server_.stopwatch() - *stats.over_memory_since;
        stats.over_memory_since.reset();
    }
}

// Whose turn it is

bool Evictor::evict_one()
{
    if (policy_.order == EvictionPolicy::Order::Chance) return evict_by_chance();
    const auto chosen = choose();
    return chosen && evict(chosen->database, chosen->key);
}

bool Evictor::evict(int database, std::string_view key)
{
    const bool is_timed = server_.options.latency_monitor_threshold > 0;
    const auto began = is_timed ? server_.stopwatch() : std::chrono::nanoseconds{};
    // One that is due goes by itself, and makes room as well.
    if (server_.databases[database].evict(key)) ++server_.stats.keys_evicted;
    if (is_timed) server_.note_latency("eviction-del", server_.stopwatch() - began);
    return true;
}

/// Each database in turn loses any of its keys.
bool Evictor::evict_by_chance()
{
    constexpr int kAttempts = 64;
    const int count = server_.databases.count();
    for (int turn = 0; turn < count; ++turn) {
        last_database_ = (last_database_ + 1) % count;
        const store::Keyspace& keys = server_.databases[last_database_];
        for (int attempt = 0; attempt < kAttempts; ++attempt) {
            const store::Entry* entry = any_of(keys);
            if (entry == nullptr) break;
            if (!may_take(keys, entry)) continue;
            return evict(last_database_, std::string{entry->key()});
        }
    }
    return false;
}

std::optional<Candidates::Candidate> Evictor::choose()
{
    constexpr int kRounds = 16;
    for (int round = 0; round < kRounds; ++round) {
        for (int index = 0; index < server_.databases.count(); ++index)
            sample(server_.databases[index], round == 0);
        while (auto best = candidates_.take_best())
            if (is_still_good(*best)) return best;
    }
    return std::nullopt;
}

/// The next deadlines are known, and need no chance, unless all of those keys are spared.
void Evictor::sample(const store::Keyspace& keys, bool early_ones)
{
    const bool by_deadline = policy_.order == EvictionPolicy::Order::Deadline;
    for (int i = 0; i < server_.options.max_memory_samples; ++i) {
        const auto place = static_cast<std::uint32_t>(i);
        const bool takes_next = by_deadline && early_ones;
        if (takes_next && place >= keys.volatile_size()) return;
        const store::Entry* entry = takes_next ? &keys.early_entry(place) : any_of(keys);
        if (entry == nullptr) return;
        if (may_take(keys, entry))
            candidates_.consider(score_of(keys, *entry), keys.index(), entry->key());
    }
}

const store::Entry* Evictor::any_of(const store::Keyspace& keys) const
{
    return policy_.victims == EvictionPolicy::Victims::All
               ? keys.random_entry(server_.random)
               : keys.random_volatile_entry(server_.random);
}

bool Evictor::may_take(const store::Keyspace& keys, const store::Entry* entry) const
{
    return !spares || !spares(keys.index(), entry->key());
}

std::uint64_t Evictor::score_of(const store::Keyspace& keys, const store::Entry& entry) const
{
    const store::Usage& usage = server_.databases.usage;
    switch (policy_.order) {
        case EvictionPolicy::Order::LastUse:
            return static_cast<std::uint64_t>(usage.idle_seconds(keys.usage(entry)));
        case EvictionPolicy::Order::Frequency: return 255U - usage.frequency(keys.usage(entry));
        case EvictionPolicy::Order::Deadline:
            return std::numeric_limits<std::uint64_t>::max() -
                   static_cast<std::uint64_t>(keys.deadline_of(entry).time_since_epoch().count());
        case EvictionPolicy::Order::Chance: break;
    }
    return 0;
}

/// It may be gone since it was seen, or used, or be needed now.
bool Evictor::is_still_good(const Candidates::Candidate& candidate) const
{
    store::Keyspace& keys = server_.databases[candidate.database];
    const store::Entry* entry = keys.peek_entry(candidate.key);
    if (entry == nullptr || !may_take(keys, entry)) return false;
    if (policy_.victims == EvictionPolicy::Victims::Volatile && !entry->has_deadline())
        return false;
    return score_of(keys, *entry) >= candidate.score;
}

}  // namespace server
