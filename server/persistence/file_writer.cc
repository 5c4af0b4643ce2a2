#include "server/persistence/file_writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <utility>

#include "store/snapshot/byte_writer.h"
#include "store/snapshot/crc64.h"
#include "store/snapshot/string_codec.h"

namespace server {

namespace {

/// Nobody wants the file any more.
struct GivenUp
{};

[[noreturn]] void fail(std::string_view what)
{
    throw std::runtime_error{fmt::format("{}: {}", what, std::strerror(errno))};
}

/// Closed at the end of its scope.
class File
{
public:
    File(const std::string& path, int flags) : number_(open(path.c_str(), flags | O_CLOEXEC, 0666))
    {
        if (number_ < 0) fail("Opening " + path);
    }
    ~File() { close(number_); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    int number() const { return number_; }
    void sync() const
    {
        if (fsync(number_) != 0) fail("Syncing");
    }

private:
    int number_;
};

std::string folder_of(const std::string& path)
{
    const auto slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

FileWriter::FileWriter(std::string temporary_path, std::string path, Checksum checksum)
    : temporary_path_(std::move(temporary_path)),
      path_(std::move(path)),
      checksum_(checksum),
      thread_([this] { run(); })
{}

FileWriter::~FileWriter()
{
    give_orders(Orders::GiveUp);
    thread_.join();
}

void FileWriter::write(std::string block)
{
    const std::size_t size = block.size();
    {
        const std::lock_guard lock{mutex_};
        blocks_.push_back(std::move(block));
        waiting_bytes_ += size;
    }
    changed_.notify_all();
}

void FileWriter::finish() { give_orders(Orders::Finish); }

void FileWriter::give_orders(Orders orders)
{
    {
        const std::lock_guard lock{mutex_};
        orders_ = orders;
    }
    changed_.notify_all();
}

void FileWriter::wait_until_fewer(std::size_t bytes)
{
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return waiting_bytes_ < bytes || state_ != State::Writing; });
}

FileWriter::State FileWriter::wait_until_over()
{
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return state_ != State::Writing; });
    return state_;
}

void FileWriter::run() noexcept
{
    State end = State::Failed;
    try {
        {
            const File file{temporary_path_, O_WRONLY | O_CREAT | O_TRUNC};
            write_all(file.number());
            file.sync();
        }
        if (std::rename(temporary_path_.c_str(), path_.c_str()) != 0) fail("Renaming to " + path_);
        File{folder_of(path_), O_RDONLY | O_DIRECTORY}.sync();
        end = State::Done;
    } catch (const std::exception& error) {
        error_ = error.what();
    } catch (const GivenUp&) {
    }
    if (end == State::Failed) unlink(temporary_path_.c_str());
    {
        const std::lock_guard lock{mutex_};
        state_ = end;
        blocks_.clear();
        waiting_bytes_ = 0;
    }
    changed_.notify_all();
}

void FileWriter::write_all(int file)
{
    std::deque<std::string> taken;
    while (true) {
        {
            std::unique_lock lock{mutex_};
            changed_.wait(lock, [this] { return !blocks_.empty() || orders_ != Orders::GoOn; });
            if (orders_ == Orders::GiveUp) throw GivenUp{};
            if (blocks_.empty()) break;
            taken.swap(blocks_);
        }
        for (; !taken.empty(); taken.pop_front()) {
            write_block(file, taken.front());
            {
                const std::lock_guard lock{mutex_};
                waiting_bytes_ -= taken.front().size();
            }
            changed_.notify_all();
        }
    }
    store::snapshot::ByteWriter end;
    write_little(end, checksum_ == Checksum::Crc64 ? crc_ : 0, sizeof crc_);
    write_block(file, end.view());
}

/// Synced from time to time: the disk would otherwise be busy for long at the end.
void FileWriter::write_block(int file, std::string_view block)
{
    constexpr std::size_t kMostUnsynced = 32 << 20;
    crc_ = store::snapshot::crc64(block, crc_);
    unsynced_bytes_ += block.size();
    while (!block.empty()) {
        const ssize_t written = ::write(file, block.data(), block.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail("Writing " + temporary_path_);
        block.remove_prefix(static_cast<std::size_t>(written));
    }
    if (unsynced_bytes_ < kMostUnsynced) return;
    if (fdatasync(file) != 0) fail("Syncing " + temporary_path_);
    unsynced_bytes_ = 0;
}

}  // namespace server
