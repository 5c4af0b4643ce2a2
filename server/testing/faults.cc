#include "server/testing/faults.h"

#include <algorithm>
#include <utility>

#include "server/catalogue/command_table.h"
#include "server/catalogue/keys.h"
#include "server/clients/session.h"
#include "store/glob.h"

namespace server {

namespace {

bool has_key_like(const std::string& pattern, const Command& command,
                  std::span<const std::string_view> request)
{
    const auto keys = find_keys(command, request);
    return keys && std::ranges::any_of(*keys, [&](const FoundKey& found) {
               return store::matches(pattern, found.key);
           });
}

bool is_for(const FaultRule& rule, const Session& session, const Command& command,
            std::span<const std::string_view> request)
{
    constexpr bool kIgnoreCase = true;
    if (!rule.command.empty() && !store::matches(rule.command, full_name(command), kIgnoreCase))
        return false;
    if (!rule.client.empty() && !store::matches(rule.client, session.name)) return false;
    return rule.key.empty() || has_key_like(rule.key, command, request);
}

}  // namespace

std::uint64_t Faults::add(FaultRule rule)
{
    rule.id = ++last_id_;
    rules_.push_back(std::move(rule));
    return last_id_;
}

bool Faults::remove(std::uint64_t id)
{
    return std::erase_if(rules_, [id](const FaultRule& rule) { return rule.id == id; }) != 0;
}

std::optional<Fault> Faults::strike(const Session& session, const Command& command,
                                    std::span<const std::string_view> request)
{
    for (FaultRule& rule : rules_) {
        if (!is_for(rule, session, command, request)) continue;
        if (++rule.matched < rule.nth || rule.struck == rule.times) continue;
        ++rule.struck;
        return rule.fault;
    }
    return std::nullopt;
}

}  // namespace server
