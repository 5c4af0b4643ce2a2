#include "store/snapshot/string_codec.h"
#include "store/types/string.h"

namespace store {

using namespace snapshot;

void TypeTraits<String>::write(ByteWriter& out, const String& string)
{
    out += static_cast<char>(kPlainTag);
    write_string(out, string.view());
}

String TypeTraits<String>::read(ByteReader& reader, std::uint8_t, const ReadLimits&)
{
    return String{take_string(reader).view()};
}

}  // namespace store
