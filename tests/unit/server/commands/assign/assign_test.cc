#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <string>

#include "protocol/reply_reader.h"
#include "tests/support/client.h"

using namespace std::chrono_literals;
using tests::Client;

namespace {

/// Anna is 0.5 km from the restaurant, Ben 1 km, Carl 2 km; all are available.
struct City
{
    City()
    {
        client("GEOADD", "geo", "77.6000", "12.9716", "driver:anna", "77.6040", "12.9716",
               "driver:ben", "77.6130", "12.9716", "driver:carl");
        client("SADD", "free", "driver:anna", "driver:ben", "driver:carl");
        listener("PSUBSCRIBE", "assign:order:*");
    }

    template <class... Words>
    protocol::Value assign(const char* order, const Words&... options)
    {
        return protocol::read_reply(client("ASSIGN", "geo", "free", order, "FROMLONLAT", "77.5946",
                                           "12.9716", "BYRADIUS", "5", "KM", options...));
    }

    /// The messages since the last time, each in a line.
    std::string published()
    {
        auto& output = listener.session().output;
        std::string messages;
        protocol::ReplyReader reader;
        std::size_t used = 0;
        std::string_view rest = output.view();
        while (const auto message = reader.next(rest, used)) {
            messages += message->elements.at(3).text + "\n";
            rest.remove_prefix(used);
        }
        output.clear();
        return messages;
    }

    Client client;
    Client listener{client};
};

/// A field of a record in RESP2.
std::string field(const protocol::Value& record, const std::string& name)
{
    for (std::size_t i = 0; i + 1 < record.elements.size(); i += 2) {
        const auto& value = record.elements[i + 1];
        if (record.elements[i].text == name)
            return value.kind == protocol::Value::Kind::Integer ? std::to_string(value.integer)
                                                                : value.text;
    }
    return "no field " + name;
}

std::size_t count(std::string_view text, std::string_view part)
{
    std::size_t times = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++times;
    return times;
}

}  // namespace

TEST_CASE("an offer runs out by the server's own clock, without a client doing anything")
{
    City city;
    CHECK(field(city.assign("order:1", "PX", "1000", "OFFER"), "driver") == "driver:anna");
    city.published();
    city.client.clock.advance(999ms);
    city.client.server().tick();
    CHECK(city.published().empty());
    city.client.clock.advance(1ms);
    city.client.server().tick();
    const auto messages = city.published();
    CHECK(messages.find(R"("event":"timed_out","order":"order:1")") != std::string::npos);
    CHECK(messages.find(R"("event":"offered","order":"order:1","state":"offered",)"
                        R"("driver":"driver:ben","token":2)") != std::string::npos);
}

TEST_CASE("an order is open until it ends or its key is gone")
{
    City city;
    city.assign("order:1", "OFFER");
    city.assign("order:2");
    const auto& dispatcher = city.client.server().dispatcher;
    REQUIRE(dispatcher.open_orders() == 2);

    SECTION("ended")
    {
        city.client("ASSIGN.CANCEL", "order:1");
        city.client("ASSIGN.COMPLETE", "order:2");
    }
    SECTION("deleted") { city.client("DEL", "order:1", "order:2"); }
    SECTION("overwritten")
    {
        city.client("SET", "order:1", "text");
        city.client("RENAME", "order:1", "order:2");
    }
    SECTION("all keys deleted") { city.client("FLUSHALL"); }
    SECTION("renamed, swapped, then deleted")
    {
        city.client("RENAME", "order:1", "order:3");
        CHECK(dispatcher.open_orders() == 2);
        city.client("SWAPDB", "0", "1");
        CHECK(dispatcher.open_orders() == 2);
        city.client("SELECT", "1");
        city.client("DEL", "order:2", "order:3");
        CHECK(city.client("KEYS", "agent:*") == "*0\r\n");
    }
    CHECK(dispatcher.open_orders() == 0);
}

TEST_CASE("offers that end together, or are lost together, end in slices between requests")
{
    City city;
    for (int i = 0; i < 200; ++i) {
        const auto driver = fmt::format("driver:{}", i);
        city.client("GEOADD", "geo", "77.5946", "12.9716", driver);
        city.client("SADD", "free", driver);
        city.assign(fmt::format("order:{}", i).c_str(), "PX", "1000", "DEADLINE", "1000", "OFFER");
    }
    city.published();
    const auto ended = [&city] { return count(city.published(), R"("event":"unassigned")"); };

    SECTION("ended") { city.client.clock.advance(1000ms); }
    SECTION("lost") { city.client("DEL", "free"); }
    std::size_t slice = 0, all = ended();
    CHECK(all <= 50);
    for (int ticks = 0; ticks < 10; ++ticks, all += slice) {
        city.client.clock.advance(1ms);
        city.client.server().tick();
        slice = ended();
        CHECK(slice <= 50);
    }
    CHECK(all == 200);
}

