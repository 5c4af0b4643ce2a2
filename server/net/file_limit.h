#pragma once

#include <cstdint>

namespace server::net {

/// Lets the process open enough files for this number of clients, as far as the system permits
/// (ulimit -n). Returns for how many clients that is enough, at most as many as were asked for.
std::int64_t make_room_for_clients(std::int64_t clients);

}  // namespace server::net
