#include "store/types/sorted_set_algebra.h"

#include <algorithm>
#include <cmath>

#include "store/structures/text_index.h"

namespace store {

std::size_t ScoredSource::size() const
{
    if (sorted_set != nullptr) return sorted_set->size();
    return set != nullptr ? set->size() : 0;
}

std::optional<double> ScoredSource::score(std::string_view member, std::uint64_t hash) const
{
    if (sorted_set != nullptr) return sorted_set->score(member, hash);
    if (set != nullptr && set->contains(member, hash)) return 1.0;
    return std::nullopt;
}

namespace {

struct Hashed
{
    SortedSet::Item item;
    std::uint64_t hash;
};

/// A few members at a time: looking up many at once waits for the memory once.
constexpr std::size_t kBatch = 16;

/// Calls f(std::span<const Hashed>) for all members of the source; f returns false to stop. `keep`
/// gives a view that lives long enough to one that does not.
template <class Keep, class F>
void for_each_batch(const ScoredSource& source, Keep&& keep, F&& f)
{
    std::array<Hashed, kBatch> batch;
    std::size_t count = 0;
    const auto add = [&](std::string_view member, double score) {
        batch[count++] = {{member, score}, hash_bytes(member)};
        if (count < kBatch) return true;
        count = 0;
        return f(std::span<const Hashed>{batch});
    };
    bool go_on = true;
    if (source.sorted_set != nullptr) {
        for (auto at = source.sorted_set->begin(); go_on && !at.at_end(); ++at) {
            at.prefetch_ahead(8);
            go_on = add(at.member(), at.score());
        }
    } else if (source.set != nullptr) {
        const bool stable = source.set->encoding() != Set::Encoding::IntSet;
        source.set->for_each([&](std::string_view member) {
            go_on = go_on && add(stable ? member : keep(member), 1);
        });
    }
    if (go_on) f(std::span<const Hashed>{batch.data(), count});
}

void prefetch_in(const ScoredSource& source, std::span<const Hashed> batch)
{
    if (source.sorted_set != nullptr) {
        for (const auto& [item, hash] : batch) source.sorted_set->prefetch(hash);
        for (const auto& [item, hash] : batch) source.sorted_set->prefetch_member(hash);
    } else if (source.set != nullptr) {
        for (const auto& [item, hash] : batch) source.set->prefetch(hash);
        for (const auto& [item, hash] : batch) source.set->prefetch_member(hash);
    }
}

double number_or_zero(double score) { return std::isnan(score) ? 0 : score; }

double together(double left, double right, Aggregate aggregate)
{
    switch (aggregate) {
        case Aggregate::Sum: return number_or_zero(left + right);
        case Aggregate::Min: return right < left ? right : left;
        case Aggregate::Max: return right > left ? right : left;
    }
    return left;
}

std::vector<ScoredSource> smallest_first(ScoredSources sources)
{
    std::vector<ScoredSource> sorted{sources.begin(), sources.end()};
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& a, const auto& b) { return a.size() < b.size(); });
    return sorted;
}

/// How many members there can be together, each source counted once.
std::size_t most_members(std::span<const ScoredSource> sources)
{
    std::vector<std::pair<const void*, std::size_t>> sizes;
    for (const auto& source : sources) {
        const void* const which =
            source.sorted_set != nullptr ? static_cast<const void*>(source.sorted_set) : source.set;
        sizes.emplace_back(which, source.size());
    }
    std::sort(sizes.begin(), sizes.end());
    sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());
    std::size_t max = 0;
    for (const auto& [which, size] : sizes) max += size;
    return max;
}

}  // namespace

/// Gathers a result.
class Combiner
{
public:
    void add(std::string_view member, double score) { result_.items_.push_back({member, score}); }

    void reserve(std::size_t count) { result_.items_.reserve(count); }

    auto keep_digits()
    {
        return [this](std::string_view digits) {
            auto& kept = result_.digits_.emplace_back();
            return std::string_view{kept.data(), digits.copy(kept.data(), kept.size())};
        };
    }

    CombinedMembers take()
    {
        const auto comes_before = [](const SortedSet::Item& a, const SortedSet::Item& b) {
            return a.score != b.score ? a.score < b.score : a.member < b.member;
        };
        auto& items = result_.items_;
        if (!std::is_sorted(items.begin(), items.end(), comes_before))
            std::sort(items.begin(), items.end(), comes_before);
        return std::move(result_);
    }

private:
    CombinedMembers result_;
};

namespace {

/// Calls visit(member, score) for each member that all sources have; false ends it.
template <class Keep, class Visit>
void visit_common(ScoredSources sources, Aggregate aggregate, Keep&& keep, Visit&& visit)
{
    const auto sorted = smallest_first(sources);
    const ScoredSource& base = sorted.front();
    if (base.size() == 0) return;
    const std::span others = std::span{sorted}.subspan(1);
    for_each_batch(base, keep, [&](std::span<const Hashed> batch) {
        if (!others.empty()) prefetch_in(others.front(), batch);
        for (const auto& [item, hash] : batch) {
            double score = number_or_zero(base.weight * item.score);
            bool in_all = true;
            for (const auto& other : others) {
                const auto theirs = other.score(item.member, hash);
                in_all = theirs.has_value();
                if (!in_all) break;
                score = together(score, *theirs * other.weight, aggregate);
            }
            if (in_all && !visit(item.member, score)) return false;
        }
        return true;
    });
}

}  // namespace

CombinedMembers unite(ScoredSources sources, Aggregate aggregate)
{
    const std::size_t max = most_members(sources);
    Combiner result;
    TextIndex index{max};
    std::vector<double> scores;
    scores.reserve(max);
    for (const auto& source : smallest_first(sources)) {
        for_each_batch(source, result.keep_digits(), [&](std::span<const Hashed> batch) {
            for (const auto& [item, hash] : batch) index.prefetch(hash);
            for (const auto& [item, hash] : batch) {
                const double score = number_or_zero(source.weight * item.score);
                const std::size_t number = index.add(item.member, hash);
                if (number == scores.size()) {
                    scores.push_back(score);
                } else {
                    scores[number] = together(scores[number], score, aggregate);
                }
            }
            return true;
        });
    }
    result.reserve(scores.size());
    for (std::size_t i = 0; i < scores.size(); ++i) result.add(index[i], scores[i]);
    return result.take();
}

CombinedMembers intersect(ScoredSources sources, Aggregate aggregate)
{
    Combiner result;
    visit_common(sources, aggregate, result.keep_digits(),
                 [&](std::string_view member, double score) {
                     result.add(member, score);
                     return true;
                 });
    return result.take();
}

CombinedMembers subtract(ScoredSources sources)
{
    Combiner result;
    const auto others = sources.subspan(1);
    for_each_batch(sources.front(), result.keep_digits(), [&](std::span<const Hashed> batch) {
        if (!others.empty()) prefetch_in(others.front(), batch);
        for (const auto& hashed : batch) {
            const auto& [item, hash] = hashed;
            const bool elsewhere =
                std::any_of(others.begin(), others.end(), [&hashed](const ScoredSource& other) {
                    return other.score(hashed.item.member, hashed.hash).has_value();
                });
            if (!elsewhere) result.add(item.member, item.score);
        }
        return true;
    });
    return result.take();
}

std::size_t count_common(ScoredSources sources, std::size_t limit)
{
    std::size_t count = 0;
    Combiner kept;
    visit_common(sources, Aggregate::Sum, kept.keep_digits(),
                 [&](std::string_view, double) { return ++count != limit; });
    return count;
}

}  // namespace store
