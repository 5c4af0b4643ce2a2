#include "server/commands/assign/assign_keys.h"

#include "server/commands/assign/assign_args.h"
#include "server/dispatch/search_keys.h"
#include "server/server.h"

namespace server::commands {

namespace {

/// It stands among the arguments, but a word of an option can look like REQUIRE to who counts keys.
void add_order(std::string_view order, std::uint8_t rights, std::vector<DerivedKey>& keys)
{
    keys.push_back({std::string{order}, std::nullopt, rights});
}

void add_keys_of_record(Call& call, std::string_view order, std::vector<DerivedKey>& keys)
{
    const auto record = call.server.dispatcher.orders(call.keys).find(order);
    if (record) add_record_keys(*record, keys);
}

}  // namespace

void keys_of_assign(Call& call, std::vector<DerivedKey>& keys)
{
    if (call.args.remaining() < kAssignMinArguments) return;
    const AssignRequest request = next_assign_request(call);
    add_order(request.order, kReadKey | kWriteKey, keys);
    add_search_keys(request.search, SearchUse::Take, keys);
    add_keys_of_record(call, request.order, keys);
}

void keys_of_explain(Call& call, std::vector<DerivedKey>& keys)
{
    if (call.args.remaining() < kAssignMinArguments) return;
    const AssignRequest request = next_assign_request(call);
    add_order(request.order, kReadKey, keys);
    add_search_keys(request.search, SearchUse::Look, keys);
}

void keys_of_order(Call& call, std::vector<DerivedKey>& keys)
{
    add_keys_of_record(call, call.args.next(), keys);
}

void keys_of_driver(Call& call, std::vector<DerivedKey>& keys)
{
    const auto member = call.args.next();
    std::string_view pattern = store::kDefaultLockPattern;
    if (call.args.accept("LOCK")) pattern = next_lock_pattern(call.args);
    std::string lock = store::lock_key(pattern, member);
    if (const auto* value = call.keys.find_if_type<store::String>(lock))
        keys.push_back({std::string{value->view()}, std::nullopt, kReadKey});
    keys.push_back({std::move(lock), std::nullopt, kReadKey});
}

void keys_of_pending(Call&, std::vector<DerivedKey>& keys) { keys.push_back({"", "", kReadKey}); }

}  // namespace server::commands
