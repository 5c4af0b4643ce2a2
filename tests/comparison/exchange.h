#pragma once

#include <string>

#include "tests/comparison/words.h"
#include "tests/support/target.h"

/// RESTORE of what the other server dumped: each must read what the other writes.
namespace tests {

/// The word that stands for the other server's dump of a key in a request.
std::string dump_of(const std::string& key);

/// Whether there is such a word in the request.
bool is_exchange(const Request& request);

/// The request with the word replaced by what this server dumps now; by an empty text if it has no
/// such key.
Request with_dump(const Request& request, Connection& server, int database);

}  // namespace tests
