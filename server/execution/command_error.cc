#include "server/execution/command_error.h"

#include "server/catalogue/command_table.h"

namespace server {

CommandError wrong_number_of_arguments(const Command& command)
{
    return {"ERR wrong number of arguments for '{}' command", full_name(command)};
}

std::string error_line(const store::Error& error)
{
    switch (error.reason()) {
        case store::Reason::WrongType: return std::string{text::kWrongType};
        case store::Reason::NotAnInteger: return std::string{text::kNotAnInteger};
        case store::Reason::NotANumber: return std::string{text::kNanResult};
        case store::Reason::NotAnAssignment:
            return fmt::format(
                "WRONGTYPE The order's key holds a hash that is not an ASSIGN record: field '{}'",
                error.detail());
        case store::Reason::NoSuchOrder: return std::string{text::kNoSuchOrder};
        case store::Reason::StaleToken: return std::string{text::kStaleToken};
        case store::Reason::WrongState:
            return fmt::format("ERR the order's state does not allow this: it is {}",
                               error.detail());
        case store::Reason::LockLost: return std::string{text::kLockLost};
    }
    return "ERR internal error";
}

}  // namespace server
