#include "server/persistence/log_loading.h"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <system_error>

#include "protocol/reply_writer.h"
#include "server/execution/args.h"
#include "server/server.h"

namespace server {

namespace {

constexpr std::string_view kMagic = "REDIS";

constexpr std::string_view kAdvice =
    "make a backup of your AOF file, then use redis-check-aof --fix on the manifest";

}  // namespace

LogLoading::LogLoading(Server& server, Files& files, Plan plan)
    : server_(server), files_(files), plan_(std::move(plan))
{
    for (const std::string& path : plan_.paths) {
        if (!file_exists(path))
            throw Error{fmt::format(
                "The append log file {} doesn't exist: No such file or directory", path)};
        total_ += file_size(path);
    }
    session_.authenticated = true;
    server_.key_events.tell_at_once(this);
}

LogLoading::~LogLoading() { stop_watching(); }

void LogLoading::stop_watching()
{
    if (std::exchange(watches_, false)) server_.key_events.tell_at_once(nullptr);
}

void LogLoading::fail(std::uint64_t place, std::string_view why) const
{
    throw Error{fmt::format("Cannot load {}: {} at byte {}", path_, why, place)};
}

/// What the system refuses is said with the place where it did.
template <class Act>
void LogLoading::or_fail(Act&& act) const
{
    try {
        act();
    } catch (const std::system_error& error) {
        fail(file_ != nullptr ? file_->offset() : 0, error.code().message());
    }
}

std::uint64_t LogLoading::read_here() const
{
    if (base_ != nullptr) return base_->bytes_read();
    return file_ != nullptr ? file_->offset() : 0;
}

bool LogLoading::go_on(std::size_t bytes)
{
    if (file_ == nullptr) {
        if (is_last()) {
            stop_watching();
            return false;
        }
        open_next();
    }
    if (base_ != nullptr) {
        if (go_on_with_base(bytes)) return true;
    }
    go_on_with_requests(bytes);
    return true;
}

/// A log of Redis before 7.0 has the data at its beginning, and then requests, in one file.
void LogLoading::open_next()
{
    path_ = plan_.paths[next_++];
    session_.database = 0;
    or_fail([&] {
        file_ = std::make_unique<FileReader>(path_);
        file_->fill(kMagic.size());
    });
    if (!file_->window().starts_with(kMagic)) return;
    Loading::Plan plan = plan_.base;
    plan.path = path_;
    plan.keeps_expired = true;
    base_ = Loading::open(plan, server_.databases);
}

/// False once it is over.
bool LogLoading::go_on_with_base(std::size_t bytes)
{
    if (base_->go_on(bytes)) return true;
    keys_of_base_ += base_->keys_loaded();
    for (const auto& record : base_->possible_records()) records_.insert(record);
    or_fail([&] { file_->seek(base_->end()); });
    base_.reset();
    return false;
}

void LogLoading::go_on_with_requests(std::size_t bytes)
{
    using Found = LogReader::Found;
    const std::uint64_t slice_end = file_->offset() + bytes;
    while (file_->offset() < slice_end) {
        const Found found = reader_.read(file_->window());
        if (found == Found::Broken)
            fail(file_->offset(),
                 fmt::format("Bad file format reading the append only file ({})", kAdvice));
        if (found == Found::NeedsMore) {
            const std::uint64_t left = file_->left();
            if (left == 0 || reader_.missing() > left)
                return end_of_file(file_->window().empty() && left == 0);
            or_fail([&] {
                file_->fill(std::max<std::uint64_t>(reader_.missing(), file_->window().size()));
            });
            continue;
        }
        if (found == Found::Words) take(reader_.words());
        file_->consume(reader_.size());
    }
}

/// What was begun and not ended has not happened: cut off, or what follows would be read as part of
/// it.
void LogLoading::end_of_file(bool is_whole)
{
    const std::uint64_t end = transaction_ != nullptr ? transaction_->begin : file_->offset();
    if (!is_whole || transaction_ != nullptr) {
        if (!is_last()) {
            fail(end, "it ends in the middle of a request, and is not the last one: it is damaged");
        }
        if (!plan_.cuts_end) {
            fail(end, fmt::format("Unexpected end of file reading the append only file. You can: "
                                  "1) {}. 2) Alternatively you can set the 'aof-load-truncated' "
                                  "configuration option to yes and restart the server. It ends",
                                  kAdvice));
        }
        bytes_cut_ = file_->size() - end;
        try {
            files_.cut(path_, end);
        } catch (const std::system_error& error) {
            fail(end, error.what());
        }
    }
    transaction_.reset();
    read_before_ += file_->size();
    file_.reset();
}

void LogLoading::take(std::span<const std::string_view> words)
{
    ++requests_;
    if (words.size() == 1 && is_word(words[0], "MULTI")) {
        if (transaction_ != nullptr) fail(file_->offset(), "a transaction begins within another");
        transaction_ = std::make_unique<Transaction>(Transaction{.begin = file_->offset()});
    } else if (words.size() == 1 && is_word(words[0], "EXEC")) {
        if (transaction_ == nullptr) fail(file_->offset(), "a transaction ends that was not begun");
        const auto ended = std::move(transaction_);
        for (const auto& request : ended->requests) {
            const std::vector<std::string_view> views{request.begin(), request.end()};
            run(views);
        }
    } else if (transaction_ != nullptr) {
        transaction_->requests.emplace_back(words.begin(), words.end());
    } else {
        run(words);
    }
}

/// A request that fails now has done something when it was logged: the data are not those of then,
/// but whatever else there is may be all that is left.
void LogLoading::run(std::span<const std::string_view> words)
{
    protocol::ReplyWriter reply{replies_, session_.protocol};
    const Outcome outcome = server_.executor.replay({session_, Origin::Replay, words, reply});
    if (outcome == Outcome::Refused && ++failures_ == 1) {
        first_failure_ = fmt::format("{} at byte {} of {}: {}", words[0].substr(0, 100),
                                     file_->offset(), path_, replies_.view());
    }
    replies_.clear();
}

void LogLoading::key_changed(const store::KeyEvent& event, std::int64_t) noexcept
{
    if (event.change == store::Change::Swapped) all_may_be_records_ = true;
    if (event.type != store::kTypeOf<store::Hash> || all_may_be_records_) return;
    if (event.change != store::Change::Modified && event.change != store::Change::Arrived) return;
    const store::Keyspace& keys = server_.databases[event.database];
    const auto* hash = store::get_if<store::Hash>(keys.peek_entry(event.key));
    if (hash == nullptr || !store::may_be_open_record(*hash)) return;
    try {
        records_.emplace(event.database, event.key);
    } catch (const std::bad_alloc&) {
        all_may_be_records_ = true;
    }
}

Loading::Records LogLoading::possible_records() const
{
    if (!all_may_be_records_) return {records_.begin(), records_.end()};
    Loading::Records all;
    for (int index = 0; index < server_.databases.count(); ++index) {
        server_.databases[index].for_each([&](std::string_view key, store::Type type) {
            if (type == store::kTypeOf<store::Hash>) all.emplace_back(index, key);
        });
    }
    return all;
}

}  // namespace server
