#include "store/snapshot/crc64.h"

#include <array>

namespace store::snapshot {

namespace {

constexpr auto kTable = [] {
    constexpr std::uint64_t kReflectedPolynomial = 0x95ac9329ac4bc9b5;
    std::array<std::uint64_t, 256> table{};
    for (std::uint64_t i = 0; i < table.size(); ++i) {
        std::uint64_t crc = i;
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc >> 1) ^ ((crc & 1) != 0 ? kReflectedPolynomial : 0);
        table[i] = crc;
    }
    return table;
}();

}  // namespace

std::uint64_t crc64(std::string_view bytes, std::uint64_t crc)
{
    for (const char byte : bytes)
        crc = kTable[(crc ^ static_cast<unsigned char>(byte)) & 0xff] ^ (crc >> 8);
    return crc;
}

}  // namespace store::snapshot
