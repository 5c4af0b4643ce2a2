#include "store/dispatch/assignment_explain.h"

#include <utility>

#include "store/geo/geo_search.h"

namespace store {

namespace {

Explained explain(Keyspace& keys, Assignments& orders, const AssignmentSearch& search,
                  const Found& found, Judgement judgement)
{
    Explained driver{.member = std::string{found.member},
                     .distance_m = found.distance_m,
                     .judgement = judgement,
                     .now = orders.driver(found.member, search.lock_pattern)};
    if (judgement.verdict == Verdict::Candidate && search.strategy == Strategy::Rating)
        driver.rating = rating_of(keys, search.rating_pattern, found.member);
    return driver;
}

/// Keeps the list short, and the best candidate in it.
class Listing
{
public:
    Listing(const AssignmentSearch& search, std::size_t max) : search_(search), max_(max) {}

    /// True when the search has seen enough.
    bool add(Explained driver)
    {
        const bool candidate = driver.judgement.verdict == Verdict::Candidate;
        const bool better =
            candidate && (!best_ || driver.rating.value_or(0) > best_->rating.value_or(0));
        if (better) best_ = driver;
        if (explanation_.drivers.size() < max_) {
            explanation_.drivers.push_back(std::move(driver));
        } else {
            ++explanation_.unlisted;
        }
        candidates_ += candidate;
        return candidates_ == (search_.strategy == Strategy::Nearest ? 1 : search_.count);
    }

    Explanation finish()
    {
        if (!best_) return std::move(explanation_);
        for (Explained& driver : explanation_.drivers) {
            if (driver.member != best_->member) continue;
            driver.chosen = true;
            return std::move(explanation_);
        }
        best_->chosen = true;
        explanation_.drivers.push_back(*std::move(best_));
        --explanation_.unlisted;
        return std::move(explanation_);
    }

private:
    const AssignmentSearch& search_;
    std::size_t max_;
    Explanation explanation_;
    std::optional<Explained> best_;
    std::size_t candidates_ = 0;
};

}  // namespace

Explanation explain_candidates(Keyspace& keys, Assignments& orders, std::string_view order,
                               const AssignmentSearch& search, const MemberSet& tried,
                               std::size_t max)
{
    const auto* places = keys.find<SortedSet>(search.geo);
    const CandidateFilter filter{keys, order, search, tried};
    if (places == nullptr) return {};

    Listing listing{search, max};
    NearestSearch outward{*places, search.shape};
    while (const auto found = outward.next()) {
        if (listing.add(explain(keys, orders, search, *found, filter.judge(found->member)))) break;
    }
    return listing.finish();
}

}  // namespace store
