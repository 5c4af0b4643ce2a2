#pragma once

namespace server {

/// What a test knows of a server, and keeps of it.
struct TestTools
{};

}  // namespace server
