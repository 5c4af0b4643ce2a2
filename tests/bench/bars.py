"""What Dabba has to reach, and whether it did in this run.

A bar reads the summary {case: {server: {number: {"median", "min", "max"}}}} and yields rows of
(what, bar, measured, reached). A case that was not measured has no row.
"""

import family_cases
from durability_cases import ALWAYS, BARE, EVERY_SECOND


class Summary:
    """Medians, looked up by case, server and number; None where there is nothing."""

    def __init__(self, cases, peer="redis"):
        self.cases = cases
        self.peer = peer

    def get(self, case, server, number="cpu_us", which="median"):
        return self.cases.get(case, {}).get(server, {}).get(number, {}).get(which)

    def ratio(self, case, number="cpu_us", peer_case=None):
        """How many times as much as Dabba the peer needs."""
        ours = self.get(case, "dabba", number)
        theirs = self.get(peer_case or case, self.peer, number)
        return theirs / ours if ours and theirs else None

    def others(self, case, number="cpu_us"):
        """(server, median) of every server but Dabba."""
        return [(server, self.get(case, server, number)) for server in self.cases.get(case, {}) if server != "dabba"]

    def best(self, case, number="cpu_us"):
        """The least that any server but Dabba needs."""
        return min((value for _, value in self.others(case, number) if value), default=None)

    def having(self, prefix, suffix=""):
        return [case for case in self.cases if case.startswith(prefix) and case.endswith(suffix)]


SIMPLE = ("ping", "set", "get", "del", "sadd", "srem", "sismember", "geoadd", "hgetall")


def at_least(ratio, bar):
    return f"1/{ratio:,.0f}" if bar >= 10 else f"1/{ratio:.2f}", ratio >= bar


def searches(summary):
    for case in summary.having("georadius ", " 100,000"):
        if ratio := summary.ratio(case):
            yield (f"the seed's GEORADIUS, 100,000 drivers, {case.split()[1]}", "at most 1/300 of Redis's CPU",
                   *at_least(ratio, 300))
    for layout in ("uniform", "clustered"):
        small, large = (summary.get(f"georadius {layout} {size}", "dabba") for size in ("10,000", "1,000,000"))
        if small and large:
            yield (f"the same from 10,000 to 1,000,000, {layout}", "grows by at most 2x",
                   f"{large / small:.2f}x", large / small <= 2)
    for case in (*summary.having("georadius_any"), *summary.having("georadius_all"), *summary.having("smembers")):
        if ratio := summary.ratio(case):
            yield (case, "at most 1/2 of Redis's CPU", *at_least(ratio, 2))


def orders(summary):
    size = "100,000 50%"
    scripts = {name: summary.get(f"order {name} {size}", summary.peer) for name in ("lua_growing_count", "lua_growing_radius")}
    for ours, title in (("assign", "one at a time"), ("assign_pipelined", "pipelined")):
        cost = summary.get(f"order {ours} {size}", "dabba")
        for server, by_hand in summary.others(f"order five_commands {size}"):
            times = 1000 if server == summary.peer else 900
            if cost:
                yield (f"ASSIGN ({title}) against the five commands on {server}, 100,000 drivers",
                       f"{times:,}x the orders per CPU second", f"{by_hand / cost:,.0f}x", by_hand / cost >= times)
        for name, script in scripts.items():
            if cost and script:
                yield (f"ASSIGN ({title}) against {name.replace('_', ' ')}", "200x the orders per CPU second",
                       f"{script / cost:,.0f}x", script / cost >= 200)
    whole = summary.get(f"order assign_offer_accept {size}", "dabba", "completed_cpu_us")
    pings = summary.get(f"order three_pings {size}", "dabba")
    if whole and pings:
        yield ("ASSIGN OFFER, ACCEPT and COMPLETE, one at a time", "at most 1.5x three PINGs' CPU",
               f"{whole / pings:.2f}x", whole / pings <= 1.5)
    for share in ("1%", "0%"):
        for ours, title in (("assign", "one at a time"), ("assign_pipelined", "pipelined")):
            cost = summary.get(f"order {ours} 1,000,000 {share}", "dabba")
            if cost:
                yield (f"ASSIGN ({title}) with {share} of a million available", "under 100 us of CPU",
                       f"{cost:.1f} us", cost < 100)


