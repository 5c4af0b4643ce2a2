#include "tests/comparison/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <thread>
#include <utility>

#include "protocol/reply_reader.h"
#include "server/execution/args.h"
#include "tests/comparison/exchange.h"
#include "tests/comparison/keyspace_state.h"
#include "tests/comparison/search_judge.h"
#include "tests/comparison/waiting.h"
#include "tests/support/words.h"

namespace tests {

using protocol::Value;

namespace {

constexpr std::size_t kStepsBetweenStates = 300;

// How many steps all attempts to shrink may take together: some seconds.
constexpr std::size_t kShrinkingBudget = 500'000;

/// The bytes of a reply for people, not more than fit on a screen.
std::string shown(const std::string& reply)
{
    constexpr std::size_t kMax = 1500;
    return reply.size() <= kMax ? join_words({reply})
                                : join_words({reply.substr(0, kMax)}) + " ...";
}

/// Both replies; nothing where the client waits for it.
std::string shown_both(const std::optional<std::string>& dabba,
                       const std::optional<std::string>& redis)
{
    const auto text = [](const std::optional<std::string>& reply) {
        return reply ? shown(*reply) : "(waits)";
    };
    return fmt::format("dabba: {}\nredis: {}", text(dabba), text(redis));
}

/// Does the request make a key that is over a few milliseconds later?
bool is_brief(const Request& request)
{
    if (!is_command(request, "SET")) return false;
    for (std::size_t i = 3; i + 1 < request.size(); ++i) {
        if (server::is_word(request[i], "PX") && request[i + 1].size() == 1) return true;
    }
    return false;
}

/// A key that ends between the two servers' turns would look different to them: wait till it has.
void wait_for_the_end_of_brief_keys() { std::this_thread::sleep_for(std::chrono::milliseconds{6}); }

}  // namespace

Comparison::Comparison(Target& dabba, Target& redis, std::function<void()> before_step,
                       std::string speaks_as)
    : dabba_(dabba),
      redis_(redis),
      before_step_(std::move(before_step)),
      dabba_side_(dabba.connect()),
      redis_side_(redis.connect()),
      judge_(*dabba_side_, *redis_side_, std::move(speaks_as))
{}

std::optional<Difference> Comparison::run(std::span<const Step> steps,
                                          const std::function<void(std::size_t)>& after_step)
{
    begin_run();
    std::optional<Difference> difference;
    for (std::size_t i = 0; i < steps.size() && !difference; ++i) {
        std::optional<std::string> details;
        try {
            details = take_step(steps[i]);
            const bool states_are_due = (i + 1) % kStepsBetweenStates == 0 || i + 1 == steps.size();
            if (!details && states_are_due) details = compare_states();
        } catch (const TargetError& error) {
            details = error.what();
        }
        if (details) difference = Difference{.step = i, .details = *details};
        if (after_step && !difference) after_step(i + 1);
    }
    end_run();
    return difference;
}

void Comparison::begin_run()
{
    before_step_();
    for (auto* side : {dabba_side_.get(), redis_side_.get()}) {
        side->execute(Request{"FLUSHALL"});
        side->execute(Request{"SCRIPT", "FLUSH"});
        side->execute(Request{"FUNCTION", "FLUSH"});
    }
    for (auto& client : clients_) {
        client = {};
        client.dabba = dabba_.connect();
        client.redis = redis_.connect();
    }
}

/// Nobody waits any more: a server that has not noticed yet that a client is gone would serve it.
void Comparison::end_run()
{
    for (auto& client : clients_) {
        if (!client.waiting) continue;
        dabba_side_->execute(Request{"CLIENT", "UNBLOCK", client.dabba->client_id()});
        redis_side_->execute(Request{"CLIENT", "UNBLOCK", client.redis->client_id()});
    }
}

std::optional<std::string> Comparison::take_step(const Step& step)
{
    constexpr int kMaxSkipped = 5;
    before_step_();
    auto& client = clients_[step.client];
    std::optional<std::string> details;
    if (!client.waiting) {
        details = take(client, step.request);
    } else if (++client.skipped > kMaxSkipped) {
        details = unblock(client, step.request.size() % 2 == 0);
    }
    return details ? details : look_after_waiting();
}

std::optional<std::string> Comparison::take(Client& client, const Request& request)
{
    // Which of the keys that are waited for a swap makes ready first is the order of Redis's table.
    if (is_command(request, "SWAPDB")) {
        if (client.in_transaction) return std::nullopt;
        if (auto details = unblock_all()) return details;
    }
    if (may_wait(request)) {
        const bool briefly = waits_briefly(request) && !client.in_transaction;
        return briefly ? wait_briefly(client, request) : begin(client, request);
    }
    if (is_exchange(request)) {
        const Request of_dabba = with_dump(request, *dabba_side_, client.database);
        const Request of_redis = with_dump(request, *redis_side_, client.database);
        return settle(client, request, client.dabba->execute(of_redis),
                      client.redis->execute(of_dabba));
    }
    const auto dabba = client.dabba->execute(request);
    const auto redis = client.redis->execute(request);
    return settle(client, request, dabba, redis);
}

std::optional<std::string> Comparison::begin(Client& client, const Request& request)
{
    const auto dabba = client.dabba->begin(request);
    const auto redis = client.redis->begin(request);
    if (dabba && redis) return settle(client, request, *dabba, *redis);
    if (dabba || redis) return shown_both(dabba, redis);
    client.waiting = request;
    client.skipped = 0;
    return std::nullopt;
}

/// Waits for the end of a wait of some milliseconds, so that nothing else happens meanwhile.
std::optional<std::string> Comparison::wait_briefly(Client& client, const Request& request)
{
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds{5};
    auto dabba = client.dabba->begin(request);
    const auto redis = client.redis->execute(request);
    while (!dabba && std::chrono::steady_clock::now() < patience) {
        before_step_();
        dabba = client.dabba->reply_meanwhile();
    }
    if (!dabba) return shown_both(dabba, redis);
    return settle(client, request, *dabba, redis);
}

std::optional<std::string> Comparison::unblock(Client& client, bool with_error)
{
    Request request{"CLIENT", "UNBLOCK", client.dabba->client_id(),
                    with_error ? "ERROR" : "TIMEOUT"};
    const auto dabba = dabba_side_->execute(request);
    request[2] = client.redis->client_id();
    const auto redis = redis_side_->execute(request);
    if (dabba == redis) return std::nullopt;
    return shown_both(dabba, redis);
}

std::optional<std::string> Comparison::unblock_all()
{
    for (auto& client : clients_) {
        if (!client.waiting) continue;
        if (auto details = unblock(client, false)) return details;
    }
    return look_after_waiting();
}

/// Those whose wait has come to an end must have got the same from both servers.
std::optional<std::string> Comparison::look_after_waiting()
{
    for (auto& client : clients_) {
        if (!client.waiting) continue;
        const auto dabba = client.dabba->reply_meanwhile();
        const auto redis = client.redis->reply_meanwhile();
        if (!dabba && !redis) continue;
        const auto request = *std::exchange(client.waiting, std::nullopt);
        const auto details =
            dabba && redis ? settle(client, request, *dabba, *redis) : shown_both(dabba, redis);
        if (details) return "who waited with " + join_words(request) + ":\n" + *details;
    }
    return std::nullopt;
}

/// Compares the replies, and what else the request must have done.
std::optional<std::string> Comparison::settle(Client& client, const Request& request,
                                              const std::string& dabba, const std::string& redis)
{
    if (!same(client, request, dabba, redis)) return shown_both(dabba, redis);
    if (is_command(request, "SCAN") && redis[0] == '*' && !same_scan(client, request)) {
        return std::string{"a whole scan finds different keys"};
    }
    remember(client, request, redis);
    return std::nullopt;
}

bool Comparison::same(const Client& client, const Request& request, const std::string& dabba,
                      const std::string& redis)
{
    if (dabba == redis) return true;
    const auto of_dabba = protocol::read_reply(dabba);
    const auto of_redis = protocol::read_reply(redis);
    if (client.in_transaction && is_command(request, "EXEC")) {
        return same_transaction(client, of_dabba, of_redis);
    }
    return judge_.same(request, client.database, of_dabba, of_redis);
}

bool Comparison::same_transaction(const Client& client, const Value& dabba, const Value& redis)
{
    if (dabba.kind != redis.kind || dabba.elements.size() != redis.elements.size() ||
        redis.elements.size() != client.queue.size()) {
        return false;
    }
    for (std::size_t i = 0; i < client.queue.size(); ++i) {
        if (!judge_.same_in_transaction(client.queue[i], dabba.elements[i], redis.elements[i])) {
            return false;
        }
    }
    return true;
}

/// Keeps in mind what the request has done to the client, and tidies up after it.
void Comparison::remember(Client& client, const Request& request, const std::string& reply)
{
    const auto is = [&](std::string_view command) { return is_command(request, command); };
    if (reply == "+QUEUED\r\n") {
        client.queue.push_back(request);
        return;
    }
    std::vector<Request> done{request};
    if (client.in_transaction && is("EXEC") && reply[0] == '*' && !reply.starts_with("*-1")) {
        done = client.queue;
    }
    const bool ends_transaction = (is("EXEC") && !reply.starts_with("-ERR wrong number")) ||
                                  (is("DISCARD") && reply == "+OK\r\n") || reply == "+RESET\r\n" ||
                                  is("QUIT");
    if (is("MULTI") && reply == "+OK\r\n") client.in_transaction = true;
    if (ends_transaction) {
        client.in_transaction = false;
        client.queue.clear();
    }
    if (reply == "+RESET\r\n" || (is("QUIT") && reply[0] == '+')) client.database = 0;
    if (std::any_of(done.begin(), done.end(), is_brief)) wait_for_the_end_of_brief_keys();
    for (const auto& one : done) {
        if (is_command(one, "SELECT") && one.size() == 2 && reply[0] != '-') {
            const auto database = std::atoi(one[1].c_str());
            if (database >= 0 && database < 16) client.database = database;
        }
        if (reply[0] == ':' && is_stored_search(one)) forgive_stored(client, one);
    }
}

/// Goes on with a scan until it ends on both servers: together its pages hold the same.
bool Comparison::same_scan(Client& client, const Request& request)
{
    const auto whole = [&](Connection& connection) {
        std::set<std::string> keys;
        Request page = request;
        page[1] = "0";
        do {
            const auto value = protocol::read_reply(connection.execute(page));
            for (const auto& key : value.elements.at(1).elements) keys.insert(key.text);
            page[1] = value.elements.at(0).text;
        } while (page[1] != "0");
        return keys;
    };
    before_step_();
    return whole(*client.dabba) == whole(*client.redis);
}

/// COUNT may take any of several members at the same distance, and Dabba may find more, so that a
/// stored result can differ. It is deleted then, lest everything after it differs, too.
void Comparison::forgive_stored(Client& client, const Request& request)
{
    auto destination = request[1];
    for (std::size_t i = 2; i + 1 < request.size(); ++i) {
        const bool names_it =
            server::is_word(request[i], "STORE") || server::is_word(request[i], "STOREDIST");
        if (names_it && !is_command(request, "GEOSEARCHSTORE")) destination = request[i + 1];
    }
    const Request select{"SELECT", std::to_string(client.database)};
    std::string stored[2];
    Connection* const sides[] = {dabba_side_.get(), redis_side_.get()};
    for (int i = 0; i < 2; ++i) {
        sides[i]->execute(select);
        stored[i] = sides[i]->execute(Request{"ZRANGE", destination, "0", "-1"});
    }
    if (stored[0] == stored[1]) return;
    for (auto* side : sides) side->execute(Request{"DEL", destination});
}

std::optional<std::string> Comparison::compare_states()
{
    before_step_();
    return first_difference(read_state(*dabba_side_), read_state(*redis_side_));
}

std::vector<Step> Comparison::shrink(std::vector<Step> steps)
{
    std::size_t taken = 0;
    for (std::size_t chunk = steps.size() / 2; chunk > 0; chunk /= 2) {
        for (std::size_t first = 0; first < steps.size() && taken < kShrinkingBudget;) {
            std::vector<Step> fewer{steps.begin(),
                                    steps.begin() + static_cast<std::ptrdiff_t>(first)};
            if (first + chunk < steps.size()) {
                fewer.insert(fewer.end(),
                             steps.begin() + static_cast<std::ptrdiff_t>(first + chunk),
                             steps.end());
            }
            taken += fewer.size();
            if (const auto difference = run(fewer)) {
                fewer.resize(difference->step + 1);
                steps = std::move(fewer);
            } else {
                first += chunk;
            }
        }
    }
    return steps;
}

}  // namespace tests
