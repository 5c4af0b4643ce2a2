#include "server/persistence/loading.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "ascii/integer.h"
#include "store/dispatch/assignment_record.h"
#include "store/snapshot/crc64.h"
#include "store/snapshot/rdb_format.h"

namespace server {

namespace {

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
    std::unique_ptr<FileReader> file;
    try {
        file = std::make_unique<FileReader>(plan.path);
    } catch (const std::system_error& error) {
        if (error.code() == std::errc::no_such_file_or_directory) return nullptr;
        fail(plan.path, error.code().message());
    }
    std::unique_ptr<Loading> loading{new Loading{plan, databases, std::move(file)}};
    loading->read_header();
    return loading;
}

Loading::Loading(const Plan& plan, Databases& databases, std::unique_ptr<FileReader> file)
    : plan_(plan), databases_(databases), file_(std::move(file)), reader_(*this, plan.limits)
{}

void Loading::read_header()
{
    fill(store::snapshot::kRdbHeaderBytes);
    try {
        reader_.read_header(file_->window());
    } catch (const Error& error) {
        fail(plan_.path, error.what());
    }
    consume(store::snapshot::kRdbHeaderBytes);
}

bool Loading::go_on(std::size_t bytes)
{
    const std::uint64_t end = file_->offset() + bytes;
    while (file_->offset() < end) {
        try {
            read_item();
        } catch (const store::snapshot::NeedsMore&) {
            fail(plan_.path,
                 fmt::format("it ends in the middle, at byte {}. Take an older copy, or one that "
                             "is whole",
                             file_->size()));
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
            return consume(reader_.read_item(file_->window()));
        } catch (const store::snapshot::NeedsMore& error) {
            if (error.missing > file_->left()) throw;
            fill(std::max<std::uint64_t>(error.missing, file_->window().size()));
        }
    }
}

void Loading::check_end()
{
    store::snapshot::ByteReader reader{
        file_->window().substr(0, store::snapshot::kRdbChecksumBytes)};
    const std::uint64_t checksum = reader.take_little(store::snapshot::kRdbChecksumBytes);
    constexpr std::uint64_t kNone = 0;
    if (plan_.check_checksum && checksum != kNone && checksum != crc_)
        fail(plan_.path, "its checksum is wrong: it is damaged. Take an older copy");
    end_ = std::min(file_->size(), file_->offset() + store::snapshot::kRdbChecksumBytes);
}

/// Reads so many bytes more, if there are, and some ahead.
void Loading::fill(std::uint64_t bytes)
{
    try {
        file_->fill(bytes);
    } catch (const std::system_error& error) {
        fail(plan_.path, error.code().message());
    }
}

void Loading::consume(std::size_t bytes)
{
    crc_ = store::snapshot::crc64(file_->window().substr(0, bytes), crc_);
    file_->consume(bytes);
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
