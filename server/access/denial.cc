#include "server/access/denial.h"

#include <fmt/format.h>

namespace server::access {

std::string_view name_of(Reason reason)
{
    switch (reason) {
        case Reason::Command: return "command";
        case Reason::Key: return "key";
        case Reason::Login: return "auth";
        case Reason::Channel: return "channel";
    }
    return {};
}

std::string text_of(const Denial& denial, std::string_view user)
{
    switch (denial.reason) {
        case Reason::Key: return "No permissions to access a key";
        case Reason::Channel: return "No permissions to access a channel";
        default: return full_text_of(denial, user);
    }
}

std::string full_text_of(const Denial& denial, std::string_view user)
{
    switch (denial.reason) {
        case Reason::Command:
            return fmt::format("User {} has no permissions to run the '{}' command", user,
                               denial.object);
        case Reason::Key:
        case Reason::Channel:
            return fmt::format("User {} has no permissions to access the '{}' {}", user,
                               denial.object, name_of(denial.reason));
        case Reason::Login: break;
    }
    return {};
}

}  // namespace server::access
