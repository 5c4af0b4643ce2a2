// Lines of a field and a value as the record of an order, which clients can write with HSET: they
// are refused, or a record that is written and read again says the same.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "store/dispatch/assignment_record.h"
#include "store/error.h"
#include "store/types/hash.h"

namespace {

store::Hash hash_of(std::string_view text)
{
    store::Hash hash;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        const std::size_t split = std::min(line.find(' '), line.size());
        hash.set(line.substr(0, split), line.substr(std::min(split + 1, line.size())));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return hash;
}

bool equal(const store::Hash& left, const store::Hash& right)
{
    bool same = left.size() == right.size();
    left.for_each([&](std::string_view field, std::string_view value) {
        same = same && right.get(field) == value;
    });
    return same;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const store::Hash hash = hash_of({reinterpret_cast<const char*>(data), size});
    try {
        const store::Hash written = store::to_hash(store::to_record(hash));
        if (!equal(store::to_hash(store::to_record(written)), written)) std::abort();
    } catch (const store::Error& error) {
        if (error.reason() != store::Reason::NotAnAssignment) std::abort();
    }
    return 0;
}
