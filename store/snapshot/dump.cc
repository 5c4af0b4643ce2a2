#include "store/snapshot/dump.h"

#include "store/snapshot/crc64.h"
#include "store/snapshot/rdb_format.h"
#include "store/snapshot/string_codec.h"

namespace store::snapshot {

namespace {

constexpr std::size_t kVersionBytes = 2;
constexpr std::size_t kChecksumBytes = kRdbChecksumBytes;

}  // namespace

std::string dump(const Entry& entry, DumpVersions versions)
{
    ByteWriter bytes;
    write_value(bytes, entry);
    end_dump(bytes, versions);
    return bytes.take();
}

void end_dump(ByteWriter& bytes, DumpVersions versions)
{
    write_little(bytes, static_cast<std::uint64_t>(versions.written), kVersionBytes);
    write_little(bytes, crc64(bytes.view()), kChecksumBytes);
}

std::optional<std::string_view> checked_dump(std::string_view dump, DumpVersions versions)
{
    constexpr std::size_t kFooter = kVersionBytes + kChecksumBytes;
    if (dump.size() < kFooter) return std::nullopt;
    ByteReader footer{dump.substr(dump.size() - kFooter)};
    const auto version = static_cast<int>(footer.take_little(kVersionBytes));
    if (!versions.are_read(version)) return std::nullopt;
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
