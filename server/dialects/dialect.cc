#include "server/dialects/dialect.h"

#include <algorithm>
#include <cassert>

#include "server/catalogue/command.h"
#include "server/dialects/difference_table.h"
#include "server/execution/command_error.h"
#include "server/testing/redis_versions.h"

namespace server {

namespace {

constexpr Model kModels[] = {
    {.name = "redis-7.0", .version = "7.0.15", .history = "7.0", .dumps = {10, 10}},
    {.name = "redis-7.2", .version = "7.2.4", .history = "7.2"},
    {.name = "redis-8.0", .version = "8.0.6", .history = "8.0", .dumps = {12, 12}},
    {.name = "valkey-8.1",
     .version = "8.1.1",
     .history = "valkey-8.1",
     .is_valkey = true,
     .dumps = {11, 11}},
    {.name = "valkey-9.1",
     .version = "9.1.2",
     .history = "valkey-9.1",
     .is_valkey = true,
     .dumps = {80, 80}},
};
constexpr const Model& kDefault = kModels[1];

ModelSet set_of(const Model& model) { return 1U << (&model - kModels); }

}  // namespace

std::span<const Model> models() { return kModels; }

std::string_view redis_version_of(const Model& model)
{
    return model.is_valkey ? kDefault.version : model.version;
}

Dialect::Dialect(std::string_view name)
    : model_(std::ranges::find(kModels, name, &Model::name)), default_(&kDefault)
{
    assert(model_ != std::end(kModels));
    for (const DifferenceRow& row : difference_table()) {
        if ((row.models & set_of(*model_)) != 0)
            differences_ |= std::uint64_t{1} << static_cast<unsigned>(row.difference);
    }
}

bool Dialect::knows(const Command& command) const
{
    return is_default() || is_own(command) || has_command(model_->history, command);
}

void Dialect::require_options(const Command& command,
                              std::span<const std::string_view> request) const
{
    if (later_option(model_->history, command, request) != nullptr)
        throw CommandError{text::kSyntax};
}

bool Dialect::is_too_long(const Command& command, std::span<const std::string_view> request) const
{
    return !is_default() && later_length(model_->history, command, request) != nullptr;
}

std::string Dialect::worded(std::string_view error) const
{
    std::string line{error};
    for (const WordingRow& row : wording_table()) {
        if ((row.models & set_of(*model_)) == 0) continue;
        const std::size_t at = line.find(row.ours);
        if (at != line.npos) line.replace(at, row.ours.size(), row.theirs);
    }
    return line;
}

}  // namespace server
