#include "tests/comparison/generator.h"

#include <array>
#include <utility>

#include "ascii/integer.h"
#include "server/execution/args.h"
#include "store/number.h"
#include "tests/comparison/requests.h"
#include "tests/comparison/search_judge.h"
#include "tests/comparison/waiting.h"

namespace tests {

namespace {

Request draw(Words& words)
{
    const std::span<const Recipe> themes[] = {
        key_recipes(),     string_recipes(),     hash_recipes(),   collection_recipes(),
        set_recipes(),     sorted_set_recipes(), geo_recipes(),    list_recipes(),
        waiting_recipes(), script_recipes(),     session_recipes()};
    std::uint64_t total = 0;
    for (const auto theme : themes) {
        for (const auto& recipe : theme) total += static_cast<std::uint64_t>(recipe.weight);
    }
    auto at = words.below(total);
    for (const auto theme : themes) {
        for (const auto& recipe : theme) {
            const auto weight = static_cast<std::uint64_t>(recipe.weight);
            if (at < weight) return recipe.make(words);
            at -= weight;
        }
    }
    return {"PING"};  // not reached: `at` is below the total
}

/// Breaks a request in one place. The command stays, for a server has little to say about others.
void damage(Words& words, Request& request)
{
    const auto at = request.begin() + static_cast<std::ptrdiff_t>(words.below(request.size()));
    if (at == request.begin()) {
        request.push_back(words.junk());
        return;
    }
    switch (words.below(5)) {
        case 0: request.erase(at, request.end()); break;
        case 1: request.erase(at); break;
        case 2: *at = words.junk(); break;
        case 3: request.insert(at, words.junk()); break;
        default: {
            const std::string copy = *at;
            request.push_back(copy);
        }
    }
}

/// Not what asks for connections by number, since each server counts its own; nor HELLO, see there.
bool may_be_damaged(const Request& request)
{
    const bool by_number = request[0] == "CLIENT" && (request[1] == "KILL" || request[1] == "LIST");
    // Nor what keeps the members of some sets at one score (see explains_bylex).
    const bool of_one_score = request[0] == "ZADD" && request[1].starts_with("lex:");
    return !by_number && !of_one_score && request[0] != "HELLO";
}

/// What a client in a transaction does next: most often he ends it soon.
Request draw_in_transaction(Words& words)
{
    if (words.one_in(8)) return {"EXEC"};
    if (words.one_in(60)) return {"DISCARD"};
    return draw(words);
}

bool begins_transaction(const Request& request) { return request == Request{"MULTI"}; }

bool ends_transaction(const Request& request)
{
    return request == Request{"EXEC"} || request == Request{"DISCARD"} ||
           request == Request{"RESET"} || request[0] == "QUIT";
}

bool is_between(const std::string& text, std::int64_t least, std::int64_t most)
{
    const auto number = ascii::parse_integer(text);
    return number && *number >= least && *number <= most;
}

/// Would the request make a key that ends during the run, but not at once? The two servers' clocks
/// differ by a moment, so that then their answers could, too.
bool ends_soon(const Request& request)
{
    constexpr std::int64_t kBriefest = 4;
    constexpr std::int64_t kSoon = 900'000;
    if (request[0].ends_with("EXPIRE")) {
        return request.size() > 2 && is_between(request[2], 1, request[0][0] == 'P' ? kSoon : 999);
    }
    if (request[0] == "SETEX" || request[0] == "PSETEX") {
        return request.size() > 2 && is_between(request[2], 1, request[0] == "SETEX" ? 999 : kSoon);
    }
    for (std::size_t i = 2; i + 1 < request.size(); ++i) {
        if (server::is_word(request[i], "EX") && is_between(request[i + 1], 1, 999)) return true;
        if (server::is_word(request[i], "PX") && is_between(request[i + 1], kBriefest, kSoon)) {
            return true;
        }
    }
    return false;
}

/// Would the request remove members by chance, which is each server's own? All or none are no
/// chance.
bool removes_by_chance(const Request& request)
{
    constexpr std::int64_t kMoreThanAnySet = 100'000;
    return request[0] == "SPOP" &&
           (request.size() == 2 ||
            (request.size() == 3 && is_between(request[2], 1, kMoreThanAnySet - 1)));
}

/// Would the request change data by members of several scores? See explains_bylex().
bool changes_by_member(const Request& request)
{
    const auto source = request[0] == "ZREMRANGEBYLEX" ? 1U : 2U;
    const bool may = request[0] == "ZREMRANGEBYLEX" ||
                     (request[0] == "ZRANGESTORE" && has_word(request, "BYLEX"));
    return may && request.size() > source && !request[source].starts_with("lex:");
}

/// Redis 7.0 refuses words behind ZRANK's member, which would spoil a transaction.
bool is_long_zrank(const Request& request)
{
    return (request[0] == "ZRANK" || request[0] == "ZREVRANK") && request.size() > 3;
}

}  // namespace

std::vector<Step> generate_steps(std::uint64_t seed, std::size_t count, std::int64_t now_ms)
{
    Words words{seed, now_ms};
    std::array<bool, kClients> in_transaction{};
    std::vector<Step> steps;
    steps.reserve(count);
    while (steps.size() < count) {
        Step step{.client = words.below(kClients), .request = {}};
        auto& open = in_transaction[step.client];
        step.request = open ? draw_in_transaction(words) : draw(words);
        if (words.one_in(12) && may_be_damaged(step.request)) damage(words, step.request);
        if (waits_for_seconds(step.request) || ends_soon(step.request) ||
            removes_by_chance(step.request))
            continue;
        if (changes_by_member(step.request)) continue;
        // What it stores may differ (see known_differences), and nobody could say when it was read.
        if (open && is_stored_search(step.request)) continue;
        // Where Redis 7.0 refuses a COMMAND GETKEYS that 7.2 takes, it would spoil the transaction.
        if (open && (step.request[0] == "COMMAND" || is_long_zrank(step.request))) continue;
        if (begins_transaction(step.request)) open = true;
        if (ends_transaction(step.request)) open = false;
        step.request[0] = words.any_case(step.request[0]);
        steps.push_back(std::move(step));
    }
    return steps;
}

}  // namespace tests
