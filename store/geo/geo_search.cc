#include "store/geo/geo_search.h"

#include <algorithm>
#include <array>
#include <span>

#include "store/hashing.h"

namespace store {
namespace {

/// A block with at most this many members is searched member by member rather than split. A member
/// costs some 10 ns, a lookup in the tree 100 ns and more.
constexpr std::size_t kScanUpTo = MemberFilter::kMaxAtOnce;

/// The first block opened holds at least this many members on one side of the center.
constexpr std::size_t kFirstBlockMembers = 6;

constexpr std::size_t kQueueReserve = 256;

/// The least score that stands for this cell or a later one. Above 2^53, east of everything,
/// doubles are even: an odd cell has no score of its own, and rounding it down would be an earlier
/// cell's.
double score_of(std::uint64_t cell)
{
    constexpr std::uint64_t kTwoTo53 = std::uint64_t{1} << 53;
    if (cell > kTwoTo53) cell += cell & 1;
    return static_cast<double>(cell);
}

bool is_cell(double score) { return score >= 0 && score < score_of(kCellEnd); }

/// Whether there are more than kScanUpTo members from here to the end.
bool has_many(SortedSet::Iterator position, double end)
{
    position += kScanUpTo;
    return !position.at_end() && position.score() < end;
}

}  // namespace

// Nearest first

NearestSearch::NearestSearch(const SortedSet& set, const Shape& shape, const Hidden& hidden)
    : set_(set), hidden_(hidden), any_hidden_(hidden != Hidden{}), test_(shape), bounds_(shape)
{
    if (set.empty()) return;
    queue_.reserve(kQueueReserve);
    candidates_.reserve(kQueueReserve);
    const CellBlock start = starting_block(cell_of(center_of(shape)));
    push_block(start);
    push_outside(start);
}

std::optional<Found> NearestSearch::next()
{
    if (run_) return take_from_run();
    while (!queue_.empty() && left_out_ < max_left_out_) {
        const Waiting nearest = pop();
        Candidate& candidate = candidates_[nearest.candidate];
        const CellBlock block{candidate.cell, candidate.level};
        switch (candidate.kind) {
            case Kind::Outside:
                push_siblings(block);
                push_outside(block.parent());
                break;
            case Kind::Block: open(block); break;
            case Kind::Unmeasured:
                // Probably the next result: its bytes are on their way while this one is measured.
                if (!queue_.empty()) {
                    candidates_[queue_.front().candidate].members.prefetch_ahead(0);
                }
                if (const auto distance = test_.distance_if_inside(place_of(candidate.cell))) {
                    const bool is_nearest = queue_.empty() || *distance < queue_.front().distance_m;
                    if (is_nearest) return begin_run(candidate, *distance);
                    candidate.kind = Kind::Measured;
                    push(Waiting{*distance, nearest.candidate});
                }
                break;
            case Kind::Measured: return begin_run(candidate, nearest.distance_m);
        }
    }
    return std::nullopt;
}

/// The smallest block around the center that holds a few members.
CellBlock NearestSearch::starting_block(std::uint64_t center) const
{
    CellBlock smallest = CellBlock::world();
    const auto consider = [&](SortedSet::Iterator position) {
        if (position.at_end() || !is_cell(position.score())) return;
        const CellBlock block = CellBlock::around_both(center, cell_of_score(position.score()));
        if (block.level < smallest.level) smallest = block;
    };
    auto position = set_.lower_bound(score_of(center));
    auto before = position;
    position += kFirstBlockMembers - 1;
    consider(position);
    for (std::size_t i = 0; i < kFirstBlockMembers && before != set_.begin(); ++i) --before;
    consider(before);
    return smallest;
}

/// Whether a comes out of the queue after b.
bool NearestSearch::is_later(const Waiting& a, const Waiting& b) const
{
    if (a.distance_m != b.distance_m) return a.distance_m > b.distance_m;
    // At the same distance a member waits for what may yet turn out to be a member with a lower
    // score; and the lower score comes first.
    const Candidate &at_a = candidates_[a.candidate], &at_b = candidates_[b.candidate];
    const bool a_is_final = at_a.kind == Kind::Measured, b_is_final = at_b.kind == Kind::Measured;
    if (a_is_final != b_is_final) return a_is_final;
    return at_a.cell > at_b.cell;
}

void NearestSearch::push(double distance_m, const Candidate& candidate)
{
    candidates_.push_back(candidate);
    push(Waiting{distance_m, static_cast<std::uint32_t>(candidates_.size() - 1)});
}

void NearestSearch::push(Waiting waiting)
{
    queue_.push_back(waiting);
    std::push_heap(queue_.begin(), queue_.end(),
                   [this](const Waiting& a, const Waiting& b) { return is_later(a, b); });
}

NearestSearch::Waiting NearestSearch::pop()
{
    std::pop_heap(queue_.begin(), queue_.end(),
                  [this](const Waiting& a, const Waiting& b) { return is_later(a, b); });
    const Waiting first = queue_.back();
    queue_.pop_back();
    return first;
}

void NearestSearch::push_outside(CellBlock block)
{
    if (block == CellBlock::world()) return;
    const double min = bounds_.least_distance_outside_m(block.places());
    if (min > bounds_.limit_m()) return;
    push(min, {block.first, {}, Kind::Outside, static_cast<std::uint8_t>(block.level)});
}

void NearestSearch::push_block(CellBlock block)
{
    const std::optional<double> min = bounds_.least_distance_if_touched_m(block.places());
    if (!min) return;
    push(*min, {block.first, {}, Kind::Block, static_cast<std::uint8_t>(block.level)});
}

void NearestSearch::push_siblings(CellBlock block)
{
    for (unsigned quarter = 0; quarter < 4; ++quarter) {
        const CellBlock sibling = block.parent().child(quarter);
        if (sibling != block) push_block(sibling);
    }
}

void NearestSearch::open(CellBlock block)
{
    const auto position = set_.lower_bound(score_of(block.first));
    const double end = score_of(block.end());
    if (position.at_end() || position.score() >= end) return;
    if (any_hidden_ && are_all_hidden(block)) return;
    if (block.level == 0) {
        const auto shown = first_shown(position, end);
        if (!shown.at_end() && shown.score() < end) push_cell(block.first, shown);
        return;
    }
    if (!has_many(position, end)) return push_members(position, end);

    const CellBlock dense = shrink(block, position);
    if (dense != block) return push_block(dense);
    for (unsigned quarter = 0; quarter < 4; ++quarter) push_block(block.child(quarter));
}

/// The smallest block that holds the same members, if they seem to crowd in a small part of it: a
/// million drivers at one point are reached in one step rather than in one for each level.
CellBlock NearestSearch::shrink(CellBlock block, SortedSet::Iterator first) const
{
    auto later = first;
    later += kScanUpTo;
    const std::uint64_t first_cell = cell_of_score(first.score());
    const auto crowd = CellBlock::around_both(first_cell, cell_of_score(later.score()));
    if (crowd.level + 2 > block.level) return block;
    auto last = set_.lower_bound(score_of(block.end()));
    --last;
    return CellBlock::around_both(first_cell, cell_of_score(last.score()));
}

void NearestSearch::push_members(SortedSet::Iterator position, double end)
{
    if (filter_ != nullptr) return push_kept_members(position, end);
    std::uint64_t cell = kCellEnd;
    position = first_shown(position, end);
    for (; !position.at_end() && position.score() < end; position = first_shown(++position, end)) {
        const std::uint64_t next_cell = cell_of_score(position.score());
        if (next_cell == cell) continue;
        cell = next_cell;
        push_cell(cell, position);
    }
}

/// Only cells with a member that the filter keeps. The members' bytes lie all over the memory: they
/// are fetched before they are read. REQUIRES: at most kScanUpTo members.
void NearestSearch::push_kept_members(SortedSet::Iterator position, double end)
{
    std::array<SortedSet::Iterator, kScanUpTo> places;
    std::size_t count = 0;
    position = first_shown(position, end);
    for (; !position.at_end() && position.score() < end; position = first_shown(++position, end)) {
        position.prefetch_ahead(0);
        places[count++] = position;
    }
    std::array<HashedMember, kScanUpTo> members;
    for (std::size_t i = 0; i < count; ++i)
        members[i] = {places[i].member(), hash_bytes(places[i].member())};
    const std::uint32_t kept = filter_->keep({members.data(), count});

    std::size_t first_of_cell = 0;
    std::uint64_t cell = kCellEnd;
    bool is_pushed = false;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t its_cell = cell_of_score(places[i].score());
        if (its_cell != cell) {
            cell = its_cell;
            first_of_cell = i;
            is_pushed = false;
        }
        if ((kept >> i & 1) == 0) {
            ++left_out_;
        } else if (!is_pushed) {
            push_cell(cell, places[first_of_cell]);
            is_pushed = true;
        }
    }
}

