#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "server/gateway/http.h"
#include "server/gateway/json_forward.h"

namespace server::gateway {

class Gateway;

/// The cities that have drivers, for who asks. All keys are looked through for them, in slices, so
/// that others have their turns in between; who asks meanwhile shares the answer.
class CityList
{
public:
    explicit CityList(Gateway& gateway) : gateway_(gateway) {}

    /// Answers at once if the keys are few, and later if they are many.
    void ask(std::shared_ptr<Exchange> exchange);
    /// Does a slice of what was begun. True if there is more.
    bool go_on();

private:
    bool look_at_slice();
    Json describe(const std::string& geo) const;
    void answer(const Response& response);

    Gateway& gateway_;
    std::vector<std::shared_ptr<Exchange>> asking_;
    std::string cursor_ = "0";
    std::set<std::string> geo_keys_;
};

}  // namespace server::gateway
