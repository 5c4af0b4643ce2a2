#pragma once

#include <string>
#include <string_view>

namespace server::access {

/// A password as it is kept: 64 hexadecimal digits of its SHA-256.
std::string hash_of(std::string_view password);

/// Whether this is what hash_of() gives, lower case included.
bool is_hash(std::string_view text);

}  // namespace server::access
