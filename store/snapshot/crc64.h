#pragma once

#include <cstdint>
#include <string_view>

namespace store::snapshot {

/// The checksum of Redis's dumps and RDB files: CRC-64 with the polynomial of Jones, reflected,
/// from 0. `crc` goes on from what came before. "123456789" gives 0xe9c6d914c4b8d9ca.
std::uint64_t crc64(std::string_view bytes, std::uint64_t crc = 0);

}  // namespace store::snapshot
