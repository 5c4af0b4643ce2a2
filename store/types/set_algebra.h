#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "store/structures/text_index.h"
#include "store/types/set.h"

/// What several sets have in common, have together, or one has alone. A nullptr among the sets is
/// an empty one. Members are visited once each, as views that may die with the call; no set may be
/// changed meanwhile.
namespace store {

using Sets = std::span<const Set* const>;

namespace set_algebra_detail {

/// A few members of a set with their hashes. Looking up a member in a large table waits for the
/// memory three times; of many members at once it waits three times for all.
class Batch
{
public:
    struct Item
    {
        std::string_view member;
        std::uint64_t hash;
    };

    static constexpr std::size_t kSize = 16;

    /// `stable`: the view outlives the batch. Otherwise it is an integer's and is copied.
    void add(std::string_view member, bool stable)
    {
        if (!stable) member = {digits_[size_].data(), member.copy(digits_[size_].data(), 20)};
        items_[size_++] = {member, hash_bytes(member)};
    }

    bool full() const { return size_ == kSize; }
    void clear() { size_ = 0; }
    std::span<const Item> items() const { return {items_.data(), size_}; }

private:
    std::array<Item, kSize> items_;
    std::array<std::array<char, 20>, kSize> digits_;
    std::size_t size_ = 0;
};

/// Calls f(std::span<const Batch::Item>) for all members of the set. f returns false to stop.
template <class F>
void for_each_batch(const Set& set, F&& f)
{
    const bool stable = set.encoding() != Set::Encoding::IntSet;
    Batch batch;
    const bool whole = set.for_each_while([&](std::string_view member) {
        batch.add(member, stable);
        if (!batch.full()) return true;
        const bool go_on = f(batch.items());
        batch.clear();
        return go_on;
    });
    if (whole) f(batch.items());
}

inline void prefetch_in(const Set& set, std::span<const Batch::Item> items)
{
    for (const auto& item : items) set.prefetch(item.hash);
    for (const auto& item : items) set.prefetch_member(item.hash);
}

/// Each set once, without empty ones, in their order: what is repeatable must not depend on
/// addresses.
inline std::vector<const Set*> distinct(Sets sets)
{
    std::vector<std::pair<const Set*, std::size_t>> numbered;
    numbered.reserve(sets.size());
    for (std::size_t i = 0; i < sets.size(); ++i) {
        if (sets[i] != nullptr) numbered.emplace_back(sets[i], i);
    }
    std::ranges::sort(numbered);
    const auto repeated =
        std::ranges::unique(numbered, {}, [](const auto& set) { return set.first; });
    numbered.erase(repeated.begin(), repeated.end());
    std::ranges::sort(numbered, {}, [](const auto& set) { return set.second; });
    std::vector<const Set*> found;
    found.reserve(numbered.size());
    for (const auto& [set, number] : numbered) found.push_back(set);
    return found;
}

inline std::size_t total_size(std::span<const Set* const> sets)
{
    std::size_t total = 0;
    for (const Set* set : sets) total += set->size();
    return total;
}

/// The digits of integers that outlive the visit of their set.
class KeptDigits
{
public:
    std::string_view keep(std::string_view digits)
    {
        auto& kept = kept_.emplace_back();
        return {kept.data(), digits.copy(kept.data(), kept.size())};
    }

private:
    std::deque<std::array<char, 20>> kept_;
};

/// Adds all members of the set to the index and calls visit(member) for those that are new.
template <class Visit>
void add_to_index(const Set& set, TextIndex& index, KeptDigits& digits, Visit&& visit)
{
    const bool stable = set.encoding() != Set::Encoding::IntSet;
    for_each_batch(set, [&](std::span<const Batch::Item> items) {
        for (const auto& item : items) index.prefetch(item.hash);
        for (const auto& [member, hash] : items) {
            const std::size_t before = index.size();
            if (!stable && index.find(member, hash) != TextIndex::kMissing) continue;
            index.add(stable ? member : digits.keep(member), hash);
            if (index.size() != before) visit(member);
        }
        return true;
    });
}

}  // namespace set_algebra_detail

/// The smallest of the sets, the first one of several; nullptr if one of them is empty. That is
/// whose order the members of the intersection come in.
inline const Set* smallest(Sets sets)
{
    const Set* smallest = sets.front();
    for (const Set* set : sets) {
        if (set == nullptr) return nullptr;
        if (set->size() < smallest->size()) smallest = set;
    }
    return smallest;
}

/// Calls visit(member) for each member that all of the sets have; a visit that returns false ends
/// it. O(size of the smallest, times the number of sets). REQUIRES: there is a set.
template <class Visit>
void intersect(Sets sets, Visit&& visit)
{
    using namespace set_algebra_detail;
    const Set* const base = smallest(sets);
    if (base == nullptr) return;
    auto others = distinct(sets);
    std::erase(others, base);
    std::stable_sort(others.begin(), others.end(),
                     [](const Set* a, const Set* b) { return a->size() < b->size(); });
    for_each_batch(*base, [&](std::span<const Batch::Item> items) {
        if (!others.empty()) prefetch_in(*others.front(), items);
        for (const auto& [member, hash] : items) {
            const bool in_all = std::all_of(others.begin(), others.end(),
                                            [&, &member = member, &hash = hash](const Set* other) {
                                                return other->contains(member, hash);
                                            });
            if (in_all && !visit(member)) return false;
        }
        return true;
    });
}

/// Calls visit(member) for each member of any of the sets.
template <class Visit>
void unite(Sets sets, Visit&& visit)
{
    using namespace set_algebra_detail;
    const auto all = distinct(sets);
    if (all.empty()) return;
    if (all.size() == 1) return all.front()->for_each(visit);
    TextIndex index{total_size(all)};
    KeptDigits digits;
    for (const Set* set : all) add_to_index(*set, index, digits, visit);
}

/// Calls visit(member) for each member of the first set that no other set has. REQUIRES: there is a
/// set.
template <class Visit>
void subtract(Sets sets, Visit&& visit)
{
    using namespace set_algebra_detail;
    const Set* const base = sets.front();
    if (base == nullptr) return;
    const auto others = distinct(sets.subspan(1));
    if (std::find(others.begin(), others.end(), base) != others.end()) return;

    // Each member is looked for in every other set; where those are small and many, in one index.
    const std::size_t all = total_size(others);
    if (others.size() > 1 && base->size() * others.size() > 2 * (base->size() + all)) {
        TextIndex index{all};
        KeptDigits digits;
        for (const Set* other : others) add_to_index(*other, index, digits, [](auto&&) {});
        base->for_each([&](std::string_view member) {
            if (index.find(member, hash_bytes(member)) == TextIndex::kMissing) visit(member);
        });
        return;
    }
    for_each_batch(*base, [&](std::span<const Batch::Item> items) {
        if (!others.empty()) prefetch_in(*others.front(), items);
        for (const auto& [member, hash] : items) {
            const bool elsewhere =
                std::any_of(others.begin(), others.end(),
                            [&, &member = member, &hash = hash](const Set* other) {
                                return other->contains(member, hash);
                            });
            if (!elsewhere) visit(member);
        }
        return true;
    });
}

}  // namespace store
