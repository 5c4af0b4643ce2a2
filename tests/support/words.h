#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tests {

/// Splits a line into words as redis-cli does: "..." knows \n \r \t \b \a \xHH and \c for any other
/// c, '...' knows only \', and a closing quote must be followed by a space or the end. Throws
/// std::invalid_argument if quotes do not close.
std::vector<std::string> split_words(std::string_view line);

/// The words as a line that split_words reads back; words are quoted only where they must be.
std::string join_words(const std::vector<std::string>& words);

}  // namespace tests
