#include "server/access/password.h"

#include <nettle/sha2.h>

#include <array>
#include <cstdint>

#include "ascii/hex.h"

namespace server::access {

std::string hash_of(std::string_view password)
{
    sha256_ctx context;
    sha256_init(&context);
    sha256_update(&context, password.size(),
                  reinterpret_cast<const std::uint8_t*>(password.data()));
    std::array<std::uint8_t, SHA256_DIGEST_SIZE> bytes;
    sha256_digest(&context, bytes.size(), bytes.data());
    return ascii::to_hex(bytes);
}

bool is_hash(std::string_view text)
{
    return text.size() == 2 * SHA256_DIGEST_SIZE &&
           text.find_first_not_of(ascii::kHexDigits) == std::string_view::npos;
}

}  // namespace server::access
