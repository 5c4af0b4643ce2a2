#include "server/persistence/saving.h"

#include <algorithm>
#include <new>
#include <stdexcept>

namespace server {

namespace {

constexpr std::size_t kBlock = 256 << 10;
constexpr std::size_t kMostWaiting = 16 << 20;

/// What a slow disk may make wait though it must be written now, before it is changed: then the
/// server waits for the disk.
constexpr std::size_t kMostWaitingAtAll = 128 << 20;

}  // namespace

Saving::Saving(const SavingPlan& plan, Files& files, Databases& databases,
               const store::snapshot::RdbHead& head, std::span<const std::string_view> functions)
    : writer_(plan.texts),
      file_(files, plan.temporary_path, plan.path, plan.checksum),
      usage_(plan.with_usage ? &databases.usage : nullptr)
{
    writer_.write_head(head);
    writer_.write_functions(functions);
    for (int index = databases.count() - 1; index >= 0; --index) {
        store::Keyspace& keys = databases[index];
        if (keys.size() > 0) parts_.push_back({&keys, index, keys.size(), keys.volatile_size()});
    }
    begin_snapshots();
}

/// Without memory for all of them, none is saved.
void Saving::begin_snapshots()
{
    std::size_t begun = 0;
    try {
        for (; begun < parts_.size(); ++begun) {
            parts_[begun].keys->begin_snapshot(*this);
            keys_total_ += parts_[begun].size;
        }
    } catch (const std::bad_alloc&) {
        parts_.resize(begun);
        out_of_memory_ = true;
    }
}

Saving::~Saving()
{
    out_of_memory_ = true;  // nothing more is written
    for (const Part& part : parts_) part.keys->give_up_snapshot();
}

/// Looks at a few more keys. False if all were seen.
bool Saving::step()
{
    if (parts_.empty()) return false;
    if (!parts_.back().keys->snapshot_step()) parts_.pop_back();
    return true;
}

bool Saving::go_on(std::size_t bytes)
{
    // Some keys give no bytes, once they were written before a change.
    constexpr std::size_t kBytesOfStep = 64;
    std::size_t spent = 0;
    while (spent < bytes) {
        if (!is_spoiled() && file_.waiting_bytes() >= kMostWaiting) return false;
        const std::uint64_t before = bytes_ + writer_.size();
        if (!step()) {
            finish();
            return false;
        }
        spent += bytes_ + writer_.size() - before + kBytesOfStep;
    }
    return true;
}

FileWriter::State Saving::complete()
{
    while (!finished_) {
        go_on(kBlock);
        file_.wait_until_fewer(kMostWaiting);
    }
    if (!out_of_memory_) file_.wait_until_over();
    return state();
}

FileWriter::State Saving::state() const
{
    if (!finished_) return FileWriter::State::Writing;
    return out_of_memory_ ? FileWriter::State::Failed : file_.state();
}

void Saving::finish()
{
    if (finished_) return;
    finished_ = true;
    if (is_spoiled()) return;
    try {
        writer_.write_end();
        hand_over(0);
        file_.finish();
    } catch (const std::bad_alloc&) {
        out_of_memory_ = true;
    }
}

void Saving::keep(int database, const store::Entry& entry, std::optional<store::Deadline> deadline,
                  store::UsageBits usage) noexcept
{
    if (is_spoiled()) return;
    store::snapshot::RdbKeyHead head{.deadline = deadline};
    if (usage_ != nullptr) head.usage = usage_->told(usage);
    try {
        if (database != selected_) select(database);
        writer_.write_key(entry, head);
        hand_over(kBlock);
        ++keys_written_;
    } catch (const std::bad_alloc&) {
        out_of_memory_ = true;
    } catch (const std::length_error&) {
        out_of_memory_ = true;
    }
}

void Saving::select(int database)
{
    writer_.write_database(database);
    selected_ = database;
    const auto part = std::ranges::find(parts_, database, &Part::database);
    if (part == parts_.end() || std::exchange(part->is_announced, true)) return;
    writer_.write_sizes(part->size, part->volatile_size);
}

void Saving::hand_over(std::size_t least_bytes)
{
    const std::size_t size = writer_.size();
    if (size < least_bytes) return;
    file_.write(writer_.take());
    bytes_ += size;
    if (file_.waiting_bytes() > kMostWaitingAtAll) file_.wait_until_fewer(kMostWaitingAtAll);
}

}  // namespace server
