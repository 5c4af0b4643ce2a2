#include "server/eviction/candidates.h"

#include <algorithm>
#include <utility>

namespace server {

void Candidates::consider(std::uint64_t score, int database, std::string_view key)
{
    const bool is_full = by_score_.size() == kMax;
    if (is_full && score <= by_score_.front().score) return;
    const auto known = std::ranges::find_if(by_score_, [&](const Candidate& candidate) {
        return candidate.database == database && candidate.key == key;
    });
    if (known != by_score_.end()) {
        by_score_.erase(known);
    } else if (is_full) {
        by_score_.erase(by_score_.begin());
    }
    const auto place = std::ranges::upper_bound(by_score_, score, {}, &Candidate::score);
    by_score_.insert(place, {score, database, std::string{key}});
}

std::optional<Candidates::Candidate> Candidates::take_best()
{
    if (by_score_.empty()) return std::nullopt;
    Candidate best = std::move(by_score_.back());
    by_score_.pop_back();
    return best;
}

}  // namespace server
