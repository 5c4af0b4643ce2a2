#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <vector>

#include "server/persistence/persistence.h"
#include "server/server.h"

/// What Persistence does for the log of changes.
namespace server {

namespace {

/// As Redis: three failures in a row, and the next try waits a minute, then two, four ... an hour.
std::chrono::minutes patience_after(std::uint64_t failures)
{
    constexpr std::uint64_t kFewFailures = 3;
    constexpr std::uint64_t kManyFailures = 8;
    if (failures < kFewFailures) return {};
    if (failures > kManyFailures) return std::chrono::hours{1};
    return std::chrono::minutes{std::int64_t{1} << (failures - kFewFailures)};
}

}  // namespace

// Rewriting

void Persistence::begin_rewriting()
{
    rewrite_scheduled_ = false;
    log(LogLevel::Notice, "Background append only file rewriting started");
    SavingPlan base = plan();
    try {
        if (!uses_files_) throw std::runtime_error{"There is no place for files"};
        if (!log_file_.on()) log_file_.begin();
        base.path = log_file_.begin_rewrite();
        base.temporary_path =
            fmt::format("{}/temp-rewriteaof-bg-{}.aof", log_file_.folder(), getpid());
        if (server_.options.no_append_fsync_on_rewrite) log_file_.hold_syncs(true);
    } catch (const std::exception& error) {
        log(LogLevel::Warning,
            fmt::format("Cannot rewrite the append only file: {}", error.what()));
        log_stats_.last_rewrite_failed = true;
        return;
    }
    saving_ = start(Purpose::Rewrite, base);
    if (saving_ == nullptr) end_rewriting(false);
}

std::int64_t Persistence::rewriting_seconds() const
{
    return std::chrono::floor<std::chrono::seconds>(server_.clock.now() - rewrite_began_).count();
}

/// The base is there, or failed.
void Persistence::end_rewriting(bool done)
{
    if (saving_ != nullptr && !done)
        log(LogLevel::Warning, fmt::format("Cannot rewrite: {}", saving_->error()));
    saving_.reset();
    purpose_ = Purpose::Nothing;
    if (!log_file_.on()) return;
    log_file_.hold_syncs(false);
    log_file_.end_rewrite(done);
    log_is_ending_rewrite_ = true;
    finish_rewriting();
}

void Persistence::finish_rewriting()
{
    const auto done = log_file_.finish_rewrite();
    if (!done) return;
    log_is_ending_rewrite_ = false;
    log_stats_.last_rewrite_failed = !*done;
    const auto now = server_.clock.now();
    log_stats_.last_rewrite_seconds =
        std::chrono::floor<std::chrono::seconds>(now - rewrite_began_).count();
    if (*done) {
        ++log_stats_.rewrites;
        log_stats_.failures_in_a_row = 0;
        log(LogLevel::Notice, "Background AOF rewrite finished successfully");
    } else {
        no_rewrite_before_ = now + patience_after(++log_stats_.failures_in_a_row);
        log(LogLevel::Warning, "Background AOF rewrite terminated with error");
    }
    if (!server_.options.append_only) log_file_.end();
}

bool Persistence::is_time_to_rewrite()
{
    if (!log_file_.on() || server_.clock.now() < no_rewrite_before_) return false;
    if (log_file_.has_gap()) return server_.clock.now() - rewrite_began_ > std::chrono::seconds{1};
    if (!log_file_.has_grown()) return false;
    log(LogLevel::Notice, "Starting automatic rewriting of AOF");
    return true;
}

/// CONFIG SET appendonly.
void Persistence::follow_appendonly()
{
    const bool wanted = server_.options.append_only;
    if (wanted == log_file_.on()) return;
    if (!wanted) {
        if (purpose_ == Purpose::Rewrite) give_up();
        log_is_ending_rewrite_ = false;
        rewrite_scheduled_ = false;
        log_file_.end();
        server_.log_error.clear();
    } else if (saving_ != nullptr) {
        log(LogLevel::Notice,
            "AOF was enabled but there is already another background operation. An AOF background "
            "was scheduled to start when possible.");
        schedule_rewriting();
    } else {
        begin_rewriting();
    }
}

// Writing

void Persistence::tick_log()
{
    if (!log_file_.on()) return;
    if (server_.effects.take_missed()) {
        log(LogLevel::Warning, "A change could not be logged: the log is rewritten");
        log_file_.note_gap();
    }
    log_file_.hand_over();
    note_log_failure();
    tell_those_that_wait();
    if (log_is_ending_rewrite_) finish_rewriting();
}

/// Once when it begins, and once when it is over. With `always`, clients were promised that what
/// they did is safe: as Redis, the server ends rather than break that.
void Persistence::note_log_failure()
{
    const bool failed = log_file_.thread().failed();
    if (failed == !server_.log_error.empty()) return;
    if (!failed) {
        server_.log_error.clear();
        log(LogLevel::Warning, "AOF write error looks solved. The server can write again.");
        return;
    }
    server_.log_error = log_file_.thread().error();
    if (server_.log_error.empty()) return;  // just solved
    log(LogLevel::Warning, fmt::format("Error writing to the AOF file: {}", server_.log_error));
    if (log_file_.syncs_always() && server_.give_up) {
        server_.give_up(
            "Can't recover from AOF write error when the AOF fsync policy is 'always'. Exiting...");
    }
}

bool Persistence::is_all_logged() const
{
    const LogThread& thread = log_file_.thread();
    const bool is_safe = !log_file_.syncs_always() || thread.synced() >= thread.appended();
    return is_safe && server_.effects.gathered().empty();
}

std::uint64_t Persistence::place_to_wait_for()
{
    if (!log_file_.on()) [[likely]]
        return 0;
    log_file_.hand_over();
    return is_all_logged() ? 0 : log_file_.thread().appended();
}

void Persistence::log_and_wait()
{
    if (place_to_wait_for() != 0) wait_until_safe();
}

void Persistence::wait_until_safe()
{
    if (log_file_.on()) log_file_.thread().sync_all();
}

bool Persistence::is_all_safe()
{
    log_file_.hand_over();
    return is_safe(log_file_.thread().appended());
}

void Persistence::tell_when_safe(std::uint64_t session)
{
    waiting_[session] = log_file_.thread().appended();
}

void Persistence::tell_those_that_wait()
{
    std::vector<std::uint64_t> ready;
    for (const auto& [id, place] : waiting_)
        if (is_safe(place)) ready.push_back(id);
    for (const std::uint64_t id : ready) {
        waiting_.erase(id);
        Session* const session = server_.sessions.find(id);
        const Wait* const wait = session == nullptr ? nullptr : server_.blocked.find(*session);
        if (wait != nullptr && wait->command->name == "WAITAOF") server_.executor.give_up(*session);
    }
}

}  // namespace server
