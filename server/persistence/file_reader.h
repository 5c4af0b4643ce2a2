#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace server {

/// A file that is read from its beginning to its end, through a window onto what was read ahead.
/// What the system refuses is a std::system_error.
class FileReader
{
public:
    /// Opens it: std::errc::no_such_file_or_directory if there is none.
    explicit FileReader(const std::string& path);
    ~FileReader();
    FileReader(const FileReader&) = delete;
    FileReader& operator=(const FileReader&) = delete;

    std::uint64_t size() const { return size_; }
    /// Where the window begins in the file.
    std::uint64_t offset() const { return offset_; }
    /// What was read and not consumed yet.
    std::string_view window() const { return std::string_view{buffer_}.substr(begin_); }
    /// How much of the file is behind the window.
    std::uint64_t left() const { return size_ - offset_ - window().size(); }

    /// Adds at least `bytes` to the window, if the file has them. If somebody has cut it meanwhile,
    /// its size is what there was.
    void fill(std::uint64_t bytes);
    /// Drops the beginning of the window.
    void consume(std::size_t bytes);
    /// Goes on at another place, with an empty window.
    void seek(std::uint64_t offset);

private:
    const int file_;
    std::uint64_t size_ = 0;
    std::uint64_t offset_ = 0;
    std::string buffer_;
    std::size_t begin_ = 0;  ///< of the window, in the buffer
};

}  // namespace server
