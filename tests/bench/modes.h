#pragma once

#include "tests/bench/flags.h"

namespace bench {

// Each mode prints one line of JSON: what was served, how fast, and for how much of the server's
// processor time. Flags of all: --port, --pid (the server's), --city uniform|clustered, --seed.

/// The same kind of request from many connections, as fast as the server answers:
/// --connections, --pipeline, --requests or --seconds, --pool (requests made beforehand; 0: on
/// the fly), --stall-us (also count the batches that took longer, by the clock and by the server's
/// processor), then `-- WORD ...`, the pattern of a RequestSource.
void run(const Flags& flags);

/// One order after the other through one connection: --method stock|script|assign|offer|pings,
/// --script FILE, --seconds, --orders. Each is completed at once, so that the city stays as it is.
/// --method pipelined sends 16 ASSIGNs at once, each followed by its ASSIGN.COMPLETE, unless
/// --available 0 says that nobody will be found.
void run_orders(const Flags& flags);

/// A city at work, as fast as it is and no faster: --drivers, each of whom says where he is every
/// 4 s; --orders-per-second, each completed a second later; --method assign|script, --seconds.
void run_city(const Flags& flags);

}  // namespace bench
