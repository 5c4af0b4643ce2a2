#include "tests/simulation/dispatch.h"

#include <fmt/format.h>

#include "protocol/reply_reader.h"

namespace tests {

namespace {

struct Unit
{
    const char* name;
    double meters;
};

constexpr std::array<Unit, 4> kUnits{{{"M", 1}, {"KM", 1000}, {"FT", 0.3048}, {"MI", 1609.34}}};

void add(Words& words, std::initializer_list<std::string> more) { words.insert(words.end(), more); }

void add_list(Words& words, const std::string& option, const Words& list)
{
    if (list.empty()) return;
    add(words, {option, std::to_string(list.size())});
    words.insert(words.end(), list.begin(), list.end());
}

}  // namespace

void Dispatch::assign() { send(some_request()); }

void Dispatch::assign_again()
{
    const Request request = some_request();
    send(request);
    send(request);
}

void Dispatch::explain_and_assign()
{
    const Request request = some_request();
    // Keys of the wrong type are refused as by ASSIGN itself; there is nothing to compare.
    if (!world_.model.spoiled.empty() || world_.model.ruined.contains(request.order))
        return send(request);
    const bool stands = world_.model.stands(request.order);
    std::optional<std::string> choice;
    try {
        if (!stands) choice = world_.model.choice(request.order, request.search);
    } catch (const Refused&) {
        return send(request);
    }
    Words words = request.words;
    words[0] = "ASSIGN.EXPLAIN";
    const std::uint64_t changes_before = world_.changes();
    const auto reply = protocol::read_reply(world_.ask(world_.dispatcher(), words));
    if (world_.changes() != changes_before) world_.fail("an explanation changed something");
    if (reply.elements.size() != 8) world_.fail("the order could not be explained");
    if (stands != reply.elements[3].text.starts_with("would change nothing"))
        world_.fail("the explanation is wrong about whether ASSIGN would change anything");
    std::optional<std::string> chosen;
    for (const auto& driver : reply.elements[5].elements)
        if (driver.elements[5].text == "chosen") chosen = driver.elements[1].text;
    if (chosen != choice)
        world_.fail("the explanation should have chosen " + choice.value_or("nobody"));
    ++world_.tally["explained"];
    send(request);
}

void Dispatch::accept() { answer_offer("ASSIGN.ACCEPT"); }

void Dispatch::reject() { answer_offer("ASSIGN.REJECT"); }

/// Late and repeated ones, too.
void Dispatch::complete()
{
    const auto order = world_.chance(80) ? some_order("assigned") : some_order();
    Words words{"ASSIGN.COMPLETE", order};
    const auto token = maybe_token(order, words);
    world_.compare(words, [&] { return world_.model.complete(order, token); });
}

void Dispatch::cancel()
{
    const auto order = some_order();
    Words words{"ASSIGN.CANCEL", order};
    const auto token = maybe_token(order, words);
    std::string state;
    if (world_.chance(30)) {
        constexpr std::array<const char*, 4> kStates{"unassigned", "assigned", "offered",
                                                     "cancelled"};
        state = world_.pick(kStates);
        add(words, {"IF", state});
    }
    world_.compare(words, [&] { return world_.model.cancel(order, token, state); });
}

void Dispatch::release()
{
    const auto order = world_.chance(90) ? some_order("assigned") : some_order();
    Words words{"ASSIGN.RELEASE", order};
    const auto token = maybe_token(order, words);
    std::string reason;
    if (world_.chance(30)) {
        reason = "flat tyre";
        add(words, {"REASON", reason});
    }
    world_.compare(words, [&] { return world_.model.release(order, token, reason); });
}

void Dispatch::look_up()
{
    const auto order = some_order();
    world_.compare({"ASSIGN.GET", order}, [&] { return world_.model.get(order); });
}

void Dispatch::list_pending()
{
    Words words{"ASSIGN.PENDING"};
    std::optional<std::string> geo;
    std::size_t most = 1000;
    if (world_.chance(40)) {
        geo = world_.model.cities[world_.some_city()].geo;
        words.push_back(*geo);
    }
    if (world_.chance(40)) {
        most = 1 + world_.below(4);
        add(words, {"COUNT", std::to_string(most)});
    }
    world_.compare(words, [&] { return world_.model.pending(geo, most); });
}

void Dispatch::ask_about_driver()
{
    const std::size_t index = world_.some_city();
    const City& city = world_.model.cities[index];
    const auto& driver = world_.pick(world_.drivers[index]);
    world_.compare({"ASSIGN.DRIVER", driver, "LOCK", city.lock_before + "*" + city.lock_after},
                   [&] { return world_.model.driver(driver, city); });
}

void Dispatch::talk_nonsense()
{
    Words words = some_request().words;
    const auto cut = [&](std::size_t size) { words.resize(size); };
    switch (world_.below(8)) {
        case 0: cut(3); break;
        case 1: cut(4); break;
        case 2: add(words, {"BANANA"}); break;
        case 3: add(words, {"BYRADIUS", "1", "KM"}); break;
        case 4: cut(4), add(words, {"FROMLONLAT", "181", "0", "BYRADIUS", "1", "KM"}); break;
        case 5: cut(4), add(words, {"FROMLONLAT", "0", "0", "BYRADIUS", "-1", "KM"}); break;
        case 6:
            cut(4), add(words, {"FROMLONLAT", "0", "0", "BYBOX", "1", "1", "KM", "EX", "0"});
            break;
        default: words = {"ASSIGN.ACCEPT", some_order(), "first"}; break;
    }
    world_.expect_refusal(words);
}

void Dispatch::send(const Request& request)
{
    world_.compare(request.words,
                   [&] { return world_.model.assign(request.order, request.search); });
}

void Dispatch::answer_offer(const std::string& word)
{
    const auto order = world_.chance(80) ? some_order("offered") : some_order();
    const auto token = some_token(order);
    world_.compare({word, order, std::to_string(token)}, [&] {
        return word == "ASSIGN.ACCEPT" ? world_.model.accept(order, token)
                                       : world_.model.reject(order, token);
    });
}

Dispatch::Request Dispatch::some_request()
{
    Request request;
    request.search.city = world_.some_city();
    const City& city = world_.model.cities[request.search.city];
    request.order = world_.pick(world_.orders[request.search.city]);
    request.words = {"ASSIGN", city.geo, city.available, request.order};
    add_place(request);
    if (world_.chance(30)) add_choice(request);
    if (world_.chance(30)) add_sets(request);
    add_lock(request);
    return request;
}

void Dispatch::add_place(Request& request)
{
    Search& search = request.search;
    if (world_.chance(30)) {
        const auto& members = world_.chance(50) ? world_.restaurants : world_.drivers[search.city];
        search.from_member = world_.chance(98) ? world_.pick(members) : "nobody";
        add(request.words, {"FROMMEMBER", *search.from_member});
    } else {
        search.center = world_.some_place(search.city);
        add(request.words, {"FROMLONLAT", fmt::format("{}", search.center.longitude),
                            fmt::format("{}", search.center.latitude)});
    }
    const Unit unit = world_.pick(kUnits);
    search.meters_per_unit = unit.meters;
    const auto length = [&](std::size_t most_m) {
        return static_cast<double>(world_.below(most_m)) / unit.meters;
    };
    search.is_box = world_.chance(30);
    if (search.is_box) {
        const double width = length(4000);
        const double height = length(4000);
        search.width_m = width * unit.meters;
        search.height_m = height * unit.meters;
        add(request.words,
            {"BYBOX", fmt::format("{}", width), fmt::format("{}", height), unit.name});
    } else {
        const double radius = length(3000);
        search.radius_m = radius * unit.meters;
        add(request.words, {"BYRADIUS", fmt::format("{}", radius), unit.name});
    }
}

void Dispatch::add_choice(Request& request)
{
    if (world_.chance(20)) return add(request.words, {"STRATEGY", "NEAREST"});
    request.search.by_rating = true;
    add(request.words, {"STRATEGY", "RATING"});
    if (world_.chance(30)) {
        request.search.rating_prefix = "score:";
        add(request.words, {"RATINGBY", "score:*"});
    }
    if (world_.chance(50)) {
        request.search.count = 1 + world_.below(5);
        add(request.words, {"COUNT", std::to_string(request.search.count)});
    }
}

void Dispatch::add_sets(Request& request)
{
    Search& search = request.search;
    if (world_.chance(40)) search.require.push_back("drivers:bike");
    if (world_.chance(5)) search.require.push_back("drivers:nowhere");
    if (world_.chance(40)) search.except.push_back("drivers:new");
    if (world_.chance(20)) search.except.push_back("drivers:nowhere");
    for (std::size_t i = world_.below(3); i > 0; --i)
        search.skip.push_back(world_.pick(world_.drivers[search.city]));
    add_list(request.words, "REQUIRE", search.require);
    add_list(request.words, "EXCEPT", search.except);
    add_list(request.words, "SKIP", search.skip);
}

void Dispatch::add_lock(Request& request)
{
    Search& search = request.search;
    const City& city = world_.model.cities[search.city];
    search.lock_before = city.lock_before;
    search.lock_after = city.lock_after;
    if (world_.chance(2)) search.lock_before = "odd:";
    if (search.lock_before != "agent:")
        add(request.words, {"LOCK", search.lock_before + "*" + search.lock_after});

    if (world_.chance(20)) {
        const auto seconds = static_cast<Milliseconds>(1 + world_.below(20));
        search.lock_time = seconds * 1000;
        add(request.words, {"EX", std::to_string(seconds)});
    } else if (world_.chance(80)) {
        search.lock_time = static_cast<Milliseconds>(50 + world_.below(4000));
        add(request.words, {"PX", std::to_string(search.lock_time)});
    }
    if (world_.chance(60)) {
        const auto seconds = static_cast<Milliseconds>(1 + world_.below(30));
        search.hold_time = seconds * 1000;
        add(request.words, {"HOLD", std::to_string(seconds)});
    }
    search.retry = world_.chance(10);
    if (search.retry) add(request.words, {"RETRY"});
    search.offer = world_.chance(70);
    if (!search.offer) return;
    add(request.words, {"OFFER"});
    if (!world_.chance(20)) return;
    const auto time = static_cast<Milliseconds>(100 + world_.below(6000));
    search.deadline = world_.model.now + time;
    add(request.words, {"DEADLINE", std::to_string(time)});
}

std::string Dispatch::some_order() { return world_.pick(world_.orders[world_.some_city()]); }

/// An order in this state, if there is one.
std::string Dispatch::some_order(const std::string& state)
{
    std::vector<std::string> names;
    for (const auto& [name, order] : world_.model.orders)
        if (order.state == state) names.push_back(name);
    return names.empty() ? some_order() : world_.pick(names);
}

std::optional<std::uint64_t> Dispatch::maybe_token(const std::string& order, Words& words)
{
    if (world_.chance(50)) return std::nullopt;
    const auto token = some_token(order);
    words.push_back(std::to_string(token));
    return token;
}

/// Its token, now and then an old one or one that was never given.
std::uint64_t Dispatch::some_token(const std::string& name)
{
    const auto order = world_.model.orders.find(name);
    const std::uint64_t token = order == world_.model.orders.end() ? 1 : order->second.token;
    if (world_.chance(85)) return token;
    return world_.below(token + 3);
}

}  // namespace tests
