#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/clock.h"
#include "store/dispatch/member_list.h"
#include "store/geo/geo.h"
#include "store/geo/geo_search.h"
#include "store/keyspace.h"

namespace store {

/// What locks are called if a search does not say.
inline constexpr std::string_view kDefaultLockPattern = "agent:*:lock";

/// Which of the candidates is taken.
enum class Strategy : std::uint8_t {
    Nearest,  ///< the first
    Rating,   ///< the best rated of the `count` nearest, the nearer on a tie
};

/// Which driver an order wants: the arguments of ASSIGN, read. Owns its texts, because an order
/// that was offered keeps its search until it ends.
struct AssignmentSearch
{
    std::string geo;        ///< key of the geo set
    std::string available;  ///< key of the set of drivers who may be asked
    Shape shape = Circle{};
    double meters_per_unit = 1;  ///< of the distance in replies

    Strategy strategy = Strategy::Nearest;
    /// Where ratings are: `*` stands for the member, what follows `->` is a field of a hash.
    std::string rating_pattern = "*->rating";
    std::size_t count = 10;

    std::vector<std::string> require;  ///< keys of sets; a candidate is in all of them
    std::vector<std::string> except;   ///< keys of sets; a candidate is in none of them
    MemberList skip;                   ///< members that are passed over

    std::string lock_pattern{kDefaultLockPattern};
    std::chrono::milliseconds lock_time{30'000};      ///< how long an offer is open
    std::chrono::milliseconds hold_time{86'400'000};  ///< how long an assigned driver is held
    bool offer = false;                ///< wait for an answer, rather than take the driver at once
    std::optional<Deadline> deadline;  ///< no offer is made after it, and none is open
};

/// The key of a driver's lock: the pattern's first `*` stands for the member without its part up to
/// the first colon. driver:D4 with agent:*:lock is agent:D4:lock.
std::string lock_key(std::string_view pattern, std::string_view member);
/// The same, written over `key`.
void put_lock_key(std::string& key, std::string_view pattern, std::string_view member);

/// What stands for the pattern's `*` in this lock's key; nothing if it is no lock of the pattern.
std::optional<std::string_view> lock_stem(std::string_view pattern, std::string_view lock);

/// The key of the counter from which a geo key's tokens come.
std::string token_key(std::string_view geo);
/// The set whose token_key() this is, if it is there; nothing if it can be no such key.
std::optional<std::string_view> geo_of_token_key(std::string_view key);
bool is_token_key(std::string_view key, std::string_view geo);

/// A pattern of SORT's BY: a key with a `*`, and the field behind `->`, empty if there is none.
struct ValuePattern
{
    std::string_view key;
    std::string_view field;
};
ValuePattern split_value_pattern(std::string_view pattern);

/// What a candidate is rated, by SORT's rules for BY patterns. No rating, or text that is no
/// number, is 0.
double rating_of(Keyspace& keys, std::string_view pattern, std::string_view member);

/// Why a driver is passed over, in the order in which it is asked.
enum class Verdict : std::uint8_t {
    Candidate,
    NotAvailable,
    NotInRequired,  ///< of the set at `which`
    InExcepted,     ///< of the set at `which`
    Skipped,
    Tried,
    Locked,
};

struct Judgement
{
    Verdict verdict;
    std::size_t which = 0;
};

/// The drivers whom a search passes over because they were asked before.
struct Asked
{
    const MemberSet& members;
    /// The name under which some of them are hidden in the geo set; empty if none are.
    std::string_view hidden_as = {};
};

/// Asks about drivers one by one. Holds pointers into the keyspace: valid until something changes.
class CandidateFilter
{
public:
    /// Throws Error{WrongType} if a key of the search holds something else than it should. All
    /// arguments must outlive the filter, and what `tried` views.
    CandidateFilter(Keyspace& keys, std::string_view order, const AssignmentSearch& search,
                    const MemberSet& tried);

    Judgement judge(std::string_view member) const;

    /// Which of the members may be candidates, as MemberFilter::keep(), without looking at all that
    /// judge() looks at. Those who only fail because they are locked are added to `locked`.
    /// REQUIRES: available().
    std::uint32_t keep(std::span<const HashedMember> members,
                       std::vector<std::string_view>& locked);

    const Set* available() const { return available_; }

private:
    struct Lock
    {
        std::string key;
        std::uint64_t hash;
    };

    bool is_passed_over(const HashedMember& asked) const;
    std::uint32_t available_of(std::span<const HashedMember> members, std::uint32_t asked) const;
    std::uint32_t free_of(std::span<const HashedMember> members, std::uint32_t asked,
                          std::vector<std::string_view>& locked);
    bool is_taken(std::string_view lock, std::uint64_t hash) const;

    Keyspace& keys_;
    std::string_view order_;
    const AssignmentSearch& search_;
    const MemberSet& tried_;
    MemberSet skip_;
    const Set* available_;
    std::vector<const Set*> require_;
    std::vector<const Set*> except_;
    mutable std::string lock_;  ///< the last that was asked about; its memory is used again
    std::vector<Lock> locks_;   ///< those asked about at once
};

/// A driver who can be asked.
struct Candidate
{
    std::string member;
    Place place;
    double distance_m;
};

/// What searches have cost.
struct SearchCounts
{
    std::uint64_t searches = 0;
    std::uint64_t drivers = 0;  ///< who were looked at
};

/// The candidate that the strategy takes, nothing if there is none. Cost: about the drivers nearer
/// than the candidate, or those available, whichever are fewer. Throws Error{WrongType}.
std::optional<Candidate> find_candidate(Keyspace& keys, std::string_view order,
                                        const AssignmentSearch& search, const Asked& asked,
                                        SearchCounts& counts);

/// Why a search found no candidate.
enum class Shortage : std::uint8_t {
    NoGeoKey,       ///< the geo set does not exist
    NoneAvailable,  ///< the set of available drivers does not exist
    NoneInArea,     ///< no member of the geo set is in the shape
    SwappedPlace,   ///< nor there, but where longitude and latitude are exchanged
    NoneTakeable,   ///< those in the shape are passed over
    DeadlinePassed,
    KeyMisused,  ///< a key of the search holds another type
};

std::string_view text_of(Shortage shortage);

/// Why there is no candidate, of the first five. Throws nothing: a key of another type counts as
/// missing.
Shortage shortage_of(Keyspace& keys, const AssignmentSearch& search);

}  // namespace store