/// By one of the two sets: a block with some of each is looked into.
bool NearestSearch::are_all_hidden(CellBlock block) const
{
    const double begin = score_of(block.first), end = score_of(block.end());
    const auto count_in = [&](const SortedSet& members) {
        return members.count_below(end) - members.count_below(begin);
    };
    std::optional<std::size_t> all;
    for (const SortedSet* const hidden : hidden_) {
        const std::size_t count = hidden == nullptr ? 0 : count_in(*hidden);
        if (count == 0) continue;
        if (!all) all = count_in(set_);
        if (count == *all) return true;
    }
    return false;
}

SortedSet::Iterator NearestSearch::skip_hidden(SortedSet::Iterator position, double end) const
{
    SortedSet::Iterator before;
    do {
        before = position;
        for (const SortedSet* const hidden : hidden_)
            if (hidden != nullptr) position = skip_those_in(*hidden, position, end);
    } while (position != before);
    return position;
}

/// Both sets have the same order. If the member some places on is also that many places on among
/// those hidden, then all between are hidden, too: so the first that is not is found by halving.
SortedSet::Iterator NearestSearch::skip_those_in(const SortedSet& hidden,
                                                 SortedSet::Iterator position, double end) const
{
    if (position.at_end() || position.score() >= end) return position;
    const auto member = position.member();
    const auto hidden_rank = hidden.rank(member);
    if (!hidden_rank) return position;
    const std::size_t rank = *set_.rank(member);
    const auto is_hidden = [&](std::size_t distance) {
        return set_.at(rank + distance).member() == hidden.at(*hidden_rank + distance).member();
    };
    std::size_t first = 1, last = hidden.count_below(end) - *hidden_rank;
    if (first < last && !is_hidden(first)) last = first;  // as a rule
    while (first < last) {
        const std::size_t middle = first + (last - first) / 2;
        if (is_hidden(middle)) {
            first = middle + 1;
        } else {
            last = middle;
        }
    }
    return set_.at(rank + first);
}

