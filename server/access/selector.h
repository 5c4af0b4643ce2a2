#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/access/denial.h"
#include "server/access/key_pattern.h"
#include "server/catalogue/command_table.h"

namespace server::access {

/// One set of commands, keys and channels of a user, made by rules: "+get", "~cached:*", "&news".
/// The rules of ACL SETUSER, and their order, which counts.
class Selector
{
public:
    /// Nothing is allowed, but all channels if `all_channels`. The table must outlive it.
    Selector(const CommandTable& commands, bool all_channels)
        : commands_(&commands), allowed_(commands.all().size()), all_channels_(all_channels)
    {}

    /// Throws RuleError, and nothing was changed.
    void apply(std::string_view rule);

    /// Nothing if the request is allowed.
    std::optional<Denial> judge(const Needs& needs) const;

    /// Whether one of the patterns allows the key.
    bool allows(const DerivedKey& key) const;
    /// Whether each key, and keys that nobody knows yet, may be touched so.
    bool allows_all_keys(std::uint8_t rights) const;
    bool all_keys() const { return all_keys_; }
    bool all_channels() const { return all_channels_; }
    bool allows_everything() const { return all_commands_ && all_keys_ && all_channels_; }

    const std::vector<std::string>& channels() const { return channels_; }

    /// As ACL GETUSER prints them.
    std::string commands_text() const;
    std::string keys_text() const;
    std::string channels_text() const;
    /// As ACL LIST does: rules that make the same selector.
    std::string text() const;

private:
    bool apply_to_all(std::string_view rule);
    void set_all_commands(bool allow);
    void apply_to_commands(std::string_view rule);
    void set_category(std::string_view category, bool allow);
    void set_command(const Command& command, bool allow);
    void allow_first_argument(std::string_view name, std::string_view argument);
    void note_rule(std::string rule, bool allow);
    void add_key_pattern(std::string_view rule);
    void add_channel(std::string_view pattern);

    bool allows_command(const Needs& needs) const;
    std::optional<Denial> judge_keys(const Needs& needs) const;
    std::optional<Denial> judge_channels(const Needs& needs) const;

    const CommandTable* commands_;
    std::vector<bool> allowed_;  ///< by Command::number
    /// First arguments with which a command is allowed that is not so by itself.
    std::map<std::uint16_t, std::vector<std::string>> first_arguments_;
    std::vector<std::string> rules_;  ///< "+get", in the order in which they were given
    bool began_with_all_ = false;     ///< the rules take from all commands, or add to none
    bool all_commands_ = false;
    std::vector<KeyPattern> keys_;
    bool all_keys_ = false;
    std::vector<std::string> channels_;
    bool all_channels_ = false;
};

/// Whether a name or pattern has neither blanks nor NULs, as one in an ACL file must.
bool is_one_word(std::string_view text);

/// Whether one of the patterns is for the channel; a pattern of PSUBSCRIBE must be one of them.
bool is_channel_in(const std::vector<std::string>& patterns, std::string_view channel,
                   bool is_pattern);

}  // namespace server::access
