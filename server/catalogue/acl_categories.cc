#include "server/catalogue/acl_categories.h"

#include <array>

namespace server {

namespace {

struct Category
{
    std::string_view name;
    bool (*includes)(const Command&);
};

template <Flag flag>
bool has(const Command& command)
{
    return command.has(flag);
}

bool never(const Command&) { return false; }

/// A container can do nothing by itself: its subcommands have the categories.
template <Group group>
bool is_of(const Command& command)
{
    return command.group == group && command.run != nullptr;
}

bool is_keyspace(const Command& command)
{
    return command.has(kKeyspaceCategory) ||
           (is_of<Group::Generic>(command) && !command.has(kNotKeyspaceCategory));
}

bool is_read(const Command& command)
{
    return command.has(kReadonly) && command.group != Group::Scripting;
}

bool is_admin(const Command& command) { return command.has(kAdmin) || command.has(kAdminCategory); }

bool is_dangerous(const Command& command) { return is_admin(command) || command.has(kDangerous); }

bool is_connection(const Command& command)
{
    return command.has(kConnectionCategory) || is_of<Group::Connection>(command);
}

constexpr std::array kCategories = {
    Category{"keyspace", is_keyspace},
    Category{"read", is_read},
    Category{"write", has<kWrite>},
    Category{"set", is_of<Group::Set>},
    Category{"sortedset", is_of<Group::SortedSet>},
    Category{"list", is_of<Group::List>},
    Category{"hash", is_of<Group::Hash>},
    Category{"string", is_of<Group::String>},
    Category{"bitmap", is_of<Group::Bitmap>},
    Category{"hyperloglog", never},
    Category{"geo", is_of<Group::Geo>},
    Category{"stream", never},
    Category{"pubsub", has<kPubsub>},
    Category{"admin", is_admin},
    Category{"fast", has<kFast>},
    Category{"slow", [](const Command& command) { return !command.has(kFast); }},
    Category{"blocking", has<kBlocking>},
    Category{"dangerous", is_dangerous},
    Category{"connection", is_connection},
    Category{"transaction", is_of<Group::Transactions>},
    Category{"scripting", is_of<Group::Scripting>},
    // Dabba's own, behind Redis's.
    Category{"assign", is_of<Group::Assign>},
};

constexpr auto kNames = [] {
    std::array<std::string_view, kCategories.size()> names;
    for (std::size_t i = 0; i < names.size(); ++i) names[i] = kCategories[i].name;
    return names;
}();

char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_name(std::string_view text, std::string_view name)
{
    if (text.size() != name.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (to_lower(text[i]) != name[i]) return false;
    }
    return true;
}

}  // namespace

std::span<const std::string_view> acl_category_names() { return kNames; }

std::vector<std::string_view> acl_categories(const Command& command)
{
    std::vector<std::string_view> names;
    for (const Category& category : kCategories) {
        if (category.includes(command)) names.push_back(category.name);
    }
    return names;
}

bool is_in_acl_category(const Command& command, std::string_view name)
{
    for (const Category& category : kCategories) {
        if (is_name(name, category.name)) return category.includes(command);
    }
    return false;
}

}  // namespace server
