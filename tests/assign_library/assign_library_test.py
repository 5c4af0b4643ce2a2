#!/usr/bin/python3
"""The same requests to Dabba's ASSIGN family and to scripts/assign_library/assign.lua on a real Redis.

After each step, replies, events and all data (records, locks, sets, tokens, places, times to live) must agree.
What the library cannot see, for it has no events of keys (its head says what), is told to Redis between the step
and the comparison: a worker's tick, a deleted lock of an assigned driver, a deleted order. Each is counted.
Prints what was compared and, alone on a line at the end, "N passed, N failed"; exit code 77 if there is no
redis-server.
"""

import argparse
import collections
import os
import random
import shutil
import sys
import time

import judge
from city_requests import CityRequests, GEO_SETS
from resp_client import ReplyError
from two_servers import TwoServers, is_index

from server_process import ServerProcess  # isort: skip (resp_client has made tests/e2e known)

SKIPPED = 77
STEPS_OF_EPISODE = 100
# A city older than this has locks that are about to end: on one server before the other.
OLDEST_CITY_S = 12
MOST_FAILURES = 5


class Difference(Exception):
    """The two servers disagree; the text says how."""


class Episode:
    """One city, from its first driver to its end."""

    def __init__(self, servers, seed, counts):
        self.random = random.Random(seed)
        self.servers = servers
        self.counts = counts
        self.sabotage = self.random.random() < 0.5
        self.requests = CityRequests(self.random, self.sabotage)
        self.records = {}
        self.locks = {}  # of the orders that were open when they could be read last
        self.said = []  # requests and replies so far

    def run(self, steps):
        """Takes the steps, or as many as the city's age allows; how many."""
        # Both of the library's ways of searching, and its pages.
        if self.random.random() < 0.5:
            self.servers.load_library()
        else:
            self.servers.load_library(few_available=0, first_page=self.random.choice([2, 3, 7]))
        self.servers.clear()
        for words in self.requests.opening():
            self._ask(words)
        self._compare_state()
        born = time.monotonic()
        for step in range(steps):
            if time.monotonic() - born > OLDEST_CITY_S:
                return step
            kind = self.random.random()
            if kind < 0.004 and not self.sabotage:
                self._let_hold_end()
            elif kind < 0.03 and not self.sabotage:
                self._let_run_out()
            elif kind < 0.045 and not self.sabotage:
                self._come_too_late()
            elif kind < 0.06:
                self._tick_in_vain()
            else:
                for words in self.requests.next(self.records):
                    self._ask(words)
            self._tell_changes()
            self._compare_events()
            self._compare_state()
        return steps

    def _ask(self, words):
        dabba, redis = self.servers.ask(*words)
        self.said.append((words, dabba, redis))
        name = words[0].upper()
        self.counts[f"{name} {self._outcome(dabba)}" if name.startswith("ASSIGN") else name] += 1
        if name == "ASSIGN.PENDING":
            agree = judge.pending_agree(dabba, redis, len(words) > 2)
        else:
            agree = judge.replies_agree(dabba, redis)
        if not agree:
            raise Difference(f"replies:\n    Dabba {dabba!r}\n    Redis {redis!r}")
        self.counts["replies"] += 1
        return dabba

    @staticmethod
    def _outcome(reply):
        if isinstance(reply, ReplyError):
            return "refused"
        return "found nothing" if not reply else "answered"

    def _assign_briefly(self, *more):
        """An offer that runs out at once, unless the order has another one; its request and reply."""
        refused = sorted(order for order, fields in self.records.items() if "rejected" in fields)
        order = self.random.choice(refused) if refused and self.random.random() < 0.6 else None
        words = self.requests.assign(["PX", "8", "OFFER", *more], order)
        return words, self._ask(words)

    def _let_run_out(self):
        """Offers that nobody answers, one after the other."""
        words, reply = self._assign_briefly()
        if isinstance(reply, list) and reply[17] is not None and reply[17] < 1000:
            self.servers.run_out(words[3], words[1])
            self.counts["offers run out"] += 1

    def _let_hold_end(self):
        """A trip longer than a driver is held."""
        words = self.requests.assign(["HOLD", "1"])
        reply = self._ask(words)
        if not isinstance(reply, list) or reply[3] != b"assigned" or reply[17] > 1000:
            return
        time.sleep(1.01)
        order = words[3]
        if self.random.random() < 0.5:
            self._ask((self.random.choice(["ASSIGN.COMPLETE", "ASSIGN.CANCEL", "ASSIGN.RELEASE"]), order))
        self.servers.run_out(order, words[1], (b"assigned",))
        self.counts["holds ended"] += 1

    def _come_too_late(self):
        """An answer to an offer that has run out, with no tick between: as if there had been one."""
        words, reply = self._assign_briefly("DEADLINE", "1")
        if not isinstance(reply, list) or reply[17] is None or reply[17] > 1000:
            return
        time.sleep(0.012)
        order, token = words[3], reply[15]
        late = [("ASSIGN.ACCEPT", order, token), ("ASSIGN.REJECT", order, token), ("ASSIGN.CANCEL", order),
                ("ASSIGN.COMPLETE", order), ("ASSIGN.RELEASE", order), ("ASSIGN.CANCEL", order, "IF", "offered"),
                (*words[:-5], "PX", "1000000", "OFFER")]
        self._ask(self.random.choice(late))
        self.counts["answers too late"] += 1

    def _tick_in_vain(self):
        """Nothing has run out: a tick changes nothing."""
        ended = self.servers.tick(GEO_SETS)
        if ended != 0 and not self.sabotage:
            raise Difference(f"a tick answered {ended!r}, but nothing had run out")
        self.counts["ticks in vain"] += 1

    def _tell_changes(self):
        """What Dabba sees by itself, because a key was changed: on Redis, somebody has to see to it."""
        dabba, redis = self.servers.dabba, self.servers.redis
        for order, lock in sorted(self.locks.items()):
            holds = redis.ask("GET", lock) == order.encode()
            record = dict(zip(*[iter(redis.ask("HGETALL", order) if dabba.ask("TYPE", order) == b"hash" else [])] * 2))
            if not record and holds:
                redis.ask("DEL", lock)
                self.counts["locks of deleted orders that Redis keeps"] += 1
            put_back = not holds and record.get(b"state") == b"assigned" and dabba.ask("GET", lock) == order.encode()
            if put_back and redis.ask("EXISTS", lock) == 0:
                redis.ask("SET", lock, order, "PXAT", record[b"expires_at"])
                self.counts["deleted locks that Redis does not put back"] += 1
        seen_to = self.servers.tick(GEO_SETS)
        if isinstance(seen_to, int):
            self.counts["orders that a tick saw to"] += seen_to

    def _note_locks(self):
        """Which lock each open order has; a record that cannot be read had the one before."""
        for order in {*self.records, *self.locks}:
            reply = self.servers.dabba.ask("ASSIGN.GET", order)
            if isinstance(reply, list) and reply[3] in (b"offered", b"assigned"):
                self.locks[order] = reply[13].decode()
            elif isinstance(reply, list) or self.servers.dabba.ask("TYPE", order) != b"hash":
                self.locks.pop(order, None)

    def _compare_events(self):
        dabba, redis = self.servers.dabba.events(), self.servers.redis.events()
        if len(dabba) != len(redis) or not all(map(judge.events_agree, dabba, redis)):
            raise Difference(f"events:\n    Dabba {dabba!r}\n    Redis {redis!r}")
        self.counts["events"] += len(dabba)

    def _compare_state(self):
        dabba, redis = self.servers.dabba.snapshot(), self.servers.redis.snapshot()
        self._check_offers(redis)
        redis = {key: entry for key, entry in redis.items() if not is_index(key)}
        difference = judge.first_difference(dabba, redis)
        if difference:
            raise Difference(difference)
        self.counts["states"] += 1
        self.records = {
            key.decode(): {field.decode(): text.decode(errors="replace") for field, text in value.items()}
            for key, (kind, value, _) in dabba.items()
            if kind == b"hash" and b"state" in value
        }
        self._note_locks()

    def _check_offers(self, snapshot):
        """Every open order is in its city's index, where a tick will find it, and nothing else is."""
        if self.sabotage:
            return
        offers, indexed = {}, {}
        for key, (kind, value, _) in snapshot.items():
            if kind == b"hash" and value.get(b"state") == b"offered":
                offers[value[b"geo"] + b":offers", key] = float(value[b"expires_at"])
            if kind == b"hash" and value.get(b"state") == b"assigned":
                offers[value[b"geo"] + b":held", key] = float(value[b"expires_at"])
            if is_index(key):
                indexed.update({(key, order): end for order, end in value})
        if offers != indexed:
            raise Difference(f"the open orders are {offers!r}, in the indexes {indexed!r}")


