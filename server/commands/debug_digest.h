#pragma once

#include <string_view>

#include "server/databases.h"
#include "server/scripting/sha1.h"
#include "store/keyspace.h"

/// DEBUG DIGEST: one number for all data, by which two servers are compared. It is Redis's own
/// (https://github.com/redis/redis/blob/7.2/src/debug.c, computeDatasetDigest), so that the two
/// agree. What has an order, as a field and its value, is mixed: SHA-1 is applied to what came
/// before. What has none, as members and keys, is combined by exclusive or.
namespace server::commands {

using Digest = scripting::Sha1Bytes;

/// Of the key's value, and of whether it expires; zeros if there is no such key. Counts no hit.
Digest digest_of_value(store::Keyspace& keys, std::string_view key);

/// Of all databases; zeros if they are empty.
Digest digest_of(Databases& databases);

}  // namespace server::commands
