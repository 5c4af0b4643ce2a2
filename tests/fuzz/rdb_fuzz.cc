// Any bytes as an RDB file that is read window by window: they are refused, or read to their end.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "store/snapshot/rdb_format.h"
#include "store/snapshot/rdb_reader.h"

namespace {

using namespace store::snapshot;

struct Nobody : RdbVisitor
{
    void field(std::string_view, std::string_view) override {}
    void sizes(int, std::uint64_t) override {}
    void library(std::string) override {}
    void key(int, std::string_view, store::AnyValue, const RdbKeyHead&) override {}
};

void read(std::string_view file)
{
    Nobody nobody;
    RdbReader reader{nobody, {}};
    RdbReader::read_header(file.substr(0, kRdbHeaderBytes));
    file.remove_prefix(kRdbHeaderBytes);
    constexpr std::size_t kWindow = 16;
    std::size_t window = kWindow;
    while (!reader.done()) {
        try {
            file.remove_prefix(reader.read_item(file.substr(0, window)));
            window = kWindow;
        } catch (const NeedsMore& more) {
            const std::size_t seen = std::min(window, file.size());
            if (more.missing > file.size() - seen) return;
            window = seen + std::max<std::size_t>(more.missing, seen);
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    try {
        read({reinterpret_cast<const char*>(data), size});
    } catch (const RdbError&) {
    }
    return 0;
}
