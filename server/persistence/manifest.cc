#include "server/persistence/manifest.h"

#include <fmt/format.h>

#include <algorithm>

#include "ascii/integer.h"
#include "ascii/split.h"
#include "server/config/config_file.h"

namespace server {

namespace {

constexpr std::size_t kMaxLine = 1024;

void append_file(std::string& text, const Manifest::File& file, char type)
{
    text +=
        fmt::format("file {} seq {} type {}\n", quoted_config_word(file.name), file.number, type);
}

struct Line
{
    Manifest::File file;
    std::string type;
};

/// Names are those of files in one folder: nothing else may be read, nor deleted.
Line parse_line(std::string_view text)
{
    const auto words = split_config_line(text);
    if (words.size() < 6 || words.size() % 2 != 0)
        throw Manifest::Error{"Invalid AOF manifest file format"};
    Line line;
    for (std::size_t i = 0; i < words.size(); i += 2) {
        const std::string& value = words[i + 1];
        if (words[i] == "file") {
            if (value.find('/') != value.npos)
                throw Manifest::Error{"File can't be a path, just a filename"};
            line.file.name = value;
        } else if (words[i] == "seq") {
            line.file.number = static_cast<std::uint64_t>(
                std::max<std::int64_t>(0, ascii::parse_integer(value).value_or(0)));
        } else if (words[i] == "type") {
            line.type = value;
        }
    }
    if (line.file.name.empty() || line.file.number == 0 || line.type.size() != 1)
        throw Manifest::Error{"Invalid AOF manifest file format"};
    return line;
}

void add(Manifest& manifest, Line line)
{
    if (line.type == "b") {
        if (manifest.base) throw Manifest::Error{"Found duplicate base file information"};
        manifest.base = std::move(line.file);
    } else if (line.type == "h") {
        manifest.history.push_back(std::move(line.file));
    } else if (line.type == "i") {
        if (!manifest.increments.empty() && line.file.number <= manifest.increments.back().number) {
            throw Manifest::Error{"Found a non-monotonic sequence number"};
        }
        manifest.increments.push_back(std::move(line.file));
    } else {
        throw Manifest::Error{"Unknown AOF file type"};
    }
}

}  // namespace

Manifest Manifest::parse(std::string_view text)
{
    Manifest manifest;
    if (text.empty()) throw Error{"Found an empty AOF manifest"};
    if (text.back() != '\n') throw Error{"The last line of the AOF manifest is not complete"};
    text.remove_suffix(1);
    for (std::string_view line : ascii::split(text, '\n')) {
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        if (line.size() > kMaxLine) throw Error{"The AOF manifest file contains too long line"};
        if (line.starts_with('#')) continue;
        add(manifest, parse_line(line));
    }
    if (manifest == Manifest{}) throw Error{"Found an empty AOF manifest"};
    return manifest;
}

std::string Manifest::text() const
{
    std::string text;
    if (base) append_file(text, *base, 'b');
    for (const File& file : history) append_file(text, file, 'h');
    for (const File& file : increments) append_file(text, file, 'i');
    return text;
}

Manifest::File Manifest::next_base(std::string_view name) const
{
    const std::uint64_t number = base ? base->number + 1 : 1;
    return {fmt::format("{}.{}.base.rdb", name, number), number};
}

Manifest::File Manifest::next_increment(std::string_view name) const
{
    const std::uint64_t number = increments.empty() ? 1 : increments.back().number + 1;
    return {fmt::format("{}.{}.incr.aof", name, number), number};
}

std::string manifest_name(std::string_view name) { return fmt::format("{}.manifest", name); }

}  // namespace server
