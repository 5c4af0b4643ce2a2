#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "server/persistence/files.h"

namespace server {

/// A thread that syncs the log, and appends to it whatever would have to wait for the disk: bytes,
/// and jobs that need the disk, in the order in which they came. What it cannot write it tries
/// again, ten times a second, until it can; nothing is skipped.
///
/// While it rests, bytes go to the file at once, as in Redis: what was answered survives the end of
/// the process, and only a system that dies loses a second. With Sync::Always all is the thread's,
/// since replies wait for it anyway.
///
/// Places in the log are counted in bytes, from 0 when the thread begins, over all files.
class LogThread
{
public:
    enum class Sync : std::uint8_t { Never, EverySecond, Always };

    /// Something that needs the disk, at its place between the bytes.
    struct Job
    {
        enum class State : std::uint8_t { Waiting, Done, Failed };

        std::function<void()> run;  ///< in the thread; throws std::exception
        std::atomic<State> state = State::Waiting;
        std::string error;  ///< why it failed
    };

    /// Begins. `on_sync` is called in the thread when more is safe, while Sync::Always holds.
    LogThread(Files& files, std::function<void()> on_sync);
    /// Writes and syncs what it has, if the disk takes it.
    ~LogThread();
    LogThread(const LogThread&) = delete;
    LogThread& operator=(const LogThread&) = delete;

    /// Takes bytes, and writes them if the thread rests. Waits only if more than kMostWaiting are
    /// waiting already, and until fewer are; false, and not taken, if that cannot be expected.
    /// Throws std::bad_alloc.
    bool append(std::string_view bytes);
    void add(std::shared_ptr<Job> job);
    /// A job's own: what was written before it is on the disk.
    void sync_written() { sync_now(); }
    /// A job's own: from here on bytes go to this file, and the one before is synced and closed.
    void write_to(const std::string& path);

    void choose(Sync sync);
    /// While `hold` is true, nothing is synced but for Sync::Always.
    void hold_syncs(bool hold);

    std::uint64_t appended() const { return appended_; }
    std::uint64_t written() const { return written_; }
    std::uint64_t synced() const { return synced_; }

    /// Why nothing can be written or synced now; empty if it can.
    std::string error() const;
    bool failed() const { return failed_; }

    /// How often a sync took so long that the next one was late.
    std::uint64_t late_syncs() const { return late_syncs_; }
    bool is_syncing() const { return syncing_; }

    /// Waits until all that was taken is synced; false if the disk refuses.
    bool sync_all();
    /// Waits until the job is over, or the disk refuses.
    void wait_for(const Job& job);

    static constexpr std::size_t kMostWaiting = 64 << 20;

private:
    struct Item
    {
        std::string bytes;
        std::shared_ptr<Job> job;  ///< nullptr: bytes
    };

    enum class Rest : std::uint8_t { None, UntilSync, UntilWoken };

    bool may_write_at_once() const;
    std::size_t write_at_once(std::string_view bytes) noexcept;
    void change(const std::function<void()>& what);

    void run() noexcept;
    bool wait_for_work(std::unique_lock<std::mutex>& lock);
    bool syncs_by_time() const { return sync_ == Sync::EverySecond && !held_; }
    bool should_sync() const;
    void do_item(Item& item);
    void write_all(std::string_view bytes);
    void sync_now();
    template <class Action>
    void until_it_works(Action&& action);
    void note_failure(std::string_view error);
    void note_success();

    Files& files_;
    const std::function<void()> on_sync_;
    std::atomic<std::uint64_t> appended_ = 0;
    std::atomic<std::uint64_t> written_ = 0;
    std::atomic<std::uint64_t> synced_ = 0;
    std::atomic<std::uint64_t> late_syncs_ = 0;
    std::atomic<bool> syncing_ = false;
    std::atomic<bool> failed_ = false;
    std::atomic<Sync> sync_ = Sync::EverySecond;
    std::atomic<bool> held_ = false;

    mutable std::mutex mutex_;      ///< of what follows
    std::condition_variable work_;  ///< for the thread
    std::condition_variable done_;  ///< for who waits for it
    std::deque<Item> items_;
    std::size_t waiting_ = 0;  ///< bytes
    std::string error_;
    Rest rest_ = Rest::None;
    bool sync_wanted_ = false;
    bool ending_ = false;
    bool busy_ = false;  ///< with items that were taken, or a sync

    int file_ = -1;                                      ///< the thread's while it is busy
    std::chrono::steady_clock::time_point last_sync_{};  ///< the thread's
    std::thread thread_;                                 ///< last: it uses all that stands above
};

}  // namespace server
