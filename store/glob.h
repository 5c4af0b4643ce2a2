#pragma once

#include <string_view>

namespace store {

/// Whether the whole text matches the pattern, byte by byte, by the rules of KEYS and SCAN:
/// `*` any bytes, `?` one byte, `[abc]`, `[a-z]` and `[^a-z]` one byte of a set (or not of it), and
/// a backslash takes the special meaning from the byte behind it.
///
/// Redis's oddities are kept: an empty text matches only the empty pattern, not even "*" (KEYS and
/// SCAN treat "*" themselves); a bracket that is not closed reaches to the pattern's end; bytes in
/// ranges are signed; "[a-]" is a range from 'a' to ']'. Upper and lower case differ in ASCII only.
///
/// Takes some 10 * (pattern.size() + text.size()) steps, and for a pattern that must be tried at
/// many places and has `?` or sets between two stars, another pattern.size() * text.size() / 64.
bool matches(std::string_view pattern, std::string_view text, bool ignore_case = false);

}  // namespace store
