#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "tests/comparison/generator.h"
#include "tests/comparison/judge.h"
#include "tests/support/target.h"

namespace tests {

/// Where two servers parted.
struct Difference
{
    std::size_t step = 0;  ///< the step at which it was noticed
    std::string details;   ///< both replies, or both contents of a key
};

/// Takes a Dabba and a Redis through the same steps. A client that waits for a key skips its steps;
/// after some of them it is unblocked.
class Comparison
{
public:
    /// `before_step` is called before each request; it sets the clock of a Dabba that has no own.
    /// `speaks_as` is that option of the Dabba.
    Comparison(Target& dabba, Target& redis, std::function<void()> before_step,
               std::string speaks_as);

    /// Empties both servers, takes the steps on fresh connections and compares each reply, and
    /// every few hundred steps and at the end all data. Stops at the first difference. `after_step`
    /// is called with the number of steps done.
    std::optional<Difference> run(std::span<const Step> steps,
                                  const std::function<void(std::size_t)>& after_step = {});

    /// The fewest of the steps, found by leaving out what can be left out, that still end in a
    /// difference. Gives up improving after a while.
    std::vector<Step> shrink(std::vector<Step> steps);

    const std::map<std::string_view, int>& known_differences_met() const
    {
        return judge_.known_differences_met();
    }

private:
    /// One client: a connection to each server, and what it has in mind.
    struct Client
    {
        std::unique_ptr<Connection> dabba;
        std::unique_ptr<Connection> redis;
        bool in_transaction = false;
        std::vector<Request> queue;
        int database = 0;
        std::optional<Request> waiting;  ///< what both servers let it wait with
        int skipped = 0;                 ///< steps since then
    };

    std::optional<std::string> take_step(const Step& step);

    std::optional<std::string> take(Client& client, const Request& request);
    std::optional<std::string> begin(Client& client, const Request& request);
    std::optional<std::string> wait_briefly(Client& client, const Request& request);
    std::optional<std::string> unblock(Client& client, bool with_error);
    std::optional<std::string> unblock_all();
    std::optional<std::string> look_after_waiting();
    std::optional<std::string> settle(Client& client, const Request& request,
                                      const std::string& dabba, const std::string& redis);
    bool same(const Client& client, const Request& request, const std::string& dabba,
              const std::string& redis);
    bool same_transaction(const Client& client, const protocol::Value& dabba,
                          const protocol::Value& redis);
    void remember(Client& client, const Request& request, const std::string& reply);
    bool same_scan(Client& client, const Request& request);
    void forgive_stored(Client& client, const Request& request);
    std::optional<std::string> compare_states();
    void begin_run();
    void end_run();

    Target& dabba_;
    Target& redis_;
    std::function<void()> before_step_;
    std::unique_ptr<Connection> dabba_side_;
    std::unique_ptr<Connection> redis_side_;
    Judge judge_;
    std::array<Client, kClients> clients_;
};

}  // namespace tests
