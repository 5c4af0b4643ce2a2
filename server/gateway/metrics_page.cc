#include "server/gateway/metrics_page.h"

#include <fmt/format.h>

#include <array>
#include <iterator>

#include "server/gateway/utf8.h"

namespace server::gateway {
namespace {

std::string_view name_of(MetricKind kind)
{
    constexpr std::array<std::string_view, 3> kNames = {"counter", "gauge", "summary"};
    return kNames[static_cast<std::size_t>(kind)];
}

std::string escaped(std::string_view value)
{
    std::string text;
    for (const char c : to_utf8(value)) {
        if (c == '\\' || c == '"') text += '\\';
        text += c == '\n' ? std::string_view{"\\n"} : std::string_view{&c, 1};
    }
    return text;
}

std::string to_text(const Labels& labels)
{
    if (labels.empty()) return {};
    std::string text;
    for (const auto& [name, value] : labels)
        text += fmt::format("{}{}=\"{}\"", text.empty() ? "{" : ",", name, escaped(value));
    return text + "}";
}

}  // namespace

void MetricsPage::add(std::string_view metric, MetricKind kind, std::string_view help,
                      std::string_view value, const Labels& labels, std::string_view suffix)
{
    auto place = places_.find(metric);
    if (place == places_.end()) {
        place = places_.emplace(metric, metrics_.size()).first;
        metrics_.push_back(
            fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", metric, help, name_of(kind)));
    }
    fmt::format_to(std::back_inserter(metrics_[place->second]), "{}{}{} {}\n", metric, suffix,
                   to_text(labels), value);
}

void MetricsPage::add(std::string_view metric, MetricKind kind, std::string_view help, double value,
                      const Labels& labels, std::string_view suffix)
{
    add(metric, kind, help, fmt::to_string(value), labels, suffix);
}

std::string MetricsPage::text() const { return fmt::format("{}", fmt::join(metrics_, "")); }

}  // namespace server::gateway
