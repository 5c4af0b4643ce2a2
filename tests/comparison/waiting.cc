#include "tests/comparison/waiting.h"

#include <algorithm>
#include <cstdlib>
#include <span>
#include <string_view>

#include "tests/comparison/judge.h"

namespace tests {

namespace {

constexpr double kBrief = 0.01;
constexpr double kLongerThanAnyRun = 1000;

constexpr std::string_view kTimeoutFirst[] = {"BLMPOP", "BZMPOP"};
constexpr std::string_view kTimeoutLast[] = {"BLPOP",      "BRPOP",    "BLMOVE",
                                             "BRPOPLPUSH", "BZPOPMIN", "BZPOPMAX"};

bool is_one_of(const Request& request, std::span<const std::string_view> commands)
{
    return std::any_of(commands.begin(), commands.end(),
                       [&](std::string_view command) { return is_command(request, command); });
}

/// In seconds; 0 (for ever) if the request says nothing that a server would understand.
double timeout(const Request& request)
{
    if (!may_wait(request) || request.size() < 2) return 0;
    const auto& word = is_one_of(request, kTimeoutFirst) ? request[1] : request.back();
    return std::strtod(word.c_str(), nullptr);
}

}  // namespace

bool may_wait(const Request& request)
{
    return is_one_of(request, kTimeoutFirst) || is_one_of(request, kTimeoutLast);
}

bool waits_briefly(const Request& request)
{
    return timeout(request) > 0 && timeout(request) <= kBrief;
}

bool waits_for_seconds(const Request& request)
{
    return timeout(request) > kBrief && timeout(request) < kLongerThanAnyRun;
}

}  // namespace tests
