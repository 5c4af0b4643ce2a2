#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "store/geo/geo.h"

/// A naive model of ASSIGN: its rules in the words of the manual, over plain maps, without indexes
/// and without a thought for speed. It says what the server must answer, publish and keep. It
/// shares nothing with the store but the mathematics of places.
namespace tests {

using Milliseconds = std::int64_t;

/// A request was refused; `line` is the error as the client reads it, without the dash.
struct Refused
{
    std::string line;
};

inline constexpr std::string_view kWrongType =
    "WRONGTYPE Operation against a key holding the wrong kind of value";

/// The arguments of ASSIGN.
struct Search
{
    std::size_t city = 0;
    store::Place center{};
    std::optional<std::string> from_member;  ///< in place of the center
    bool is_box = false;
    double radius_m = 0, width_m = 0, height_m = 0;
    double meters_per_unit = 1;
    bool by_rating = false;
    std::optional<std::string> rating_prefix;  ///< RATINGBY prefix*; otherwise *->rating
    std::size_t count = 10;
    std::vector<std::string> require, except, skip;
    std::string lock_before, lock_after;  ///< LOCK before*after
    Milliseconds lock_time = 30'000;
    Milliseconds hold_time = 86'400'000;
    bool retry = false;
    bool offer = false;
    std::optional<Milliseconds> deadline;  ///< a moment, not a duration
};

/// A driver who was found, and what the order keeps of them.
struct Held
{
    std::string driver;
    store::Place place{};
    double distance_m = 0;
    std::string lock;
    Milliseconds expires_at = 0;
};

struct Order
{
    std::string state;
    std::uint64_t token = 0;
    Milliseconds since = 0;
    std::optional<Held> held;
    std::vector<std::string> tried, rejected;
    std::uint64_t sequence = 0;
    Search search;
    std::optional<Milliseconds> ends_at;  ///< of a finished one's record
    bool held_driver = true;              ///< its lock was its own when that was looked at last
    bool end_told = false;                ///< of its offer, before it was looked after
    bool is_broken = false;               ///< a field of its record was spoiled by hand

    bool is_open() const { return state == "offered" || state == "assigned"; }
    bool holds(const std::string& driver) const { return is_open() && held->driver == driver; }
};

struct Lock
{
    std::string value;
    std::optional<Milliseconds> ends_at;
    bool is_string = true;
};

struct City
{
    std::string geo, available;
    std::string lock_before, lock_after;          ///< what everybody in this city calls a lock
    std::map<std::string, std::uint64_t> places;  ///< cells, of everybody who has a place
    std::set<std::string> free;
    std::uint64_t last_token = 0;

    std::string token_key() const { return geo + ":token"; }
    std::string lock_of(const std::string& driver) const;
};

class Model
{
public:
    Milliseconds now = 0;
    Milliseconds record_time = 0;
    std::array<City, 2> cities;
    std::map<std::string, std::set<std::string>> sets;  ///< for REQUIRE and EXCEPT
    std::map<std::string, std::string> ratings;         ///< by member
    std::map<std::string, std::string> scores;          ///< by key, for RATINGBY
    std::map<std::string, Lock> locks;
    std::map<std::string, Order> orders;
    std::map<std::string, bool> ruined;  ///< orders' keys put to another use; true: a hash
    /// Keys that hold a string "mistaken" for a while; true: what they held is kept aside.
    std::map<std::string, bool> spoiled;
    std::set<std::string> absent;  ///< keys that are put aside just now
    /// Drivers whom the end of an order left alone, so that they are not available.
    std::set<std::string> left_alone;

    /// What must have been published since it was last emptied, as a subscriber's bytes.
    std::string published;
    std::map<std::string, std::uint64_t, std::less<>> event_counts;

    // What the commands answer, as RESP2 bytes. They throw Refused.
    std::string assign(const std::string& order, Search search);
    std::string accept(const std::string& order, std::uint64_t token);
    std::string reject(const std::string& order, std::uint64_t token);
    using Token = std::optional<std::uint64_t>;
    std::string complete(const std::string& order, Token token);
    std::string cancel(const std::string& order, Token token, const std::string& state);
    std::string release(const std::string& order, Token token, const std::string& reason);
    std::string driver(const std::string& member, const City& city) const;
    std::string get(const std::string& order) const;
    std::string pending(const std::optional<std::string>& geo, std::size_t most) const;

    /// The driver whom ASSIGN would choose now; nothing if there is none, or if it would leave the
    /// order as it is.
    std::optional<std::string> choice(const std::string& order, Search search) const;

    /// True if ASSIGN would leave the order as it is.
    bool stands(const std::string& order) const;

    /// The distances of the nearest members in a circle, as GEORADIUS finds them.
    std::vector<double> distances(const City& city, store::Place center, double radius_m,
                                  std::size_t most) const;

    /// Time passes: locks and records end, offers run out.
    void advance(Milliseconds by);

    /// Somebody has changed keys: what became of that for the orders.
    void settle();
    /// An order's key is gone, or holds something else: it holds no driver any more.
    void forget(const std::string& order);
    void rename_order(const std::string& from, const std::string& to);
    bool owns_lock(const std::string& order, const Held& held) const;

    void clear();

private:
    void find_place(Search& search) const;
    void check_types(const Search& search) const;
    void check_counter(const Search& search) const;
    void check_order_type(const std::string& order) const;
    void check_spoiled(const std::string& key) const;
    Order require(const std::string& order, Token token) const;
    bool is_candidate(const Search& search, const std::vector<std::string>& passed_over,
                      const std::string& driver) const;
    double rating_of(const Search& search, const std::string& driver) const;
    std::optional<Held> next_choice(const Order& order) const;
    std::optional<Held> choose(const Search& search,
                               const std::vector<std::string>& passed_over) const;
    void unlock(const std::string& order, const Held& held);
    void free_driver(const std::string& order, const Order& record);
    void reserve(const std::string& name, Order order, Held held);
    void go_on(const std::string& name, Order order, const std::optional<Held>& next,
               std::string_view shortage = {});
    /// How an offer ended.
    struct End
    {
        std::string_view event;
        std::string_view reason;
    };

    std::optional<End> end_of_offer(const std::string& name) const;
    void tell_former_offers(const std::string& name, const std::string& lock);
    void pass_on(const std::string& name, const End& end);
    void look_after(const std::string& name);
    Milliseconds next_look(const Order& order) const;
    std::string_view shortage(const Search& search) const;
    void save(const std::string& name, Order& order, std::string_view event,
              std::string_view reason = {});
    void publish(const std::string& name, const Order& order, std::string_view event,
                 std::string_view reason);
};

/// True if the place is inside the shape of the search, by the rules of GEOSEARCH.
bool is_inside(const Search& search, store::Place place);

}  // namespace tests
