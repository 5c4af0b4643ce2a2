#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "server/catalogue/command.h"

namespace server {

/// The names of all ACL categories, without the "@", in the order in which Redis lists them.
std::span<const std::string_view> acl_category_names();

/// The categories of a command, in that order, by Redis's rule: those of its group, those that its
/// flags imply, and either fast or slow.
std::vector<std::string_view> acl_categories(const Command& command);

/// Whether there is a category of this name, in whatever case.
bool is_acl_category(std::string_view name);

/// Whether the command is in the category of this name, in whatever case.
bool is_in_acl_category(const Command& command, std::string_view name);

}  // namespace server
