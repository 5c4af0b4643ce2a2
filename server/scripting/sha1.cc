#include "server/scripting/sha1.h"

#include <nettle/sha1.h>

#include "ascii/hex.h"

namespace server::scripting {

Sha1Bytes sha1_bytes(std::string_view text)
{
    sha1_ctx context;
    sha1_init(&context);
    sha1_update(&context, text.size(), reinterpret_cast<const std::uint8_t*>(text.data()));
    Sha1Bytes bytes;
    sha1_digest(&context, bytes.size(), bytes.data());
    return bytes;
}

Sha1 sha1(std::string_view text)
{
    Sha1 digits;
    ascii::write_hex(digits.data(), sha1_bytes(text));
    return digits;
}

}  // namespace server::scripting
