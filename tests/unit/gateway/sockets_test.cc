#include <catch2/catch.hpp>
#include <deque>

#include "tests/unit/gateway/caller.h"

namespace gateway = server::gateway;
using namespace std::chrono_literals;
using tests::Caller;

namespace {

/// The client's end of a WebSocket without a socket.
class Peer final : public gateway::WebSocket
{
public:
    Peer(Caller& caller, std::string_view path, std::string_view query = "")
        : caller_(caller),
          answer_(caller.begin({.path = path, .query = query, .wants_web_socket = true}))
    {
        if (answer_->socket) answer_->socket->opened(*this);
        caller_.gateway.go_on();
    }
    ~Peer() override { hang_up(); }

    void hang_up()
    {
        if (answer_->socket) answer_->socket->closed();
        answer_->socket.reset();
    }

    void say(std::string_view text)
    {
        answer_->socket->received(text);
        answer_->socket->burst_ended();
        caller_.gateway.go_on();
    }
    /// Several messages that come at once.
    void say_at_once(std::initializer_list<std::string_view> texts)
    {
        for (const auto text : texts) answer_->socket->received(text);
        answer_->socket->burst_ended();
        caller_.gateway.go_on();
    }

    /// The next message; null if there is none.
    Caller::Json hear()
    {
        caller_.gateway.go_on();
        if (inbox_.empty()) return nullptr;
        const std::string text = *inbox_.front().bytes;
        inbox_.pop_front();
        return Caller::Json::parse(text, nullptr, false);
    }
    std::string hear_bytes()
    {
        if (inbox_.empty()) return {};
        const std::string bytes = *inbox_.front().bytes;
        inbox_.pop_front();
        return bytes;
    }

    /// Whether the client takes what it is sent.
    void stall(bool stalled)
    {
        stalled_ = stalled;
        if (!stalled) answer_->socket->drained();
    }

    void send(const gateway::Message& message) override { inbox_.push_back(message); }
    std::size_t unsent() const override { return stalled_ ? 100'000'000 : 0; }
    void close(gateway::CloseCode code, std::string_view) override { closed_with = code; }

    std::optional<gateway::CloseCode> closed_with;
    const auto& answer() const { return answer_; }

private:
    Caller& caller_;
    std::shared_ptr<Caller::Answer> answer_;
    std::deque<gateway::Message> inbox_;
    bool stalled_ = false;
};

constexpr std::string_view kOrder =
    R"({"order_id":"O","city":"blr","location":{"lat":12.9716,"lng":77.5946},"timeout_sec":30})";

void make_city(Caller& http)
{
    http.client("GEOADD", "drivers:geo:blr", "77.5812", "12.9680", "driver:D4", "77.5900",
                "12.9820", "driver:D2");
    http.client("SADD", "drivers:available:blr", "driver:D4", "driver:D2");
    http.client("HSET", "driver:D2", "city", "blr");
}

}  // namespace

