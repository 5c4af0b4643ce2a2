// Any bytes as a value that RESTORE is given: they are refused, or hold a value that DUMP writes
// and RESTORE reads again.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "store/entry.h"
#include "store/snapshot/dump.h"

namespace {

struct Destroy
{
    void operator()(store::Entry* entry) const { store::Entry::destroy(entry); }
};

std::string dump(store::AnyValue value)
{
    const std::unique_ptr<store::Entry, Destroy> entry{
        store::Entry::make("key", store::kTypeOf<store::String>)};
    const auto fill = [&]<class T>(T& content) {
        entry->replace_value<T>(store::Entry::make_stored(std::move(content)));
    };
    std::visit(fill, value);
    return store::snapshot::dump(*entry);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};
    const store::snapshot::ReadLimits limits{};
    auto value = store::snapshot::restore(bytes, limits);
    if (!value) return 0;
    const std::string first = dump(std::move(*value));
    const auto checked = store::snapshot::checked_dump(first);
    if (!checked) std::abort();
    auto again = store::snapshot::restore(*checked, limits);
    if (!again) std::abort();
    dump(std::move(*again));
    return 0;
}
