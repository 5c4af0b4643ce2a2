#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "protocol/buffer.h"
#include "server/clients/session.h"
#include "server/persistence/files.h"
#include "server/persistence/loading.h"
#include "server/persistence/log_reader.h"

namespace server {

class Server;

/// The files of a log on their way into the databases, one after the other, slice by slice. Each
/// may begin with an RDB file. REQUIRES that nothing else changes the databases until it is over,
/// that nobody is told of changes, and that deadlines wait.
class LogLoading final : private store::Observer
{
public:
    using Error = Loading::Error;

    struct Plan
    {
        std::vector<std::string> paths;
        Loading::Plan base;    ///< but for the path
        bool cuts_end = true;  ///< of the last one, if it is not whole; otherwise that is an error
    };

    /// Throws Error, if a file is missing. The references must outlive it.
    LogLoading(Server& server, Files& files, Plan plan);
    ~LogLoading() override;
    LogLoading(const LogLoading&) = delete;
    LogLoading& operator=(const LogLoading&) = delete;

    /// Reads on for about so many bytes. False if all was read. Throws Error, which names the file
    /// and the place in it.
    bool go_on(std::size_t bytes);

    std::uint64_t bytes_total() const { return total_; }
    std::uint64_t bytes_read() const { return read_before_ + read_here(); }
    /// Of the increments and of the base.
    std::uint64_t requests() const { return requests_; }
    std::uint64_t keys_of_base() const { return keys_of_base_; }
    /// How many requests failed that did not fail when they were logged, and the first of them.
    std::uint64_t failures() const { return failures_; }
    const std::string& first_failure() const { return first_failure_; }
    /// How much was cut off at the end.
    std::uint64_t bytes_cut() const { return bytes_cut_; }

    /// By database, the keys of hashes that looked like the records of open orders, or of all
    /// hashes.
    Loading::Records possible_records() const;

private:
    /// A transaction that was begun: its requests wait for its end.
    struct Transaction
    {
        std::uint64_t begin;  ///< its place in the file
        std::vector<std::vector<std::string>> requests;
    };

    void stop_watching();
    void open_next();
    bool is_last() const { return next_ == plan_.paths.size(); }
    bool go_on_with_base(std::size_t bytes);
    void go_on_with_requests(std::size_t bytes);
    void take(std::span<const std::string_view> words);
    void run(std::span<const std::string_view> words);
    void end_of_file(bool is_whole);
    std::uint64_t read_here() const;
    template <class Act>
    void or_fail(Act&& act) const;
    [[noreturn]] void fail(std::uint64_t place, std::string_view why) const;

    void key_changed(const store::KeyEvent& event, std::int64_t count) noexcept override;

    Server& server_;
    Files& files_;
    const Plan plan_;
    std::size_t next_ = 0;  ///< of the paths
    std::string path_;      ///< of the file that is read
    std::unique_ptr<Loading> base_;
    std::unique_ptr<FileReader> file_;
    LogReader reader_;
    Session session_;
    protocol::Buffer replies_;
    std::unique_ptr<Transaction> transaction_;

    std::uint64_t total_ = 0;
    std::uint64_t read_before_ = 0;
    std::uint64_t requests_ = 0;
    std::uint64_t keys_of_base_ = 0;
    std::uint64_t failures_ = 0;
    std::uint64_t bytes_cut_ = 0;
    std::string first_failure_;
    std::set<std::pair<int, std::string>> records_;
    bool all_may_be_records_ = false;
    bool watches_ = true;
};

}  // namespace server
