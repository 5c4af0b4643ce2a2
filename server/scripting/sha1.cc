#include "server/scripting/sha1.h"

#include <nettle/sha1.h>

#include <cstdint>

namespace server::scripting {

Sha1 sha1(std::string_view text)
{
    sha1_ctx context;
    sha1_init(&context);
    sha1_update(&context, text.size(), reinterpret_cast<const std::uint8_t*>(text.data()));
    std::array<std::uint8_t, SHA1_DIGEST_SIZE> bytes;
    sha1_digest(&context, bytes.size(), bytes.data());
    Sha1 digits;
    auto at = digits.begin();
    for (const std::uint8_t byte : bytes) {
        *at++ = "0123456789abcdef"[byte >> 4];
        *at++ = "0123456789abcdef"[byte & 15];
    }
    return digits;
}

}  // namespace server::scripting
