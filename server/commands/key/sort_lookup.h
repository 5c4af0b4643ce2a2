#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/keyspace.h"

namespace server::commands {

/// What BY and GET patterns of SORT point to: the string at the pattern with its first asterisk
/// replaced by the element, or the field of a hash named behind "->"; "#" is the element itself.
class SortPattern
{
public:
    explicit SortPattern(std::string_view pattern);

    /// Nothing if there is no such key or field, if it has another type, and for a pattern without
    /// an asterisk. The view is valid until the keyspace or the element is changed.
    std::optional<std::string_view> look_up(store::Keyspace& keys, std::string_view element);

private:
    bool is_element_ = false;
    bool has_asterisk_ = false;
    std::string_view prefix_;
    std::string_view postfix_;
    std::string_view field_;  ///< empty: a string
    std::string key_;
};

}  // namespace server::commands