TEST_CASE("a driver's offer is told to be over before the next one is told to be made")
{
    City city;
    const std::string drivers[] = {"driver:anna", "driver:ben"};
    city.client("SREM", "free", "driver:carl");
    city.assign("order:1", "PX", "1000", "OFFER");
    city.assign("order:2", "PX", "1000", "OFFER");
    city.published();
    city.client.clock.advance(1s);
    city.client.server().tick();
    const std::string messages = city.published();
    for (const std::string& driver : drivers) {
        const auto at = messages.find("\"driver\":\"" + driver);
        REQUIRE(at != std::string::npos);
        const auto line = messages.rfind('\n', at) + 1;
        CHECK(messages.substr(line, at - line).find("timed_out") != std::string::npos);
    }
    for (const char* sequence : {"2", "3"})  // of order:1 and order:2, each told once
        CHECK(count(messages, fmt::format("\"sequence\":{}}}", sequence)) == 2);
}

TEST_CASE("however many locks are deleted at once, no driver on a trip is free in between")
{
    City city;
    constexpr int kDrivers = 60;
    std::vector<std::string> words{"DEL"};
    for (int i = 0; i < kDrivers; ++i) {
        city.client("GEOADD", "geo", "77.5946", "12.9716", fmt::format("driver:{}", i));
        city.client("SADD", "free", fmt::format("driver:{}", i));
        city.assign(fmt::format("order:{}", i).c_str());
        words.push_back(fmt::format("agent:{}:lock", i));
    }
    CHECK(city.client.run(words) == ":60\r\n");
    words[0] = "EXISTS";
    CHECK(city.client.run(words) == ":60\r\n");
}

TEST_CASE("events of an order are numbered without a gap, from the first offer to the end")
{
    City city;
    city.assign("order:1", "PX", "1000", "OFFER");
    city.client("ASSIGN.REJECT", "order:1", "1");
    city.client("ASSIGN.ACCEPT", "order:1", "2");
    city.client("ASSIGN.COMPLETE", "order:1");
    std::string numbers;
    const auto messages = city.published();
    constexpr std::string_view kField = R"("sequence":)";
    for (auto at = messages.find(kField); at != std::string::npos;
         at = messages.find(kField, at + 1))
        numbers += messages.substr(at + kField.size(), 1);
    CHECK(numbers == "12345");
}

TEST_CASE("an event says who, how far, until when, and under which token")
{
    City city;
    city.assign("order:1", "PX", "1000", "OFFER");
    CHECK(city.published() ==
          R"({"event":"offered","order":"order:1","state":"offered","driver":"driver:anna",)"
          R"("token":1,"distance_m":585.3169920537459,"expires_at_ms":1700000001000,)"
          R"("time_ms":1700000000000,"sequence":1})"
          "\n");
}

TEST_CASE("an order that finds no candidate says why, and leaves no record")
{
    City city;
    CHECK(city.client("ASSIGN", "geo", "free", "order:1", "FROMLONLAT", "0", "0", "BYRADIUS", "1",
                      "KM") == "$-1\r\n");
    CHECK(city.published() ==
          R"({"event":"unassigned","order":"order:1","state":"unassigned","driver":null,)"
          R"("token":0,"distance_m":null,"expires_at_ms":null,"time_ms":1700000000000,)"
          R"("sequence":0,"reason":"no driver is in the area"})"
          "\n");
    CHECK(city.client("EXISTS", "order:1", "geo:token") == ":0\r\n");
}

TEST_CASE("a driver's own channel tells them of their offers")
{
    City city;
    Client anna{city.client};
    anna("SUBSCRIBE", "assign:driver:anna");
    city.assign("order:1", "OFFER");
    CHECK(std::string{anna.session().output.view()}.find(R"("event":"offered")") !=
          std::string::npos);
}

