#pragma once

#include "server/config/option_table.h"

namespace server {

/// What goes when memory runs short.
inline constexpr Option kEviction[] = {
    {.name = "maxmemory-policy",
     .chapter = Chapter::Data,
     .grammar = Grammar::Choice,
     .value_name = "policy",
     .summary = "Which keys to evict at maxmemory: of all or of those with a deadline, the least "
                "recently used, least frequently used, next to end, or any",
     .member = &Options::max_memory_policy,
     .choices = "volatile-lru volatile-lfu volatile-random volatile-ttl allkeys-lru allkeys-lfu "
                "allkeys-random noeviction"},
    {.name = "maxmemory-samples",
     .chapter = Chapter::Data,
     .grammar = Grammar::Integer,
     .value_name = "number",
     .summary = "How many keys to look at for each that is evicted",
     .member = &Options::max_memory_samples,
     .min = 1,
     .max = 64},
    {.name = "maxmemory-eviction-tenacity",
     .chapter = Chapter::Data,
     .grammar = Grammar::Integer,
     .value_name = "number",
     .summary = "How long clients wait for evictions: 10: 0.5 ms at a time; 100: until it is done",
     .member = &Options::max_memory_eviction_tenacity,
     .max = 100},
    {.name = "lfu-log-factor",
     .chapter = Chapter::Data,
     .grammar = Grammar::Integer,
     .value_name = "number",
     .summary = "How slowly the counter of a key that is used often rises; 0: with each use",
     .member = &Options::lfu_log_factor},
    {.name = "lfu-decay-time",
     .chapter = Chapter::Data,
     .grammar = Grammar::Integer,
     .value_name = "minutes",
     .summary = "Without use, that counter falls by one in this time; 0: never",
     .member = &Options::lfu_decay_minutes},
};

}  // namespace server
