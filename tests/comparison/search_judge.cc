#include "tests/comparison/search_judge.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "server/execution/args.h"

namespace tests {

using protocol::Value;

namespace {

using Distances = std::map<std::string, double>;

/// The search without what limits, orders or decorates its result, but with distances.
Request for_all_distances(const Request& request)
{
    // Where the first options can stand: before that, words are keys, members and numbers.
    constexpr std::size_t kFirstOption = 2;
    Request all;
    for (std::size_t i = 0; i < request.size(); ++i) {
        const auto is = [&](std::string_view word) { return server::is_word(request[i], word); };
        if (i >= kFirstOption && is("COUNT")) {
            ++i;
        } else if (i < kFirstOption || !(is("ASC") || is("DESC") || is("ANY") || is("WITHCOORD") ||
                                         is("WITHDIST") || is("WITHHASH"))) {
            all.push_back(request[i]);
        }
    }
    all.push_back("WITHDIST");
    return all;
}

Distances all_distances(Connection& side, const Request& request)
{
    const auto all = protocol::read_reply(side.execute(for_all_distances(request)));
    Distances distances;
    for (const auto& element : all.elements) {
        if (element.elements.size() != 2) throw TargetError{"a search answered without distances"};
        distances[element.elements[0].text] = std::atof(element.elements[1].text.c_str());
    }
    return distances;
}

const std::string& member_of(const Value& element)
{
    return element.elements.empty() ? element.text : element.elements[0].text;
}

/// COUNT's number; none: as many as there are.
std::size_t limit_of(const Request& request)
{
    std::size_t limit = std::string::npos;
    for (std::size_t i = 1; i + 1 < request.size(); ++i) {
        if (server::is_word(request[i], "COUNT"))
            limit = std::strtoull(request[i + 1].c_str(), nullptr, 10);
    }
    return limit;
}

/// The last of ASC and DESC counts; a COUNT without either takes the nearest.
bool is_descending(const Request& request)
{
    bool descending = false;
    for (const auto& word : request) {
        if (server::is_word(word, "ASC")) descending = false;
        if (server::is_word(word, "DESC")) descending = true;
    }
    return descending;
}

bool is_sorted(const Request& request)
{
    return has_word(request, "ASC") || has_word(request, "DESC") ||
           (has_word(request, "COUNT") && !has_word(request, "ANY"));
}

/// If no order was asked for, members come in Redis's own; what only Dabba finds comes behind them.
bool same_order(const Request& request, const Value& dabba, const Value& redis)
{
    if (is_sorted(request)) return true;
    return dabba.elements.size() >= redis.elements.size() &&
           std::equal(redis.elements.begin(), redis.elements.end(), dabba.elements.begin());
}

/// Is what was found in the order asked for, and is nobody left out who comes before the last?
bool is_best(const Request& request, const std::vector<double>& found, const Distances& left_out)
{
    if (!is_sorted(request) || found.empty()) return true;
    const double sign = is_descending(request) ? -1 : 1;
    const auto comes_before = [&](double left, double right) { return sign * left < sign * right; };
    if (!std::is_sorted(found.begin(), found.end(), comes_before)) return false;
    if (has_word(request, "ANY")) return true;
    return std::none_of(left_out.begin(), left_out.end(), [&](const auto& member) {
        return comes_before(member.second, found.back());
    });
}

/// Is the answer one that the request allows, if this is all there is?
bool is_right(const Request& request, const Value& answer, const Distances& all)
{
    if (answer.elements.size() != std::min(limit_of(request), all.size())) return false;
    Distances left_out = all;
    std::vector<double> found;
    for (const auto& element : answer.elements) {
        const auto member = left_out.find(member_of(element));
        if (member == left_out.end()) return false;
        found.push_back(member->second);
        left_out.erase(member);
    }
    return is_best(request, found, left_out);
}

/// Do both tell the same about the members that both have found?
bool same_details(const Value& dabba, const Value& redis)
{
    std::map<std::string, const Value*> of_redis;
    for (const auto& element : redis.elements) of_redis[member_of(element)] = &element;
    return std::all_of(dabba.elements.begin(), dabba.elements.end(), [&](const Value& element) {
        const auto found = of_redis.find(member_of(element));
        return found == of_redis.end() || *found->second == element;
    });
}

}  // namespace

bool has_word(const Request& request, std::string_view word)
{
    return std::any_of(request.begin() + 1, request.end(),
                       [&](const std::string& text) { return server::is_word(text, word); });
}

bool is_search(const Request& request)
{
    static constexpr std::string_view kSearches[] = {"GEOSEARCH",         "GEOSEARCHSTORE",
                                                     "GEORADIUS",         "GEORADIUS_RO",
                                                     "GEORADIUSBYMEMBER", "GEORADIUSBYMEMBER_RO"};
    return std::any_of(std::begin(kSearches), std::end(kSearches), [&](std::string_view command) {
        return server::is_word(request[0], command);
    });
}

bool is_stored_search(const Request& request)
{
    return server::is_word(request[0], "GEOSEARCHSTORE") ||
           (is_search(request) && (has_word(request, "STORE") || has_word(request, "STOREDIST")));
}

SearchVerdict judge_search(const Request& request, const Value& dabba, const Value& redis,
                           Connection& dabba_side, Connection& redis_side)
{
    if (dabba.kind != redis.kind || !same_details(dabba, redis) ||
        !same_order(request, dabba, redis)) {
        return SearchVerdict::Different;
    }
    const auto in_dabba = all_distances(dabba_side, request);
    const auto in_redis = all_distances(redis_side, request);
    const bool holds_all =
        std::includes(in_dabba.begin(), in_dabba.end(), in_redis.begin(), in_redis.end());
    if (!holds_all || !is_right(request, dabba, in_dabba)) return SearchVerdict::Different;
    return in_dabba.size() == in_redis.size() ? SearchVerdict::Same : SearchVerdict::Wider;
}

}  // namespace tests
