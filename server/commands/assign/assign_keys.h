#pragma once

#include <vector>

#include "server/catalogue/keys.h"
#include "server/execution/call.h"

namespace server::commands {

// Which keys a request touches beside those that it names, for users who may not touch all.

/// ASSIGN's: those of its search, and of the order that it may find.
void keys_of_assign(Call& call, std::vector<DerivedKey>& keys);
/// ASSIGN.EXPLAIN's.
void keys_of_explain(Call& call, std::vector<DerivedKey>& keys);
/// Those of a command that ends an order or lets it go on: what the record says.
void keys_of_order(Call& call, std::vector<DerivedKey>& keys);
/// ASSIGN.DRIVER's: the lock, and the order that holds it.
void keys_of_driver(Call& call, std::vector<DerivedKey>& keys);
/// ASSIGN.PENDING's: it shows any order.
void keys_of_pending(Call& call, std::vector<DerivedKey>& keys);

}  // namespace server::commands
