#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "server/persistence/files.h"
#include "server/persistence/persistence.h"
#include "tests/support/client.h"
#include "tests/support/folder.h"

using namespace std::chrono_literals;
using tests::Client;
using tests::Folder;

namespace {

namespace fs = std::filesystem;

/// What the disk holds after the power went: what was synced, and as much more as chance would
/// have.
struct Loss
{
    std::map<std::string, std::string> files;  ///< by their paths within the folder
    int acknowledged = 0;                      ///< requests that were answered by then
    int issued = 0;                            ///< and that were begun
};

/// A disk whose power can go before and after anything that is done to it. Of each file, the bytes
/// that were not synced are there in part; of names that were made, changed and removed since the
/// folder was synced, so are the first of them.
class LossyFiles : public server::Files
{
public:
    LossyFiles(fs::path folder, unsigned seed) : folder_(std::move(folder)), random_(seed) {}

    std::atomic<int> acknowledged = 0;
    std::atomic<int> issued = 0;

    int open_to_append(const std::string& path, mode_t mode) override
    {
        const std::lock_guard lock{mutex_};
        const int file = Files::open_to_append(path, mode);
        if (names_now_.count(path) == 0) do_to_names({.to = path, .file = add_file(path)});
        open_[file] = names_now_[path];
        return file;
    }

    std::size_t write_some(int file, std::string_view bytes) override
    {
        const std::lock_guard lock{mutex_};
        const std::size_t size = Files::write_some(file, bytes);
        contents_[open_.at(file)].bytes += bytes.substr(0, size);
        lose_power();
        return size;
    }

    void sync(int file) override
    {
        const std::lock_guard lock{mutex_};
        lose_power();
        Files::sync(file);
        Contents& contents = contents_[open_.at(file)];
        contents.synced = contents.bytes.size();
        lose_power();
    }

    void cut(const std::string& path, std::uint64_t bytes) override
    {
        const std::lock_guard lock{mutex_};
        Files::cut(path, bytes);
        Contents& contents = contents_[names_now_.at(path)];
        contents.bytes.resize(bytes);
        contents.synced = std::min<std::size_t>(contents.synced, bytes);
        lose_power();
    }

    void rename(const std::string& from, const std::string& to) override
    {
        const std::lock_guard lock{mutex_};
        lose_power();
        Files::rename(from, to);
        do_to_names({.from = from, .to = to, .file = names_now_.at(from)});
        lose_power();
    }

    void remove(const std::string& path) override
    {
        const std::lock_guard lock{mutex_};
        Files::remove(path);
        if (names_now_.count(path) != 0) do_to_names({.from = path});
        lose_power();
    }

    void sync_folder(const std::string& path) override
    {
        const std::lock_guard lock{mutex_};
        Files::sync_folder(path);
        names_synced_ = names_now_;
        unsynced_.clear();
        lose_power();
    }

    std::vector<Loss> losses;  ///< to be read when nothing is written any more

private:
    struct Contents
    {
        std::string bytes;
        std::size_t synced = 0;
    };

    /// A name that ends, or that comes to name a file, or both.
    struct Renaming
    {
        std::string from = {};
        std::string to = {};
        std::size_t file = 0;
    };
    using Names = std::map<std::string, std::size_t>;

    std::size_t add_file(const std::string& path)
    {
        std::string bytes = tests::read_file(path);  // one that was there before
        const std::size_t size = bytes.size();
        contents_.push_back({std::move(bytes), size});
        return contents_.size() - 1;
    }

    static void apply(Names& names, const Renaming& renaming)
    {
        if (!renaming.from.empty()) names.erase(renaming.from);
        if (!renaming.to.empty()) names[renaming.to] = renaming.file;
    }

    void do_to_names(const Renaming& renaming)
    {
        apply(names_now_, renaming);
        unsynced_.push_back(renaming);
    }

    std::size_t any_up_to(std::size_t most)
    {
        return std::uniform_int_distribution<std::size_t>{0, most}(random_);
    }

    void lose_power()
    {
        Loss loss{.acknowledged = acknowledged, .issued = issued};
        Names names = names_synced_;
        const std::size_t kept = any_up_to(unsynced_.size());
        for (std::size_t i = 0; i < kept; ++i) apply(names, unsynced_[i]);
        for (const auto& [path, file] : names) {
            const Contents& contents = contents_[file];
            const std::size_t more = any_up_to(contents.bytes.size() - contents.synced);
            loss.files[relative(path)] = contents.bytes.substr(0, contents.synced + more);
        }
        losses.push_back(std::move(loss));
    }

    std::string relative(const std::string& path) const
    {
        return fs::path{path}.lexically_relative(folder_).string();
    }

    const fs::path folder_;
    std::mutex mutex_;  ///< of what follows
    std::mt19937 random_;
    std::vector<Contents> contents_;
    std::map<int, std::size_t> open_;
    Names names_now_;
    Names names_synced_;
    std::vector<Renaming> unsynced_;
};

server::Options options_for(const fs::path& folder, const std::string& policy)
{
    server::Options options;
    options.directory = folder.string();
    options.append_only = true;
    options.append_fsync = policy;
    return options;
}

void load(Client& client)
{
    client.server().persistence->begin_loading();
    while (client.server().persistence->go_on_loading()) continue;
}

/// Requests that each leave another state, which tells how many there were.
void work(const fs::path& folder, const std::string& policy, LossyFiles& files, int requests)
{
    Client client{options_for(folder, policy)};
    server::Persistence& persistence = *client.server().persistence;
    persistence.use_files(files);
    load(client);
    for (int i = 1; i <= requests; ++i) {
        files.issued = i;
        client("MULTI");
        client("SET", "key:" + std::to_string(i % 7), std::to_string(i));
        client("INCR", "requests");
        client("EXEC");
        persistence.log_and_wait();
        files.acknowledged = i;
        if (i % 15 == 0) client("BGREWRITEAOF");
        client.server().tick();
    }
    while (persistence.is_rewriting()) client.server().tick();
}

int number_at(Client& client, const std::string& key)
{
    const std::string reply = client("GET", key);
    return reply.starts_with("$-1") ? 0 : std::stoi(reply.substr(reply.find('\n') + 1));
}

/// How many requests are there after the loss; each whole, and without a gap.
int requests_after(const Loss& loss, const std::string& policy)
{
    const Folder folder;
    for (const auto& [path, bytes] : loss.files) tests::write_file(folder.path() / path, bytes);
    Client client{options_for(folder.path(), policy)};
    client.server().persistence->use_files();
    load(client);
    const int requests = number_at(client, "requests");
    for (int i = std::max(1, requests - 6); i <= requests; ++i)
        CHECK(number_at(client, "key:" + std::to_string(i % 7)) == i);
    return requests;
}

}  // namespace

TEST_CASE("whenever the power goes, with always all is there that was acknowledged")
{
    const Folder folder;
    LossyFiles files{folder.path(), 20261130};
    work(folder.path(), "always", files, 60);
    CHECK(files.losses.size() > 200);
    for (const Loss& loss : files.losses) {
        const int found = requests_after(loss, "always");
        CHECK(found >= loss.acknowledged);
        CHECK(found <= loss.issued);
    }
}

TEST_CASE("whenever the power goes, with everysec and no there is a beginning of all that was done")
{
    const std::string policy = GENERATE(as<std::string>{}, "everysec", "no");
    const Folder folder;
    LossyFiles files{folder.path(), 20261201};
    work(folder.path(), policy, files, 60);
    for (const Loss& loss : files.losses) CHECK(requests_after(loss, policy) <= loss.issued);
}
