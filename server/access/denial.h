#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "server/catalogue/command.h"
#include "server/catalogue/keys.h"

namespace server::access {

/// What a request needs to be allowed.
struct Needs
{
    const Command& command;
    std::span<const std::string_view> request;
    std::span<const FoundKey> keys;       ///< left out if the user may touch all keys
    std::span<const DerivedKey> derived;  ///< likewise
};

/// Why somebody was refused. If the selectors of a user refuse for several reasons, the one that
/// stands last here is told.
enum class Reason : std::uint8_t { Command, Key, Login, Channel };

std::string_view name_of(Reason reason);  ///< in ACL LOG: "command"

struct Denial
{
    Reason reason;
    std::size_t position = 0;  ///< of the word that was refused
    std::string object = {};   ///< the command's full name, the key or the channel
};

/// What a client is told: "User anna has no permissions to run the 'get' command", and what ACL
/// DRYRUN tells, which names the key or channel, too.
std::string text_of(const Denial& denial, std::string_view user);
std::string full_text_of(const Denial& denial, std::string_view user);

}  // namespace server::access
