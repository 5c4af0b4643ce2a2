#include <fmt/format.h>

#include <new>
#include <stdexcept>

#include "server/execution/command_error.h"
#include "server/persistence/persistence.h"
#include "server/scripting/functions.h"
#include "server/server.h"

namespace server {

namespace {

store::snapshot::ReadLimits read_limits(const Options& options)
{
    return {.hash = {.packed = static_cast<std::size_t>(options.hash_max_listpack_entries),
                     .packed_bytes = static_cast<std::size_t>(options.hash_max_listpack_value)},
            .list = store::ListLimit::of(options.list_max_listpack_size)};
}

}  // namespace

void Persistence::begin_loading()
{
    if (!uses_files_) return;
    loading_ = Loading::open({.path = path_of(server_.options.db_filename),
                              .limits = read_limits(server_.options),
                              .check_checksum = server_.options.rdb_checksum,
                              .load_library = [this](const auto& code) { load_library(code); }},
                             server_.databases);
    if (loading_ == nullptr) return;
    server_.loading = true;
    began_ = server_.clock.now();
    loading_began_ = server_.stopwatch();
    tenths_told_ = 0;
}

void Persistence::load_library(const std::string& code)
{
    try {
        server_.functions->load(code, scripting::Functions::IfExists::Fail);
    } catch (const CommandError& error) {
        throw Loading::Error{
            fmt::format("it has a library of functions that does not load: {}", error.line())};
    }
}

bool Persistence::go_on_loading()
{
    constexpr std::size_t kBytesAtOnce = 256 << 10;
    try {
        if (loading_ != nullptr && loading_->go_on(kBytesAtOnce)) {
            say_progress();
            return true;
        }
    } catch (const std::bad_alloc&) {
        throw Loading::Error{"Cannot load the data: they do not fit into memory"};
    } catch (const std::length_error&) {
        throw Loading::Error{"Cannot load the data: they do not fit into memory"};
    }
    if (loading_ != nullptr) end_loading();
    return false;
}

/// Of a file that takes some time.
void Persistence::say_progress()
{
    constexpr std::uint64_t kLarge = 64 << 20;
    const std::uint64_t total = loading_->bytes_total();
    const std::uint64_t tenths = total < kLarge ? 0 : 10 * loading_->bytes_read() / total;
    if (tenths == tenths_told_) return;
    tenths_told_ = tenths;
    log(LogLevel::Notice, fmt::format("Loading: {} % of {} bytes, {} keys", 10 * tenths, total,
                                      loading_->keys_loaded()));
}

/// Offers whose time ran out meanwhile go on at the next tick, the earliest first.
void Persistence::end_loading()
{
    server_.loading = false;
    stats_.keys_loaded = loading_->keys_loaded();
    stats_.keys_expired = loading_->keys_expired();
    stats_.changes_saved = server_.stats.changes;
    for (const auto& [database, key] : loading_->possible_records())
        server_.dispatcher.record_loaded(database, key);
    const std::chrono::duration<double> took = server_.stopwatch() - loading_began_;
    log(LogLevel::Notice, fmt::format("RDB produced by version {}", loading_->written_by()));
    log(LogLevel::Notice, fmt::format("Done loading RDB, keys loaded: {}, keys expired: {}.",
                                      stats_.keys_loaded, stats_.keys_expired));
    log(LogLevel::Notice, fmt::format("DB loaded from disk: {:.3f} seconds", took.count()));
    loading_.reset();
}

bool Persistence::reload()
{
    for (int index = 0; index < server_.databases.count(); ++index)
        server_.databases[index].clear();
    server_.functions->flush();
    server_.key_events.tell();  // before what comes back
    try {
        begin_loading();
        while (go_on_loading()) continue;
        return true;
    } catch (const Loading::Error& error) {
        log(LogLevel::Warning, error.what());
        loading_.reset();
        server_.loading = false;
        return false;
    }
}

}  // namespace server