TEST_CASE("a driver with an app is offered the order, and the answer waits for theirs")
{
    Caller http;
    make_city(http);
    Peer driver{http, "/v1/drivers/D2/socket"};
    CHECK(driver.hear()["status"] == "available");
    const auto request = gateway::Request{
        .method = gateway::Method::Post, .path = "/v1/delivery/assign", .body = kOrder};
    const auto answer = http.begin(request);
    CHECK_FALSE(answer->response);
    const auto offer = driver.hear();
    CHECK(offer["type"] == "offer");
    CHECK(offer["order"] == "O");
    CHECK(offer["expires_in_ms"] == 30'000);

    SECTION("who accepts")
    {
        driver.say(R"({"type":"accept","order":"O","token":1})");
        CHECK(driver.hear()["type"] == "assigned");
        CHECK(http.read(*answer->response)["driver"]["id"] == "D2");
        driver.say(R"({"type":"complete","order":"O","token":1})");
        CHECK(driver.hear()["type"] == "completed");
    }
    SECTION("who declines: the next one has no app, and has it at once")
    {
        driver.say(R"({"type":"reject","order":"O","token":1})");
        CHECK(driver.hear()["reason"] == "rejected");
        CHECK(http.read(*answer->response)["driver"]["id"] == "D4");
    }
    SECTION("whose time runs out")
    {
        http.client.clock.advance(31s);
        http.client("PING");
        CHECK(driver.hear()["reason"] == "timed_out");
        CHECK(http.read(*answer->response)["driver"]["id"] == "D4");
    }
    SECTION("who is told if the order is cancelled")
    {
        http.post("/v1/orders/O/cancel", "{}");
        CHECK(driver.hear()["type"] == "cancelled");
        CHECK(http.read(*answer->response)["type"] == "/v1/problems#order-ended");
    }
    SECTION("who reconnects, and finds the offer still open")
    {
        Peer again{http, "/v1/drivers/D2/socket"};
        CHECK(driver.closed_with == gateway::CloseCode::PolicyViolation);
        const auto hello = again.hear();
        CHECK(hello["status"] == "offered");
        CHECK(hello["order"] == "O");
        CHECK(hello["token"] == 1);
        again.say(R"({"type":"accept","order":"O","token":1})");
        CHECK(http.read(*answer->response)["driver"]["id"] == "D2");
    }
    SECTION("and cannot be accepted by another one")
    {
        Peer other{http, "/v1/drivers/D4/socket", "city=blr"};
        CHECK(other.hear()["type"] == "hello");
        other.say(R"({"type":"accept","order":"O","token":1})");
        CHECK(other.hear()["problem"] == "/v1/problems#stale-token");
    }
}

TEST_CASE("of the positions of a burst, the last one counts")
{
    Caller http;
    make_city(http);
    Peer driver{http, "/v1/drivers/D9/socket", "city=blr"};
    driver.hear();
    const auto calls = http.get("/v1/stats")["commands_total"].get<int>();
    driver.say_at_once({R"({"type":"position","lat":12.97,"lng":77.59})",
                        R"({"type":"position","lat":12.98,"lng":77.59})",
                        R"({"type":"position","lat":12.99,"lng":77.59})"});
    CHECK(http.get("/v1/stats")["commands_total"].get<int>() == calls + 2);  // SLOWLOG is one
    CHECK(http.get("/v1/drivers/D9?city=blr")["location"]["lat"].get<double>() ==
          Approx(12.99).margin(1e-5));
    CHECK(driver.hear().is_null());
}

TEST_CASE("positions of real devices are met with care")
{
    Caller http;
    const auto put = [&](std::string_view body) {
        const auto answer = http.put("/v1/drivers/D1/location", body);
        return http.status == 200 ? std::string{"taken"} : answer["type"].get<std::string>();
    };
    CHECK(put(R"({"city":"blr","lat":12.97,"lng":77.59})") == "taken");
    CHECK(put(R"({"city":"blr","lat":0,"lng":0})") == "/v1/problems#place-is-zero");
    CHECK(put(R"({"city":"blr","lat":77.59,"lng":12.97})") == "/v1/problems#impossible-jump");
    CHECK(put(R"({"city":"blr","lat":12.97,"lng":77.59,"at":1699999900000})") ==
          "/v1/problems#stale-position");
    CHECK(put(R"({"city":"blr","lat":12.97,"lng":77.59,"at":1700000100000})") ==
          "/v1/problems#stale-position");
    http.client.clock.advance(10s);
    CHECK(put(R"({"city":"blr","lat":12.9712,"lng":77.59,"at":1700000009000})") == "taken");
    CHECK(put(R"({"city":"blr","lat":12.9713,"lng":77.59,"at":1700000008000})") ==
          "/v1/problems#stale-position");
    CHECK(put(R"({"city":"blr","lat":0,"lng":0,"force":true})") == "taken");
    CHECK(put(R"({"lat":1,"lng":1})") == "/v1/problems#no-city");
}

TEST_CASE("a driver whose socket is gone is taken off after http-driver-gone, unless they are back")
{
    server::Options options;
    options.http_driver_gone_seconds = 20;
    Caller http{options};
    make_city(http);
    Peer driver{http, "/v1/drivers/D2/socket"};
    driver.hang_up();
    const auto is_available = [&] {
        http.client("PING");
        http.gateway.go_on();
        return http.client("SISMEMBER", "drivers:available:blr", "driver:D2") == ":1\r\n";
    };
    http.client.clock.advance(19s);
    CHECK(is_available());
    SECTION("gone")
    {
        http.client.clock.advance(2s);
        CHECK_FALSE(is_available());
    }
    SECTION("back in time")
    {
        Peer again{http, "/v1/drivers/D2/socket"};
        http.client.clock.advance(60s);
        CHECK(is_available());
    }
}

TEST_CASE("events are numbered, and a reader goes on where it was")
{
    server::Options options;
    options.http_events_kept = 3;
    Caller http{options};
    make_city(http);
    Peer all{http, "/v1/events"};
    CHECK(all.hear()["seq"] == 0);
    http.post("/v1/delivery/assign", kOrder);
    const auto event = all.hear();
    CHECK(event["type"] == "event");
    CHECK(event["seq"] == 1);
    CHECK(event["event"] == "assigned");
    CHECK(event["city"] == "blr");
    http.post("/v1/orders/O/complete", "{}");
    CHECK(all.hear()["event"] == "completed");

    Peer later{http, "/v1/events", "since=1"};
    CHECK(later.hear()["oldest"] == 1);
    CHECK(later.hear()["seq"] == 2);
    CHECK(later.hear().is_null());

    SECTION("one that stalls is told what it missed")
    {
        all.stall(true);
        for (const auto order : {"A", "B", "C", "D", "E"}) {
            http.client("ASSIGN", "drivers:geo:blr", "drivers:available:blr", order, "FROMLONLAT",
                        "77.59", "12.97", "BYRADIUS", "5", "km");
            http.gateway.go_on();
        }
        CHECK(all.hear().is_null());
        all.stall(false);
        const auto missed = all.hear();
        CHECK(missed["type"] == "missed");
        CHECK(missed["from"] == 3);
        CHECK(all.hear()["seq"] == missed["to"].get<int>() + 1);
    }
    SECTION("one that knows the future is told of the restart")
    {
        Peer lost{http, "/v1/events", "since=99"};
        lost.hear();
        CHECK(lost.hear()["type"] == "missed");
        CHECK(lost.hear()["seq"] == 1);
    }
    SECTION("of one city only")
    {
        Peer elsewhere{http, "/v1/events", "city=mum&since=0"};
        CHECK(elsewhere.hear()["type"] == "hello");
        CHECK(elsewhere.hear().is_null());
    }
}

TEST_CASE("a WebSocket's path, asked for otherwise, says so")
{
    Caller http;
    CHECK(http.get("/v1/events")["type"] == "/v1/problems#web-socket-only");
    CHECK(http.status == 426);
    Peer nowhere{http, "/v1/drivers/D1/socket"};
    CHECK(nowhere.answer()->response->status == 422);
}

TEST_CASE("a map is a snapshot and then changes, 16 bytes each")
{
    Caller http;
    make_city(http);
    Peer watcher{http, "/v1/map", "city=blr"};
    const std::string start = watcher.hear_bytes();
    CHECK(start == std::string("\1\0\0\0\2\0\0\0", 8));
    const std::string part = watcher.hear_bytes();
    REQUIRE(part.size() == 8 + 2 * 16);
    CHECK(part[1] == 1);
    CHECK(part[8 + 12] == 1);  // available

    const auto next_second = [&] {
        http.client.clock.advance(1s);
        http.client("PING");
        http.gateway.go_on();
        return watcher.hear_bytes();
    };
    CHECK(next_second().empty());
    http.post("/v1/delivery/assign", kOrder);
    const std::string changes = next_second();
    REQUIRE(changes.size() == 8 + 16);
    CHECK(changes[1] == 2);
    CHECK(changes[8 + 12] == 3);  // busy
    http.client("ZREM", "drivers:geo:blr", "driver:D2");
    CHECK(next_second()[8 + 12] == 0);  // gone

    watcher.say(R"({"type":"names","indexes":[0,1,7]})");
    CHECK(watcher.hear()["names"].size() == 2);
    watcher.say(R"({"type":7})");
    watcher.say("nonsense");
    CHECK(watcher.hear().is_null());
}

TEST_CASE("what a driver says during CLIENT PAUSE is heard afterwards, in order")
{
    Caller http;
    make_city(http);
    Peer driver{http, "/v1/drivers/D2/socket"};
    http.client("ASSIGN", "drivers:geo:blr", "drivers:available:blr", "order:O", "FROMLONLAT",
                "77.5946", "12.9716", "BYRADIUS", "5", "km", "OFFER");
    CHECK(driver.hear()["type"] == "hello");
    CHECK(driver.hear()["type"] == "offer");
    http.client("CLIENT", "PAUSE", "1000", "WRITE");
    driver.say(R"({"type":"position","lat":12.90,"lng":77.50})");
    driver.say(R"({"type":"accept","order":"O","token":1})");
    driver.say(R"({"type":"complete","order":"O","token":1})");
    driver.say(R"({"type":"position","lat":12.91,"lng":77.51})");
    CHECK(driver.hear() == nullptr);
    CHECK(http.client("HGET", "order:O", "state") == "$7\r\noffered\r\n");

    SECTION("all of it")
    {
        http.client.clock.advance(1s);
        http.client("PING");
        CHECK(driver.hear()["type"] == "assigned");
        CHECK(driver.hear()["type"] == "completed");
        CHECK(driver.hear() == nullptr);
        CHECK_THAT(http.client("GEOPOS", "drivers:geo:blr", "driver:D2"), Catch::Contains("77.51"));
    }
    SECTION("unless the driver has hung up")
    {
        driver.hang_up();
        http.client.clock.advance(1s);
        http.client("PING");
        http.gateway.go_on();
        CHECK(http.client("HGET", "order:O", "state") == "$7\r\noffered\r\n");
    }
    SECTION("and no more than a bounded number of messages")
    {
        for (int i = 0; i < 100; ++i) driver.say(R"({"type":"available","available":true})");
        CHECK(driver.closed_with == gateway::CloseCode::TryAgainLater);
    }
}

TEST_CASE("a driver who has no app has the order after a pause that began meanwhile")
{
    Caller http;
    make_city(http);
    Peer driver{http, "/v1/drivers/D2/socket"};
    const auto answer = http.begin(
        {.method = gateway::Method::Post, .path = "/v1/delivery/assign", .body = kOrder});
    http.client("ASSIGN.REJECT", "order:O", "1");  // D4 is asked
    http.client("CLIENT", "PAUSE", "40000", "WRITE");
    http.gateway.go_on();
    CHECK_FALSE(answer->response);
    http.client("CLIENT", "UNPAUSE");
    http.client("PING");
    http.gateway.go_on();
    http.gateway.go_on();
    CHECK(http.read(answer->response.value())["driver"]["id"] == "D4");
}
