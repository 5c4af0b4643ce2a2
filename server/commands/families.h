#pragma once

#include <span>

#include "server/catalogue/command.h"

/// The rows that each family's file declares at its foot.
namespace server::commands {

std::span<const Command> assign();
std::span<const Command> assign_inspect();
std::span<const Command> bitfield();
std::span<const Command> bitmap();
std::span<const Command> bitmap_count();
std::span<const Command> client();
std::span<const Command> cluster();
std::span<const Command> command();
std::span<const Command> config();
std::span<const Command> connection();
std::span<const Command> expire();
std::span<const Command> geo();
std::span<const Command> geo_search();
std::span<const Command> hash();
std::span<const Command> hash_counter();
std::span<const Command> hash_take();
std::span<const Command> hash_random();
std::span<const Command> info();
std::span<const Command> key();
std::span<const Command> key_copy();
std::span<const Command> key_dump();
std::span<const Command> memory();
std::span<const Command> object();
std::span<const Command> sort();
std::span<const Command> list();
std::span<const Command> list_blocking();
std::span<const Command> list_edit();
std::span<const Command> list_move();
std::span<const Command> pubsub();
std::span<const Command> server();
std::span<const Command> set();
std::span<const Command> set_algebra();
std::span<const Command> set_random();
std::span<const Command> sorted_set();
std::span<const Command> sorted_set_algebra();
std::span<const Command> sorted_set_blocking();
std::span<const Command> sorted_set_count();
std::span<const Command> sorted_set_pop();
std::span<const Command> sorted_set_range();
std::span<const Command> sorted_set_rank();
std::span<const Command> string();
std::span<const Command> string_counter();
std::span<const Command> string_lcs();
std::span<const Command> string_many();
std::span<const Command> string_range();
std::span<const Command> transaction();

}  // namespace server::commands
