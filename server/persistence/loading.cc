#include "server/persistence/loading.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "ascii/integer.h"
#include "store/dispatch/assignment_record.h"
#include "store/snapshot/crc64.h"
#include "store/snapshot/rdb_format.h"

namespace server {

namespace {

constexpr std::size_t kReadAhead = 1 << 20;

bool may_be_open_record(const store::AnyValue& value)
{
    const auto* hash = std::get_if<store::Hash>(&value);
    return hash != nullptr && store::may_be_open_record(*hash);
}

[[noreturn]] void fail(const std::string& path, std::string_view why)
{
    throw Loading::Error{fmt::format("Cannot load {}: {}", path, why)};
}

}  // namespace

std::unique_ptr<Loading> Loading::open(const Plan& plan, Databases& databases)
{
    const int file = ::open(plan.path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0 && errno == ENOENT) return nullptr;
    if (file < 0) fail(plan.path, std::strerror(errno));
    std::unique_ptr<Loading> loading{new Loading{plan, databases, file}};
    loading->read_header();
    return loading;
}

Loading::Loading(const Plan& plan, Databases& databases, int file)
    : plan_(plan), databases_(databases), file_(file), reader_(*this, plan.limits)
{}

Loading::~Loading() { close(file_); }

void Loading::read_header()
{
    struct stat status = {};
    if (fstat(file_, &status) != 0) fail(plan_.path, std::strerror(errno));
    if (!S_ISREG(status.st_mode)) fail(plan_.path, "it is no file");
    size_ = static_cast<std::uint64_t>(status.st_size);
    fill(store::snapshot::kRdbHeaderBytes);
    try {
        reader_.read_header(window());
    } catch (const Error& error) {
        fail(plan_.path, error.what());
    }
    consume(store::snapshot::kRdbHeaderBytes);
}

bool Loading::go_on(std::size_t bytes)
{
    const std::uint64_t end = offset_ + bytes;
    while (offset_ < end) {
        try {
            read_item();
        } catch (const store::snapshot::NeedsMore&) {
            fail(plan_.path,
                 fmt::format("it ends in the middle, at byte {}. Take an older copy, or one that "
                             "is whole",
                             size_));
        } catch (const Error& error) {
            fail(plan_.path, error.what());
        }
        if (!reader_.done()) continue;
        check_end();
        return false;
    }
    return true;
}

/// An item that is longer than what was read ahead is begun again with more: twice as much each
/// time.
void Loading::read_item()
{
    while (true) {
        try {
            return consume(reader_.read_item(window()));
        } catch (const store::snapshot::NeedsMore& error) {
            const std::uint64_t left = size_ - offset_ - window().size();
            if (error.missing > left) throw;
            fill(std::max<std::uint64_t>(error.missing, window().size()));
        }
    }
}

void Loading::check_end()
{
    store::snapshot::ByteReader reader{window().substr(0, store::snapshot::kRdbChecksumBytes)};
    const std::uint64_t checksum = reader.take_little(store::snapshot::kRdbChecksumBytes);
    constexpr std::uint64_t kNone = 0;
    if (plan_.check_checksum && checksum != kNone && checksum != crc_)
        fail(plan_.path, "its checksum is wrong: it is damaged. Take an older copy");
    end_ = std::min(size_, offset_ + store::snapshot::kRdbChecksumBytes);
    offset_ = size_;
}

/// Reads so many bytes more, if there are, and some ahead.
void Loading::fill(std::uint64_t bytes)
{
    buffer_.erase(0, begin_);
    begin_ = 0;
    const std::uint64_t left = size_ - offset_ - buffer_.size();
    std::uint64_t wanted = std::min(left, std::max<std::uint64_t>(bytes, kReadAhead));
    std::size_t filled = buffer_.size();
    buffer_.resize(filled + wanted);
    while (wanted > 0) {
        const ssize_t got = ::read(file_, buffer_.data() + filled, wanted);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail(plan_.path, std::strerror(errno));
        if (got == 0) break;  // somebody has cut it
        filled += static_cast<std::size_t>(got);
        wanted -= static_cast<std::uint64_t>(got);
    }
    buffer_.resize(filled);
    if (wanted > 0) size_ = offset_ + filled;
}

void Loading::consume(std::size_t bytes)
{
    crc_ = store::snapshot::crc64(window().substr(0, bytes), crc_);
    begin_ += bytes;
    offset_ += bytes;
}

void Loading::field(std::string_view name, std::string_view value)
{
    if (name == "redis-ver") written_by_ = value;
    if (name == "used-mem")
        used_memory_ = static_cast<std::uint64_t>(ascii::parse_integer(value).value_or(0));
}

void Loading::sizes(int, std::uint64_t) {}

void Loading::library(std::string code) { plan_.load_library(code); }

void Loading::key(int database, std::string_view key, store::AnyValue value,
                  const store::snapshot::RdbKeyHead& head)
{
    if (database >= databases_.count()) {
        throw Error{
            fmt::format("it has keys in database {}, and there are {}. Start with "
                        "--databases {}",
                        database, databases_.count(), database + 1)};
    }
    store::Keyspace& keys = databases_[database];
    if (!plan_.keeps_expired && head.deadline && *head.deadline <= keys.clock().now_ms()) {
        ++keys_expired_;
        return;
    }
    const bool is_replaced = plan_.replaces && keys.erase(key);
    const bool is_record = is_replaced || may_be_open_record(value);
    const store::UsageBits usage = databases_.usage.bits_of(head.usage);
    if (!keys.load(key, std::move(value), head.deadline, usage)) {
        throw Error{
            fmt::format("key '{}' of database {} is there already: the file is damaged, or other "
                        "data were kept",
                        key.substr(0, 100), database)};
    }
    ++keys_loaded_;
    if (is_record) possible_records_.emplace_back(database, key);
}

}  // namespace server
