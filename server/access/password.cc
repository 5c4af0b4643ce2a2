#include "server/access/password.h"

#include <nettle/sha2.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace server::access {

std::string hash_of(std::string_view password)
{
    sha256_ctx context;
    sha256_init(&context);
    sha256_update(&context, password.size(),
                  reinterpret_cast<const std::uint8_t*>(password.data()));
    std::array<std::uint8_t, SHA256_DIGEST_SIZE> bytes;
    sha256_digest(&context, bytes.size(), bytes.data());
    std::string digits;
    digits.reserve(2 * bytes.size());
    for (const std::uint8_t byte : bytes) {
        digits += "0123456789abcdef"[byte >> 4];
        digits += "0123456789abcdef"[byte & 15];
    }
    return digits;
}

bool is_hash(std::string_view text)
{
    constexpr std::string_view kDigits = "0123456789abcdef";
    return text.size() == 2 * SHA256_DIGEST_SIZE &&
           text.find_first_not_of(kDigits) == std::string_view::npos;
}

}  // namespace server::access
