#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/access/denial.h"
#include "server/access/selector.h"
#include "server/config/options.h"

namespace server::access {

/// Who may log in, how, and what they may do then. The first selector is the user's own, the others
/// were added in parentheses.
class User
{
public:
    /// Off, without a password or any right, but to the channels that `acl-pubsub-default` says.
    /// Both references must outlive it.
    User(std::string name, const CommandTable& commands, const Options& options);

    /// Rules as the words of ACL SETUSER, those of a selector in parentheses, which may be one word
    /// or several. Throws RuleError, with the rule in its text, and some may have been applied.
    void apply(std::span<const std::string_view> rules);
    /// One rule. Throws RuleError, and it was not applied.
    void apply(std::string_view rule);

    const std::string& name() const { return name_; }
    bool is_on() const { return on_; }
    bool needs_no_password() const { return no_password_; }
    bool may_do_everything() const;
    bool may_touch_all_keys() const;

    /// Whether one of the selectors allows all of these keys.
    bool may_touch(std::span<const DerivedKey> keys) const;

    /// Whether this logs the user in.
    bool accepts(std::string_view password) const;

    /// Nothing if one of the selectors allows the request.
    std::optional<Denial> judge(const Needs& needs) const;
    /// Whether a selector that allows it allows all keys, too, even such as nobody knows yet.
    bool may_touch_all_keys_with(const Needs& needs, std::uint8_t rights) const;

    bool has_all_channels() const;
    /// The patterns of all selectors.
    std::vector<std::string> channels() const;

    /// "on", "nopass", "sanitize-payload"
    std::vector<std::string_view> flags() const;
    const std::vector<std::string>& passwords() const { return passwords_; }
    const std::vector<Selector>& selectors() const { return selectors_; }

    /// As ACL LIST and an ACL file have it: "user anna on ...".
    std::string text() const;

private:
    bool apply_to_login(std::string_view rule);
    void apply_to_passwords(std::string_view rule);
    void add_selector(std::string_view rules);
    Selector new_selector() const;

    std::string name_;
    const CommandTable* commands_;
    const Options* options_;
    bool on_ = false;
    bool no_password_ = false;
    bool sanitizes_ = true;               ///< what RESTORE is given is looked at; here it always is
    std::vector<std::string> passwords_;  ///< hash_of() each
    std::vector<Selector> selectors_;
};

/// The words, with those of a selector joined to one: "(+get", "~a*)" is "(+get ~a*)". Throws
/// RuleError for a parenthesis that is not closed.
std::vector<std::string> join_selectors(std::span<const std::string_view> words);

}  // namespace server::access
