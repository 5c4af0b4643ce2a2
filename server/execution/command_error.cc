#include "server/execution/command_error.h"

#include "server/catalogue/command_table.h"

namespace server {

CommandError wrong_number_of_arguments(const Command& command)
{
    return {"ERR wrong number of arguments for '{}' command", full_name(command)};
}

std::string_view error_line(store::Reason reason)
{
    switch (reason) {
        case store::Reason::WrongType: return text::kWrongType;
        case store::Reason::NotAnInteger: return text::kNotAnInteger;
        case store::Reason::NotANumber: return text::kNanResult;
        case store::Reason::NotAnAssignment: return text::kNotAnAssignment;
        case store::Reason::NoSuchOrder: return text::kNoSuchOrder;
        case store::Reason::StaleToken: return text::kStaleToken;
        case store::Reason::WrongState: return text::kWrongState;
        case store::Reason::LockLost: return text::kLockLost;
    }
    return "ERR internal error";
}

}  // namespace server
