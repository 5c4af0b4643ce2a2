#include "store/snapshot/crc64.h"

#include <array>

namespace store::snapshot {

namespace {

constexpr std::size_t kAtOnce = 8;

/// By how many zero bytes follow, and the byte: eight bytes are looked up at once.
constexpr auto kTables = [] {
    constexpr std::uint64_t kReflectedPolynomial = 0x95ac9329ac4bc9b5;
    std::array<std::array<std::uint64_t, 256>, kAtOnce> tables{};
    for (std::uint64_t i = 0; i < 256; ++i) {
        std::uint64_t crc = i;
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc >> 1) ^ ((crc & 1) != 0 ? kReflectedPolynomial : 0);
        tables[0][i] = crc;
    }
    for (std::size_t zeros = 1; zeros < kAtOnce; ++zeros)
        for (std::size_t i = 0; i < 256; ++i) {
            const std::uint64_t before = tables[zeros - 1][i];
            tables[zeros][i] = tables[0][before & 0xff] ^ (before >> 8);
        }
    return tables;
}();

/// Lowest byte first, whatever machine this is.
std::uint64_t read_eight(const char* bytes)
{
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < kAtOnce; ++i)
        value |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
    return value;
}

}  // namespace

std::uint64_t crc64(std::string_view bytes, std::uint64_t crc)
{
    while (bytes.size() >= kAtOnce) {
        crc ^= read_eight(bytes.data());
        std::uint64_t next = 0;
        for (std::size_t i = 0; i < kAtOnce; ++i)
            next ^= kTables[kAtOnce - 1 - i][crc >> (8 * i) & 0xff];
        crc = next;
        bytes.remove_prefix(kAtOnce);
    }
    for (const char byte : bytes)
        crc = kTables[0][(crc ^ static_cast<unsigned char>(byte)) & 0xff] ^ (crc >> 8);
    return crc;
}

}  // namespace store::snapshot
