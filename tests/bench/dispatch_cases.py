"""What could hold others up in a city that dispatches: cases of Dabba's own, which no other server has.

Each returns a dict of numbers; "us" is the server's processor time.
"""

import time

GEO, AVAILABLE = "drivers:geo:blr", "drivers:available:blr"
PLACE = (77.5946, 12.9716)
OFFERS_AT_ONCE = 10_000
LOCKED = 300_000
DECLINES = 1_000


def assign(order, *options):
    return ("ASSIGN", GEO, AVAILABLE, order, "FROMLONLAT", *PLACE, "BYRADIUS", 20, "km", *options)


def in_batches(requests, size=500):
    batch = []
    for request in requests:
        batch.append(request)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def fill(server, drivers):
    """That many available drivers, each farther away than the one before."""
    step = 0.1 / drivers
    for batch in in_batches(request for i in range(drivers) for request in (
            ("GEOADD", GEO, PLACE[0] + i * step, PLACE[1], f"driver:{i}"), ("SADD", AVAILABLE, f"driver:{i}"))):
        server.exchange(batch)


def offers_end_together(server):
    """10,000 offers of one place end in the same millisecond, and each goes to another driver; a bystander
    sends one PING after the other."""
    offer_ms = 8_000
    fill(server, 2 * OFFERS_AT_ONCE)
    end = time.monotonic() + offer_ms / 1000
    server.exchange([("MULTI",), *(assign(f"order:{i}", "PX", offer_ms, "OFFER") for i in range(OFFERS_AT_ONCE)),
                     ("EXEC",)])
    # EXEC is one moment, at the latest now; until the offers end, the server has nothing to do.
    time.sleep(end - time.monotonic())
    began = before = server.cpu_us()
    worst = pings = 0
    made = int(server.call("GET", f"{GEO}:token"))
    while made < 2 * OFFERS_AT_ONCE:
        server.call("PING")
        now = server.cpu_us()
        worst, before, pings = max(worst, now - before), now, pings + 1
        if pings % 100 == 0:
            made = int(server.call("GET", f"{GEO}:token"))
            before = server.cpu_us()
    idle = server.cpu_us()
    for _ in range(1_000):
        server.call("PING")
    ping = (server.cpu_us() - idle) / 1_000
    return {"worst_us": worst, "each_us": (before - began - pings * ping) / OFFERS_AT_ONCE}


def nearer_are_locked(server, by_orders):
    """One ASSIGN with 300,000 locked drivers who are nearer than the first free one."""
    fill(server, LOCKED + 10)
    locks = ((assign(f"order:{i}", "EX", 3600, "OFFER") for i in range(LOCKED)) if by_orders else
             (("SET", f"agent:{i}:lock", "order:by_hand", "NX", "EX", 3600) for i in range(LOCKED)))
    for batch in in_batches(locks):
        server.exchange(batch)
    costs = []
    for i in range(3):
        before = server.cpu_us()
        server.exchange([assign(f"order:last_{i}")])
        costs.append(server.cpu_us() - before)
    return {"first_us": costs[0], "later_us": min(costs[1:])}


def declines(server):
    """An order that one driver after the other declines: what the 10th decline costs, and the 1,000th."""
    orders, around = 20, 10
    fill(server, DECLINES + around)
    early = late = 0
    for order in range(orders):
        server.exchange([assign(f"order:{order}", "OFFER")])
        token = int(server.call("GET", f"{GEO}:token"))
        before = 0
        for i in range(DECLINES):
            if i in (10 - around // 2, DECLINES - around):
                before = server.cpu_us()
            server.exchange([("ASSIGN.REJECT", f"order:{order}", token + i)])
            if i == 10 + around // 2 - 1:
                early += server.cpu_us() - before
        late += server.cpu_us() - before
        server.exchange([("ASSIGN.CANCEL", f"order:{order}")])
    return {"early_us": early / orders / around, "late_us": late / orders / around}


CASES = {
    f"dispatch: {OFFERS_AT_ONCE:,} offers end in one millisecond": offers_end_together,
    f"dispatch: {LOCKED:,} nearer drivers have locks of orders":
        lambda server: nearer_are_locked(server, by_orders=True),
    f"dispatch: {LOCKED:,} nearer drivers have locks by SET":
        lambda server: nearer_are_locked(server, by_orders=False),
    f"dispatch: {DECLINES:,} declines of an order": declines,
}
