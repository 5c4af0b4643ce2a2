#pragma once

#include <vector>

#include "server/catalogue/keys.h"
#include "store/dispatch/assignment_record.h"

namespace server {

/// What a search is done for: to take a driver, or only to tell whom it would take.
enum class SearchUse : bool { Look, Take };

/// Adds the keys that a search touches: the sets it asks, every lock and every rating that its
/// patterns can mean, and the counter of tokens.
void add_search_keys(const store::AssignmentSearch& search, SearchUse use,
                     std::vector<DerivedKey>& keys);

/// Adds the keys that the server may touch for an order with this record: those of its search, for
/// the search may go on, and its lock.
void add_record_keys(const store::AssignmentRecord& record, std::vector<DerivedKey>& keys);

}  // namespace server
