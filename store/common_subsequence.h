#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace store {

/// Bytes that two texts share in a row, as a part of their longest common subsequence.
struct CommonRun
{
    std::size_t in_first;  ///< where the run begins in each text
    std::size_t in_second;
    std::size_t length;
};

/// A longest common subsequence of two texts; its runs from the last to the first, as LCS IDX
/// replies them. Of several that are as long it is the one that Redis finds.
struct CommonSubsequence
{
    std::size_t length = 0;
    std::vector<CommonRun> runs;
};

/// Whether the search's table, four bytes for each pair of bytes, takes no more than `limit`.
bool common_subsequence_fits(std::string_view first, std::string_view second, std::uint64_t limit);

/// O(first * second) in time and memory. REQUIRES common_subsequence_fits().
CommonSubsequence common_subsequence(std::string_view first, std::string_view second);

/// The subsequence itself, given the first text.
std::string text_of(const CommonSubsequence& common, std::string_view first);

}  // namespace store
