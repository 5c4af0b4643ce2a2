#pragma once

#include <optional>
#include <string_view>

#include "server/commands/expiry.h"
#include "server/execution/call.h"
#include "store/clock.h"

namespace server::commands {

/// A number that gives a field's deadline. Zero is allowed, a time in the past too: the field goes
/// at once. Throws Redis 8's errors for negative numbers and what is too far away.
store::Deadline next_field_deadline(Call& call, ExpiryForm form);

/// EX, PX, EXAT or PXAT, behind which such a number stands; nothing if none of them comes next.
std::optional<ExpiryForm> accept_expiry_form(Args& args);

/// Gives a field that exists a deadline, or erases it if that has come already. Counts a change,
/// and names it: hexpire or hdel. REQUIRES: edit.expect_deadlines() was called. True if the field
/// is still there.
bool set_field_deadline(Call& call, store::Edit<store::Hash>& hash, std::string_view key,
                        std::string_view field, store::Deadline deadline);

/// For the log: that the field has this deadline, whenever it was given.
void log_field_deadline(Call& call, std::string_view key, std::string_view field,
                        store::Deadline deadline);

}  // namespace server::commands
