#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/databases.h"
#include "server/persistence/file_reader.h"
#include "store/snapshot/rdb_reader.h"

namespace server {

/// A file on its way into the databases, slice by slice. REQUIRES that nothing else changes them
/// until it is over.
class Loading final : private store::snapshot::RdbVisitor
{
public:
    using Error = store::snapshot::RdbError;
    using Records = std::vector<std::pair<int, std::string>>;          ///< databases and keys
    using LoadLibrary = std::function<void(const std::string& code)>;  ///< throws Error

    struct Plan
    {
        std::string path;
        store::snapshot::ReadLimits limits;
        bool check_checksum = true;
        LoadLibrary load_library;
        /// Keys whose deadline has come are loaded, too: what follows says what became of them.
        bool keeps_expired = false;
        /// A key that there is already is replaced; otherwise that is an Error.
        bool replaces = false;
    };

    /// Opens the file and reads its head; nothing if there is no such file. Throws Error, whose
    /// text names the file.
    static std::unique_ptr<Loading> open(const Plan& plan, Databases& databases);
    Loading(const Loading&) = delete;
    Loading& operator=(const Loading&) = delete;

    /// Reads on for about so many bytes. False if all was read, and found whole. Throws Error.
    bool go_on(std::size_t bytes);

    std::uint64_t bytes_total() const { return file_->size(); }
    std::uint64_t bytes_read() const { return reader_.done() ? file_->size() : file_->offset(); }
    /// Once all was read: where the file goes on, if it does.
    std::uint64_t end() const { return end_; }
    std::uint64_t keys_loaded() const { return keys_loaded_; }
    std::uint64_t keys_expired() const { return keys_expired_; }
    /// What the file says of itself: "7.0.15".
    const std::string& written_by() const { return written_by_; }
    std::uint64_t used_memory() const { return used_memory_; }

    /// By database, the keys of hashes that look like the records of open orders, and those that
    /// were replaced.
    const Records& possible_records() const { return possible_records_; }

private:
    Loading(const Plan& plan, Databases& databases, std::unique_ptr<FileReader> file);

    void read_item();
    void read_header();
    void check_end();
    void fill(std::uint64_t bytes);
    void consume(std::size_t bytes);

    void field(std::string_view name, std::string_view value) override;
    void sizes(int database, std::uint64_t keys) override;
    void library(std::string code) override;
    void key(int database, std::string_view key, store::AnyValue value,
             const store::snapshot::RdbKeyHead& head) override;

    const Plan plan_;
    Databases& databases_;
    const std::unique_ptr<FileReader> file_;
    store::snapshot::RdbReader reader_;
    std::uint64_t end_ = 0;
    std::uint64_t crc_ = 0;
    std::uint64_t keys_loaded_ = 0;
    std::uint64_t keys_expired_ = 0;
    std::uint64_t used_memory_ = 0;
    std::string written_by_;
    Records possible_records_;
};

}  // namespace server
