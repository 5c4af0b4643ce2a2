#include "tests/simulation/world.h"

#include <fmt/format.h>

#include "tests/simulation/expected_text.h"
#include "tests/support/words.h"

namespace tests {

namespace {

constexpr std::size_t kRemembered = 60;
constexpr store::Place kBengaluru{77.5946, 12.9716};
constexpr store::Place kMumbai{72.8777, 19.0760};
constexpr store::Place kTaveuni{179.999, -16.81};  // the antimeridian goes through the island

server::Options options_of(std::uint64_t seed)
{
    server::Options options;
    options.seed = seed;
    options.assign_record_ttl_seconds = 20;
    return options;
}

}  // namespace

World::World(std::uint64_t seed)
    : random(seed), dispatcher_(options_of(seed)), listener_(dispatcher_)
{
    centers_ = {kBengaluru, chance(50) ? kMumbai : kTaveuni};
    crowd_ = chance(30) ? 120 : 3;
    model.now = dispatcher_.clock.now_ms().time_since_epoch().count();
    model.record_time = 20'000;
    model.cities[0] = {.geo = "drivers:geo:a", .available = "drivers:available:a"};
    model.cities[1] = {.geo = "drivers:geo:b", .available = "drivers:available:b"};
    model.cities[0].lock_before = "agent:";
    model.cities[0].lock_after = ":lock";
    model.cities[1].lock_before = "lock:{";
    model.cities[1].lock_after = "}";
    for (std::size_t city = 0; city < 2; ++city) {
        for (std::size_t i = 4 + below(10); i > 0; --i)
            drivers[city].push_back(fmt::format("driver:{}{}", city == 0 ? 'A' : 'B', i));
        for (std::size_t i = 3 + below(8); i > 0; --i)
            orders[city].push_back(fmt::format("order:{}{}", city == 0 ? 'A' : 'B', i));
    }
    if (chance(50)) share_drivers();
    restaurants = {"restaurant:1", "restaurant:2", "restaurant:3"};
    ask(listener_, {"PSUBSCRIBE", "assign:*"});
    populate();
}

/// Both cities call locks the same, and some drivers work in both.
void World::share_drivers()
{
    model.cities[1].lock_before = model.cities[0].lock_before;
    model.cities[1].lock_after = model.cities[0].lock_after;
    for (std::size_t i = 0; i < drivers[0].size(); i += 2) {
        drivers[1].push_back(drivers[0][i]);
        shared_drivers.insert(drivers[0][i]);
    }
}

store::Place World::some_place(std::size_t city)
{
    // A grid of 25 places half a kilometer apart; some of those who stand there step aside.
    auto place = centers_[city];
    const auto offset = [&] {
        const double steps = static_cast<double>(below(5)) - 2;
        const double aside = chance(40) ? static_cast<double>(below(1000)) / 250'000 : 0;
        return steps / 200 + aside;
    };
    place.longitude += offset();
    place.latitude += offset();
    if (place.longitude > 180) place.longitude -= 360;
    return place;
}

std::string World::ask(Client& client, const Words& words)
{
    if (asked_.size() == kRemembered) asked_.pop_front();
    asked_.push_back({model.now, client.session().id, words, {}});
    asked_.back().answer = client.run(std::span<const std::string>{words});
    return asked_.back().answer;
}

void World::expect(Client& client, const Words& words, const std::string& answer)
{
    const std::string answered = ask(client, words);
    if (answered != answer) fail("the last answer should have been\n" + answer);
}

void World::compare_answer(const Words& words, const std::string& answer)
{
    const std::uint64_t changes_before = changes();
    expect(words, answer);
    if (answer[0] != '-') return;
    ++refusals_;
    ++tally["refused: " + answer.substr(1, answer.find(' ') - 1)];
    if (changes() != changes_before) fail("a refused request changed something");
}

void World::expect_refusal(const Words& words)
{
    const std::uint64_t changes_before = changes();
    if (ask(dispatcher_, words)[0] != '-') fail("the last request should have been refused");
    if (changes() != changes_before) fail("a refused request changed something");
    ++refusals_;
    ++tally["refused: malformed"];
}

void World::advance(Milliseconds by)
{
    model.advance(by);
    dispatcher_.clock.advance(std::chrono::milliseconds{by});
    // Offers run out whether or not the server ticks before the next request.
    if (chance(50)) {
        dispatcher_.server().tick();
    } else {
        expect({"PING"}, "+PONG\r\n");
    }
}

void World::check_published()
{
    auto& output = listener_.session().output;
    if (output.view() != model.published) {
        fail(fmt::format("published was\n{}\nand should have been\n{}", output.view(),
                         model.published));
    }
    output.clear();
    model.published.clear();
}

void World::populate()
{
    for (std::size_t index = 0; index < 2; ++index) {
        City& city = model.cities[index];
        Words members = restaurants;
        members.insert(members.end(), drivers[index].begin(), drivers[index].end());
        for (std::size_t i = 0; i < crowd_; ++i) members.push_back(fmt::format("driver:busy{}", i));
        Words add{"GEOADD", city.geo};
        for (const auto& member : members) {
            const auto place = some_place(index);
            add.insert(add.end(), {fmt::format("{}", place.longitude),
                                   fmt::format("{}", place.latitude), member});
            city.places[member] = kept_cell(place);
        }
        expect(add, integer(static_cast<std::int64_t>(members.size())));
        Words free{"SADD", city.available};
        free.insert(free.end(), drivers[index].begin(), drivers[index].end());
        expect(free, integer(static_cast<std::int64_t>(drivers[index].size())));
        city.free.insert(drivers[index].begin(), drivers[index].end());
    }
}

std::string World::recent() const
{
    std::string text;
    for (const auto& asked : asked_) {
        std::string answer = asked.answer.substr(0, 400);
        for (auto at = answer.find("\r\n"); at != std::string::npos; at = answer.find("\r\n", at))
            answer.replace(at, 2, " ");
        text += fmt::format("{} client {} > {}\n    {}\n", asked.at, asked.client,
                            join_words(asked.words), answer);
    }
    return text;
}

}  // namespace tests
