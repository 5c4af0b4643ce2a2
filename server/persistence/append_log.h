#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/config/options.h"
#include "server/effects.h"
#include "server/persistence/files.h"
#include "server/persistence/log_thread.h"
#include "server/persistence/manifest.h"

namespace server {

/// The log of changes on the disk: Redis's append-only file. A base, which is an RDB file, and
/// increments that the effects of requests are appended to, by a thread.
///
///                     begin_rewrite()                 end_rewrite(true)
///     base 1, incr 1 ----------------> base 1, incr 1 ------------------> base 2, incr 2
///                                      and incr 2
///
/// A log that goes on without a gap names the new increment at once; otherwise nothing is put in
/// the place of what there was until the new base is there.
class AppendLog
{
public:
    /// The references must outlive it. `on_sync` is called in another thread.
    AppendLog(const Options& options, Effects& effects, Files& files,
              std::function<void()> on_sync);
    /// Goes by way of these files from here on. REQUIRES !on().
    void use(Files& files) { files_ = &files; }
    ~AppendLog();
    AppendLog(const AppendLog&) = delete;
    AppendLog& operator=(const AppendLog&) = delete;

    /// Takes the log for itself and reads what is there: the files that make up the data, in
    /// order; none if there is no log yet. The one file of Redis before 7.0 is taken over. Throws
    /// std::exception.
    std::vector<std::string> look();
    /// Goes on with what look() has found, once that was read. False if there is nothing to go on
    /// with: a rewrite must make it. Throws std::exception.
    bool go_on();

    /// Begins a log in the place of what there is, which stays until the base is there: a rewrite
    /// must follow. Throws std::exception.
    void begin();
    /// All is written and synced, and no more follows.
    void end();
    bool on() const { return thread_ != nullptr; }

    /// Gives the thread what was gathered.
    void hand_over();

    /// Opens the next increment. Where the base is to be written to.
    std::string begin_rewrite();
    /// Whether that is still to be done: the rewrite cannot end before it is.
    bool is_opening() const;
    /// The base is there, or there is none.
    void end_rewrite(bool done);
    /// What end_rewrite() has set going: nothing while it is at work.
    std::optional<bool> finish_rewrite();
    /// Something is missing in it: only a rewrite helps.
    void note_gap() { has_gap_ = true; }
    bool has_gap() const { return has_gap_; }

    void options_changed();
    void hold_syncs(bool hold) { thread_->hold_syncs(hold); }
    /// REQUIRES on(); also for what follows.
    const LogThread& thread() const { return *thread_; }
    LogThread& thread() { return *thread_; }
    bool syncs_always() const { return on() && options_.append_fsync == "always"; }

    /// Of the base and the increments together, and of those at the last rewrite.
    std::uint64_t size() const { return size_; }
    std::uint64_t base_size() const { return base_size_; }
    /// Whether it has grown by so much that a rewrite is due.
    bool has_grown() const;

    std::string folder() const;
    const Manifest& manifest() const { return manifest_; }

private:
    using Job = LogThread::Job;

    std::string path_of(const Manifest::File& file) const;
    Manifest read_manifest() const;
    void take_over_old_file();
    void lock_log();
    void put_manifest(const Manifest& manifest);
    void remove_files(const std::vector<Manifest::File>& files) noexcept;
    std::shared_ptr<Job> do_later(std::function<void()> action);

    const Options& options_;
    Effects& effects_;
    Files* files_;
    const std::function<void()> on_sync_;
    int lock_ = -1;
    Manifest manifest_;
    Manifest next_;  ///< of the rewrite that runs
    bool has_gap_ = false;
    bool gap_at_begin_ = false;  ///< of the rewrite
    std::shared_ptr<Job> opening_;
    std::shared_ptr<Job> installing_;
    std::uint64_t size_ = 0;
    std::uint64_t base_size_ = 0;
    std::uint64_t size_at_begin_ = 0;  ///< of the rewrite
    std::unique_ptr<LogThread> thread_;
};

}  // namespace server
