#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace store::snapshot {

/// What expand_lzf() makes the same text of again; longer than the text if nothing repeats.
std::string compress_lzf(std::string_view text);

/// Expands what LZF compressed (Marc Lehmann's LibLZF, version 1.5's format) to `size` bytes.
/// Throws FormatError; a size that so few bytes cannot give is refused before anything is
/// allocated.
std::string expand_lzf(std::string_view compressed, std::uint64_t size);

}  // namespace store::snapshot
