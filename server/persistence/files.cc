#include "server/persistence/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>

namespace server {

namespace {

[[noreturn]] void fail(std::string_view what, std::string_view path = {})
{
    throw std::system_error{errno, std::generic_category(),
                            path.empty() ? std::string{what} : fmt::format("{} {}", what, path)};
}

/// Who may read and write the file, if there is one.
std::optional<mode_t> mode_of(const std::string& path)
{
    struct stat status = {};
    if (stat(path.c_str(), &status) != 0) return std::nullopt;
    return status.st_mode & 0777;
}

}  // namespace

int Files::open_to_append(const std::string& path, mode_t mode)
{
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, mode);
    if (file < 0) fail("Opening", path);
    return file;
}

void Files::close(int file) noexcept { ::close(file); }

std::size_t Files::write_some(int file, std::string_view bytes)
{
    while (true) {
        const ssize_t written = ::write(file, bytes.data(), bytes.size());
        if (written > 0) return static_cast<std::size_t>(written);
        if (written == 0) errno = ENOSPC;
        if (errno != EINTR) fail("Writing");
    }
}

void Files::sync(int file)
{
    if (::fdatasync(file) != 0) fail("Syncing");
}

void Files::cut(const std::string& path, std::uint64_t bytes)
{
    if (::truncate(path.c_str(), static_cast<off_t>(bytes)) != 0) fail("Cutting", path);
}

void Files::rename(const std::string& from, const std::string& to)
{
    if (std::rename(from.c_str(), to.c_str()) != 0) fail("Renaming to", to);
}

void Files::remove(const std::string& path)
{
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) fail("Removing", path);
}

void Files::make_folder(const std::string& path)
{
    if (::mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) fail("Making folder", path);
}

void Files::sync_folder(const std::string& path)
{
    const int folder = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) fail("Opening", path);
    const bool is_synced = ::fsync(folder) == 0;
    ::close(folder);
    if (!is_synced) fail("Syncing", path);
}

void Files::put(const std::string& folder, std::string_view name, std::string_view text)
{
    const std::string temporary = fmt::format("{}/temp-{}", folder, name);
    remove(temporary);
    const std::string path = fmt::format("{}/{}", folder, name);
    const int file = open_to_append(temporary, mode_of(path).value_or(kMode));
    try {
        while (!text.empty()) text.remove_prefix(write_some(file, text));
        sync(file);
    } catch (...) {
        close(file);
        remove(temporary);
        throw;
    }
    close(file);
    rename(temporary, path);
    sync_folder(folder);
}

std::string read_small_file(const std::string& path)
{
    std::ifstream file{path, std::ios::binary};
    if (!file) {
        if (errno == ENOENT || errno == ENOTDIR) return {};
        fail("Opening", path);
    }
    return {std::istreambuf_iterator<char>{file}, {}};
}

bool file_exists(const std::string& path)
{
    struct stat status = {};
    return ::stat(path.c_str(), &status) == 0;
}

std::uint64_t file_size(const std::string& path)
{
    struct stat status = {};
    return ::stat(path.c_str(), &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

}  // namespace server