def dispatch(summary):
    """The least of several runs: what other programs disturb makes a number larger, never smaller."""
    def us(case, number):
        return summary.get(f"dispatch: {case}", "dabba", number, "min")

    def under(what, case, number, bar):
        measured = us(case, number)
        if measured is not None:
            yield what, f"under {bar:,} us of CPU", f"{measured:,.1f} us", measured < bar

    together = "10,000 offers end in one millisecond"
    yield from under(f"{together}: a bystander's worst PING", together, "worst_us", 5_000)
    yield from under(f"{together}: each", together, "each_us", 100)
    for locks in ("300,000 nearer drivers have locks of orders", "300,000 nearer drivers have locks by SET"):
        yield from under(f"the first ASSIGN where {locks}", locks, "first_us", 1_000)
        yield from under("the ones after it", locks, "later_us", 1_000)
    early, late = (us("1,000 declines of an order", number) for number in ("early_us", "late_us"))
    if early and late:
        yield ("the 1,000th decline of an order, against its 10th", "at most 2x", f"{late / early:.1f}x", late <= 2 * early)
    ping = summary.get("ping p1", "dabba")
    whole = summary.get("order assign_offer_accept 100,000 50%", "dabba", "completed_cpu_us")
    if ping and whole:
        yield ("ASSIGN OFFER, ACCEPT, COMPLETE, one at a time, against three PINGs", "within 1.5x",
               f"{whole / ping / 3:.2f}x", whole <= 4.5 * ping)


def simple(summary):
    for name in SIMPLE:
        if ratio := summary.ratio(f"{name} p64"):
            yield (f"{name.upper()}, pipeline 64", "at most 1/2 of Redis's CPU", *at_least(ratio, 2))
    for name in SIMPLE:
        if ratio := summary.ratio(f"{name} p1"):
            yield (f"{name.upper()}, pipeline 1", "not above Redis's CPU", *at_least(ratio, 1))
    ours, echo = summary.get("ping p1", "dabba"), summary.get("ping p1", "echo")
    if ours and echo:
        yield ("PING, pipeline 1, beside a bare Asio echo server", "within 10 %", f"{(ours / echo - 1) * 100:+.0f} %",
               ours <= echo * 1.1)
    if ratio := summary.ratio("geoadd of a million p16"):
        yield "GEOADD of moved drivers, a million, pipeline 16", "2x Redis per CPU second", f"{ratio:.2f}x", ratio >= 2


def families(summary):
    """Against the better of all peers."""
    def beside(case, what, bar, number="cpu_us"):
        ours, theirs = summary.get(case, "dabba", number), summary.best(case, number)
        if ours and theirs:
            words = "not above" if bar == 1 else f"at most 1/{bar} of"
            unit = "CPU" if number == "cpu_us" else "memory"
            yield what, f"{words} the best peer's {unit}", f"{ours / theirs:.2f}", ours * bar <= theirs

    for name in family_cases.COMMANDS:
        yield from beside(f"{name} p64", f"{name}, pipeline 64", 2)
    for name in family_cases.ALGEBRA:
        yield from beside(name, name, 2)
    yield from beside(family_cases.BLOCKED, "BLPOP hand-over", 1)
    for case in summary.having("memory of"):
        yield from beside(case, case, 1, "resident_bytes")


def durability(summary):
    ours, bare = summary.get(EVERY_SECOND, "dabba"), summary.get(BARE, "dabba")
    if ours is None:
        return
    if ratio := summary.ratio(EVERY_SECOND):
        yield (EVERY_SECOND, "at most 1/2 of Redis's CPU", *at_least(ratio, 2))
    yield EVERY_SECOND, "at most 25 % over none", f"{(ours / bare - 1) * 100:+.0f} %", ours <= 1.25 * bare
    ours, theirs = (summary.get(ALWAYS, name, "per_second") for name in ("dabba", summary.peer))
    if theirs:
        yield ALWAYS, "not fewer than Redis", f"{ours / theirs:.2f}x the writes a second", ours >= theirs


def the_rest(summary):
    for case in summary.having("memory per driver"):
        if ratio := summary.ratio(case, "resident_bytes"):
            yield case, "at most 60 % of Redis's", f"{100 / ratio:.0f} %", ratio >= 1 / 0.6
    for case in summary.having("growth"):
        worst = summary.get(case, "dabba", "repeated_cpu_us")
        if worst is not None:
            theirs = summary.get(case, summary.peer, "repeated_cpu_us") or 0
            yield (f"{case}: the worst batch of 10", "under 2 ms",
                   f"{worst / 1000:.2f} ms of CPU in both of two runs (Redis {theirs / 1000:.2f} ms)", worst < 2000)
    for case in summary.having("", "keys end in one second"):
        p99 = summary.get(case, "dabba", "p99_us")
        if p99:
            yield f"{case}: others' p99", "under 2 ms", f"{p99 / 1000:.2f} ms", p99 < 2000
    start = summary.get("start to first reply", "dabba", "start_ms")
    if start:
        yield "start to first reply", "under 20 ms", f"{start:.1f} ms", start < 20


def judge(cases, peer="redis"):
    """All rows of (what, bar, measured, reached)."""
    summary = Summary(cases, peer)
    for part in (searches, orders, dispatch, simple, families, durability, the_rest):
        yield from part(summary)
