#include "store/snapshot/functions.h"

#include "store/snapshot/dump.h"
#include "store/snapshot/string_codec.h"

namespace store::snapshot {

void write_library(ByteWriter& out, std::string_view code)
{
    out += static_cast<char>(kLibrary);
    write_string(out, code);
}

std::string dump_functions(std::span<const std::string_view> codes, DumpVersions versions)
{
    ByteWriter bytes;
    for (const std::string_view code : codes) {
        write_library(bytes, code);
    }
    end_dump(bytes, versions);
    return bytes.take();
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
