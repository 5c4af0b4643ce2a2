#include "server/secret.h"

#include <sys/random.h>

#include <cstdint>
#include <vector>

#include "ascii/hex.h"

namespace server {

std::string draw_secret(std::size_t digits)
{
    std::vector<std::uint8_t> bytes((digits + 1) / 2);
    const ssize_t drawn = getrandom(bytes.data(), bytes.size(), 0);
    if (drawn != static_cast<ssize_t>(bytes.size())) return {};
    std::string text = ascii::to_hex(bytes);
    text.resize(digits);
    return text;
}

}  // namespace server
