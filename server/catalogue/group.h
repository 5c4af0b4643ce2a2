#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string_view>

namespace server {

/// The families of Redis's documentation; `HELP @group` and the ACL categories follow.
enum class Group : std::uint8_t {
    Generic,
    String,
    Bitmap,
    Set,
    SortedSet,
    Hash,
    List,
    Geo,
    Pubsub,
    Transactions,
    Connection,
    Server,
    Scripting,
    Cluster,
    Assign,
};

/// All that is known of a group, in the order of the enumeration.
struct GroupRow
{
    Group group;
    std::string_view name;          ///< in COMMAND DOCS
    std::string_view acl_category;  ///< of its commands; empty: none of its own
};

inline constexpr GroupRow kGroups[] = {
    {Group::Generic, "generic", "keyspace"},
    {Group::String, "string", "string"},
    {Group::Bitmap, "bitmap", "bitmap"},
    {Group::Set, "set", "set"},
    {Group::SortedSet, "sorted-set", "sortedset"},
    {Group::Hash, "hash", "hash"},
    {Group::List, "list", "list"},
    {Group::Geo, "geo", "geo"},
    {Group::Pubsub, "pubsub", ""},  // kPubsub says which commands are in the category
    {Group::Transactions, "transactions", "transaction"},
    {Group::Connection, "connection", "connection"},
    {Group::Server, "server", ""},
    {Group::Scripting, "scripting", "scripting"},
    {Group::Cluster, "cluster", ""},
    {Group::Assign, "assign", "assign"},
};

static_assert(std::ranges::is_sorted(kGroups, {}, &GroupRow::group) &&
                  std::ranges::adjacent_find(kGroups, {}, &GroupRow::group) == std::end(kGroups) &&
                  std::size(kGroups) == static_cast<std::size_t>(Group::Assign) + 1,
              "each group has its row, in order");

constexpr const GroupRow& row_of(Group group) { return kGroups[static_cast<std::size_t>(group)]; }

}  // namespace server
