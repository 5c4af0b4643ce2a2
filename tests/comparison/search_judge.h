#pragma once

#include "protocol/reply_reader.h"
#include "tests/comparison/words.h"
#include "tests/support/target.h"

namespace tests {

/// How two answers to a search compare.
enum class SearchVerdict {
    Same,
    Wider,  ///< Dabba has found members of the shape that Redis has missed, and is right otherwise
    Different,
};

/// GEOSEARCH, GEORADIUS and their relatives, whether they store or not.
bool is_search(const Request& request);

/// One whose result is stored.
bool is_stored_search(const Request& request);

/// Compares two answers, which are no errors, to a search that stores nothing. Redis leaves open in
/// which order members at the same distance come and which of them COUNT takes; so
/// both servers are asked once more, for everything with its distance, and Dabba's answer is judged
/// by that. The data must not have changed since. `dabba_side` and `redis_side` are connections in
/// RESP2 that have selected the database.
SearchVerdict judge_search(const Request& request, const protocol::Value& dabba,
                           const protocol::Value& redis, Connection& dabba_side,
                           Connection& redis_side);

/// Does one of the words after the command equal this one, in whatever case? `word` is upper case.
bool has_word(const Request& request, std::string_view word);

}  // namespace tests
