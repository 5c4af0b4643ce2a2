#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/random.h"
#include "store/structures/score_tree.h"
#include "store/structures/scored_member.h"
#include "store/structures/table.h"
#include "store/types/traits.h"

namespace store {

/// Up to what size Redis keeps a sorted set in its compact form: zset-max-listpack-entries and
/// zset-max-listpack-value.
struct SortedSetLimits
{
    std::size_t members = 128;
    std::size_t member_bytes = 64;
};

/// Members with scores, found by name in a hash table and in the order of (score, bytes of the
/// member) in a B+tree. Equal scores are told apart by memcmp, as in Redis; -0 equals 0.
///
/// Redis has a compact form for small sorted sets, which shows in OBJECT ENCODING, in ZSCAN and in
/// -0, which only a large one keeps. Here the two forms differ by a mark alone.
///
/// No operation but clone() and destruction takes longer than O(log n), and growth never stops the
/// world. Any change invalidates iterators and the views they gave.
class SortedSet
{
public:
    struct Item
    {
        std::string_view member;
        double score;
    };

    enum class PutResult { Added, Updated, Unchanged };

    enum class Encoding : std::uint8_t { Compact, Large };

    using Limits = SortedSetLimits;

    class Iterator;

    SortedSet();
    SortedSet(SortedSet&&) noexcept;
    SortedSet& operator=(SortedSet&& other) noexcept;
    ~SortedSet();

    SortedSet clone() const;

    /// A set of these, none of them twice, in the form that Redis gives a result it stores: the one
    /// that fits, whatever came before. REQUIRES: in the order of (score, member).
    static SortedSet of(std::span<const Item> items, const Limits& limits);

    Encoding encoding() const { return encoding_; }

    std::size_t size() const { return table_.size(); }
    bool empty() const { return table_.empty(); }

    /// Adds the member or changes its score. An equal score changes nothing. REQUIRES: the score is
    /// not NaN.
    PutResult put(std::string_view member, double score, const Limits& limits = {});

    /// Told that one command is about to put this many members, the first of which is `first`,
    /// Redis may leave the compact form at once.
    void expect(std::string_view first, std::size_t count, const Limits& limits);

    /// True if the member was there. The view may be one that this set gave.
    bool erase(std::string_view member);

    /// Removes the lowest member, or the highest, and calls visit(Item) with it before. REQUIRES:
    /// not empty.
    template <class Visit>
    void take_lowest(Visit&& visit);
    template <class Visit>
    void take_highest(Visit&& visit);

    /// Removes the members with these ranks, `last` not included.
    void erase_ranks(std::size_t first, std::size_t last);

    void clear();

    /// Frees about this many members and returns how many, or what took as long; 0 if nothing is
    /// left. To be called until then: nothing else may be asked of what is half freed, but to be
    /// destroyed.
    std::size_t free_some(std::size_t max);

    std::optional<double> score(std::string_view member) const
    {
        return score(member, hash_bytes(member));
    }
    /// The same, if the caller has hash_bytes(member) already.
    std::optional<double> score(std::string_view member, std::uint64_t hash) const
    {
        const ScoredMember* present = table_.find(member, hash);
        if (present == nullptr) return std::nullopt;
        return present->score();
    }
    bool contains(std::string_view member) const { return table_.find(member) != nullptr; }

    /// How many members come before this one (0 for the lowest); nullopt if it is not there.
    std::optional<std::size_t> rank(std::string_view member) const;

    /// Lowest first.
    Iterator begin() const;
    Iterator end() const;

    /// The member of this rank; end() from size() on.
    Iterator at(std::size_t rank) const;

    /// The first member whose score is not lower; or higher; or that is not before (score, member).
    Iterator lower_bound(double score) const;
    Iterator upper_bound(double score) const;
    Iterator lower_bound(double score, std::string_view member) const;

    /// How many members have a lower score; or one that is not higher. O(log n).
    std::size_t count_below(double score) const { return tree_.count_below(score); }
    std::size_t count_up_to(double score) const { return tree_.count_up_to(score); }

