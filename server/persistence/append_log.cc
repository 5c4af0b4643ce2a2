#include "server/persistence/append_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace server {

namespace {

LogThread::Sync sync_named(std::string_view name)
{
    if (name == "always") return LogThread::Sync::Always;
    return name == "no" ? LogThread::Sync::Never : LogThread::Sync::EverySecond;
}

bool is_over(const LogThread::Job& job) { return job.state != LogThread::Job::State::Waiting; }

bool is_done(const LogThread::Job& job) { return job.state == LogThread::Job::State::Done; }

}  // namespace

AppendLog::AppendLog(const Options& options, Effects& effects, Files& files,
                     std::function<void()> on_sync)
    : options_(options), effects_(effects), files_(&files), on_sync_(std::move(on_sync))
{}

AppendLog::~AppendLog()
{
    end();
    if (lock_ >= 0) close(lock_);
}

std::string AppendLog::folder() const
{
    return fmt::format("{}/{}", options_.directory, options_.append_dirname);
}

std::string AppendLog::path_of(const Manifest::File& file) const
{
    return fmt::format("{}/{}", folder(), file.name);
}

/// Two servers that append to one file would spoil it; logs with different names may share a
/// folder. The lock ends with the process.
void AppendLog::lock_log()
{
    if (lock_ >= 0) return;
    files_->make_folder(folder());
    const std::string path = fmt::format("{}/{}.lock", folder(), options_.append_filename);
    lock_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (lock_ >= 0 && flock(lock_, LOCK_EX | LOCK_NB) == 0) return;
    const int error = errno;
    if (lock_ >= 0) close(std::exchange(lock_, -1));
    if (error == EWOULDBLOCK) {
        throw std::runtime_error{fmt::format("Another server uses the log {} in {}",
                                             options_.append_filename, folder())};
    }
    throw std::system_error{error, std::generic_category(), "Opening " + path};
}

Manifest AppendLog::read_manifest() const
{
    const std::string path =
        fmt::format("{}/{}", folder(), manifest_name(options_.append_filename));
    if (!file_exists(path)) return {};
    try {
        return Manifest::parse(read_small_file(path));
    } catch (const Manifest::Error& error) {
        throw std::runtime_error{fmt::format("Cannot load {}: {}", path, error.what())};
    }
}

std::vector<std::string> AppendLog::look()
{
    lock_log();
    manifest_ = read_manifest();
    take_over_old_file();
    std::vector<std::string> paths;
    if (manifest_.base) paths.push_back(path_of(*manifest_.base));
    for (const Manifest::File& file : manifest_.increments) paths.push_back(path_of(file));
    size_ = base_size_ = 0;
    for (const std::string& file : paths) size_ += file_size(file);
    if (manifest_.base) base_size_ = file_size(paths.front());
    return paths;
}

/// As Redis does: the file is the first base, under its old name. The manifest may have it already,
/// if this was interrupted.
void AppendLog::take_over_old_file()
{
    const std::string old = fmt::format("{}/{}", options_.directory, options_.append_filename);
    const Manifest::File base{options_.append_filename, 1};
    const Manifest taken_over{.base = base};
    if (manifest_ == Manifest{}) {
        if (!file_exists(old) && !file_exists(path_of(base))) return;
        manifest_ = taken_over;
        put_manifest(manifest_);
    }
    const bool is_still_there = manifest_ == taken_over && !file_exists(path_of(base));
    if (is_still_there && file_exists(old)) files_->rename(old, path_of(base));
}

bool AppendLog::go_on()
{
    if (manifest_ == Manifest{}) return false;
    remove_files(manifest_.history);
    const bool has_history = !std::exchange(manifest_.history, {}).empty();
    const bool is_new = manifest_.increments.empty();
    if (is_new) {
        manifest_.increments.push_back(manifest_.next_increment(options_.append_filename));
        files_->remove(path_of(manifest_.increments.back()));
    }
    thread_ = std::make_unique<LogThread>(*files_, on_sync_);
    const auto opening = do_later([this, is_new, has_history, manifest = manifest_] {
        thread_->write_to(path_of(manifest.increments.back()));
        if (is_new || has_history) put_manifest(manifest);
    });
    thread_->wait_for(*opening);
    if (!is_done(*opening)) {
        thread_.reset();
        throw std::runtime_error{opening->error};
    }
    options_changed();
    effects_.begin();
    return true;
}