void NearestSearch::push_cell(std::uint64_t cell, SortedSet::Iterator members)
{
    const GridPoint point = grid_point_of(cell);
    if (bounds_.is_near(point)) {
        const double min = bounds_.least_near_distance_m(point);
        if (min > bounds_.limit_m()) return;
        push(min, {cell, members, Kind::Unmeasured, 0});
    } else if (const auto distance = test_.distance_if_inside(place_of(cell))) {
        push(*distance, {cell, members, Kind::Measured, 0});
    }
}

Found NearestSearch::begin_run(const Candidate& candidate, double distance_m)
{
    run_ = Run{candidate.cell, candidate.members, distance_m};
    return take_from_run();
}

Found NearestSearch::take_from_run()
{
    const Found found{run_->members.member(), run_->cell, place_of(run_->cell), run_->distance_m};
    const double end = score_of(run_->cell + 1);
    run_->members = first_shown(++run_->members, end);
    if (run_->members.at_end() || run_->members.score() >= end) run_.reset();
    return found;
}

// Everything in a shape

namespace geo_search_detail {
namespace {

/// Walks through the blocks in the order of their cells, and with them through the members.
class Sweep
{
public:
    Sweep(const SortedSet& set, const Shape& shape, Measure measure, Visitor visitor, void* context)
        : set_(set),
          test_(shape),
          bounds_(shape),
          measure_(measure),
          visitor_(visitor),
          context_(context),
          position_(set.lower_bound(0))
    {}

