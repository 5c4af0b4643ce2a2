#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/catalogue/command.h"
#include "server/config/options.h"

namespace server {

/// Finds a command's row by its name, in whatever case.
class CommandTable
{
public:
    /// All families of the server, and `more` rows, such as those of a test; without those that
    /// `has`, if it is given, does not want. Throws std::logic_error if two rows have one name, or
    /// a subcommand has no container, and std::invalid_argument for a renaming of no command, or to
    /// a name that is taken.
    explicit CommandTable(std::span<const Command> more = {},
                          std::span<const Renaming> renamings = {},
                          const std::function<bool(const Command&)>& has = {});
    CommandTable(const CommandTable&) = delete;
    CommandTable& operator=(const CommandTable&) = delete;

    /// A top-level command or container, by the name that clients call; nullptr if unknown.
    const Command* find(std::string_view name) const;

    /// A subcommand ("CLIENT", "setname"); nullptr if unknown.
    const Command* find(std::string_view container, std::string_view subcommand) const;

    /// Any row by its own name, whatever clients call it ("client|setname", in any case); nullptr
    /// if unknown. Looks at all of them.
    const Command* find_by_full_name(std::string_view name) const;

    /// What a request asks for.
    struct Resolved
    {
        const Command* row;       ///< command, subcommand or container; nullptr if unknown
        bool unknown_subcommand;  ///< `row` is a container and has no such subcommand
    };

    /// REQUIRES at least one argument.
    Resolved resolve(std::span<const std::string_view> request) const;

    /// Whether the command has subcommands.
    bool is_container(const Command& command) const;

    /// Every row, subcommands included, families in order.
    std::span<const Command* const> all() const { return all_; }

private:
    struct Slot
    {
        std::uint64_t hash = 0;
        const Command* command = nullptr;
    };

    void number_rows();
    void name_rows(std::span<const Renaming> renamings);
    void add(const Command& command);
    void mark_containers();
    const Slot* find_slot(std::string_view first, std::string_view second) const;

    std::vector<Command> rows_;  ///< the families' rows, numbered
    std::vector<const Command*> all_;
    std::vector<std::string> names_;  ///< the first word that calls a row, by number; may be empty
    std::vector<bool> containers_;    ///< by number
    std::vector<Slot> slots_;
};

/// The words of a command's name before and after the space; the second is empty for a command
/// that is no subcommand.
std::string_view container_of(const Command& command);
std::string_view subcommand_of(const Command& command);

/// The name as Redis prints it in errors and COMMAND: lower case, "client|setname".
std::string full_name(const Command& command);

}  // namespace server