    /// How many have min <= score <= max.
    std::size_t count(double min, double max) const
    {
        return min > max ? 0 : count_up_to(max) - count_below(min);
    }

    /// Visits a few members, calls visit(Item) for each, and returns the cursor to go on with: 0 at
    /// the end. Begin with 0. Keeps Redis's promise, see Table::scan. A compact one is visited
    /// whole, in order.
    template <class Visit>
    std::uint64_t scan(std::uint64_t cursor, Visit&& visit) const
    {
        if (encoding_ == Encoding::Compact) return visit_all(visit);
        return table_.scan(cursor, [&visit](const ScoredMember* member) {
            visit(Item{member->key(), member->score()});
        });
    }

    /// Any member, each with the same chance. REQUIRES: not empty.
    Item random(Random& random) const;

    /// Fetches what a lookup of the member will read first. Changes nothing.
    void prefetch(std::string_view member) const { table_.prefetch(hash_bytes(member)); }

    /// The same by the member's hash_bytes(); and, once that has come, what it will read next.
    void prefetch(std::uint64_t hash) const { table_.prefetch(hash); }
    void prefetch_member(std::uint64_t hash) const { table_.prefetch_element(hash); }

    // Hiding: members stay what they are, but are known as those that certain searches pass over

    /// Adds the member to those hidden under this name. REQUIRES: it is there. A few names have
    /// hidden members at a time: false, and nothing done, if it is one more.
    bool hide(std::string_view name, std::string_view member);
    /// The member is not hidden under this name any more. One that is erased is hidden under none.
    void show(std::string_view name, std::string_view member);
    /// No member is hidden under this name any more, or under any; what was known of those goes to
    /// `visit(SortedSet&)` first.
    template <class Visit>
    void show_all(std::string_view name, Visit&& visit);
    template <class Visit>
    void show_all(Visit&& visit);
    /// The members hidden under this name, with the scores they have here; nullptr if there are
    /// none. Lives until show_all(), whatever is hidden or shown meanwhile.
    const SortedSet* hidden(std::string_view name) const;

    /// What the structure takes, without the members themselves.
    std::size_t index_bytes() const;

    /// The same with the members. O(n).
    std::size_t memory_bytes() const;

    /// True if every invariant holds. For tests: visits everything.
    bool check() const;

private:
    struct Hidden;
    /// By name. What is empty stays, because a search may be looking at it, until its place is
    /// needed for another name.
    using AllHidden = std::vector<std::unique_ptr<Hidden>>;
    static constexpr std::size_t kMaxHiddenNames = 12;

    void add(std::string_view member, std::uint64_t hash, double score);
    void take(const ScoredMember* member);
    void take_from_table(const ScoredMember* member);
    Hidden* hidden_as(std::string_view name) const;
    Hidden* place_for_hidden(std::string_view name);
    void show_everywhere(std::string_view member);
    bool check_hidden() const;

    template <class Visit>
    std::uint64_t visit_all(Visit&& visit) const;

    Table<ScoredMember> table_;
    [[no_unique_address]] ScoreTree tree_;  // its last bytes are free
    Encoding encoding_ = Encoding::Compact;
    std::unique_ptr<AllHidden> hidden_;  ///< as a rule there is none
};

struct SortedSet::Hidden
{
    std::string name;
    SortedSet members;
};

/// A position in a sorted set, moving both ways; end() comes after the highest member.
class SortedSet::Iterator
{
public:
    using iterator_concept = std::bidirectional_iterator_tag;
    using iterator_category = std::input_iterator_tag;  // *it is a value, not a reference
    using value_type = Item;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = Item;

    Iterator() = default;
    explicit Iterator(ScoreTree::Iterator position) : position_(position) {}

    /// REQUIRES: it is not end(). score() alone is cheaper: it does not read the member.
    Item operator*() const { return {member(), score()}; }
    double score() const { return position_.score(); }
    std::string_view member() const { return position_.member()->key(); }

    bool at_end() const { return position_.at_end(); }

