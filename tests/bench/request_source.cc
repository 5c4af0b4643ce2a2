#include "tests/bench/request_source.h"

#include <fmt/format.h>

#include <charconv>
#include <iterator>
#include <stdexcept>

namespace bench {

void append_request(std::string& out, const std::vector<std::string>& words)
{
    fmt::format_to(std::back_inserter(out), "*{}\r\n", words.size());
    for (const auto& word : words)
        fmt::format_to(std::back_inserter(out), "${}\r\n{}\r\n", word.size(), word);
}

RequestSource::RequestSource(const std::vector<std::string>& pattern, City& city) : city_(city)
{
    for (std::string_view rest : pattern) {
        Word word;
        while (!rest.empty()) {
            const auto open = std::min(rest.find('{'), rest.size());
            if (open > 0)
                word.push_back({.kind = Kind::Text, .text = std::string{rest.substr(0, open)}});
            rest.remove_prefix(open);
            if (rest.empty()) break;
            const auto close = rest.find('}');
            if (close == std::string_view::npos) throw std::invalid_argument{"a { without its }"};
            word.push_back(read_placeholder(rest.substr(1, close - 1)));
            rest.remove_prefix(close + 1);
        }
        words_.push_back(std::move(word));
    }
}

RequestSource::Part RequestSource::read_placeholder(std::string_view name)
{
    if (name == "lon") return {.kind = Kind::Longitude, .text = {}};
    if (name == "lat") return {.kind = Kind::Latitude, .text = {}};
    if (name == "seq") return {.kind = Kind::Sequence, .text = {}};
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    const char* const end = name.data() + name.size();
    const auto [dash, error] = std::from_chars(name.data(), end, first);
    if (error != std::errc{} || dash == end || *dash != '-' ||
        std::from_chars(dash + 1, end, last).ptr != end || last < first)
        throw std::invalid_argument{fmt::format("what is {{{}}}?", name)};
    return {.kind = Kind::Range, .text = {}, .first = first, .count = last - first + 1};
}

void RequestSource::append_part(std::string& word, const Part& part, const Place& place)
{
    const auto out = std::back_inserter(word);
    switch (part.kind) {
        case Kind::Text: word += part.text; break;
        case Kind::Longitude: fmt::format_to(out, "{:.6f}", place.longitude); break;
        case Kind::Latitude: fmt::format_to(out, "{:.6f}", place.latitude); break;
        case Kind::Range: fmt::format_to(out, "{}", part.first + city_.below(part.count)); break;
        case Kind::Sequence: fmt::format_to(out, "{}", sequence_); break;
    }
}

void RequestSource::append_next(std::string& out)
{
    const Place place = city_.next_place();
    fmt::format_to(std::back_inserter(out), "*{}\r\n", words_.size());
    for (const Word& word : words_) {
        word_.clear();
        for (const Part& part : word) append_part(word_, part, place);
        fmt::format_to(std::back_inserter(out), "${}\r\n{}\r\n", word_.size(), word_);
    }
    ++sequence_;
}

RequestPool::RequestPool(RequestSource& source, std::size_t count, std::size_t batch)
{
    for (std::size_t made = 0; made < count; made += batch) {
        for (std::size_t i = 0; i < batch; ++i) source.append_next(bytes_);
        ends_.push_back(bytes_.size());
    }
}

std::string_view RequestPool::next()
{
    const std::size_t start = position_ == 0 ? 0 : ends_[position_ - 1];
    const std::size_t end = ends_[position_];
    position_ = (position_ + 1) % ends_.size();
    return std::string_view{bytes_}.substr(start, end - start);
}

}  // namespace bench
