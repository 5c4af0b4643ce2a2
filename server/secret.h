#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace server {

/// Compares without telling by its duration how much of the secret is right.
inline bool is_same_secret(std::string_view given, std::string_view secret)
{
    unsigned difference = given.size() != secret.size();
    for (std::size_t i = 0; i < given.size(); ++i) {
        const char expected = secret.empty() ? '\0' : secret[i % secret.size()];
        difference |= static_cast<unsigned char>(given[i] ^ expected);
    }
    return difference == 0;
}

/// Hexadecimal digits that nobody can guess: from the system, and never from `seed`, which others
/// may know. Empty if the system has none to give.
std::string draw_secret(std::size_t digits);

}  // namespace server
