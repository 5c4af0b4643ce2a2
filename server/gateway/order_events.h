#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "server/gateway/http.h"
#include "store/clock.h"
#include "store/dispatch/assignment.h"

namespace server::gateway {

/// One change of one order.
struct OrderEvent
{
    std::uint64_t seq = 0;  ///< 1, 2, 3 ... over all orders since the server started
    store::AssignmentEvent event{};
    std::string order;   ///< its key
    std::string geo;     ///< the key of the geo set that was searched
    std::string driver;  ///< the member; empty: none is concerned
    std::string reason;
    std::uint64_t token = 0;
    double distance_m = 0;
    std::int64_t time_ms = 0;
    std::int64_t expires_at_ms = 0;  ///< 0: nothing runs out
    Message message;                 ///< as /v1/events tells it
};

/// The newest events of all orders of database 0, and who is told of them. They are noted in the
/// middle of the command that made them, and told later, when keys may be touched again.
class OrderEvents final : public store::AssignmentListener
{
public:
    /// `wake` asks that tell() be called soon; it must not throw. The clock outlives this.
    OrderEvents(const store::Clock& clock, std::size_t kept, std::function<void()> wake)
        : clock_(clock), kept_(kept), wake_(std::move(wake))
    {}

    /// Told of each event, in order. May run commands; what comes of them is told afterwards.
    using Listener = std::function<void(const OrderEvent&)>;
    void listen(Listener listener) { listeners_.push_back(std::move(listener)); }

    void tell();

    std::uint64_t newest() const { return last_seq_; }
    /// The oldest one that is kept; newest() + 1 if there is none.
    std::uint64_t oldest() const { return events_.empty() ? last_seq_ + 1 : events_.front().seq; }
    /// REQUIRES oldest() <= seq <= newest().
    const OrderEvent& at(std::uint64_t seq) const { return events_[seq - oldest()]; }

    void order_changed(int database, std::string_view order, store::AssignmentEvent event,
                       const store::AssignmentRecord& record, std::string_view reason) override;
    bool wants_reasons() const override { return true; }

private:
    void forget_old_ones();

    const store::Clock& clock_;
    const std::size_t kept_;
    const std::function<void()> wake_;
    std::vector<Listener> listeners_;
    std::deque<OrderEvent> events_;
    std::uint64_t last_seq_ = 0;
    std::uint64_t last_told_ = 0;
    bool telling_ = false;
};

/// The city of a geo set: "blr" of "drivers:geo:blr"; empty for another key.
std::string_view city_of(std::string_view geo);

}  // namespace server::gateway
