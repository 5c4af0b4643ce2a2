#include "server/persistence/file_writer.h"

#include <exception>
#include <utility>

#include "store/snapshot/byte_writer.h"
#include "store/snapshot/crc64.h"
#include "store/snapshot/string_codec.h"

namespace server {

namespace {

/// Nobody wants the file any more.
struct GivenUp
{};

std::string folder_of(const std::string& path)
{
    const auto slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

FileWriter::FileWriter(Files& files, std::string temporary_path, std::string path,
                       Checksum checksum)
    : files_(files),
      temporary_path_(std::move(temporary_path)),
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
        files_.remove(temporary_path_);
        write_file();
        files_.rename(temporary_path_, path_);
        files_.sync_folder(folder_of(path_));
        end = State::Done;
    } catch (const std::exception& error) {
        error_ = error.what();
    } catch (const GivenUp&) {
    }
    if (end == State::Failed) remove_rest();
    {
        const std::lock_guard lock{mutex_};
        state_ = end;
        blocks_.clear();
        waiting_bytes_ = 0;
    }
    changed_.notify_all();
}

void FileWriter::remove_rest() noexcept
{
    try {
        files_.remove(temporary_path_);
    } catch (const std::exception&) {  // it is in nobody's way
    }
}

void FileWriter::write_file()
{
    constexpr mode_t kMode = 0666;  // as Redis's: the umask says the rest
    const int file = files_.open_to_append(temporary_path_, kMode);
    try {
        write_all(file);
        files_.sync(file);
    } catch (...) {
        files_.close(file);
        throw;
    }
    files_.close(file);
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
    while (!block.empty()) block.remove_prefix(files_.write_some(file, block));
    if (unsynced_bytes_ < kMostUnsynced) return;
    files_.sync(file);
    unsynced_bytes_ = 0;
}

}  // namespace server
