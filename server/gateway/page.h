#pragma once

#include "server/config/options.h"
#include "server/gateway/http.h"
#include "server/gateway/problem.h"

namespace server::gateway {

/// What is not under /v1/: the console's page and what belongs to it. Throws a Problem.
Response page_for(const Request& request, const Options& options);

}  // namespace server::gateway
