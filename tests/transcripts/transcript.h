#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace tests {

/// The file is no transcript; what() says where and why.
class TranscriptError : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

/// Who is asked. Redis is told from Dabba because an older Redis differs here and there.
enum class Audience { Everyone, Dabba, Redis };

/// An answer as it stands in the file: lines [first, last), counted from 0.
struct Answer
{
    std::size_t first = 0;
    std::size_t last = 0;
};

/// One thing that happens in a transcript: a request and its answer, or time that passes.
struct Step
{
    std::size_t line = 0;                    ///< where it stands, counted from 0
    Audience audience = Audience::Everyone;  ///< @only
    std::chrono::milliseconds advance{0};    ///< @advance; then nothing else is set

    std::string client;              ///< @client: the connection's name; "" is the first
    std::vector<std::string> words;  ///< the request
    Answer answer;                   ///< the answer as redis-cli prints it
    std::string redis_version;       ///< @redis 7.0: Redis of this version says something else:
    std::optional<Answer> redis_answer;

    bool unordered = false;   ///< @unordered: the answer's elements may come in any order
    bool like = false;        ///< @like: in the answer, * stands for anything
    std::int64_t within = 0;  ///< @within N: integers may be off by this much
};

/// A page of a manual that happens to be run: prose after '#', requests after '> ', each followed
/// by its answer as redis-cli prints it on a terminal. README.md beside this file tells the rest.
struct Transcript
{
    std::string path;
    std::vector<std::string> lines;
    std::vector<Step> steps;
};

/// Throws TranscriptError.
Transcript read_transcript(const std::string& path);

/// Does what was answered agree with what the step expects? Both as lines of text.
bool agrees(const Step& step, const std::vector<std::string>& expected,
            const std::vector<std::string>& answered);

/// The text's lines, without their ends; "" has none.
std::vector<std::string> split_lines(const std::string& text);

}  // namespace tests
