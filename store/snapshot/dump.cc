#include "store/snapshot/dump.h"

#include "store/snapshot/crc64.h"
#include "store/snapshot/string_codec.h"

namespace store::snapshot {

namespace {

// Redis 7.0's, so that it takes what is written; Redis 7.2 writes 11 and Redis 7.4 to 8 write 12,
// which add types only.
constexpr std::uint64_t kWrittenVersion = 10;
constexpr std::uint64_t kNewestVersion = 12;
constexpr std::size_t kVersionBytes = 2;
constexpr std::size_t kChecksumBytes = 8;

}  // namespace

std::string dump(const Entry& entry)
{
    std::string bytes;
    write_value(bytes, entry);
    end_dump(bytes);
    return bytes;
}

void end_dump(std::string& bytes)
{
    write_little(bytes, kWrittenVersion, kVersionBytes);
    write_little(bytes, crc64(bytes), kChecksumBytes);
}

std::optional<std::string_view> checked_dump(std::string_view dump)
{
    constexpr std::size_t kFooter = kVersionBytes + kChecksumBytes;
    if (dump.size() < kFooter) return std::nullopt;
    ByteReader footer{dump.substr(dump.size() - kFooter)};
    if (footer.take_little(kVersionBytes) > kNewestVersion) return std::nullopt;
    const std::uint64_t checksum = footer.take_little(kChecksumBytes);
    if (checksum != crc64(dump.substr(0, dump.size() - kChecksumBytes))) return std::nullopt;
    return dump.substr(0, dump.size() - kFooter);
}

std::optional<AnyValue> restore(std::string_view checked, const ReadLimits& limits)
{
    try {
        ByteReader reader{checked};
        return read_value(reader, limits);
    } catch (const FormatError&) {
        return std::nullopt;
    }
}

}  // namespace store::snapshot
