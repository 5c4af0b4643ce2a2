#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace server::gateway {

/// How Prometheus takes a metric.
enum class MetricKind { Counter, Gauge, Summary };

/// Names and values, in order. Values may be any bytes.
using Labels = std::vector<std::pair<std::string_view, std::string>>;

/// A page of metrics in Prometheus's text format 0.0.4. All samples of a metric stand together,
/// metrics in the order in which they were first added.
class MetricsPage
{
public:
    static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// A metric's kind and help are those that came first. The value is a number in digits. A
    /// summary has samples of its own name with the label `quantile`, and with the suffixes _sum
    /// and _count.
    void add(std::string_view metric, MetricKind kind, std::string_view help,
             std::string_view value, const Labels& labels = {}, std::string_view suffix = "");
    void add(std::string_view metric, MetricKind kind, std::string_view help, double value,
             const Labels& labels = {}, std::string_view suffix = "");

    std::string text() const;

private:
    std::map<std::string, std::size_t, std::less<>> places_;
    std::vector<std::string> metrics_;  // head and samples
};

}  // namespace server::gateway
