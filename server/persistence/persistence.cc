#include "server/persistence/persistence.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <new>
#include <system_error>
#include <utility>

#include "ascii/integer.h"
#include "server/allocator.h"
#include "server/config/option_value.h"
#include "server/scripting/functions.h"
#include "server/server.h"
#include "server/version.h"

namespace server {

namespace {

/// After one that failed.
constexpr std::chrono::seconds kBeforeNextTry{5};

}  // namespace

Persistence::Persistence(Server& server)
    : server_(server), log_file_(server.options, server.effects, real_files_, [this] {
          if (on_safe) on_safe();
      })
{}

Persistence::~Persistence() = default;

void Persistence::use_files(Files& files)
{
    files_ = &files;
    log_file_.use(files);
    use_files();
}

void Persistence::log(LogLevel level, std::string_view line) const
{
    if (server_.write_log) server_.write_log(level, line);
}

bool Persistence::server_is_loading() const { return server_.loading; }

std::string Persistence::path_of(std::string_view name) const
{
    return fmt::format("{}/{}", server_.options.directory, name);
}

SavingPlan Persistence::plan() const
{
    using store::snapshot::ByteWriter;
    const Options& options = server_.options;
    return {
        .temporary_path = path_of(fmt::format("temp-{}.rdb", getpid())),
        .path = path_of(options.db_filename),
        .texts = options.rdb_compression ? ByteWriter::Texts::Compressed : ByteWriter::Texts::Plain,
        .checksum =
            options.rdb_checksum ? FileWriter::Checksum::Crc64 : FileWriter::Checksum::Zeros,
        .with_usage = server_.evictor.policy().by_use()};
}

/// Nullptr, and a line in the log, if it cannot even begin.
std::unique_ptr<Saving> Persistence::start(Purpose purpose, const SavingPlan& plan)
{
    const store::TimePoint now = server_.clock.now();
    (purpose == Purpose::Rewrite ? rewrite_began_ : began_) = now;
    if (purpose == Purpose::Save) changes_at_begin_ = server_.stats.changes;
    purpose_ = purpose;
    if (!uses_files_) return nullptr;
    std::vector<std::string_view> codes;
    for (const auto& [name, library] : server_.functions->libraries().all())
        codes.push_back(library->code);
    const store::snapshot::RdbHead head{
        .redis_version = kRedisVersion,
        .created_at_seconds =
            std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count(),
        .used_memory = allocated_bytes(),
        .is_log_base = purpose == Purpose::Rewrite};
    try {
        return std::make_unique<Saving>(plan, *files_, server_.databases, head, codes);
    } catch (const std::bad_alloc&) {
        log(LogLevel::Warning, "Cannot save: out of memory");
    } catch (const std::system_error& error) {
        log(LogLevel::Warning, fmt::format("Cannot save: {}", error.what()));
    }
    return nullptr;
}

bool Persistence::save()
{
    if (purpose_ == Purpose::Rewrite) {
        saving_->complete();
        end_rewriting(saving_->state() == FileWriter::State::Done);
    }
    saving_ = start(Purpose::Save, plan());
    if (saving_ != nullptr) saving_->complete();
    return note_end(false);
}

/// What has ended, or did not even begin. Whether it succeeded.
bool Persistence::note_end(bool in_background)
{
    const bool done = saving_ != nullptr && saving_->state() == FileWriter::State::Done;
    if (done) {
        ++stats_.saves;
        stats_.last_save = server_.clock.now();
        stats_.changes_saved = changes_at_begin_;
        stats_.last_failed = false;
        log(LogLevel::Notice, "DB saved on disk");
    } else {
        if (saving_ != nullptr)
            log(LogLevel::Warning, fmt::format("Cannot save: {}", saving_->error()));
        if (in_background) stats_.last_failed = true;
    }
    if (in_background) {
        log(done ? LogLevel::Notice : LogLevel::Warning,
            done ? "Background saving terminated with success" : "Background saving error");
        stats_.last_time_seconds = saving_seconds();
    }
    saving_.reset();
    purpose_ = Purpose::Nothing;
    stop_writes_if_failed();
    return done;
}

store::TimePoint Persistence::last_save() const
{
    return std::max(stats_.last_save, server_.started_at);
}

void Persistence::begin_saving()
{
    scheduled_ = false;
    log(LogLevel::Notice, "Background saving started");
    saving_ = start(Purpose::Save, plan());
    if (saving_ == nullptr) note_end(true);
}

std::int64_t Persistence::saving_seconds() const
{
    return std::chrono::floor<std::chrono::seconds>(server_.clock.now() - began_).count();
}

void Persistence::give_up()
{
    if (saving_ == nullptr) return;
    log(LogLevel::Warning, "The background saving that runs is given up");
    saving_.reset();
    if (purpose_ == Purpose::Rewrite) return end_rewriting(false);
    purpose_ = Purpose::Nothing;
}

EndFlags EndFlags::of(std::string_view words)
{
    EndFlags flags;
    for (const std::string_view word : split_at_spaces(words)) {
        flags.save |= word == "save";
        flags.nosave |= word == "nosave";
        flags.force |= word == "force";
    }
    return flags;
}

bool Persistence::prepare_end(const EndFlags& flags)
{
    const bool saves = flags.save || (!flags.nosave && !save_points_.empty());
    return !saves || server_is_loading() || save_anew() || flags.force;
}

bool Persistence::save_anew()
{
    give_up();
    return save();
}

void Persistence::flushed()
{
    if (is_saving()) give_up();
    if (!save_points_.empty()) save();
}

bool Persistence::tick()
{
    tick_log();
    if (saving_ != nullptr) return tick_saving();
    if (log_is_ending_rewrite_) return false;
    if (rewrite_scheduled_ || is_time_to_rewrite()) {
        begin_rewriting();
    } else if (scheduled_ || is_time_to_save()) {
        begin_saving();
    }
    return saving_ != nullptr;
}

bool Persistence::tick_saving()
{
    // Some 0.3 ms, between the turns of clients.
    constexpr std::size_t kBytesAtOnce = 16 << 10;
    if (saving_->go_on(kBytesAtOnce)) return true;
    const auto state = saving_->state();
    const bool is_opening = purpose_ == Purpose::Rewrite && log_file_.is_opening();
    if (state == FileWriter::State::Writing || is_opening) return false;
    if (purpose_ == Purpose::Save) {
        note_end(true);
    } else {
        end_rewriting(state == FileWriter::State::Done);
    }
    return false;
}

bool Persistence::is_time_to_save()
{
    const auto now = server_.clock.now();
    const std::uint64_t changes = server_.stats.changes - stats_.changes_saved;
    if (changes == 0 || (stats_.last_failed && now - began_ <= kBeforeNextTry)) return false;
    const auto is_due = [&](const SavePoint& point) {
        return changes >= point.changes && now - last_save() > point.time;
    };
    const auto point = std::ranges::find_if(save_points_, is_due);
    if (point == save_points_.end()) return false;
    log(LogLevel::Notice,
        fmt::format("{} changes in {} seconds. Saving...", point->changes, point->time.count()));
    return true;
}

void Persistence::options_changed()
{
    save_points_.clear();
    const auto words = split_at_spaces(server_.options.save_points);
    for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
        save_points_.push_back(
            {std::chrono::seconds{ascii::parse_integer(words[i]).value_or(0)},
             static_cast<std::uint64_t>(ascii::parse_integer(words[i + 1]).value_or(0))});
    }
    stop_writes_if_failed();
    log_file_.options_changed();
    if (is_started_) follow_appendonly();
}

void Persistence::stop_writes_if_failed()
{
    server_.writes_stopped =
        stats_.last_failed && !save_points_.empty() && server_.options.stop_writes_on_bgsave_error;
}

}  // namespace server
