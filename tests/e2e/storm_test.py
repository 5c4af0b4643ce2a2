#!/usr/bin/python3
"""A storm over a city: 64 connections, half of them with the five stock commands and half with ASSIGN, and
processes killed in the middle. No driver is given away twice, and none gets lost.

Runs under with_server: PORT. STORM_SEED=N repeats the clients' choices; what arrives first is the machine's.
"""

import collections
import os
import pathlib
import random
import tempfile
import time
import unittest

import redis

from storm_city import (
    AVAILABLE,
    CONNECTIONS,
    DEADLINE_MS,
    DRIVERS,
    GEO,
    OFFER_MS,
    ORDERS,
    PROCESSES,
    STOCK_LOCK_MS,
    place_everybody,
    read_diary,
)
from storm_judge import Holds, Listener, Moment, open_questions, stock_locks, unknown_locks, wrongs_of_locks
from storm_process import ClientProcess

PORT = int(os.environ["PORT"])
KINDS = ("stock", "assign")
KILLS = 4  # of each kind
PATIENCE_S = 200  # for a slow machine, or a server with sanitizers


def server_ahead_ms():
    """How far the server's clock is ahead of the diaries'."""
    return (time.time() - time.monotonic()) * 1000


class Storm(unittest.TestCase):
    def setUp(self):
        self.seed = int(os.environ.get("STORM_SEED") or random.SystemRandom().randrange(1_000_000))
        print(f"STORM_SEED={self.seed}", flush=True)
        self.chance = random.Random(self.seed)
        self.server = redis.Redis(port=PORT, decode_responses=True)
        self.addCleanup(self.server.close)
        self.server.flushall()
        self.server.execute_command("GEOADD", GEO, *place_everybody(self.chance))
        self.server.sadd(AVAILABLE, *DRIVERS)
        folder = tempfile.TemporaryDirectory(prefix="dabba-storm-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def start(self, kind):
        script, folder = pathlib.Path(__file__).with_name("storm_client.py"), pathlib.Path(self.folder)
        processes = [
            ClientProcess(script, [PORT, kind, number, self.seed], folder / f"{kind}-{number}")
            for number in range(PROCESSES)
        ]
        for process in processes:
            self.addCleanup(process.stop)
        return processes

    def check(self, wrongs, when):
        self.assertEqual(wrongs[:10], [], f"{when}: {len(wrongs)} wrongs, the first of them")

    def test_storm(self):
        began, ahead_ms = time.monotonic(), server_ahead_ms()
        listener = Listener(PORT)
        processes = {kind: self.start(kind) for kind in KINDS}
        kills = collections.Counter()
        for number in range(1, KILLS + 1):
            wanted = PROCESSES * CONNECTIONS * ORDERS * number // (KILLS + 2)
            self.assertTrue(listener.wait_for_orders(wanted, PATIENCE_S), f"no more than {listener.counts}")
            for kind in KINDS:
                kills[kind] += self.chance.choice(processes[kind]).kill()
            self.check(Moment(self.server).wrongs(), f"after kill {number}")
        everybody = [process for kind in KINDS for process in processes[kind]]
        self.assertEqual([process.wait(PATIENCE_S) for process in everybody], [0] * len(everybody))
        diaries = [read_diary(path) for process in everybody for path in process.diaries]
        moment = Moment(self.server)
        self.check(moment.wrongs() + unknown_locks(moment, diaries), "when the last client had gone")
        self.wait_for_quiet()
        listener.stop(self.server)

        killed = [read_diary(path) for process in everybody for path in process.killed]
        moment = Moment(self.server)
        self.report(listener, diaries, kills, time.monotonic() - began)
        self.check(listener.wrongs, "heard")
        self.check(moment.wrongs(), "at the end")
        self.assertEqual(moment.token, listener.last_token)
        self.judge_the_locks(listener, diaries, ahead_ms)
        self.judge_the_end(moment, diaries, killed)
        self.judge_the_storm(listener, diaries, kills)

    def wait_for_quiet(self):
        """Until the last offer and the last stock client's lock have run out by themselves: only drivers who
        are assigned are still locked."""
        deadline = time.monotonic() + (DEADLINE_MS + OFFER_MS + STOCK_LOCK_MS) / 1000 + 5
        while not Moment(self.server).is_quiet():
            self.assertLess(time.monotonic(), deadline, "offers or locks do not end")
            time.sleep(0.05)

    def judge_the_locks(self, listener, diaries, ahead_ms):
        """No two locks of a driver were alive at the same time, whoever set them."""
        by_stock = stock_locks(diaries)
        by_assign = [[driver, order, begin - ahead_ms, end - ahead_ms] for driver, order, begin, end in listener.locks]
        # The server's clock counts whole milliseconds, and may have been set meanwhile.
        slack_ms = 2 + abs(server_ahead_ms() - ahead_ms)
        # A DEL that came too late may have deleted anybody's lock: the client says so, and it never was seen yet.
        spoiled = {entry.driver for diary in diaries for entry in diary if entry.word == "unlocked_late"}
        locks = [lock for lock in by_stock + by_assign if lock[0] not in spoiled]
        self.check(wrongs_of_locks(locks, slack_ms), "locks")
        print(f"{len(by_stock)} locks by stock clients and {len(by_assign)} by ASSIGN, no two at once", flush=True)

    def judge_the_end(self, moment, diaries, killed):
        """Every driver is accounted for, once."""
        holds = Holds(entry for diary in diaries for entry in diary)
        self.check(holds.wrongs(), "in the diaries")
        assigned = {record["driver"]: order for order, record in moment.orders_that_are("assigned").items()}
        told, with_stock = holds.at_the_end("assign"), holds.at_the_end("stock")
        self.assertEqual({driver: assigned.get(driver) for driver in told}, told, "a promise was not kept")
        questions = set().union(*map(open_questions, killed))
        places = collections.Counter()
        for driver in DRIVERS:
            where = [
                name
                for name, group in {"available": moment.available, "assigned": assigned, "stock": with_stock}.items()
                if driver in group
            ]
            if not where and driver in questions:
                where = ["unknown"]
            self.assertEqual(len(where), 1, f"{driver} is {where or 'lost'}")
            places[where[0]] += 1
        print(
            f"{len(DRIVERS)} drivers in the end: {places['available']} available, {places['assigned']} assigned,"
            f" {places['stock']} with stock clients, {places['unknown']} taken by a client killed before it"
            f" knew ({len(questions)} open questions); {len(holds)} holds, no two at once",
            flush=True,
        )

    def judge_the_storm(self, listener, diaries, kills):
        """It was one: a test in which nothing happens shows nothing."""
        self.assertGreaterEqual(min(kills[kind] for kind in KINDS), KILLS // 2)
        for event in ("offered", "assigned", "rejected", "timed_out", "completed", "cancelled", "unassigned"):
            self.assertGreater(listener.counts[event], 0, event)
        words = collections.Counter(entry.word for diary in diaries for entry in diary)
        self.assertGreater(words["stale_token"], 0)
        orders = {entry.order for diary in diaries for entry in diary}
        self.assertEqual(len(orders), len(KINDS) * PROCESSES * CONNECTIONS * ORDERS)

    def report(self, listener, diaries, kills, seconds):
        entries = [entry for diary in diaries for entry in diary]
        words = collections.Counter(entry.word for entry in entries)
        has = collections.Counter(order.split(":")[1] for order in {e.order for e in entries if e.word == "has"})
        too_late_ms = [int(entry.detail) for entry in entries if entry.word == "too_late_for"]
        print(
            f"{len({entry.order for entry in entries})} orders through {len(KINDS) * PROCESSES * CONNECTIONS}"
            f" connections in {seconds:.1f} s; kill -9 of {kills['stock']} stock and {kills['assign']} ASSIGN"
            f" processes, {CONNECTIONS} connections each\n"
            f"orders with a driver: {has['stock']} by the stock commands, {has['assign']} by ASSIGN\n"
            f"stock: {words['locks']} locks tried, {words['unlocked_late']} released too late, {len(too_late_ms)} won"
            f" after the driver had gone, {min(too_late_ms, default=0)} ms or more after he was seen available\n"
            f"ASSIGN: {', '.join(f'{count} {event}' for event, count in listener.counts.items())};"
            f" last token {listener.last_token}; refused: {words['stale_token']} stale tokens,"
            f" {words['lock_lost']} lost locks, {words['ended_before']} ended before",
            flush=True,
        )


if __name__ == "__main__":
    unittest.main()
