#include "tests/support/words.h"

#include <cctype>
#include <cstdio>
#include <stdexcept>

namespace tests {

namespace {

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }
bool is_hex(char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; }

char unescaped(char c)
{
    switch (c) {
        case 'n': return '\n';
        case 'r': return '\r';
        case 't': return '\t';
        case 'b': return '\b';
        case 'a': return '\a';
        default: return c;
    }
}

/// Reads what follows an opening quote, up to and with the closing one.
std::string take_quoted(std::string_view& line, char quote)
{
    std::string word;
    while (!line.empty() && line.front() != quote) {
        if (quote == '"' && line.size() >= 4 && line[0] == '\\' && line[1] == 'x' &&
            is_hex(line[2]) && is_hex(line[3])) {
            word += static_cast<char>(std::stoi(std::string{line.substr(2, 2)}, nullptr, 16));
            line.remove_prefix(4);
        } else if (line.size() >= 2 && line[0] == '\\' && (quote == '"' || line[1] == '\'')) {
            word += quote == '"' ? unescaped(line[1]) : '\'';
            line.remove_prefix(2);
        } else {
            word += line.front();
            line.remove_prefix(1);
        }
    }
    if (line.empty()) throw std::invalid_argument{"a quote is not closed"};
    line.remove_prefix(1);
    if (!line.empty() && !is_space(line.front())) {
        throw std::invalid_argument{"a closing quote is followed by more than a space"};
    }
    return word;
}

std::string take_word(std::string_view& line)
{
    std::string word;
    while (!line.empty() && !is_space(line.front())) {
        const char c = line.front();
        line.remove_prefix(1);
        if (c == '"' || c == '\'') return word + take_quoted(line, c);
        word += c;
    }
    return word;
}

bool needs_quotes(std::string_view word)
{
    if (word.empty()) return true;
    for (const char c : word) {
        if (c <= ' ' || c >= 127 || c == '"' || c == '\'' || c == '\\') return true;
    }
    return false;
}

std::string quoted(std::string_view word)
{
    std::string text = "\"";
    for (const char c : word) {
        if (c == '"' || c == '\\') {
            text += '\\';
            text += c;
        } else if (c >= ' ' && c < 127) {
            text += c;
        } else if (c == '\r' || c == '\n') {
            text += c == '\r' ? "\\r" : "\\n";
        } else {
            char escape[5];
            std::snprintf(escape, sizeof escape, "\\x%02x", static_cast<unsigned char>(c));
            text += escape;
        }
    }
    return text + '"';
}

}  // namespace

std::vector<std::string> split_words(std::string_view line)
{
    std::vector<std::string> words;
    while (true) {
        while (!line.empty() && is_space(line.front())) line.remove_prefix(1);
        if (line.empty()) return words;
        words.push_back(take_word(line));
    }
}

std::string join_words(const std::vector<std::string>& words)
{
    std::string line;
    for (const auto& word : words) {
        if (!line.empty()) line += ' ';
        line += needs_quotes(word) ? quoted(word) : word;
    }
    return line;
}

}  // namespace tests
