#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "server/persistence/files.h"

namespace server {

/// Writes a file in a thread of its own, under a temporary name; at the end it takes the place of
/// the old one, at once and whole: synced, renamed, and the folder synced. Whatever goes wrong, the
/// old file stays as it was.
class FileWriter
{
public:
    enum class State : std::uint8_t { Writing, Done, Failed };
    enum class Checksum : bool { Zeros, Crc64 };

    /// Begins. Throws std::system_error if there is no thread to be had, std::bad_alloc. The files
    /// must outlive it, and are used by its thread.
    FileWriter(Files& files, std::string temporary_path, std::string path, Checksum checksum);
    /// Gives a file up that is not done: the temporary one is removed.
    ~FileWriter();
    FileWriter(const FileWriter&) = delete;
    FileWriter& operator=(const FileWriter&) = delete;

    /// Never waits. Throws std::bad_alloc, and has taken nothing.
    void write(std::string block);
    /// All is there: the checksum follows, and the file takes its place.
    void finish();

    State state() const { return state_; }
    /// Why it failed: "Opening temp-12.rdb: Permission denied". REQUIRES Failed.
    const std::string& error() const { return error_; }

    /// Bytes that were not written yet.
    std::size_t waiting_bytes() const { return waiting_bytes_; }
    void wait_until_fewer(std::size_t bytes);
    /// REQUIRES finish().
    State wait_until_over();

private:
    enum class Orders : std::uint8_t { GoOn, Finish, GiveUp };

    void run() noexcept;
    void write_file();
    void remove_rest() noexcept;
    void write_all(int file);
    void write_block(int file, std::string_view block);
    void give_orders(Orders orders);

    Files& files_;
    const std::string temporary_path_;
    const std::string path_;
    const Checksum checksum_;
    std::string error_;
    std::atomic<State> state_ = State::Writing;
    std::atomic<std::size_t> waiting_bytes_ = 0;

    std::mutex mutex_;  ///< of what follows
    std::condition_variable changed_;
    std::deque<std::string> blocks_;
    Orders orders_ = Orders::GoOn;

    std::uint64_t crc_ = 0;           ///< the thread's
    std::size_t unsynced_bytes_ = 0;  ///< the thread's
    std::thread thread_;              ///< last: it uses all that stands above
};

}  // namespace server
