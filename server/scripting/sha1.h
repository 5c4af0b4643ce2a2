#pragma once

#include <array>
#include <string_view>

namespace server::scripting {

/// 40 hexadecimal digits.
using Sha1 = std::array<char, 40>;

Sha1 sha1(std::string_view text);

}  // namespace server::scripting
