#include "server/commands/assign/assign_args.h"

#include <array>
#include <cstdint>
#include <utility>

#include "ascii/integer.h"
#include "server/commands/expiry.h"
#include "store/dispatch/assignment_record.h"
#include "store/number.h"

namespace server::commands {

namespace {

using store::AssignmentSearch;
using store::Strategy;

double next_number(Args& args, std::string_view name)
{
    const auto text = args.next();
    if (const auto number = store::parse_double(text)) return *number;
    throw CommandError{"ERR {} must be a number, not '{}'", name, text};
}

double next_length(Args& args, std::string_view name)
{
    const double length = next_number(args, name);
    if (length < 0) throw CommandError{"ERR {} cannot be negative", name};
    return length;
}

double next_named_unit(Args& args)
{
    const auto unit = args.next();
    if (const auto meters = store::meters_per(unit)) return *meters;
    throw CommandError{"ERR unsupported unit '{}': please use M, KM, FT, MI", unit};
}

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
        return std::move(request_);
    }

private:
    /// What may be chosen once, by one of several words.
    enum Choice : std::uint8_t {
        kPlace,
        kExtent,
        kStrategy,
        kRating,
        kCount,
        kRequire,
        kExcept,
        kSkip,
        kLock,
        kLockTime,
        kHoldTime,
        kOffer,
        kDeadline,
        kRetry,
        kChoices,
    };

    struct Option
    {
        std::string_view word;
        std::size_t operands;
        std::string_view needs;  ///< what the operands are, for a person
        Choice choice;
        void (AssignParser::*read)();
    };
    static const std::array<Option, 17> kOptions;

    AssignmentSearch& search() { return request_.search; }
    bool has(Choice choice) const { return !given_[choice].empty(); }

    void next_option()
    {
        for (const Option& option : kOptions) {
            if (!args_.accept(option.word)) continue;
            choose(option);
            if (args_.remaining() < option.operands)
                throw CommandError{"ERR syntax error: {} needs {}", option.word, option.needs};
            return (this->*option.read)();
        }
        throw CommandError{"ERR syntax error: '{}' is no option of ASSIGN, see ASSIGN HELP",
                           args_.next()};
    }

    void choose(const Option& option)
    {
        std::string_view& given = given_[option.choice];
        if (given == option.word)
            throw CommandError{"ERR syntax error: {} was given twice", option.word};
        if (!given.empty())
            throw CommandError{"ERR syntax error: {} and {} exclude each other", given,
                               option.word};
        given = option.word;
    }

    void read_lonlat()
    {
        const double longitude = next_number(args_, "longitude");
        const double latitude = next_number(args_, "latitude");
        request_.place = {longitude, latitude};
        if (store::is_valid(request_.place)) return;
        throw CommandError{"ERR invalid longitude,latitude pair {:f},{:f}", longitude, latitude};
    }
    void read_member() { request_.from_member = args_.next(); }

    void read_radius()
    {
        const double radius = next_length(args_, "radius");
        const double unit = next_named_unit(args_);
        request_.extent = {.radius_m = radius * unit, .meters_per_unit = unit};
    }
    void read_box()
    {
        const double width = next_length(args_, "width");
        const double height = next_length(args_, "height");
        const double unit = next_named_unit(args_);
        request_.extent = {.is_box = true,
                           .width_m = width * unit,
                           .height_m = height * unit,
                           .meters_per_unit = unit};
    }

    void read_strategy()
    {
        if (args_.accept("NEAREST")) return;
        if (!args_.accept("RATING"))
            throw CommandError{"ERR unknown strategy '{}': NEAREST or RATING", args_.next()};
        search().strategy = Strategy::Rating;
    }
    void read_rating() { search().rating_pattern = args_.next(); }
    void read_count() { search().count = next_count(args_); }

    void read_require()
    {
        next_list("REQUIRE", "numsets",
                  [&](std::string_view set) { search().require.emplace_back(set); });
    }
    void read_except()
    {
        next_list("EXCEPT", "numsets",
                  [&](std::string_view set) { search().except.emplace_back(set); });
    }
    void read_skip()
    {
        next_list("SKIP", "nummembers",
                  [&](std::string_view member) { search().skip.add(member); });
    }

    template <class Add>
    void next_list(std::string_view word, std::string_view count_name, Add&& add)
    {
        const std::int64_t count = next_integer_of(args_, count_name);
        if (count <= 0) throw CommandError{"ERR {} should be greater than 0", count_name};
        if (static_cast<std::uint64_t>(count) > args_.remaining())
            throw CommandError{"ERR syntax error: {} {} is followed by {} words", word, count,
                               args_.remaining()};
        for (std::int64_t i = 0; i < count; ++i) add(args_.next());
    }

