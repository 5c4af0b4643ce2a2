#pragma once

#include "server/fixtures/snapshots.h"
#include "server/testing/calls.h"

namespace server {

/// What a test keeps of a server, and knows of it.
struct TestTools
{
    explicit TestTools(Databases& databases) : snapshots(databases) {}

    Snapshots snapshots;
    Calls calls;
};

}  // namespace server
