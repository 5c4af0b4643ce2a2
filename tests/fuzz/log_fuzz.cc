// Any bytes as a log of changes: they are refused, need more, or are read to their end.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "server/persistence/log_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using Found = server::LogReader::Found;
    std::string_view log{reinterpret_cast<const char*>(data), size};
    server::LogReader reader;
    while (!log.empty()) {
        const Found found = reader.read(log);
        if (found != Found::Words && found != Found::Note) break;
        if (reader.size() == 0 || reader.size() > log.size()) std::abort();
        if (found == Found::Words && reader.words().empty()) std::abort();
        log.remove_prefix(reader.size());
    }
    return 0;
}
