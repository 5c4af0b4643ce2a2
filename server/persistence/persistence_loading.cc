#include <fmt/format.h>

#include <exception>
#include <new>
#include <stdexcept>

#include "server/config/value_limits.h"
#include "server/execution/command_error.h"
#include "server/persistence/persistence.h"
#include "server/scripting/functions.h"
#include "server/server.h"

namespace server {

namespace {

/// What is read back has happened already: while it lives nobody is told, and nothing ends or goes
/// on by itself, but what the file says.
class QuietTime
{
public:
    explicit QuietTime(Server& server) : server_(server) { be_quiet(true); }
    ~QuietTime() { be_quiet(false); }
    QuietTime(const QuietTime&) = delete;
    QuietTime& operator=(const QuietTime&) = delete;

private:
    void be_quiet(bool quiet)
    {
        server_.key_events.mute(quiet);
        server_.clock.let_deadlines_wait(quiet);
    }

    Server& server_;
};

}  // namespace

Loading::Plan Persistence::base_plan(bool replaces)
{
    return {.path = path_of(server_.options.db_filename),
            .limits = read_limits(server_.options),
            .check_checksum = server_.options.rdb_checksum,
            .load_library = [=, this](const auto& code) { load_library(code, replaces); },
            .replaces = replaces};
}

/// The log has all that the data's own file has, and more.
void Persistence::begin_loading()
{
    if (!uses_files_) return;
    if (!server_.options.append_only || !begin_loading_log())
        loading_ = Loading::open(base_plan(), server_.databases);
    if (loading_ == nullptr && log_loading_ == nullptr) return;
    server_.loading = true;
    began_ = server_.clock.now();
    loading_began_ = server_.stopwatch();
    tenths_told_ = 0;
}

/// False if there is no log yet.
bool Persistence::begin_loading_log()
{
    try {
        const auto paths = log_file_.look();
        if (paths.empty()) return false;
        log_loading_ = std::make_unique<LogLoading>(
            server_, *files_,
            LogLoading::Plan{.paths = paths,
                             .base = base_plan(),
                             .cuts_end = server_.options.aof_load_truncated});
    } catch (const Loading::Error&) {
        throw;
    } catch (const std::exception& error) {
        throw Loading::Error{error.what()};
    }
    return true;
}

LoadingProgress Persistence::progress() const
{
    if (log_loading_ != nullptr)
        return {log_loading_->bytes_total(), log_loading_->bytes_read(), 0};
    if (loading_ == nullptr) return {};
    return {loading_->bytes_total(), loading_->bytes_read(), loading_->used_memory()};
}

void Persistence::load_library(const std::string& code, bool replaces)
{
    using enum scripting::Functions::IfExists;
    try {
        server_.functions->load(code, replaces ? Replace : Fail);
    } catch (const CommandError& error) {
        throw Loading::Error{
            fmt::format("it has a library of functions that does not load: {}", error.line())};
    }
}

bool Persistence::go_on_loading()
{
    try {
        if (go_on_loading_once()) {
            say_progress();
            return true;
        }
    } catch (const std::bad_alloc&) {
        throw Loading::Error{"Cannot load the data: they do not fit into memory"};
    } catch (const std::length_error&) {
        throw Loading::Error{"Cannot load the data: they do not fit into memory"};
    }
    loaded();
    return false;
}

bool Persistence::go_on_loading_once()
{
    constexpr std::size_t kBytesAtOnce = 256 << 10;
    const QuietTime quiet{server_};
    if (loading_ != nullptr) return loading_->go_on(kBytesAtOnce);
    return log_loading_ != nullptr && log_loading_->go_on(kBytesAtOnce);
}

/// Of a file that takes some time.
void Persistence::say_progress()
{
    constexpr std::uint64_t kLarge = 64 << 20;
    const auto [total, read, _] = progress();
    const std::uint64_t tenths = total < kLarge ? 0 : 10 * read / total;
    if (tenths == tenths_told_) return;
    tenths_told_ = tenths;
    log(LogLevel::Notice, fmt::format("Loading: {} % of {} bytes", 10 * tenths, total));
}

/// The log begins before any deadline may come: what goes by that is logged.
void Persistence::loaded()
{
    try {
        const bool wants_log = uses_files_ && server_.options.append_only && !is_started_;
        if (wants_log && !log_file_.go_on()) make_first_base();
    } catch (const std::exception& error) {
        throw Loading::Error{fmt::format("Cannot log changes: {}", error.what())};
    }
    is_started_ = true;
    if (log_loading_ != nullptr) end_loading_log();
    if (loading_ != nullptr) end_loading();
}

/// Redis would begin with nothing, even if there is a file of data.
void Persistence::make_first_base()
{
    log(LogLevel::Notice, "Creating AOF base file on server start");
    begin_rewriting();
    if (saving_ == nullptr) throw std::runtime_error{"see above"};
    saving_->complete();
    end_rewriting(saving_->state() == FileWriter::State::Done);
    log_file_.thread().sync_all();
    finish_rewriting();
    if (log_stats_.last_rewrite_failed) throw std::runtime_error{"the base cannot be written"};
    log_stats_ = {};
}

void Persistence::end_loading_log()
{
    const auto loaded = std::move(log_loading_);
    server_.loading = false;
    stats_.changes_saved = server_.stats.changes;
    follow(loaded->possible_records());
    if (loaded->bytes_cut() > 0) {
        log(LogLevel::Warning, "!!! Warning: short read while loading the AOF file !!!");
        log(LogLevel::Warning, fmt::format("AOF loaded anyway because aof-load-truncated is "
                                           "enabled: {} bytes were cut off at its end",
                                           loaded->bytes_cut()));
    }
    if (loaded->failures() > 0) {
        log(LogLevel::Warning, fmt::format("{} requests of the AOF failed, the first: {}",
                                           loaded->failures(), loaded->first_failure()));
    }
    const std::chrono::duration<double> took = server_.stopwatch() - loading_began_;
    log(LogLevel::Notice,
        fmt::format("DB loaded from append only file: {:.3f} seconds", took.count()));
}

/// Offers whose time ran out meanwhile go on at the next tick, the earliest first.
void Persistence::end_loading()
{
    server_.loading = false;
    stats_.keys_loaded = loading_->keys_loaded();
    stats_.keys_expired = loading_->keys_expired();
    stats_.changes_saved = server_.stats.changes;
    follow(loading_->possible_records());
    const std::chrono::duration<double> took = server_.stopwatch() - loading_began_;
    log(LogLevel::Notice, fmt::format("RDB produced by version {}", loading_->written_by()));
    log(LogLevel::Notice, fmt::format("Done loading RDB, keys loaded: {}, keys expired: {}.",
                                      stats_.keys_loaded, stats_.keys_expired));
    log(LogLevel::Notice, fmt::format("DB loaded from disk: {:.3f} seconds", took.count()));
    loading_.reset();
}

bool Persistence::reload(const Reload& how)
{
    const std::uint64_t saved_before = stats_.changes_saved;
    if (!how.keeps) empty_databases();
    bool done = true;
    try {
        loading_ = Loading::open(base_plan(how.merges), server_.databases);
        server_.loading = true;
        loading_began_ = server_.stopwatch();
        while (go_on_loading()) continue;
        server_.loading = false;
    } catch (const Loading::Error& error) {
        give_up_loading(error);
        done = false;
    }
    if (how.keeps) {  // what came beside it is neither saved nor logged
        stats_.changes_saved = saved_before;
        server_.key_events.miss();
        server_.effects.miss();
    }
    return done;
}

/// What was loaded stays, and its orders are looked after.
void Persistence::give_up_loading(const Loading::Error& error)
{
    log(LogLevel::Warning, error.what());
    server_.loading = false;
    const auto loading = std::move(loading_);
    const auto log_loading = std::move(log_loading_);
    if (loading != nullptr) follow(loading->possible_records());
    if (log_loading != nullptr) follow(log_loading->possible_records());
}

void Persistence::follow(const Loading::Records& records)
{
    for (const auto& [database, key] : records) server_.dispatcher.record_loaded(database, key);
}

void Persistence::empty_databases()
{
    for (int index = 0; index < server_.databases.count(); ++index)
        server_.databases[index].clear();
    server_.functions->flush();
    server_.key_events.tell();  // before what comes back
}

bool Persistence::reload_log()
{
    const bool was_on = log_file_.on();
    if (saving_ != nullptr) give_up();
    if (was_on) {
        log_file_.thread().sync_all();
        log_file_.end();
    }
    empty_databases();
    try {
        is_started_ = false;
        begin_loading();
        while (go_on_loading()) continue;
        return true;
    } catch (const Loading::Error& error) {
        give_up_loading(error);
        is_started_ = true;
        return false;
    }
}

}  // namespace server
