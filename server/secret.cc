#include "server/secret.h"

#include <sys/random.h>

#include <cstdint>
#include <vector>

namespace server {

std::string draw_secret(std::size_t digits)
{
    std::vector<std::uint8_t> bytes((digits + 1) / 2);
    const ssize_t drawn = getrandom(bytes.data(), bytes.size(), 0);
    if (drawn != static_cast<ssize_t>(bytes.size())) return {};
    std::string text;
    for (const std::uint8_t byte : bytes) {
        text += "0123456789abcdef"[byte >> 4];
        text += "0123456789abcdef"[byte & 15];
    }
    text.resize(digits);
    return text;
}

}  // namespace server
