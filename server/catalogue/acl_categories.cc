#include "server/catalogue/acl_categories.h"

#include <algorithm>
#include <array>

#include "ascii/case.h"

namespace server {

namespace {

/// A container can do nothing by itself: its subcommands have the categories.
bool is_of_group(const Command& command, std::string_view category)
{
    return command.run != nullptr && row_of(command.group).acl_category == category;
}

template <Flag flag>
bool has(const Command& command)
{
    return command.has(flag);
}

bool is_keyspace(const Command& command)
{
    return command.has(kKeyspaceCategory) ||
           (is_of_group(command, "keyspace") && !command.has(kNotKeyspaceCategory));
}

bool is_read(const Command& command)
{
    return command.has(kReadonly) && command.group != Group::Scripting;
}

template <Group group>
bool is_of_collection(const Command& command)
{
    return is_of_group(command, row_of(group).acl_category) || command.has(kCollectionCategories);
}

bool is_admin(const Command& command) { return command.has(kAdmin) || command.has(kAdminCategory); }

bool is_dangerous(const Command& command) { return is_admin(command) || command.has(kDangerous); }

bool is_connection(const Command& command)
{
    return command.has(kConnectionCategory) || is_of_group(command, "connection");
}

struct Category
{
    std::string_view name;
    /// nullptr: those whose group's row names the category.
    bool (*rule)(const Command&) = nullptr;

    bool includes(const Command& command) const
    {
        return rule != nullptr ? rule(command) : is_of_group(command, name);
    }
};

/// In Redis's order, Dabba's own behind them.
constexpr std::array kCategories = {
    Category{"keyspace", is_keyspace},
    Category{"read", is_read},
    Category{"write", has<kWrite>},
    Category{"set", is_of_collection<Group::Set>},
    Category{"sortedset", is_of_collection<Group::SortedSet>},
    Category{"list", is_of_collection<Group::List>},
    Category{"hash"},
    Category{"string"},
    Category{"bitmap"},
    Category{"hyperloglog"},
    Category{"geo"},
    Category{"stream"},
    Category{"pubsub", has<kPubsub>},
    Category{"admin", is_admin},
    Category{"fast", has<kFast>},
    Category{"slow", [](const Command& command) { return !command.has(kFast); }},
    Category{"blocking", has<kBlocking>},
    Category{"dangerous", is_dangerous},
    Category{"connection", is_connection},
    Category{"transaction"},
    Category{"scripting"},
    Category{"assign"},
};

static_assert(std::ranges::all_of(
                  kGroups,
                  [](std::string_view name) {
                      return name.empty() ||
                             std::ranges::count(kCategories, name, &Category::name) == 1;
                  },
                  &GroupRow::acl_category),
              "a group's category is one of the list");

constexpr auto kNames = [] {
    std::array<std::string_view, kCategories.size()> names;
    for (std::size_t i = 0; i < names.size(); ++i) names[i] = kCategories[i].name;
    return names;
}();

}  // namespace

std::span<const std::string_view> acl_category_names() { return kNames; }

bool is_acl_category(std::string_view name)
{
    return std::ranges::any_of(
        kNames, [&](std::string_view own) { return ascii::equal_ignoring_case(own, name); });
}

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
        if (ascii::equal_ignoring_case(name, category.name)) return category.includes(command);
    }
    return false;
}

}  // namespace server
