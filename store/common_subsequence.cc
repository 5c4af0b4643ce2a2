#include "store/common_subsequence.h"

#include <algorithm>

namespace store {

namespace {

/// For each pair of beginnings of the two texts, the length of their longest common subsequence.
class Lengths
{
public:
    Lengths(std::string_view first, std::string_view second)
        : columns_(second.size() + 1), cells_((first.size() + 1) * columns_)
    {
        for (std::size_t i = 1; i <= first.size(); ++i) {
            for (std::size_t j = 1; j <= second.size(); ++j) {
                cell(i, j) = first[i - 1] == second[j - 1] ? at(i - 1, j - 1) + 1
                                                           : std::max(at(i - 1, j), at(i, j - 1));
            }
        }
    }

    std::uint32_t at(std::size_t i, std::size_t j) const { return cells_[i * columns_ + j]; }

private:
    std::uint32_t& cell(std::size_t i, std::size_t j) { return cells_[i * columns_ + j]; }

    std::size_t columns_;
    std::vector<std::uint32_t> cells_;
};

}  // namespace

bool common_subsequence_fits(std::string_view first, std::string_view second, std::uint64_t limit)
{
    const std::uint64_t cells = limit / sizeof(std::uint32_t);
    return first.size() < cells && second.size() < cells &&
           first.size() + 1 <= cells / (second.size() + 1);
}

/// Walks from the ends of both texts to their beginnings. Where both ways are as long the second
/// text is the one that is shortened: so does Redis.
CommonSubsequence common_subsequence(std::string_view first, std::string_view second)
{
    const Lengths lengths{first, second};
    CommonSubsequence common;
    common.length = lengths.at(first.size(), second.size());
    bool in_run = false;
    std::size_t i = first.size();
    std::size_t j = second.size();
    while (i > 0 && j > 0) {
        const bool equal = first[i - 1] == second[j - 1];
        if (equal) {
            --i;
            --j;
            if (!in_run) common.runs.push_back({.in_first = i, .in_second = j, .length = 0});
            CommonRun& run = common.runs.back();
            run = {.in_first = i, .in_second = j, .length = run.length + 1};
        } else if (lengths.at(i - 1, j) > lengths.at(i, j - 1)) {
            --i;
        } else {
            --j;
        }
        in_run = equal;
    }
    return common;
}

std::string text_of(const CommonSubsequence& common, std::string_view first)
{
    std::string text;
    text.reserve(common.length);
    for (auto run = common.runs.rbegin(); run != common.runs.rend(); ++run)
        text += first.substr(run->in_first, run->length);
    return text;
}

}  // namespace store