    void read_lock() { search().lock_pattern = next_lock_pattern(args_); }
    void read_ex() { search().lock_time = next_time("EX", 1000); }
    void read_px() { search().lock_time = next_time("PX", 1); }
    void read_hold() { search().hold_time = next_time("HOLD", 1000); }
    void read_offer() { search().offer = true; }
    void read_deadline()
    {
        search().deadline = call_.keys.clock().now_ms() + next_time("DEADLINE", 1);
    }
    void read_retry() { request_.retry = true; }

    std::chrono::milliseconds next_time(std::string_view name, std::int64_t ms_per_unit)
    {
        const std::int64_t amount = next_integer_of(args_, name);
        if (amount <= 0 || amount > store::kMaxTime.count() / ms_per_unit)
            throw invalid_expiry(call_);
        return std::chrono::milliseconds{amount * ms_per_unit};
    }

    void check()
    {
        if (!has(kPlace))
            throw CommandError{
                "ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for {}", call_.name};
        if (!has(kExtent))
            throw CommandError{"ERR exactly one of BYRADIUS and BYBOX can be specified for {}",
                               call_.name};
        if (has(kRating) && search().strategy != Strategy::Rating)
            throw CommandError{"ERR RATINGBY requires STRATEGY RATING"};
        if (has(kDeadline) && !search().offer) throw CommandError{"ERR DEADLINE requires OFFER"};
        if (request_.order == store::token_key(search().geo))
            throw CommandError{"ERR order must not be the key of the geo set's token counter"};
    }

    Call& call_;
    Args& args_;
    AssignRequest request_;
    std::array<std::string_view, kChoices> given_{};  ///< the word by which each was chosen
};

const std::array<AssignParser::Option, 17> AssignParser::kOptions{{
    {"FROMLONLAT", 2, "a longitude and a latitude", kPlace, &AssignParser::read_lonlat},
    {"FROMMEMBER", 1, "a member", kPlace, &AssignParser::read_member},
    {"BYRADIUS", 2, "a radius and a unit", kExtent, &AssignParser::read_radius},
    {"BYBOX", 3, "a width, a height and a unit", kExtent, &AssignParser::read_box},
    {"STRATEGY", 1, "NEAREST or RATING", kStrategy, &AssignParser::read_strategy},
    {"RATINGBY", 1, "a pattern", kRating, &AssignParser::read_rating},
    {"COUNT", 1, "a count", kCount, &AssignParser::read_count},
    {"REQUIRE", 1, "numsets and sets", kRequire, &AssignParser::read_require},
    {"EXCEPT", 1, "numsets and sets", kExcept, &AssignParser::read_except},
    {"SKIP", 1, "nummembers and members", kSkip, &AssignParser::read_skip},
    {"LOCK", 1, "a pattern", kLock, &AssignParser::read_lock},
    {"EX", 1, "seconds", kLockTime, &AssignParser::read_ex},
    {"PX", 1, "milliseconds", kLockTime, &AssignParser::read_px},
    {"HOLD", 1, "seconds", kHoldTime, &AssignParser::read_hold},
    {"OFFER", 0, "", kOffer, &AssignParser::read_offer},
    {"DEADLINE", 1, "milliseconds", kDeadline, &AssignParser::read_deadline},
    {"RETRY", 0, "", kRetry, &AssignParser::read_retry},
}};

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

std::int64_t next_integer_of(Args& args, std::string_view name)
{
    const auto text = args.next();
    if (const auto number = ascii::parse_integer(text)) return *number;
    throw CommandError{"ERR {} must be an integer, not '{}'", name, text};
}

std::size_t next_count(Args& args)
{
    const std::int64_t count = next_integer_of(args, "COUNT");
    if (count <= 0) throw CommandError{"ERR COUNT must be > 0"};
    return static_cast<std::size_t>(count);
}

std::string_view next_operand(Args& args, std::string_view option, std::string_view operand)
{
    if (args.done()) throw CommandError{"ERR syntax error: {} needs {}", option, operand};
    return args.next();
}

void expect_end_of_request(Args& args)
{
    if (!args.done()) throw CommandError{"ERR syntax error: '{}' was not expected", args.next()};
}

std::string_view next_lock_pattern(Args& args)
{
    const auto pattern = next_operand(args, "LOCK", "a pattern");
    if (pattern.find('*') == std::string_view::npos)
        throw CommandError{"ERR LOCK pattern must contain a '*', it stands for the driver"};
    return pattern;
}

}  // namespace server::commands
