// The parser sees the same requests, whatever pieces the bytes come in, and views nothing outside.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/request_parser.h"

namespace {

using Requests = std::vector<std::vector<std::string>>;

/// Reads the bytes in pieces; what the parser refuses ends with "refused".
Requests parse(std::string_view bytes, std::size_t piece, protocol::RequestLimits limits)
{
    Requests requests;
    protocol::RequestParser parser{limits};
    std::size_t begin = 0;
    try {
        for (std::size_t end = 0; end < bytes.size();) {
            end = std::min(bytes.size(), end + piece);
            while (true) {
                // Memory of just this size: whatever is read behind it is found out.
                const auto memory = std::make_unique<char[]>(end - begin);
                bytes.substr(begin, end - begin).copy(memory.get(), end - begin);
                if (!parser.next({memory.get(), end - begin})) break;
                const auto words = parser.arguments();
                requests.emplace_back(words.begin(), words.end());
                begin += parser.size();
            }
        }
    } catch (const protocol::ProtocolError&) {
        requests.push_back({"refused"});
    }
    return requests;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size < 2) return 0;
    const std::string_view bytes{reinterpret_cast<const char*>(data) + 2, size - 2};
    protocol::RequestLimits limits{.max_inline_bytes = 64};
    limits.authenticated = (data[0] & 1) != 0;
    if ((data[0] & 2) != 0) limits.max_bulk_bytes = INT64_MAX;
    const Requests whole = parse(bytes, bytes.size(), limits);
    if (parse(bytes, 1 + data[1] % 16, limits) != whole) std::abort();
    return 0;
}
