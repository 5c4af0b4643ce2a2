#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/config/options.h"
#include "server/persistence/loading.h"
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

/// Saves the data and loads them: see README.md.
class Persistence
{
public:
    /// The server must outlive it.
    explicit Persistence(Server& server) : server_(server) {}
    ~Persistence();

    /// From here on there is a place for files. Until then every save fails and nothing is loaded:
    /// so it is in tests.
    void use_files() { uses_files_ = true; }

    // Saving. Failures are written to the log.

    /// SAVE: all of it, while everybody waits. False if it failed. REQUIRES !is_saving().
    bool save();
    /// BGSAVE. REQUIRES !is_saving().
    void begin_saving();
    /// The same, once what runs is over.
    void schedule_saving() { scheduled_ = true; }
    bool is_saving() const { return saving_ != nullptr; }
    const Saving* saving() const { return saving_.get(); }
    std::int64_t saving_seconds() const;

    /// What ends the server saves the data first, if there are save points. False if that failed.
    bool save_at_end() { return save_points_.empty() || server_is_loading() || save_anew(); }
    /// SHUTDOWN SAVE: whatever is running is given up.
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
    const Loading* loading() const { return loading_.get(); }
    store::TimePoint loading_since() const { return began_; }

    /// DEBUG RELOAD: all data go, and come back from the file. False if they did not.
    bool reload();

    /// Or the start.
    store::TimePoint last_save() const;
    const PersistenceStats& stats() const { return stats_; }

private:
    struct SavePoint
    {
        std::chrono::seconds time;
        std::uint64_t changes;
    };

    bool server_is_loading() const;
    std::unique_ptr<Saving> start();
    SavingPlan plan() const;
    std::string path_of(std::string_view name) const;
    bool note_end(bool in_background);
    void give_up();
    void end_saving();
    bool is_time_to_save();
    void stop_writes_if_failed();
    void load_library(const std::string& code);
    bool go_on_reading();
    void end_loading();
    void say_progress();

    void log(LogLevel level, std::string_view line) const;

    Server& server_;
    PersistenceStats stats_;
    std::vector<SavePoint> save_points_;
    std::unique_ptr<Saving> saving_;
    std::unique_ptr<Loading> loading_;
    store::TimePoint began_{};  ///< what runs now, or ran last
    std::uint64_t changes_at_begin_ = 0;
    std::uint64_t tenths_told_ = 0;  ///< of the file that is being loaded
    std::chrono::nanoseconds loading_began_{};
    bool scheduled_ = false;
    bool uses_files_ = false;
};

}  // namespace server
