// Any pattern and any text: no byte outside is read, and the two ways of matching agree.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "store/glob.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size < 1) return 0;
    const std::string_view bytes{reinterpret_cast<const char*>(data) + 1, size - 1};
    const std::size_t split = data[0] < bytes.size() ? data[0] : bytes.size();
    const std::string pattern{bytes.substr(0, split)};
    const std::string text{bytes.substr(split)};
    store::matches(pattern, text, true);
    if (text.empty()) return 0;

    // What is before makes the matcher give up trying and cut the pattern at its stars.
    static const std::string kMany(400, 'a');
    const bool plain = store::matches("*" + pattern, text);
    const bool cut = store::matches("*" + kMany + "c*" + pattern, kMany + kMany + "c" + text);
    if (plain != cut) std::abort();
    return 0;
}
