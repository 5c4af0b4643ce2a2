#include <algorithm>
#include <limits>
#include <vector>

#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/commands/hash/field_expiry.h"
#include "server/commands/hash/hash_fields.h"
#include "server/commands/value_limits.h"

namespace server::commands {

namespace {

using store::Hash;

/// Reads fields, and gives them a deadline or takes it away.
void hgetex(Call& call)
{
    const auto key = call.args.next();
    auto hash = call.keys.edit_existing<Hash>(key);
    std::optional<store::Deadline> deadline;
    if (const auto form = accept_expiry_form(call.args))
        deadline = next_field_deadline(call, *form);
    const bool persist = !deadline && call.args.accept("PERSIST");
    const auto fields = next_counted_fields(call.args);
    if (hash && (deadline || persist)) hash.expect_deadlines();
    call.reply.array(fields.size());
    for (const auto field : fields) {
        const auto value = hash ? hash->get(field) : std::nullopt;
        if (!value) {
            call.reply.null();
            continue;
        }
        call.reply.bulk(*value);
        if (deadline) set_field_deadline(call, hash, key, field, *deadline);
        if (!persist || !hash->clear_deadline(field)) continue;
        ++hash.changes;
        call.log_as({"HPERSIST", key, "FIELDS", "1", field});
    }
}

/// What HSETEX is to do.
struct FieldPut
{
    enum class Condition : std::uint8_t { Always, IfNone, IfAll };

    Condition condition = Condition::Always;
    bool keep_deadline = false;
    std::optional<store::Deadline> deadline;
    std::span<const std::string_view> pairs;  ///< field, value, field, value ...
};

void expect_no_expiry(const FieldPut& put)
{
    if (put.keep_deadline || put.deadline) {
        throw CommandError{
            "ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified"};
    }
}

void add_condition(FieldPut& put, FieldPut::Condition condition)
{
    if (put.condition != FieldPut::Condition::Always)
        throw CommandError{"ERR Only one of FXX or FNX arguments can be specified"};
    put.condition = condition;
}

std::span<const std::string_view> next_counted_pairs(Call& call)
{
    const auto count = static_cast<std::size_t>(call.args.next_integer_in(
        1, std::numeric_limits<std::int32_t>::max(), "ERR invalid number of fields"));
    if (call.args.remaining() != 2 * count) throw wrong_number_of_arguments(call.command);
    return call.args.rest();
}

FieldPut next_field_put(Call& call)
{
    FieldPut put;
    while (!call.args.accept("FIELDS")) {
        if (call.args.accept("FNX")) {
            add_condition(put, FieldPut::Condition::IfNone);
        } else if (call.args.accept("FXX")) {
            add_condition(put, FieldPut::Condition::IfAll);
        } else if (call.args.accept("KEEPTTL")) {
            expect_no_expiry(put);
            put.keep_deadline = true;
        } else if (const auto form = accept_expiry_form(call.args)) {
            expect_no_expiry(put);
            put.deadline = next_field_deadline(call, *form);
        } else {
            throw CommandError{"ERR unknown argument: {}", call.args.next()};
        }
    }
    put.pairs = next_counted_pairs(call);
    return put;
}

bool allows(const FieldPut& put, const Hash* hash)
{
    if (put.condition == FieldPut::Condition::Always) return true;
    const bool wanted = put.condition == FieldPut::Condition::IfAll;
    for (std::size_t i = 0; i < put.pairs.size(); i += 2)
        if ((hash != nullptr && hash->contains(put.pairs[i])) != wanted) return false;
    return true;
}

void set_values(Call& call, std::string_view key, const FieldPut& put)
{
    auto hash = call.keys.edit<Hash>(key);
    const auto limits = hash_limits(call);
    hash->expect(put.pairs.size() / 2, limits);
    for (std::size_t i = 0; i < put.pairs.size(); i += 2, ++hash.changes) {
        if (put.keep_deadline) {
            hash->update(put.pairs[i], put.pairs[i + 1], limits);
        } else {
            hash->set(put.pairs[i], put.pairs[i + 1], limits);
        }
    }
}

void log_values(Call& call, std::string_view key, std::span<const std::string_view> pairs)
{
    std::vector<std::string_view> words{"HSET", key};
    words.insert(words.end(), pairs.begin(), pairs.end());
    call.log_as(words);
}

/// Sets fields, and their deadlines: two changes, of which two events tell.
void hsetex(Call& call)
{
    const auto key = call.args.next();
    const auto put = next_field_put(call);
    if (!allows(put, call.keys.find<Hash>(key))) return call.reply.integer(0);
    set_values(call, key, put);
    call.reply.integer(1);
    if (!put.deadline) return;
    log_values(call, key, put.pairs);
    auto hash = call.keys.edit_existing<Hash>(key);
    hash.expect_deadlines();
    for (std::size_t i = 0; i < put.pairs.size(); i += 2)
        if (hash->contains(put.pairs[i]))
            set_field_deadline(call, hash, key, put.pairs[i], *put.deadline);
}

constexpr Command kCommands[] = {
    {.name = "HGETEX",
     .syntax = "key [EX seconds:integer | PX milliseconds:integer | EXAT "
               "unix-time-seconds:unix-time | PXAT unix-time-milliseconds:unix-time | PERSIST] "
               "FIELDS numfields:integer field [field ...]",
     .summary = "Get the value of one or more fields of a given hash key, and optionally set "
                "their expiration.",
     .since = "8.0.0",
     .complexity = "O(N) where N is the number of specified fields",
     .group = Group::Hash,
     .flags = kWrite | kFast,
     .keys = {key_at(1, "RW ACCESS UPDATE")},
     .event = "hpersist",
     .run = hgetex},
    {.name = "HSETEX",
     .syntax = "key [FNX | FXX] [EX seconds:integer | PX milliseconds:integer | EXAT "
               "unix-time-seconds:unix-time | PXAT unix-time-milliseconds:unix-time | KEEPTTL] "
               "FIELDS numfields:integer field value [field value ...]",
     .summary = "Set the value of one or more fields of a given hash key, and optionally set "
                "their expiration.",
     .since = "8.0.0",
     .complexity = "O(N) where N is the number of fields being set.",
     .group = Group::Hash,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {key_at(1, "RW UPDATE")},
     .event = "hset",
     .run = hsetex},
};

}  // namespace

std::span<const Command> hash_with_expiry() { return kCommands; }

}  // namespace server::commands
