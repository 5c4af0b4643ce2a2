#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/config/options.h"
#include "server/persistence/append_log.h"
#include "server/persistence/loading.h"
#include "server/persistence/log_loading.h"
#include "server/persistence/saving.h"
#include "store/clock.h"

namespace server {

class Server;

/// What INFO tells of saving and loading.
struct PersistenceStats
{
    store::TimePoint last_save{};     ///< the epoch: none since the start
    std::uint64_t changes_saved = 0;  ///< of Stats::changes: those that the file has
    bool last_failed = false;         ///< of those in the background
    std::uint64_t saves = 0;
    std::int64_t last_time_seconds = -1;  ///< of the last in the background
    std::uint64_t keys_loaded = 0;
    std::uint64_t keys_expired = 0;  ///< that the file had, and were over when it was read
};

/// What INFO tells of the log.
struct LogStats
{
    bool last_rewrite_failed = false;
    std::int64_t last_rewrite_seconds = -1;
    std::uint64_t rewrites = 0;
    std::uint64_t failures_in_a_row = 0;
};

/// What INFO tells of data that are being loaded.
struct LoadingProgress
{
    std::uint64_t bytes_total;
    std::uint64_t bytes_read;
    std::uint64_t used_memory;  ///< when the file was written; 0: not known
};

/// How the server is to end: SHUTDOWN's flags. There are no replicas that NOW would not wait for.
struct EndFlags
{
    bool save = false;
    bool nosave = false;
    bool force = false;

    /// Of the options shutdown-on-sigint and shutdown-on-sigterm.
    static EndFlags of(std::string_view words);
};

/// Saves the data and loads them, and keeps the log of changes: see README.md.
class Persistence
{
public:
    /// The server must outlive it.
    explicit Persistence(Server& server);
    ~Persistence();

    /// From here on there is a place for files. Until then every save fails and nothing is loaded:
    /// so it is in tests.
    void use_files() { uses_files_ = true; }
    /// The log's by way of this, which must outlive the server.
    void use_files(Files& files);

    // Saving. Failures are written to the log.

    /// SAVE: all of it, while everybody waits. False if it failed. REQUIRES !is_saving().
    bool save();
    /// BGSAVE. REQUIRES !is_saving().
    void begin_saving();
    /// The same, once what runs is over.
    void schedule_saving() { scheduled_ = true; }
    bool is_saving() const { return saving_ != nullptr && purpose_ == Purpose::Save; }
    const Saving* saving() const { return saving_.get(); }
    std::int64_t saving_seconds() const;

    /// To be called before the server ends: saves the data if there are save points, or as the
    /// flags say. False if that failed: the server should go on.
    bool prepare_end(const EndFlags& flags);
    /// DEBUG RELOAD: whatever is running is given up.
    bool save_anew();

    /// FLUSHALL: nothing is worth saving any more, but that there is nothing.
    void flushed();

    /// Goes on with what runs, and begins what is due. True if there is more to do already.
    bool tick();

    void options_changed();

    // Loading

    /// Opens the file, if there is one, and then the server is loading. Throws Loading::Error.
    void begin_loading();
    /// Goes on. False if all is there. Throws Loading::Error: then there is a part.
    bool go_on_loading();
    /// REQUIRES that the server is loading.
    LoadingProgress progress() const;
    store::TimePoint loading_since() const { return began_; }

    // The log

    const AppendLog& log_file() const { return log_file_; }
    const LogStats& log_stats() const { return log_stats_; }
    bool is_rewriting() const { return purpose_ == Purpose::Rewrite || log_is_ending_rewrite_; }
    bool is_rewrite_scheduled() const { return rewrite_scheduled_; }
    /// BGREWRITEAOF. REQUIRES !is_rewriting() and !is_saving().
    void begin_rewriting();
    std::int64_t rewriting_seconds() const;
    /// The same, once what runs is over.
    void schedule_rewriting() { rewrite_scheduled_ = true; }

