#include "store/snapshot/functions.h"

#include "store/snapshot/dump.h"
#include "store/snapshot/string_codec.h"

namespace store::snapshot {

namespace {

constexpr std::uint8_t kLibrary = 245;
constexpr std::uint8_t kOldLibrary = 246;

}  // namespace

std::string dump_functions(std::span<const std::string_view> codes)
{
    std::string bytes;
    for (const std::string_view code : codes) {
        bytes += static_cast<char>(kLibrary);
        write_string(bytes, code);
    }
    end_dump(bytes);
    return bytes;
}

DumpedLibrary FunctionsReader::next()
{
    switch (reader_.take_byte()) {
        case kLibrary: break;
        case kOldLibrary: return {DumpedLibrary::Kind::OldFormat};
        default: return {DumpedLibrary::Kind::Other};
    }
    try {
        return {DumpedLibrary::Kind::Library, read_string(reader_)};
    } catch (const FormatError&) {
        return {DumpedLibrary::Kind::Damaged};
    }
}

}  // namespace store::snapshot
