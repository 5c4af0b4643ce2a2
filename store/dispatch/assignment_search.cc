#include "store/dispatch/assignment_search.h"

#include <algorithm>
#include <bit>
#include <tuple>
#include <utility>
#include <variant>

#include "store/geo/geo_search.h"
#include "store/number.h"

namespace store {

namespace {

constexpr std::string_view kTokenSuffix = ":token";

constexpr std::uint32_t bit(std::size_t i) { return std::uint32_t{1} << i; }

template <class Visit>
void for_each_bit(std::uint32_t bits, Visit&& visit)
{
    for (; bits != 0; bits &= bits - 1) visit(static_cast<std::size_t>(std::countr_zero(bits)));
}

/// The pattern with its first `*` replaced; nothing if it has none.
std::optional<std::string> substitute(std::string_view pattern, std::string_view with)
{
    const auto star = pattern.find('*');
    if (star == std::string_view::npos) return std::nullopt;
    std::string text;
    text.reserve(pattern.size() + with.size());
    return text.append(pattern.substr(0, star)).append(with).append(pattern.substr(star + 1));
}

/// Every order below is the order of NearestSearch, so that both ways of looking agree on ties.
bool nearer(const Found& a, const Found& b)
{
    return std::tie(a.distance_m, a.cell, a.member) < std::tie(b.distance_m, b.cell, b.member);
}

/// Gives the drivers who pass the filter, nearest first, in one of two ways: outward from the
/// place, asking each driver on the way, or, when that has met more drivers than are available at
/// all, from the list of those available.
class CandidateSearch : private MemberFilter
{
public:
    CandidateSearch(const SortedSet& places, const AssignmentSearch& search,
                    std::string_view asked_hidden_as, CandidateFilter& filter)
        : places_(places),
          hidden_{places.hidden(search.lock_pattern), places.hidden(asked_hidden_as)},
          shape_(search.shape),
          filter_(filter),
          outward_(places, search.shape, hidden_),
          patience_(kMinPatience + filter.available()->size())
    {}

    /// Those who were passed over because they are locked. Views the places.
    const std::vector<std::string_view>& locked() const { return locked_; }

    /// How many drivers were asked about.
    std::size_t looked_at() const { return met_ + outward_.left_out() + position_; }

    std::optional<Found> next()
    {
        while (!has_lost_patience()) {
            const auto found = outward_.next();
            if (!found) {
                if (has_lost_patience()) break;
                return std::nullopt;
            }
            last_ = *found;
            ++met_;
            if (passes(*found)) return found;
            if (met_ == kMetBeforeFiltering) outward_.leave_out(*this, patience_ - met_);
        }
        return next_of_available();
    }

private:
    static constexpr std::size_t kMinPatience = 64;

    /// Once this many members were met who cannot be taken, it is cheaper to ask about that before
    /// the distance, about many at once.
    static constexpr std::size_t kMetBeforeFiltering = 8;

    std::uint32_t keep(std::span<const HashedMember> members) override
    {
        return filter_.keep(members, locked_);
    }

    bool has_lost_patience() const { return met_ + outward_.left_out() >= patience_; }

    bool passes(const Found& found)
    {
        const Verdict verdict = filter_.judge(found.member).verdict;
        if (verdict == Verdict::Locked) locked_.push_back(found.member);
        return verdict == Verdict::Candidate;
    }

    std::optional<Found> next_of_available()
    {
        if (!collected_) collect();
        while (position_ < rest_.size()) {
            const Found& found = rest_[position_++];
            if (passes(found)) return found;
        }
        return std::nullopt;
    }

    bool is_hidden(std::string_view member) const
    {
        return std::ranges::any_of(hidden_, [&](const SortedSet* hidden) {
            return hidden != nullptr && hidden->contains(member);
        });
    }

    /// All who are available, inside the shape, and farther than the last one met outward.
    void collect()
    {
        collected_ = true;
        const ShapeTest inside{shape_};
        filter_.available()->for_each([&](std::string_view member) {
            const auto score = places_.score(member);
            if (!score || is_hidden(member)) return;
            const std::uint64_t cell = cell_of_score(*score);
            const Place place = place_of(cell);
            const auto distance = inside.distance_if_inside(place);
            if (!distance) return;
            const Found found{member, cell, place, *distance};
            if (!last_ || nearer(*last_, found)) rest_.push_back(found);
        });
        std::sort(rest_.begin(), rest_.end(), nearer);
    }

