#include "server/persistence/log_thread.h"

#include <exception>
#include <system_error>
#include <utility>

namespace server {

namespace {

using Time = std::chrono::steady_clock;

constexpr std::chrono::seconds kBetweenSyncs{1};
/// As Redis: a sync that takes longer than this is worth a count.
constexpr std::chrono::seconds kLate{2};
constexpr std::chrono::milliseconds kBeforeNextTry{100};

}  // namespace

LogThread::LogThread(Files& files, std::function<void()> on_sync)
    : files_(files),
      on_sync_(std::move(on_sync)),
      last_sync_(Time::now()),
      thread_([this] { run(); })
{}

LogThread::~LogThread()
{
    {
        const std::lock_guard lock{mutex_};
        ending_ = true;
    }
    work_.notify_all();
    thread_.join();
    if (file_ >= 0) files_.close(file_);
}

bool LogThread::append(std::string_view bytes)
{
    if (bytes.empty()) return true;
    std::unique_lock lock{mutex_};
    if (waiting_ > kMostWaiting) {
        done_.wait(lock, [this] { return waiting_ <= kMostWaiting || failed_; });
        if (waiting_ > kMostWaiting) return false;
    }
    const std::string_view left =
        bytes.substr(may_write_at_once() ? write_at_once(bytes) : std::size_t{0});
    if (!left.empty()) {
        if (items_.empty() || items_.back().job != nullptr) items_.emplace_back();
        items_.back().bytes += left;
        waiting_ += left.size();
    }
    appended_ += bytes.size();
    const bool has_work = !left.empty() || (rest_ == Rest::UntilWoken && syncs_by_time());
    const bool wakes = has_work && std::exchange(rest_, Rest::None) != Rest::None;
    lock.unlock();
    if (wakes) work_.notify_one();
    return true;
}

bool LogThread::may_write_at_once() const
{
    return sync_ != Sync::Always && items_.empty() && !busy_ && !failed_ && file_ >= 0;
}

/// How much of it. What fails is left to the thread, which tells why.
std::size_t LogThread::write_at_once(std::string_view bytes) noexcept
{
    try {
        const std::size_t size = files_.write_some(file_, bytes);
        written_ += size;
        return size;
    } catch (const std::exception&) {
        return 0;
    }
}

/// Something that the thread must look at.
void LogThread::change(const std::function<void()>& what)
{
    {
        const std::lock_guard lock{mutex_};
        what();
        rest_ = Rest::None;
    }
    work_.notify_one();
}

void LogThread::add(std::shared_ptr<Job> job)
{
    change([&] { items_.push_back({{}, std::move(job)}); });
}

void LogThread::choose(Sync sync)
{
    change([&] { sync_ = sync; });
}

void LogThread::hold_syncs(bool hold)
{
    change([&] { held_ = hold; });
}

std::string LogThread::error() const
{
    const std::lock_guard lock{mutex_};
    return error_;
}

bool LogThread::sync_all()
{
    std::unique_lock lock{mutex_};
    const std::uint64_t end = appended_;
    sync_wanted_ = true;
    rest_ = Rest::None;
    work_.notify_one();
    done_.wait(lock, [&] { return (synced_ >= end && items_.empty() && !busy_) || failed_; });
    return synced_ >= end;
}

void LogThread::wait_for(const Job& job)
{
    std::unique_lock lock{mutex_};
    done_.wait(lock, [&] { return job.state != Job::State::Waiting || failed_; });
}

// The thread

void LogThread::run() noexcept
{
    std::unique_lock lock{mutex_};
    while (wait_for_work(lock)) {
        std::deque<Item> taken;
        taken.swap(items_);
        busy_ = true;
        lock.unlock();
        for (Item& item : taken) do_item(item);
        if (should_sync()) sync_now();
        lock.lock();
        busy_ = false;
        sync_wanted_ &= synced_ < appended_;
        done_.notify_all();
    }
    lock.unlock();
    if (!failed_) sync_now();
}

/// False at the end: all is written then, unless the disk refuses.
bool LogThread::wait_for_work(std::unique_lock<std::mutex>& lock)
{
    while (items_.empty() && !sync_wanted_) {
        if (ending_) return false;
        const bool is_unsynced = synced_ < written_ && syncs_by_time();
        rest_ = is_unsynced ? Rest::UntilSync : Rest::UntilWoken;
        const auto is_woken = [this] { return rest_ == Rest::None || ending_; };
        if (!is_unsynced) {
            work_.wait(lock, is_woken);
        } else if (!work_.wait_until(lock, last_sync_ + kBetweenSyncs, is_woken)) {
            rest_ = Rest::None;
            return true;  // to sync
        }
        rest_ = Rest::None;
    }
    return !(ending_ && failed_);
}

bool LogThread::should_sync() const
{
    if (synced_ >= written_) return false;
    if (sync_ == Sync::Always || sync_wanted_) return true;
    return syncs_by_time() && Time::now() - last_sync_ >= kBetweenSyncs;
}

void LogThread::do_item(Item& item)
{
    if (item.job == nullptr) {
        write_all(item.bytes);
        const std::lock_guard lock{mutex_};
        waiting_ -= item.bytes.size();
        return;
    }
    Job& job = *item.job;
    auto state = Job::State::Failed;
    try {
        job.run();
        state = Job::State::Done;
    } catch (const std::exception& error) {
        job.error = error.what();
    }
    const std::lock_guard lock{mutex_};
    job.state = state;
    done_.notify_all();
}

/// Bytes for which there is no file are those of a log that could not be begun.
void LogThread::write_all(std::string_view bytes)
{
    while (!bytes.empty()) {
        until_it_works([&] {
            const std::size_t size = file_ < 0 ? bytes.size() : files_.write_some(file_, bytes);
            bytes.remove_prefix(size);
            written_ += size;
        });
        if (!bytes.empty() && failed_) return;  // the end
    }
}

void LogThread::sync_now()
{
    const std::uint64_t end = written_;
    if (end == synced_) return;
    const auto began = Time::now();
    syncing_ = true;
    until_it_works([&] {
        if (file_ >= 0) files_.sync(file_);
        synced_ = end;
    });
    syncing_ = false;
    last_sync_ = Time::now();
    if (last_sync_ - began > kLate) ++late_syncs_;
    if (sync_ == Sync::Always) on_sync_();
}

void LogThread::write_to(const std::string& path)
{
    const int file = files_.open_to_append(path);
    if (file_ >= 0) {
        sync_now();
        files_.close(file_);
    }
    file_ = file;
}

/// Gives up only at the end.
template <class Action>
void LogThread::until_it_works(Action&& action)
{
    while (true) {
        try {
            action();
            return note_success();
        } catch (const std::system_error& error) {
            note_failure(error.code().message());
        } catch (const std::exception& error) {
            note_failure(error.what());
        }
        std::unique_lock lock{mutex_};
        if (ending_) return;
        lock.unlock();
        if (sync_ == Sync::Always) on_sync_();  // whoever waits must know
        std::this_thread::sleep_for(kBeforeNextTry);
    }
}

void LogThread::note_failure(std::string_view error)
{
    const std::lock_guard lock{mutex_};
    error_ = error;
    failed_ = true;
    done_.notify_all();
}

void LogThread::note_success()
{
    if (!failed_) return;
    const std::lock_guard lock{mutex_};
    error_.clear();
    failed_ = false;
}

}  // namespace server
