#include "server/insight/latency_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace server {

namespace {

constexpr std::size_t kColumns = 80;
constexpr std::int64_t kRows = 4;
constexpr std::string_view kTops = "_o#";  // a row has three heights

std::string age(std::int64_t seconds)
{
    constexpr std::int64_t kMinute = 60;
    constexpr std::int64_t kHour = 60 * kMinute;
    constexpr std::int64_t kDay = 24 * kHour;
    if (seconds < kMinute) return fmt::format("{}s", seconds);
    if (seconds < kHour) return fmt::format("{}m", seconds / kMinute);
    if (seconds < kDay) return fmt::format("{}h", seconds / kHour);
    return fmt::format("{}d", seconds / kDay);
}

/// From top to bottom: what is over the bar, its top, the bar, a gap, the label.
std::string column(std::int64_t height, std::string_view label)
{
    constexpr auto kHeightsInRow = static_cast<std::int64_t>(kTops.size());
    const std::int64_t whole_rows = height / kHeightsInRow;
    std::string text(static_cast<std::size_t>(kRows - 1 - whole_rows), ' ');
    text += kTops[static_cast<std::size_t>(height % kHeightsInRow)];
    text.append(static_cast<std::size_t>(whole_rows), '|');
    return fmt::format("{} {}", text, label);
}

struct Range
{
    std::int64_t min;
    std::int64_t max;
};

Range range_of(const LatencyEvents::Series& series)
{
    Range range{series[0].ms, series[0].ms};
    for (std::size_t i = 0; i < series.size(); ++i) {
        range.min = std::min(range.min, series[i].ms);
        range.max = std::max(range.max, series[i].ms);
    }
    return range;
}

/// Columns side by side, line by line.
std::string block(const std::vector<std::string>& columns, std::size_t begin, std::size_t end)
{
    std::size_t lines = 0;
    for (std::size_t i = begin; i < end; ++i) lines = std::max(lines, columns[i].size());
    std::string text;
    for (std::size_t line = 0; line < lines; ++line) {
        for (std::size_t i = begin; i < end; ++i)
            text += line < columns[i].size() ? columns[i][line] : ' ';
        text += '\n';
    }
    return text;
}

}  // namespace

std::string latency_graph(std::string_view event, const LatencyEvents::Series& series,
                          store::TimePoint now)
{
    constexpr auto kHeights = kRows * static_cast<std::int64_t>(kTops.size());
    const auto second = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
    const auto [min, max] = range_of(series);
    const std::int64_t span = std::max<std::int64_t>(max - min, 1);
    std::vector<std::string> columns;
    for (std::size_t i = 0; i < series.size(); ++i) {
        const std::int64_t height = (series[i].ms - min) * kHeights / span;
        columns.push_back(column(std::min(height, kHeights - 1), age(second - series[i].second)));
    }
    std::string text = fmt::format("{} - high {} ms, low {} ms (all time high {} ms)\n{:-<{}}\n",
                                   event, max, min, series.max_ms(), "", kColumns);
    for (std::size_t begin = 0; begin < columns.size(); begin += kColumns) {
        if (begin != 0) text += '\n';
        text += block(columns, begin, std::min(begin + kColumns, columns.size()));
    }
    return text;
}

}  // namespace server