void AppendLog::begin()
{
    lock_log();
    manifest_ = read_manifest();
    thread_ = std::make_unique<LogThread>(*files_, on_sync_);
    has_gap_ = true;
    size_ = base_size_ = 0;
    options_changed();
}

void AppendLog::end()
{
    if (thread_ == nullptr) return;
    hand_over();
    effects_.end();
    thread_.reset();
    opening_.reset();
    installing_.reset();
}

void AppendLog::options_changed()
{
    effects_.with_timestamps(options_.aof_timestamp_enabled);
    if (on()) thread_->choose(sync_named(options_.append_fsync));
}

void AppendLog::hand_over()
{
    const std::string_view bytes = effects_.gathered();
    if (!on() || bytes.empty()) return;
    if (thread_->append(bytes)) {
        size_ += bytes.size();
    } else {
        has_gap_ = true;
    }
    effects_.clear_gathered();
}

std::shared_ptr<LogThread::Job> AppendLog::do_later(std::function<void()> action)
{
    auto job = std::make_shared<Job>();
    job->run = std::move(action);
    thread_->add(job);
    return job;
}

void AppendLog::put_manifest(const Manifest& manifest)
{
    files_->put(folder(), manifest_name(options_.append_filename), manifest.text());
}

/// Those that stay are in nobody's way.
void AppendLog::remove_files(const std::vector<Manifest::File>& files) noexcept
{
    for (const Manifest::File& file : files) {
        try {
            files_->remove(path_of(file));
        } catch (const std::exception&) {
            continue;
        }
    }
}

std::string AppendLog::begin_rewrite()
{
    hand_over();
    gap_at_begin_ = std::exchange(has_gap_, false);
    size_at_begin_ = size_;
    next_ = manifest_;
    next_.increments.push_back(manifest_.next_increment(options_.append_filename));
    opening_ = do_later([this, manifest = next_, publish = !gap_at_begin_] {
        // One that could not be opened at an earlier time may still be named.
        for (const Manifest::File& file : manifest.increments)
            files_->close(files_->open_to_append(path_of(file)));
        const std::string path = path_of(manifest.increments.back());
        files_->cut(path, 0);
        // Only the last file may end in the middle of a request: it must not become the last but
        // one before all of it is on the disk.
        thread_->sync_written();
        if (publish) put_manifest(manifest);
        thread_->write_to(path);
    });
    if (!gap_at_begin_) manifest_ = next_;
    effects_.begin();
    return path_of(manifest_.next_base(options_.append_filename));
}

bool AppendLog::is_opening() const { return opening_ != nullptr && !is_over(*opening_); }

void AppendLog::end_rewrite(bool done)
{
    thread_->wait_for(*opening_);
    const bool is_open = is_done(*opening_);
    if (!gap_at_begin_ && opening_->state == Job::State::Failed)
        manifest_.increments.pop_back();  // the old one is written to
    opening_.reset();
    if (!done || !is_open) {
        has_gap_ |= gap_at_begin_;
        return;
    }
    Manifest next{.base = manifest_.next_base(options_.append_filename),
                  .increments = {next_.increments.back()}};
    if (manifest_.base) next.history.push_back(*manifest_.base);
    for (const Manifest::File& file : manifest_.increments)
        if (file != next.increments.back()) next.history.push_back(file);
    next_ = next;
    installing_ = do_later([this, next] {
        put_manifest(next);
        remove_files(next.history);
        put_manifest({.base = next.base, .increments = next.increments});
    });
}

std::optional<bool> AppendLog::finish_rewrite()
{
    if (installing_ == nullptr) return false;
    if (!is_over(*installing_)) return std::nullopt;
    const bool done = is_done(*std::exchange(installing_, nullptr));
    if (!done) {
        has_gap_ |= gap_at_begin_;
        return false;
    }
    next_.history.clear();
    manifest_ = next_;
    size_ = size_ - size_at_begin_ + file_size(path_of(*manifest_.base));
    base_size_ = size_;
    return true;
}

bool AppendLog::has_grown() const
{
    const auto percentage = static_cast<std::uint64_t>(options_.auto_aof_rewrite_percentage);
    if (percentage == 0 || size_ <= options_.auto_aof_rewrite_min_size) return false;
    const std::uint64_t base = base_size_ == 0 ? 1 : base_size_;
    return size_ > base && (size_ - base) * 100 / base >= percentage;
}

}  // namespace server
