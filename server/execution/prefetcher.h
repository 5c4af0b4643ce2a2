#pragma once

#include <cstddef>

#include "protocol/request_batch.h"
#include "store/keyspace.h"

namespace server {

/// Fetches into the processor's caches what the next requests of a pipeline will read, so that they
/// wait for memory together and not one after the other. Changes nothing but the time that takes.
///
/// A request's first argument is most often a key, and its last, or a hash's second, a member of
/// what is there. That is a guess, and decides nothing.
class Prefetcher
{
public:
    /// To be called for each batch before it is executed.
    void look_at(const store::Keyspace& keys, const protocol::RequestBatch& batch)
    {
        if (batch.size() < 2) return;  // nothing to do meanwhile
        if (rest_ > 0) {
            --rest_;
        } else if (!fetch(keys, batch)) {
            rest_ = kRest;
        }
    }

private:
    /// After a batch with nothing to fetch, so many more are passed over.
    static constexpr int kRest = 4;

    static bool fetch(const store::Keyspace& keys, const protocol::RequestBatch& batch);

    int rest_ = 0;
};

}  // namespace server
