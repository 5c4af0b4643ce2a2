#include "server/catalogue/command_table.h"

#include <algorithm>
#include <bit>
#include <stdexcept>
#include <string>
#include <unordered_map>

#include "ascii/case.h"
#include "server/commands/families.h"
#include "server/execution/args.h"

namespace server {

namespace {

constexpr std::span<const Command> (*kFamilies[])() = {
#define FAMILY(name) commands::name,
#include "server/commands/families.def"
#undef FAMILY
};

/// FNV-1a over the upper-case letters: names are short, and every request is looked up.
std::uint64_t hash_name(std::string_view first, std::string_view second)
{
    std::uint64_t hash = 14695981039346656037u;
    const auto mix = [&](char c) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
    };
    for (const char c : first) mix(ascii::to_upper(c));
    if (!second.empty()) mix(' ');
    for (const char c : second) mix(ascii::to_upper(c));
    return hash;
}

}  // namespace

std::string_view container_of(const Command& command)
{
    return command.name.substr(0, command.name.find(' '));
}

std::string_view subcommand_of(const Command& command)
{
    const auto space = command.name.find(' ');
    return space == std::string_view::npos ? std::string_view{} : command.name.substr(space + 1);
}

std::string full_name(const Command& command)
{
    std::string name{command.name};
    for (char& c : name) c = c == ' ' ? '|' : ascii::to_lower(c);
    return name;
}

CommandTable::CommandTable(std::span<const Command> more, std::span<const Renaming> renamings,
                           const std::function<bool(const Command&)>& has)
{
    for (const auto family : kFamilies) {
        const auto rows = family();
        rows_.insert(rows_.end(), rows.begin(), rows.end());
    }
    rows_.insert(rows_.end(), more.begin(), more.end());
    if (has) std::erase_if(rows_, [&](const Command& row) { return !has(row); });
    number_rows();
    name_rows(renamings);
    slots_.resize(std::bit_ceil(4 * all_.size()));  // at most a quarter full: searches are short
    for (const Command* row : all_) add(*row);
    mark_containers();
}

void CommandTable::number_rows()
{
    for (Command& row : rows_) {
        row.number = static_cast<std::uint16_t>(all_.size());
        all_.push_back(&row);
    }
}

/// Subcommands keep the name that was declared: their container leads to them.
void CommandTable::name_rows(std::span<const Renaming> renamings)
{
    for (const Command& row : rows_) names_.emplace_back(container_of(row));
    const auto find = [this](std::string_view name) {
        return std::ranges::find_if(rows_, [&](const Command& row) {
            return subcommand_of(row).empty() && is_word(name, names_[row.number]);
        });
    };
    for (const auto& [name, new_name] : renamings) {
        const auto row = find(name);
        if (row == rows_.end())
            throw std::invalid_argument{"rename-command: there is no command '" + name + "'"};
        if (!new_name.empty() && find(new_name) != rows_.end())
            throw std::invalid_argument{"rename-command: there is a command '" + new_name + "'"};
        names_[row->number] = ascii::upper(new_name);
    }
}

void CommandTable::mark_containers()
{
    std::unordered_map<std::string_view, const Command*> by_name;
    for (const Command* row : all_) by_name.emplace(row->name, row);
    containers_.resize(all_.size());
    for (const Command* row : all_) {
        if (subcommand_of(*row).empty()) continue;
        const auto container = by_name.find(container_of(*row));
        if (container == by_name.end())
            throw std::logic_error{"no container is declared for " + full_name(*row)};
        containers_[container->second->number] = true;
    }
}

void CommandTable::add(const Command& command)
{
    const std::string_view name = names_[command.number];
    if (name.empty()) return;
    if (find_slot(name, subcommand_of(command)) != nullptr)
        throw std::logic_error{"two commands are named " + full_name(command)};
    const std::uint64_t hash = hash_name(name, subcommand_of(command));
    std::size_t position = hash % slots_.size();
    while (slots_[position].command != nullptr) position = (position + 1) % slots_.size();
    slots_[position] = {.hash = hash, .command = &command};
}

const CommandTable::Slot* CommandTable::find_slot(std::string_view first,
                                                  std::string_view second) const
{
    const std::uint64_t hash = hash_name(first, second);
    for (std::size_t i = hash % slots_.size(); slots_[i].command != nullptr;
         i = (i + 1) % slots_.size()) {
        const Slot& slot = slots_[i];
        if (slot.hash == hash && is_word(first, names_[slot.command->number]) &&
            is_word(second, subcommand_of(*slot.command)))
            return &slot;
    }
    return nullptr;
}

const Command* CommandTable::find(std::string_view name) const
{
    const Slot* slot = find_slot(name, {});
    return slot == nullptr ? nullptr : slot->command;
}

const Command* CommandTable::find(std::string_view container, std::string_view subcommand) const
{
    if (subcommand.empty()) return nullptr;
    const Slot* slot = find_slot(container, subcommand);
    return slot == nullptr ? nullptr : slot->command;
}

const Command* CommandTable::find_by_full_name(std::string_view name) const
{
    const auto is_it = [&](const Command* row) {
        return std::ranges::equal(row->name, name, [](char own, char given) {
            return own == ' ' ? given == '|' : own == ascii::to_upper(given);
        });
    };
    const auto found = std::ranges::find_if(all_, is_it);
    return found == all_.end() ? nullptr : *found;
}

CommandTable::Resolved CommandTable::resolve(std::span<const std::string_view> request) const
{
    const Slot* slot = find_slot(request[0], {});
    if (slot == nullptr) return {nullptr, false};
    if (!is_container(*slot->command) || request.size() == 1) return {slot->command, false};
    if (const Command* row = find(container_of(*slot->command), request[1])) return {row, false};
    return {slot->command, true};
}

bool CommandTable::is_container(const Command& command) const
{
    return containers_[command.number];
}

}  // namespace server
