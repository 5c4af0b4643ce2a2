#include "server/persistence/file_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace server {

namespace {

constexpr std::uint64_t kReadAhead = 1 << 20;

[[noreturn]] void fail() { throw std::system_error{errno, std::generic_category()}; }

int open_to_read(const std::string& path)
{
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) fail();
    return file;
}

}  // namespace

FileReader::FileReader(const std::string& path) : file_(open_to_read(path))
{
    struct stat status = {};
    const bool is_known = fstat(file_, &status) == 0;
    if (is_known && S_ISREG(status.st_mode)) {
        size_ = static_cast<std::uint64_t>(status.st_size);
        return;
    }
    int error = errno;
    if (is_known) error = S_ISDIR(status.st_mode) ? EISDIR : ENOTSUP;
    ::close(file_);
    throw std::system_error{error, std::generic_category()};
}

FileReader::~FileReader() { ::close(file_); }

void FileReader::fill(std::uint64_t bytes)
{
    buffer_.erase(0, begin_);
    begin_ = 0;
    std::uint64_t wanted = std::min(left(), std::max(bytes, kReadAhead));
    std::size_t filled = buffer_.size();
    buffer_.resize(filled + wanted);
    while (wanted > 0) {
        const ssize_t got = ::read(file_, buffer_.data() + filled, wanted);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail();
        if (got == 0) break;  // somebody has cut it
        filled += static_cast<std::size_t>(got);
        wanted -= static_cast<std::uint64_t>(got);
    }
    buffer_.resize(filled);
    if (wanted > 0) size_ = offset_ + filled;
}

void FileReader::consume(std::size_t bytes)
{
    begin_ += bytes;
    offset_ += bytes;
}

void FileReader::seek(std::uint64_t offset)
{
    if (::lseek(file_, static_cast<off_t>(offset), SEEK_SET) < 0) fail();
    offset_ = offset;
    begin_ = 0;
    buffer_.clear();
}

}  // namespace server