    /// Whether replies must wait until what was changed is logged: until place_to_wait_for() was
    /// called, and the place that it told is safe.
    bool replies_must_wait() const { return log_file_.on() && !is_all_logged(); }
    /// To be called after requests and before their replies are sent: logs what they changed. The
    /// place in the log that must be safe before that; 0: there is nothing to wait for.
    std::uint64_t place_to_wait_for();
    bool is_safe(std::uint64_t place) const
    {
        return !log_file_.on() || log_file_.thread().synced() >= place;
    }
    void wait_until_safe();
    /// The same at once, for replies that cannot be held back: returns when they may be sent.
    void log_and_wait();
    /// Called in another thread when more is safe. To be set before the log begins.
    std::function<void()> on_safe;

    /// WAITAOF: the session is told once all that was logged until now is safe. True if it is.
    bool is_all_safe();
    void tell_when_safe(std::uint64_t session);

    /// All that was logged is written and synced. At the end, and DEBUG LOADAOF.
    void end_log() { log_file_.end(); }
    /// DEBUG LOADAOF: all data go, and come back from the log. False if they did not.
    bool reload_log();

    struct Reload
    {
        bool keeps = false;   ///< what there is stays; a key that comes back, too, is an error
        bool merges = false;  ///< but then a key that comes back replaces the one that stayed
    };
    /// DEBUG RELOAD: all data go, unless they are kept, and come back from the file. False if they
    /// did not: then there is a part.
    bool reload(const Reload& how);

    /// Or the start.
    store::TimePoint last_save() const;
    const PersistenceStats& stats() const { return stats_; }

private:
    struct SavePoint
    {
        std::chrono::seconds time;
        std::uint64_t changes;
    };

    /// What is being saved is for.
    enum class Purpose : std::uint8_t { Nothing, Save, Rewrite };

    bool server_is_loading() const;
    std::unique_ptr<Saving> start(Purpose purpose, const SavingPlan& plan);
    SavingPlan plan() const;
    std::string path_of(std::string_view name) const;
    bool note_end(bool in_background);
    void give_up();
    void end_saving();
    bool is_time_to_save();
    void stop_writes_if_failed();
    void load_library(const std::string& code, bool replaces);
    Loading::Plan base_plan(bool replaces = false);
    bool begin_loading_log();
    bool go_on_loading_once();
    void empty_databases();
    void follow(const Loading::Records& records);
    void give_up_loading(const Loading::Error& error);
    void end_loading();
    void end_loading_log();
    void loaded();
    void make_first_base();
    void say_progress();

    bool tick_saving();
    bool is_all_logged() const;
    void tick_log();
    void note_log_failure();
    void tell_those_that_wait();
    void end_rewriting(bool done);
    void finish_rewriting();
    bool is_time_to_rewrite();
    void follow_appendonly();

    void log(LogLevel level, std::string_view line) const;

    Server& server_;
    PersistenceStats stats_;
    std::vector<SavePoint> save_points_;
    Purpose purpose_ = Purpose::Nothing;
    Files real_files_;
    Files* files_ = &real_files_;
    std::unique_ptr<Saving> saving_;
    std::unique_ptr<Loading> loading_;

    AppendLog log_file_;
    LogStats log_stats_;
    std::unique_ptr<LogLoading> log_loading_;
    std::map<std::uint64_t, std::uint64_t> waiting_;  ///< sessions in WAITAOF, and their places
    store::TimePoint rewrite_began_{};
    store::TimePoint no_rewrite_before_{};
    bool rewrite_scheduled_ = false;
    bool log_is_ending_rewrite_ = false;
    bool is_started_ = false;   ///< the data are there
    store::TimePoint began_{};  ///< what runs now, or ran last
    std::uint64_t changes_at_begin_ = 0;
    std::uint64_t tenths_told_ = 0;  ///< of the file that is being loaded
    std::chrono::nanoseconds loading_began_{};
    bool scheduled_ = false;
    bool uses_files_ = false;
};

}  // namespace server
