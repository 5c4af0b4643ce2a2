#pragma once

#include <cstddef>
#include <string_view>

#include "store/keyspace.h"

namespace server {

/// Fetches into the processor's caches what the next requests of a pipeline will read, so that they
/// wait for memory together and not one after the other. Changes nothing but the time that takes.
class Prefetcher
{
public:
    /// To be called before each request is parsed, with all the input that is there.
    void look_ahead(store::Keyspace& keys, std::string_view input)
    {
        if (covered_ == 0) covered_ = fetch(keys, input);
        if (covered_ > 0) --covered_;
    }

private:
    std::size_t fetch(store::Keyspace& keys, std::string_view input);

    std::size_t covered_ = 0;  // requests that were looked at and have not been executed yet
};

}  // namespace server
