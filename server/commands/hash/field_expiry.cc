#include "server/commands/hash/field_expiry.h"

#include "ascii/integer.h"

namespace server::commands {

store::Deadline next_field_deadline(Call& call, ExpiryForm form)
{
    // Redis keeps a field's deadline in 46 bits.
    constexpr store::Deadline kLatest{std::chrono::milliseconds{(std::int64_t{1} << 46) - 1}};
    const std::int64_t number = call.args.next_integer();
    if (number < 0) throw CommandError{"ERR invalid expire time, must be >= 0"};
    const auto deadline = to_deadline(number, form, call.keys.clock().now_ms());
    if (!deadline || *deadline > kLatest) throw invalid_expiry(call);
    return *deadline;
}

std::optional<ExpiryForm> accept_expiry_form(Args& args)
{
    for (const auto& [word, form] : kExpiryWords)
        if (args.accept(word)) return form;
    return std::nullopt;
}

bool set_field_deadline(Call& call, store::Edit<store::Hash>& hash, std::string_view key,
                        std::string_view field, store::Deadline deadline)
{
    ++hash.changes;
    const bool has_come = call.keys.clock().has_come(deadline);
    hash.event = has_come ? "hdel" : "hexpire";
    if (has_come) {
        hash->erase(field);
        call.log_as({"HDEL", key, field});
    } else {
        hash->set_deadline(field, deadline);
        log_field_deadline(call, key, field, deadline);
    }
    return !has_come;
}

void log_field_deadline(Call& call, std::string_view key, std::string_view field,
                        store::Deadline deadline)
{
    const ascii::IntegerText ms{deadline.time_since_epoch().count()};
    call.log_as({"HPEXPIREAT", key, ms, "FIELDS", "1", field});
}

}  // namespace server::commands
