#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "server/databases.h"
#include "server/persistence/file_writer.h"
#include "store/snapshot/rdb_writer.h"
#include "store/snapshot_walk.h"

namespace server {

/// How and where to save.
struct SavingPlan
{
    std::string temporary_path;
    std::string path;
    store::snapshot::ByteWriter::Texts texts{};
    FileWriter::Checksum checksum{};
    bool with_usage = false;  ///< of keys: only a policy of eviction goes by it
};

/// All databases on their way into a file: as they are when it begins, however they change until
/// it is over. It must come to its end, or be given up, before the next one begins.
class Saving final : private store::SnapshotKeeper
{
public:
    /// Throws std::system_error or std::bad_alloc: nothing has begun. The references must outlive
    /// it.
    Saving(const SavingPlan& plan, Files& files, Databases& databases,
           const store::snapshot::RdbHead& head, std::span<const std::string_view> functions);
    /// Gives up what is not done. What of the databases was not seen is looked at without being
    /// written, all at once.
    ~Saving() override;
    Saving(const Saving&) = delete;
    Saving& operator=(const Saving&) = delete;

    /// Goes on for about so many bytes. False if there is nothing to do now: all was seen, or the
    /// disk is behind.
    bool go_on(std::size_t bytes);
    /// The rest, waiting for the disk, until the file is there or has failed.
    FileWriter::State complete();

    /// Writing until all databases were seen, and the file is there.
    FileWriter::State state() const;
    std::string error() const { return out_of_memory_ ? "Out of memory" : file_.error(); }

    /// For the disk.
    std::size_t waiting_bytes() const { return file_.waiting_bytes(); }

    std::uint64_t keys_written() const { return keys_written_; }
    std::uint64_t keys_total() const { return keys_total_; }

private:
    struct Part
    {
        store::Keyspace* keys;
        int database;
        std::size_t size;
        std::size_t volatile_size;
        bool is_announced = false;
    };

    void keep(int database, const store::Entry& entry, std::optional<store::Deadline> deadline,
              store::UsageBits usage) noexcept override;
    void begin_snapshots();
    void select(int database);
    bool step();
    void finish();
    void hand_over(std::size_t least_bytes);
    bool is_spoiled() const { return out_of_memory_ || file_.state() == FileWriter::State::Failed; }

    store::snapshot::RdbWriter writer_;
    FileWriter file_;
    const store::Usage* usage_;  ///< nullptr: it is not written
    std::vector<Part> parts_;    ///< that were not seen completely, the last one first
    int selected_ = -1;
    std::uint64_t bytes_ = 0;  ///< handed over
    std::uint64_t keys_written_ = 0;
    std::uint64_t keys_total_ = 0;
    bool out_of_memory_ = false;
    bool finished_ = false;
};

}  // namespace server
