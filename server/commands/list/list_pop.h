#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "server/execution/call.h"
#include "store/types/list.h"

/// What LPOP, LMOVE and LMPOP have in common with the blocking commands of the same names.
namespace server::commands {

using ListEnd = store::List::End;

/// LEFT or RIGHT. Throws a syntax error for anything else.
ListEnd next_list_end(Args& args);

/// From which end of which list to which end of which other: LMOVE.
struct ListMove
{
    std::string_view source;
    std::string_view destination;
    ListEnd from = ListEnd::Back;
    ListEnd to = ListEnd::Front;
};

ListMove next_list_move(Args& args);

/// Moves an element and replies it. False, and no reply, if there is no source.
bool move_element(Call& call, const ListMove& move);

/// Which lists LMPOP may pop from, and what.
struct ListPop
{
    std::span<const std::string_view> keys;
    ListEnd end = ListEnd::Front;
    std::size_t count = 1;
};

ListPop next_list_pop(Args& args);

/// Removes up to `count` elements from one end of the list and replies them, as an array.
void reply_popped(Call& call, store::Edit<store::List>& list, ListEnd end, std::size_t count);

/// Pops and replies as LMPOP: the key and an array of elements. False, and no reply, if there is
/// no such list.
bool pop_with_key(Call& call, std::string_view key, ListEnd end, std::size_t count);

/// Pops one and replies as BLPOP: the key and the element. False as above.
bool pop_one_with_key(Call& call, std::string_view key, ListEnd end);

}  // namespace server::commands
