#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace server {

/// What is done to the disk by those who write: the seam at which tests put in one that is full,
/// slow or broken. Its functions are called by several threads.
/// Each function throws std::system_error if it fails, whose text begins with what was tried.
class Files
{
public:
    virtual ~Files() = default;

    static constexpr mode_t kMode = 0644;

    /// Opens a file to append to it, and makes it if it is missing: then `mode`, but for the umask,
    /// says who may use it. Returns its number.
    virtual int open_to_append(const std::string& path, mode_t mode);
    int open_to_append(const std::string& path) { return open_to_append(path, kMode); }
    virtual void close(int file) noexcept;
    /// Writes some of the bytes, at least one, and returns how many.
    virtual std::size_t write_some(int file, std::string_view bytes);
    /// Forces all that was written to the disk.
    virtual void sync(int file);
    /// Gives the file this length.
    virtual void cut(const std::string& path, std::uint64_t bytes);
    virtual void rename(const std::string& from, const std::string& to);
    /// No error if there is none.
    virtual void remove(const std::string& path);
    /// No error if it is there.
    virtual void make_folder(const std::string& path);
    /// Forces the names in a folder to the disk.
    virtual void sync_folder(const std::string& path);

    /// The file is there with this text, or as it was: whatever happens, no half of it. Whoever
    /// could read it before still can, and nobody else.
    void put(const std::string& folder, std::string_view name, std::string_view text);
};

/// The whole of a small file; empty if there is none. Throws std::system_error.
std::string read_small_file(const std::string& path);

bool file_exists(const std::string& path);
/// 0 if there is none.
std::uint64_t file_size(const std::string& path);

}  // namespace server
