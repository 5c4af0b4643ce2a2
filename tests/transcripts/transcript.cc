#include "tests/transcripts/transcript.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string_view>

#include "tests/support/words.h"

namespace tests {

namespace {

/// Reads a transcript's lines from the top, keeping the directives that wait for a request.
class Reader
{
public:
    explicit Reader(Transcript& transcript) : transcript_(transcript) {}

    void read()
    {
        while (position_ < lines().size()) {
            const auto& line = lines()[position_];
            if (line.empty()) {
                end_of_paragraph();
            } else if (line[0] == '@') {
                directive(line);
            } else if (line.starts_with("> ")) {
                request(line.substr(2));
                continue;  // it has read its answer's lines, too
            } else if (line[0] != '#') {
                fail("neither prose (#), nor a request (>), nor a directive (@)");
            }
            ++position_;
        }
    }

private:
    const std::vector<std::string>& lines() const { return transcript_.lines; }

    [[noreturn]] void fail(const std::string& why) const
    {
        throw TranscriptError{transcript_.path + ":" + std::to_string(position_ + 1) + ": " + why};
    }

    /// A directive that no request followed holds for the rest of the file; only @only may.
    void end_of_paragraph()
    {
        if (next_.unordered || next_.like || next_.within != 0) fail("a directive without request");
        if (next_.audience != Audience::Everyone) audience_ = next_.audience;
        next_ = {};
    }

    void directive(const std::string& line)
    {
        std::istringstream words{line.substr(1)};
        std::string name;
        std::string value;
        words >> name >> value;
        if (name == "only") {
            next_.audience = audience(value);
        } else if (name == "advance") {
            advance(value);
        } else if (name == "client") {
            client_ = value;
        } else if (name == "unordered") {
            next_.unordered = true;
        } else if (name == "like") {
            next_.like = true;
        } else if (name == "within") {
            next_.within = std::atoll(value.c_str());
        } else {
            fail("unknown directive @" + name);
        }
    }

    Audience audience(const std::string& name) const
    {
        if (name == "dabba") return Audience::Dabba;
        if (name == "redis") return Audience::Redis;
        fail("@only is followed by dabba or redis");
    }

    void advance(const std::string& text)
    {
        std::size_t digits = 0;
        while (digits < text.size() && std::isdigit(static_cast<unsigned char>(text[digits]))) {
            ++digits;
        }
        const std::string unit = text.substr(digits);
        if (digits == 0 || (unit != "ms" && unit != "s")) fail("@advance is followed by 5ms or 5s");
        const auto count = std::atoll(text.c_str());
        next_.advance =
            unit == "s" ? std::chrono::seconds{count} : std::chrono::milliseconds{count};
        finish_step();
    }

    void request(const std::string& text)
    {
        try {
            next_.words = split_words(text);
        } catch (const std::invalid_argument& error) {
            fail(error.what());
        }
        if (next_.words.empty()) fail("an empty request");
        next_.client = client_;
        next_.line = position_++;
        next_.answer = answer();
        if (position_ < lines().size() && lines()[position_].starts_with("@redis ")) {
            next_.redis_version = lines()[position_++].substr(7);
            next_.redis_answer = answer();
        }
        finish_step();
    }

    static bool ends_answer(const std::string& line)
    {
        return line.empty() || line[0] == '@' || line[0] == '#' || line.starts_with("> ");
    }

    Answer answer()
    {
        Answer answer{.first = position_};
        while (position_ < lines().size() && !ends_answer(lines()[position_])) ++position_;
        answer.last = position_;
        return answer;
    }

    void finish_step()
    {
        if (next_.audience == Audience::Everyone) next_.audience = audience_;
        if (next_.words.empty()) next_.line = position_;
        transcript_.steps.push_back(next_);
        next_ = {};
    }

    Transcript& transcript_;
    std::size_t position_ = 0;
    Audience audience_ = Audience::Everyone;
    std::string client_;
    Step next_;
};

/// The line without the "1) ", "2~ ", "3# " that number an element, at any depth.
std::string_view without_numbers(std::string_view line)
{
    while (true) {
        const auto start = std::min(line.find_first_not_of(' '), line.size());
        auto end = start;
        while (end < line.size() && std::isdigit(static_cast<unsigned char>(line[end]))) ++end;
        if (end == start || end + 1 >= line.size() || line[end + 1] != ' ' ||
            std::string_view{")~#"}.find(line[end]) == std::string_view::npos) {
            return line.substr(start);
        }
        line.remove_prefix(end + 2);
    }
}

std::vector<std::string_view> as_elements(const std::vector<std::string>& lines)
{
    std::vector<std::string_view> elements;
    for (const auto& line : lines) elements.push_back(without_numbers(line));
    std::sort(elements.begin(), elements.end());
    return elements;
}

/// Does the text follow the pattern, in which * stands for anything? A backslash is a backslash.
bool is_like(std::string_view pattern, std::string_view text)
{
    if (pattern.empty()) return text.empty();
    if (pattern[0] != '*') {
        return !text.empty() && pattern[0] == text[0] && is_like(pattern.substr(1), text.substr(1));
    }
    for (std::size_t skipped = 0; skipped <= text.size(); ++skipped) {
        if (is_like(pattern.substr(1), text.substr(skipped))) return true;
    }
    return false;
}

/// Are the lines the same but for integers that are off by no more than this?
bool is_near(std::string_view expected, std::string_view answered, std::int64_t within)
{
    const auto split = [](std::string_view line) {
        const auto space = line.rfind(' ');
        return std::pair{line.substr(0, space + 1), std::string{line.substr(space + 1)}};
    };
    const auto [expected_words, expected_number] = split(expected);
    const auto [answered_words, answered_number] = split(answered);
    return expected_words == answered_words &&
           std::abs(std::atoll(expected_number.c_str()) - std::atoll(answered_number.c_str())) <=
               within;
}

}  // namespace

std::vector<std::string> split_lines(const std::string& text)
{
    std::vector<std::string> lines;
    std::istringstream stream{text};
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

Transcript read_transcript(const std::string& path)
{
    std::ifstream file{path, std::ios::binary};
    if (!file) throw TranscriptError{path + ": cannot be read"};
    std::ostringstream text;
    text << file.rdbuf();
    Transcript transcript{.path = path, .lines = split_lines(text.str()), .steps = {}};
    Reader{transcript}.read();
    return transcript;
}

bool agrees(const Step& step, const std::vector<std::string>& expected,
            const std::vector<std::string>& answered)
{
    if (step.unordered) return as_elements(expected) == as_elements(answered);
    return std::equal(expected.begin(), expected.end(), answered.begin(), answered.end(),
                      [&](const std::string& left, const std::string& right) {
                          if (step.like) return is_like(left, right);
                          if (step.within != 0) return is_near(left, right, step.within);
                          return left == right;
                      });
}

}  // namespace tests