def check_big_city(servers, seed, counts):
    """Thousands of drivers: the library's pages and its two ways of searching, as they are."""
    drawn = random.Random(seed)
    servers.load_library()
    servers.clear()
    drivers = [f"driver:{{big}}:{number}" for number in range(3000)]
    for geo, available, share in (("geo:{big}", "busy:{big}", 0.8), ("geo:{big}", "rare:{big}", 0.02)):
        for driver in drivers:
            servers.ask("GEOADD", geo, drawn.uniform(77.4, 77.8), drawn.uniform(12.8, 13.2), driver)
        servers.ask("SADD", available, *drawn.sample(drivers, int(3000 * share)))
    for number in range(200):
        words = ("ASSIGN", "geo:{big}", drawn.choice(["busy:{big}", "rare:{big}"]), f"order:{{big}}:{number}",
                 "FROMLONLAT", drawn.uniform(77.4, 77.8), drawn.uniform(12.8, 13.2),
                 *drawn.choice([("BYRADIUS", 3, "KM"), ("BYRADIUS", 40, "KM"), ("BYBOX", 9, 5, "MI")]),
                 *drawn.choice([(), ("STRATEGY", "RATING", "COUNT", 300)]))
        dabba, redis = servers.ask(*words)
        counts["ASSIGN in a big city"] += 1
        if not judge.replies_agree(dabba, redis):
            raise Difference(f"{words}:\n    Dabba {dabba!r}\n    Redis {redis!r}")