TEST_CASE("two orders at one moment get two drivers, whichever way they ask")
{
    City city;
    CHECK(field(city.assign("order:1", "OFFER"), "driver") == "driver:anna");
    CHECK(field(city.assign("order:2"), "driver") == "driver:ben");
    CHECK(city.client("SET", "agent:carl:lock", "order:3", "NX", "EX", "30") == "+OK\r\n");
    CHECK(city.assign("order:4").kind == protocol::Value::Kind::Null);
}

TEST_CASE("an answer after the time is over finds the order gone on")
{
    City city;
    city.assign("order:1", "PX", "1000", "OFFER");
    city.client.clock.advance(1s);
    CHECK(city.client("ASSIGN.ACCEPT", "order:1", "1").starts_with("-STALETOKEN "));
    CHECK(city.client("ASSIGN.ACCEPT", "order:1", "2").starts_with("*20\r\n"));
}

TEST_CASE("offers survive a flush of everything as little as their orders do")
{
    City city;
    city.assign("order:1", "PX", "1000", "OFFER");
    city.published();
    city.client("FLUSHALL");
    CHECK(city.client("ASSIGN.PENDING") == "*0\r\n");
    city.client.clock.advance(2s);
    city.client.server().tick();
    CHECK(city.published().empty());
    CHECK(city.client("DBSIZE") == ":0\r\n");
}

TEST_CASE("an order of the same name in another database is another order")
{
    City city;
    city.assign("order:1", "OFFER");
    city.client("SELECT", "1");
    CHECK(city.client("ASSIGN.GET", "order:1") == "$-1\r\n");
    CHECK(city.client("ASSIGN.PENDING") == "*0\r\n");
}

TEST_CASE("EXPLAIN of a standing order needs no place to search from, and chooses no driver")
{
    City city;
    city.assign("order:1");
    const auto reply =
        protocol::read_reply(city.client("ASSIGN.EXPLAIN", "geo", "free", "order:1", "FROMMEMBER",
                                         "restaurant:gone", "BYRADIUS", "5", "KM"));
    CHECK(field(reply, "outcome") ==
          "would change nothing: the order is assigned with driver:anna (token 1)");
    CHECK(reply.elements.at(5).elements.empty());
}

TEST_CASE("a hash that only looks like a record is refused, whatever is missing")
{
    City city;
    city.assign("order:1", "OFFER");
    const auto copy = protocol::read_reply(city.client("HGETALL", "order:1"));
    for (const std::string state : {"offered", "assigned", "completed"}) {
        city.client("DEL", "order:2");
        for (std::size_t i = 0; i < copy.elements.size(); i += 2) {
            const auto& name = copy.elements[i].text;
            if (name == "driver") continue;
            city.client("HSET", "order:2", name,
                        name == "state" ? state : copy.elements[i + 1].text);
        }
        INFO(state);
        CHECK(city.client("ASSIGN.GET", "order:2").starts_with("-WRONGTYPE "));
        CHECK(city.client("ASSIGN.EXPLAIN", "geo", "free", "order:2", "FROMLONLAT", "77.5946",
                          "12.9716", "BYRADIUS", "5", "KM")
                  .starts_with("-WRONGTYPE "));
    }
}

TEST_CASE("a driver who says yes at the last moment is held from then on")
{
    City city;
    city.assign("order:1", "OFFER", "PX", "1000", "HOLD", "60");
    city.client.clock.advance(999ms);
    CHECK(city.client("ASSIGN.ACCEPT", "order:1", "1").starts_with("*20\r\n"));
    city.client.clock.advance(60s - 1ms);
    // A stock client that read SMEMBERS just before the driver said yes.
    CHECK(city.client("SET", "agent:anna:lock", "order:2", "NX", "PX", "1000") == "$-1\r\n");
    city.client.clock.advance(1ms);
    CHECK(city.client("EXISTS", "agent:anna:lock") == ":0\r\n");
}

TEST_CASE("an order that is tried again without success says so again, and its record stays")
{
    City city;
    city.assign("order:1", "OFFER");
    city.client("ASSIGN.CANCEL", "order:1");
    city.client("DEL", "free");
    city.published();
    CHECK(city.assign("order:1").kind == protocol::Value::Kind::Null);
    CHECK(city.published() ==
          R"({"event":"unassigned","order":"order:1","state":"unassigned","driver":null,"token":0,)"
          R"("distance_m":null,"expires_at_ms":null,"time_ms":1700000000000,"sequence":0,)"
          R"("reason":"no driver is available"})"
          "\n");
    CHECK(city.client("HGET", "order:1", "state") == "$9\r\ncancelled\r\n");
}