    /// Visits the block's members that are in the shape. False if the visitor has had enough.
    /// Afterwards the position may still be within the block, if all that follows is outside.
    bool visit(CellBlock block)
    {
        const double end = score_of(block.end());
        if (position_.at_end() || position_.score() >= end) return true;
        const Overlap overlap = bounds_.overlap(block.places());
        if (overlap == Overlap::Outside) return true;
        if (position_.score() < score_of(block.first)) {
            position_ = set_.lower_bound(score_of(block.first));
            if (position_.at_end() || position_.score() >= end) return true;
        }
        if (overlap == Overlap::Inside) return take_all(end);
        if (block.level == 0 || !has_many(position_, end)) return test_all(end);
        for (unsigned quarter = 0; quarter < 4; ++quarter) {
            if (!visit(block.child(quarter))) return false;
        }
        return true;
    }

private:
    bool take_all(double end)
    {
        // Members of one cell are equally far.
        std::uint64_t measured_cell = kCellEnd;
        double distance = 0;
        for (; !position_.at_end() && position_.score() < end; ++position_) {
            position_.prefetch_ahead(kPrefetchDistance);
            const std::uint64_t cell = cell_of_score(position_.score());
            const Place place = place_of(cell);
            if (measure_ == Measure::Yes && cell != measured_cell) {
                distance = test_.distance_to(place);
                measured_cell = cell;
            }
            if (!give(cell, place, distance)) return false;
        }
        return true;
    }

    /// Most members are clearly in the shape or clearly not; the others are measured.
    bool test_all(double end)
    {
        for (; !position_.at_end() && position_.score() < end; ++position_) {
            const std::uint64_t cell = cell_of_score(position_.score());
            const GridPoint point = grid_point_of(cell);
            const Overlap overlap =
                bounds_.is_near(point) ? bounds_.near_overlap(point) : Overlap::Partly;
            if (overlap == Overlap::Outside) continue;
            const Place place = place_of(cell);
            double distance = 0;
            if (overlap == Overlap::Partly || measure_ == Measure::Yes) {
                const std::optional<double> measured = test_.distance_if_inside(place);
                if (!measured) continue;
                if (measure_ == Measure::Yes) distance = *measured;
            }
            if (!give(cell, place, distance)) return false;
        }
        return true;
    }

    bool give(std::uint64_t cell, Place place, double distance)
    {
        return visitor_(context_, {position_.member(), cell, place, distance});
    }

    /// The members' bytes are all over the memory; they are asked for before they are needed.
    static constexpr unsigned kPrefetchDistance = 8;

    const SortedSet& set_;
    ShapeTest test_;
    ShapeBounds bounds_;
    Measure measure_;
    Visitor visitor_;
    void* context_;
    SortedSet::Iterator position_;
};

}  // namespace

void search_all(const SortedSet& set, const Shape& shape, Measure measure, CellBlock within,
                Visitor visitor, void* context)
{
    Sweep{set, shape, measure, visitor, context}.visit(within);
}

}  // namespace geo_search_detail
}  // namespace store