    const SortedSet& places_;
    NearestSearch::Hidden hidden_;  ///< members known to be locked, or to have been asked
    const Shape& shape_;
    CandidateFilter& filter_;
    NearestSearch outward_;
    std::size_t patience_;  ///< how many may be met outward
    std::size_t met_ = 0;   ///< members met, besides those left out
    std::optional<Found> last_;
    bool collected_ = false;
    std::vector<Found> rest_;
    std::size_t position_ = 0;
    std::vector<std::string_view> locked_;
};

/// The best rated of the nearest; the nearer on a tie.
std::optional<Found> find_best_rated(Keyspace& keys, const AssignmentSearch& search,
                                     CandidateSearch& candidates)
{
    std::optional<Found> best;
    double best_rating = 0;
    for (std::size_t weighed = 0; weighed < search.count; ++weighed) {
        const auto found = candidates.next();
        if (!found) break;
        const double rating = rating_of(keys, search.rating_pattern, found->member);
        if (!best || rating > best_rating) {
            best = found;
            best_rating = rating;
        }
    }
    return best;
}

}  // namespace

void put_lock_key(std::string& key, std::string_view pattern, std::string_view member)
{
    const auto star = std::min(pattern.find('*'), pattern.size());
    key.assign(pattern.substr(0, star));
    if (star == pattern.size()) return;
    const auto colon = member.find(':');
    key.append(colon == std::string_view::npos ? member : member.substr(colon + 1));
    key.append(pattern.substr(star + 1));
}

std::string lock_key(std::string_view pattern, std::string_view member)
{
    std::string key;
    put_lock_key(key, pattern, member);
    return key;
}

std::optional<std::string_view> lock_stem(std::string_view pattern, std::string_view lock)
{
    const auto star = pattern.find('*');
    if (star == std::string_view::npos) return std::nullopt;
    const auto before = pattern.substr(0, star), after = pattern.substr(star + 1);
    const bool matches = lock.size() >= before.size() + after.size() && lock.ends_with(after) &&
                         lock.starts_with(before);
    if (!matches) return std::nullopt;
    return lock.substr(star, lock.size() - before.size() - after.size());
}

std::string token_key(std::string_view geo) { return std::string{geo}.append(kTokenSuffix); }

std::optional<std::string_view> geo_of_token_key(std::string_view key)
{
    if (!key.ends_with(kTokenSuffix)) return std::nullopt;
    return key.substr(0, key.size() - kTokenSuffix.size());
}

bool is_token_key(std::string_view key, std::string_view geo)
{
    return geo_of_token_key(key) == geo;
}

ValuePattern split_value_pattern(std::string_view pattern)
{
    const auto arrow = pattern.find("->", std::min(pattern.find('*'), pattern.size()));
    const bool has_field = arrow != std::string_view::npos && arrow + 2 < pattern.size();
    if (!has_field) return {pattern, {}};
    return {pattern.substr(0, arrow), pattern.substr(arrow + 2)};
}

double rating_of(Keyspace& keys, std::string_view pattern, std::string_view member)
{
    const auto [key_pattern, field] = split_value_pattern(pattern);
    const auto key = substitute(key_pattern, member);
    if (!key) return 0;
    std::optional<std::string_view> text;
    const auto type = keys.type(*key);
    if (type == kTypeOf<Hash> && !field.empty()) text = keys.find<Hash>(*key)->get(field);
    if (type == kTypeOf<String> && field.empty()) text = keys.find<String>(*key)->view();
    return text ? parse_double(*text).value_or(0) : 0;
}

CandidateFilter::CandidateFilter(Keyspace& keys, std::string_view order,
                                 const AssignmentSearch& search, const MemberSet& tried)
    : keys_(keys),
      order_(order),
      search_(search),
      tried_(tried),
      available_(keys.find<Set>(search.available))
{
    skip_.add(search.skip);
    for (const auto& key : search.require) require_.push_back(keys.find<Set>(key));
    for (const auto& key : search.except) except_.push_back(keys.find<Set>(key));
}

Judgement CandidateFilter::judge(std::string_view member) const
{
    if (available_ == nullptr || !available_->contains(member)) return {Verdict::NotAvailable};
    for (std::size_t i = 0; i < require_.size(); ++i)
        if (require_[i] == nullptr || !require_[i]->contains(member))
            return {Verdict::NotInRequired, i};
    for (std::size_t i = 0; i < except_.size(); ++i)
        if (except_[i] != nullptr && except_[i]->contains(member)) return {Verdict::InExcepted, i};
    if (skip_.contains(member)) return {Verdict::Skipped};
    if (tried_.contains(member)) return {Verdict::Tried};
    put_lock_key(lock_, search_.lock_pattern, member);
    return {is_taken(lock_, hash_bytes(lock_)) ? Verdict::Locked : Verdict::Candidate};
}

std::uint32_t CandidateFilter::keep(std::span<const HashedMember> members,
                                    std::vector<std::string_view>& locked)
{
    std::uint32_t kept = 0;
    for (std::size_t i = 0; i < members.size(); ++i)
        if (!is_passed_over(members[i])) kept |= bit(i);
    return free_of(members, available_of(members, kept), locked);
}

bool CandidateFilter::is_passed_over(const HashedMember& asked) const
{
    return skip_.contains(asked.member, asked.hash) || tried_.contains(asked.member, asked.hash);
}

// What is looked up lies all over the memory: each step fetches what the next one reads.

/// Those of `asked`, bits of members, who are available.
std::uint32_t CandidateFilter::available_of(std::span<const HashedMember> members,
                                            std::uint32_t asked) const
{
    for_each_bit(asked, [&](std::size_t i) { available_->prefetch(members[i].hash); });
    for_each_bit(asked, [&](std::size_t i) { available_->prefetch_member(members[i].hash); });
    std::uint32_t available = 0;
    for_each_bit(asked, [&](std::size_t i) {
        if (available_->contains(members[i].member, members[i].hash)) available |= bit(i);
    });
    return available;
}

/// Those of `asked` who are not locked; the others are added to `locked`.
std::uint32_t CandidateFilter::free_of(std::span<const HashedMember> members, std::uint32_t asked,
                                       std::vector<std::string_view>& locked)
{
    locks_.resize(MemberFilter::kMaxAtOnce);
    for_each_bit(asked, [&](std::size_t i) {
        auto& [lock, hash] = locks_[i];
        put_lock_key(lock, search_.lock_pattern, members[i].member);
        hash = hash_bytes(lock);
        keys_.prefetch_place(hash);
    });
    for_each_bit(asked, [&](std::size_t i) { keys_.prefetch_entry(locks_[i].hash); });
    std::uint32_t free = 0;
    for_each_bit(asked, [&](std::size_t i) {
        if (is_taken(locks_[i].key, locks_[i].hash)) {
            locked.push_back(members[i].member);
        } else {
            free |= bit(i);
        }
    });
    return free;
}

/// A key that ASSIGN itself is about to write can be no driver's lock.
bool CandidateFilter::is_taken(std::string_view lock, std::uint64_t hash) const
{
    return keys_.holds(lock, hash) || lock == order_ || is_token_key(lock, search_.geo);
}

namespace {

/// Keeps those who are locked out of the way of other searches until their locks end.
void hide_locked(Keyspace& keys, const AssignmentSearch& search, const CandidateSearch& candidates)
{
    std::string lock;
    for (const auto member : candidates.locked()) {
        put_lock_key(lock, search.lock_pattern, member);
        keys.hide(search.geo, search.lock_pattern, member, lock);
    }
}

std::optional<Candidate> find_candidate_now(Keyspace& keys, std::string_view order,
                                            const AssignmentSearch& search, const Asked& asked,
                                            SearchCounts& counts)
{
    const auto* places = keys.find<SortedSet>(search.geo);
    CandidateFilter filter{keys, order, search, asked.members};
    if (places == nullptr || filter.available() == nullptr) return std::nullopt;

    CandidateSearch candidates{*places, search, asked.hidden_as, filter};
    const auto found = search.strategy == Strategy::Nearest
                           ? candidates.next()
                           : find_best_rated(keys, search, candidates);
    counts.drivers += candidates.looked_at();
    hide_locked(keys, search, candidates);
    if (!found) return std::nullopt;
    return Candidate{std::string{found->member}, found->place, found->distance_m};
}

}  // namespace

std::optional<Candidate> find_candidate(Keyspace& keys, std::string_view order,
                                        const AssignmentSearch& search, const Asked& asked,
                                        SearchCounts& counts)
{
    ++counts.searches;
    // Drivers are hidden until their locks are removed: first those whose time is over. If there
    // are many, some will do, but no driver is left out for that reason alone.
    constexpr std::size_t kSome = 40;
    keys.expire_due(kSome);
    for (;;) {
        if (auto found = find_candidate_now(keys, order, search, asked, counts)) return found;
        if (keys.expire_due(100 * kSome) == 0) return std::nullopt;
    }
}

std::string_view text_of(Shortage shortage)
{
    switch (shortage) {
        case Shortage::NoGeoKey: return "the geo key does not exist";
        case Shortage::NoneAvailable: return "no driver is available";
        case Shortage::NoneInArea: return "no driver is in the area";
        case Shortage::SwappedPlace:
            return "no driver is in the area; are longitude and latitude swapped?";
        case Shortage::NoneTakeable: return "no driver in the area can be taken";
        case Shortage::DeadlinePassed: return "the deadline has passed";
        case Shortage::KeyMisused: return "a key of the search holds another type";
    }
    return "unknown";
}

Shortage shortage_of(Keyspace& keys, const AssignmentSearch& search)
{
    const auto* places = keys.find_if_type<SortedSet>(search.geo);
    if (places == nullptr) return Shortage::NoGeoKey;
    if (keys.find_if_type<Set>(search.available) == nullptr) return Shortage::NoneAvailable;
    if (NearestSearch{*places, search.shape}.next()) return Shortage::NoneTakeable;

    Shape swapped = search.shape;
    std::visit([](auto& shape) { std::swap(shape.center.longitude, shape.center.latitude); },
               swapped);
    const bool is_elsewhere =
        is_valid(center_of(swapped)) && NearestSearch{*places, swapped}.next().has_value();
    return is_elsewhere ? Shortage::SwappedPlace : Shortage::NoneInArea;
}

}  // namespace store
