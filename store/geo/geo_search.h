#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "store/geo/geo.h"
#include "store/geo/geo_bounds.h"
#include "store/types/sorted_set.h"

/// Searches in a geo set: a SortedSet whose scores are cells (geo.h). Scores that are no cells,
/// below 0 or from kCellEnd on, are not found. Nothing may change the set while it is searched.
namespace store {

/// A member in a shape.
struct Found
{
    std::string_view member;
    std::uint64_t cell;
    Place place;        ///< the middle of the cell
    double distance_m;  ///< from the shape's center, as Redis computes it
};

/// A member of the set that is searched, with its hash_bytes().
struct HashedMember
{
    std::string_view member;
    std::uint64_t hash;
};

/// Tells a search which members it may leave out.
class MemberFilter
{
public:
    virtual ~MemberFilter() = default;

    /// How many members are asked about at once, at most.
    static constexpr std::size_t kMaxAtOnce = 24;

    /// The members to be found: bit i stands for the i-th. Others may be found all the same.
    virtual std::uint32_t keep(std::span<const HashedMember> members) = 0;
};

/// The members in a shape one by one, nearest first; at equal distance by (score, member). The
/// caller takes as many as it likes: the cost is that of the members taken, and of their
/// neighbourhood, not that of the shape or the set.
///
/// Best-first search: a priority queue holds blocks of cells by the least distance a member in them
/// could have, and members by their own. What comes out first is a member, and the next result, or
/// a block, whose parts or members go back into the queue. Blocks outside the shape never enter it.
/// It begins at the center, with a block of about as many members as are usually asked for, and
/// "all that is outside of that block"; so the size of the map does not matter either.
///
///     NearestSearch search{drivers, Circle{restaurant, 5000}};
///     while (const auto driver = search.next()) {
///         if (is_available(driver->member)) return driver;
///     }
class NearestSearch
{
public:
    /// Members that a search passes over, whole blocks of them at once: some of the set's own, with
    /// the same scores. nullptr: none.
    using Hidden = std::array<const SortedSet*, 2>;

    /// Whatever is added to the hidden members during a search may or may not be found.
    NearestSearch(const SortedSet& set, const Shape& shape, const Hidden& hidden = {});

    /// The next nearest member; nullopt when no more are in the shape.
    std::optional<Found> next();

    /// For a caller who met too many members they did not want: from now on those that the filter
    /// does not keep are left out (most of them), which is cheaper than to measure and return them.
    /// After `max` that were left out the search is over. The filter must outlive the search.
    void leave_out(MemberFilter& filter, std::size_t max)
    {
        filter_ = &filter;
        max_left_out_ = max;
    }
    /// How many members were left out.
    std::size_t left_out() const { return left_out_; }

private:
    enum class Kind : std::uint8_t {
        Outside,     ///< all that is outside of a block that holds the center
        Block,       ///< the members of a block
        Unmeasured,  ///< the members of one cell; only a lower bound of their distance is known
        Measured,    ///< the same; the distance is exact
    };

    struct Candidate
    {
        std::uint64_t cell;           ///< a block's first
        SortedSet::Iterator members;  ///< the first member of a cell
        Kind kind;
        std::uint8_t level;  ///< of a block
    };

    /// What the queue orders: small, because it is moved often.
    struct Waiting
    {
        double distance_m;
        std::uint32_t candidate;  ///< its index
    };

    /// The members of one cell that are being handed out: they are all equally far.
    struct Run
    {
        std::uint64_t cell;
        SortedSet::Iterator members;
        double distance_m;
    };

    bool is_later(const Waiting& a, const Waiting& b) const;
    void push(double distance_m, const Candidate& candidate);
    void push(Waiting waiting);
    Waiting pop();

    CellBlock starting_block(std::uint64_t center) const;
    void push_outside(CellBlock block);
    void push_block(CellBlock block);
    void push_siblings(CellBlock block);
    void open(CellBlock block);
    CellBlock shrink(CellBlock block, SortedSet::Iterator first) const;
    void push_members(SortedSet::Iterator position, double end);
    void push_kept_members(SortedSet::Iterator position, double end);
    void push_cell(std::uint64_t cell, SortedSet::Iterator members);
    bool are_all_hidden(CellBlock block) const;
    /// This position, or the first one after it and before the end whose member is not hidden; or
    /// one that is not before the end.
    SortedSet::Iterator first_shown(SortedSet::Iterator position, double end) const
    {
        return any_hidden_ ? skip_hidden(position, end) : position;
    }
    SortedSet::Iterator skip_hidden(SortedSet::Iterator position, double end) const;
    SortedSet::Iterator skip_those_in(const SortedSet& hidden, SortedSet::Iterator position,
                                      double end) const;

    Found begin_run(const Candidate& candidate, double distance_m);
    Found take_from_run();

    const SortedSet& set_;
    Hidden hidden_;
    bool any_hidden_;
    ShapeTest test_;
    ShapeBounds bounds_;
    std::vector<Waiting> queue_;  ///< a heap
    std::vector<Candidate> candidates_;
    std::optional<Run> run_;
    MemberFilter* filter_ = nullptr;  ///< if not null, what it does not keep is left out
    std::size_t left_out_ = 0;
    std::size_t max_left_out_ = std::numeric_limits<std::size_t>::max();
};

/// Whether a search is to compute distances, which cost more than all the rest.
enum class Measure { No, Yes };

namespace geo_search_detail {

using Visitor = bool (*)(void* context, const Found& found);
void search_all(const SortedSet& set, const Shape& shape, Measure measure, CellBlock within,
                Visitor visitor, void* context);

}  // namespace geo_search_detail

/// Calls visit(const Found&) for each member in the shape and the block, in the order of (score,
/// member). With Measure::No, distance_m is 0. A visit that returns false ends the search; one may
/// also return nothing.
template <class Visit>
void search_all(const SortedSet& set, const Shape& shape, Measure measure, Visit&& visit,
                CellBlock within = CellBlock::world())
{
    const auto visitor = [](void* context, const Found& found) {
        auto& visit_it = *static_cast<std::remove_reference_t<Visit>*>(context);
        if constexpr (std::is_void_v<decltype(visit_it(found))>) {
            visit_it(found);
            return true;
        } else {
            return static_cast<bool>(visit_it(found));
        }
    };
    using Stored = std::remove_const_t<std::remove_reference_t<Visit>>;
    geo_search_detail::search_all(set, shape, measure, within, visitor,
                                  const_cast<Stored*>(&visit));
}

}  // namespace store
