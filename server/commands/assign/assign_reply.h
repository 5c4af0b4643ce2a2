#pragma once

#include <optional>
#include <string_view>

#include "server/execution/call.h"
#include "store/dispatch/assignment_record.h"

namespace server::commands {

/// The record of an order as a map; a field without a value is nil.
void reply_record(Call& call, std::string_view order, const store::AssignmentRecord& record);

/// The same, or nil.
void reply_record(Call& call, std::string_view order,
                  const std::optional<store::AssignmentRecord>& record);

}  // namespace server::commands
