#include "server/commands/assign/assign_args.h"

#include "server/commands/expiry.h"

namespace server::commands {

namespace {

using store::AssignmentSearch;
using store::Strategy;

/// The options of one request, each of which may be given once.
class AssignParser
{
public:
    explicit AssignParser(Call& call) : call_(call), args_(call.args) {}

    AssignRequest parse()
    {
        request_.search.geo = args_.next();
        request_.search.available = args_.next();
        request_.order = args_.next();
        while (!args_.done()) next_option();
        check();
        return request_;
    }

private:
    AssignmentSearch& search() { return request_.search; }

    /// Remembers that an option was given. Throws if it was given before.
    static void once(bool& given)
    {
        if (given) throw CommandError{text::kSyntax};
        given = true;
    }

    void next_option()
    {
        if (next_place_option() || next_choice_option() || next_lock_option()) return;
        throw CommandError{text::kSyntax};
    }

    bool next_place_option()
    {
        if (args_.accept("FROMLONLAT", 2)) {
            once(has_place_);
            request_.place = next_place(args_);
        } else if (args_.accept("FROMMEMBER", 1)) {
            once(has_place_);
            request_.from_member = args_.next();
        } else if (args_.accept("BYRADIUS", 2)) {
            once(has_extent_);
            request_.extent = next_circle(args_);
        } else if (args_.accept("BYBOX", 3)) {
            once(has_extent_);
            request_.extent = next_box(args_);
        } else {
            return false;
        }
        return true;
    }

    bool next_choice_option()
    {
        if (args_.accept("STRATEGY", 1)) {
            once(has_strategy_);
            search().strategy = next_strategy();
        } else if (args_.accept("RATINGBY", 1)) {
            once(has_rating_);
            search().rating_pattern = args_.next();
        } else if (args_.accept("COUNT", 1)) {
            once(has_count_);
            const auto count = args_.next_integer();
            if (count <= 0) throw CommandError{"ERR COUNT must be > 0"};
            search().count = static_cast<std::size_t>(count);
        } else if (args_.accept("REQUIRE", 1)) {
            once(has_require_);
            next_list(search().require, "ERR numsets should be greater than 0");
        } else if (args_.accept("EXCEPT", 1)) {
            once(has_except_);
            next_list(search().except, "ERR numsets should be greater than 0");
        } else if (args_.accept("SKIP", 1)) {
            once(has_skip_);
            next_list(search().skip, "ERR nummembers should be greater than 0");
        } else {
            return false;
        }
        return true;
    }

    bool next_lock_option()
    {
        if (args_.accept("LOCK", 1)) {
            once(has_lock_);
            search().lock_pattern = args_.next();
        } else if (args_.accept("EX", 1)) {
            once(has_lock_time_);
            search().lock_time = next_duration(true);
        } else if (args_.accept("PX", 1)) {
            once(has_lock_time_);
            search().lock_time = next_duration(false);
        } else if (args_.accept("OFFER")) {
            once(search().offer);
        } else if (args_.accept("DEADLINE", 1)) {
            once(has_deadline_);
            search().deadline = call_.keys.clock().now_ms() + next_duration(false);
        } else {
            return false;
        }
        return true;
    }

    Strategy next_strategy()
    {
        if (args_.accept("NEAREST")) return Strategy::Nearest;
        if (args_.accept("RATING")) return Strategy::Rating;
        throw CommandError{text::kSyntax};
    }

    void next_list(std::vector<std::string>& list, std::string_view error)
    {
        std::int64_t left = args_.next_integer();
        if (left <= 0) throw CommandError{error};
        while (left-- > 0) list.emplace_back(args_.next());
    }

    std::chrono::milliseconds next_duration(bool in_seconds)
    {
        const std::int64_t amount = args_.next_integer();
        const store::Deadline now = call_.keys.clock().now_ms();
        const auto end = to_deadline(amount, {.in_seconds = in_seconds, .absolute = false}, now);
        if (amount <= 0 || !end) throw invalid_expiry(call_);
        return *end - now;
    }

    void check()
    {
        if (!has_place_)
            throw CommandError{
                "ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for {}", call_.name};
        if (!has_extent_)
            throw CommandError{"ERR exactly one of BYRADIUS and BYBOX can be specified for {}",
                               call_.name};
        if (has_rating_ && search().strategy != Strategy::Rating)
            throw CommandError{"ERR RATINGBY requires STRATEGY RATING"};
        if (has_deadline_ && !search().offer) throw CommandError{"ERR DEADLINE requires OFFER"};
        if (search().lock_pattern.find('*') == std::string::npos)
            throw CommandError{"ERR LOCK pattern must contain a '*', it stands for the driver"};
        if (request_.order == store::token_key(search().geo))
            throw CommandError{"ERR order must not be the key of the geo set's token counter"};
    }

    Call& call_;
    Args& args_;
    AssignRequest request_;
    bool has_place_ = false;
    bool has_extent_ = false;
    bool has_strategy_ = false;
    bool has_rating_ = false;
    bool has_count_ = false;
    bool has_require_ = false;
    bool has_except_ = false;
    bool has_skip_ = false;
    bool has_lock_ = false;
    bool has_lock_time_ = false;
    bool has_deadline_ = false;
};

}  // namespace

void AssignRequest::find_place(store::Keyspace& keys)
{
    const auto* places = keys.find<store::SortedSet>(search.geo);
    // As with GEOSEARCH, a missing geo set has no members, but no error either.
    if (from_member && places != nullptr) place = place_of_member(*places, *from_member);
    search.shape = extent.around(place);
    search.meters_per_unit = extent.meters_per_unit;
}

AssignRequest next_assign_request(Call& call) { return AssignParser{call}.parse(); }

}  // namespace server::commands
