#pragma once

#include "tests/comparison/words.h"

namespace tests {

/// Is the request one of those that may make the client wait for a key?
bool may_wait(const Request& request);

/// Would it wait, but for some milliseconds only?
bool waits_briefly(const Request& request);

/// Would it wait for so long that another client's request could come before its end, or after it?
bool waits_for_seconds(const Request& request);

}  // namespace tests