    Iterator& operator++()
    {
        ++position_;
        return *this;
    }
    Iterator operator++(int)
    {
        Iterator before = *this;
        ++position_;
        return before;
    }
    Iterator& operator--()
    {
        --position_;
        return *this;
    }
    Iterator operator--(int)
    {
        Iterator before = *this;
        --position_;
        return before;
    }

    /// Moves on, but not beyond end(). For small distances: use at(rank) for large ones.
    Iterator& operator+=(std::size_t distance)
    {
        position_ += distance;
        return *this;
    }

    /// Fetches the bytes of a member some places ahead. Changes nothing.
    void prefetch_ahead(unsigned distance) const { position_.prefetch_ahead(distance); }

    bool operator==(const Iterator&) const = default;

private:
    ScoreTree::Iterator position_;
};

inline SortedSet::Iterator SortedSet::begin() const { return Iterator{tree_.begin()}; }
inline SortedSet::Iterator SortedSet::end() const { return Iterator{tree_.end()}; }
inline SortedSet::Iterator SortedSet::at(std::size_t rank) const
{
    return Iterator{tree_.at(rank)};
}
inline SortedSet::Iterator SortedSet::lower_bound(double score) const
{
    return Iterator{tree_.lower_bound(score)};
}
inline SortedSet::Iterator SortedSet::upper_bound(double score) const
{
    return Iterator{tree_.upper_bound(score)};
}
inline SortedSet::Iterator SortedSet::lower_bound(double score, std::string_view member) const
{
    return Iterator{tree_.lower_bound(score, member)};
}

inline const SortedSet* SortedSet::hidden(std::string_view name) const
{
    const Hidden* const hidden = hidden_as(name);
    return hidden != nullptr && !hidden->members.empty() ? &hidden->members : nullptr;
}

template <class Visit>
void SortedSet::show_all(std::string_view name, Visit&& visit)
{
    Hidden* const hidden = hidden_as(name);
    if (hidden == nullptr) return;
    visit(hidden->members);
    std::erase_if(*hidden_, [&](const auto& other) { return other.get() == hidden; });
    if (hidden_->empty()) hidden_.reset();
}

template <class Visit>
void SortedSet::show_all(Visit&& visit)
{
    if (hidden_ == nullptr) return;
    for (const auto& hidden : *hidden_) visit(hidden->members);
    hidden_.reset();
}

template <class Visit>
std::uint64_t SortedSet::visit_all(Visit&& visit) const
{
    for (const Item item : *this) visit(item);
    return 0;
}

template <class Visit>
void SortedSet::take_lowest(Visit&& visit)
{
    const ScoredMember* const member = tree_.begin().member();
    visit(Item{member->key(), member->score()});
    tree_.erase_first();
    take_from_table(member);
    // As a rule another one is taken soon: what that will read is fetched.
    const auto next = tree_.begin();
    next.prefetch_ahead(4);
    if (const ScoredMember* const soon = next.ahead(1)) table_.prefetch(hash_bytes(soon->key()));
}

template <class Visit>
void SortedSet::take_highest(Visit&& visit)
{
    auto last = tree_.end();
    --last;
    const ScoredMember* const member = last.member();
    visit(Item{member->key(), member->score()});
    tree_.erase_last();
    take_from_table(member);
}

template <>
struct TypeTraits<SortedSet>
{
    static constexpr std::string_view kName = "zset";
    static constexpr char kEventClass = 'z';
    static constexpr bool kIsContainer = true;
    static constexpr std::uint8_t kTextScoresTag = 3;
    static constexpr std::uint8_t kPlainTag = 5;
    static constexpr std::uint8_t kZiplistTag = 12;
    static constexpr std::uint8_t kListpackTag = 17;
    static constexpr std::array kSnapshotTags = {kTextScoresTag, kPlainTag, kZiplistTag,
                                                 kListpackTag};

    static std::string_view encoding(const SortedSet& set)
    {
        return set.encoding() == SortedSet::Encoding::Compact ? "listpack" : "skiplist";
    }
    static void write(snapshot::ByteWriter& out, const SortedSet& set);
    static SortedSet read(snapshot::ByteReader& reader, std::uint8_t tag,
                          const snapshot::ReadLimits& limits);
};

}  // namespace store
