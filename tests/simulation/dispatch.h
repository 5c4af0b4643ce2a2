#pragma once

#include <string>
#include <utility>

#include "tests/simulation/world.h"

namespace tests {

/// A dispatcher with ASSIGN, and its drivers, who say yes, no or nothing, or change their minds.
/// Each function is one step: it picks an order and does something about it, on the server and in
/// the model.
class Dispatch
{
public:
    explicit Dispatch(World& world) : world_(world) {}

    void assign();
    /// The same request twice.
    void assign_again();
    void explain_and_assign();
    void accept();
    void reject();
    void complete();
    void cancel();
    void release();
    void look_up();
    void list_pending();
    void ask_about_driver();
    /// A request that no server should understand.
    void talk_nonsense();

private:
    /// The words of an ASSIGN and what they mean.
    struct Request
    {
        std::string order;
        Search search;
        Words words;
    };

    Request some_request();
    void add_place(Request& request);
    void add_choice(Request& request);
    void add_sets(Request& request);
    void add_lock(Request& request);
    void send(const Request& request);
    std::string some_order();
    std::string some_order(const std::string& state);
    std::uint64_t some_token(const std::string& order);
    /// Now and then one, which is also added to the words.
    std::optional<std::uint64_t> maybe_token(const std::string& order, Words& words);
    void answer_offer(const std::string& word);

    World& world_;
};

}  // namespace tests