def check_own_keys(servers, counts):
    """What only the library has: its index of open offers."""
    servers.clear()
    redis = servers.redis
    redis.ask("GEOADD", "g", "77.59", "12.97", "driver:D1")
    redis.ask("SADD", "a", "driver:D1")
    request = ("FROMLONLAT", "77.59", "12.97", "BYRADIUS", "5", "KM", "OFFER")
    expected = [
        (("assign", 3, "g", "a", "g:offers", *request), b"ERR order must not be the key of the geo set's open offers"),
        (("assign_tick", 1, "g", "COUNT", "0"), b"ERR COUNT must be > 0"),
        (("assign_tick", 1, "g", "COUNT"), b"ERR syntax error: 'COUNT' was not expected"),
        (("assign", 3, "g", "a", "g:held", *request), b"ERR order must not be the key of the geo set's held drivers"),
        (("assign_get", 0), b"ERR wrong number of arguments for 'assign.get' command"),
    ]
    redis.ask("SET", "g:offers", "text")
    wrong_type = b"WRONGTYPE Operation against a key holding the wrong kind of value"
    expected += [(("assign", 3, "g", "a", "order:1", *request), wrong_type), (("assign_tick", 1, "g"), wrong_type)]
    for words, line in expected:
        reply = redis.ask("FCALL", *words)
        if not isinstance(reply, bytes) or bytes(reply) != line:
            raise Difference(f"{words}: {reply!r} instead of {line!r}")
        counts["the library's own keys"] += 1
    if redis.ask("EXISTS", "order:1", "agent:D1:lock", "g:token") != 0:
        raise Difference("a refused request has written something")
    redis.ask("DEL", "g:offers")
    # More keys may be declared than the three; and an order deleted by hand leaves the index with the next tick.
    redis.ask("FCALL", "assign", 5, "g", "a", "order:1", "g:token", "g:offers", *request, "PX", "5")
    redis.ask("DEL", "order:1")
    time.sleep(0.01)
    if redis.ask("FCALL", "assign_tick", 1, "g") != 0 or redis.ask("EXISTS", "g:offers") != 0:
        raise Difference("the offer of a deleted order was not forgotten")
    counts["the library's own keys"] += 1


def attempt(description, check):
    """1 if the check fails, and then says how; 0 otherwise."""
    try:
        check()
        return 0
    except Difference as difference:
        print(f"FAILED: {description}: {difference}", flush=True)
        return 1


def run(servers, seed, steps):
    """All comparisons; how many passed and failed."""
    counts = collections.Counter()
    failed = attempt("the library's own keys", lambda: (servers.load_library(), check_own_keys(servers, counts)))
    failed += attempt("a big city", lambda: check_big_city(servers, seed, counts))
    taken, number = 0, 0
    while taken < steps and failed < MOST_FAILURES:
        episode = Episode(servers, f"{seed}/{number}", counts)
        try:
            taken += max(1, episode.run(min(STEPS_OF_EPISODE, steps - taken)))
        except Difference as difference:
            failed += 1
            taken += STEPS_OF_EPISODE
            print(f"FAILED: seed {seed}, city {number}, request {len(episode.said)}: {difference}")
            for words, dabba, _ in episode.said[-4:]:
                print(f"    {words!r}\n        {dabba!r}")
            sys.stdout.flush()
        number += 1
    for what, count in sorted(counts.items()):
        print(f"{count:8} {what}")
    return taken + counts["ASSIGN in a big city"] + counts["the library's own keys"], failed


def main():
    """Starts both servers, or uses those that run already."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dabba", nargs="?", default=os.environ.get("SERVER_BINARY"), help="the server's program")
    parser.add_argument("--redis", default=shutil.which("redis-server"), help="Redis's program (or Valkey's)")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--steps", type=int, default=3000)
    options = parser.parse_args()
    if not options.dabba:
        parser.error("which server? Give its program, or SERVER_BINARY in the environment")
    if not options.redis:
        print("SKIPPED: redis-server is missing (apt-get install redis-server)")
        return SKIPPED
    print(f"seed {options.seed}; again with: {sys.argv[0]} {options.dabba} --seed {options.seed}"
          f" --steps {options.steps}", flush=True)
    with ServerProcess(options.dabba) as dabba, ServerProcess(options.redis) as redis:
        servers = TwoServers(dabba.port, redis.port)
        passed, failed = run(servers, options.seed, options.steps)
        servers.close()
    print(f"{passed - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
