#include "server/commands/key/sort_lookup.h"

namespace server::commands {

SortPattern::SortPattern(std::string_view pattern) : is_element_(pattern == "#")
{
    const auto asterisk = pattern.find('*');
    has_asterisk_ = asterisk != pattern.npos;
    if (!has_asterisk_) return;
    prefix_ = pattern.substr(0, asterisk);
    postfix_ = pattern.substr(asterisk + 1);
    // An arrow at the very end is a part of the key.
    const auto arrow = postfix_.find("->");
    if (arrow == postfix_.npos || arrow + 2 == postfix_.size()) return;
    field_ = postfix_.substr(arrow + 2);
    postfix_ = postfix_.substr(0, arrow);
}

std::optional<std::string_view> SortPattern::look_up(store::Keyspace& keys,
                                                     std::string_view element)
{
    if (is_element_) return element;
    if (!has_asterisk_) return std::nullopt;
    key_.assign(prefix_).append(element).append(postfix_);
    if (!field_.empty()) {
        const auto* hash = keys.find_if_type<store::Hash>(key_);
        return hash == nullptr ? std::nullopt : hash->get(field_);
    }
    const auto* string = keys.find_if_type<store::String>(key_);
    if (string == nullptr) return std::nullopt;
    return string->view();
}

}  // namespace server::commands
