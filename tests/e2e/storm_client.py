#!/usr/bin/python3
"""One process of the storm: some connections that place orders, by the five stock commands or by ASSIGN.

Usage: storm_client.py PORT stock|assign PROCESS SEED DIARY [DIARY OF A KILLED PREDECESSOR ...]

Goes on where its predecessors were killed. The diary tells what happened; the exit code is 0 unless the
server said what it must not say.
"""

import random
import sys
import threading
import time
import traceback

import redis

from storm_city import (
    ASSIGN_LOCK_MS,
    AVAILABLE,
    CONNECTIONS,
    DEADLINE_MS,
    GEO,
    OFFER_MS,
    ORDERS,
    OUT_OF_TOWN,
    RESTAURANTS,
    STOCK_LOCK_MS,
    Diary,
    is_from_out_of_town,
    lock_of,
    order_name,
    read_diary,
)

# What the server may answer to whoever comes too late, and what the diary calls it.
EXPECTED_REFUSALS = {
    "STALETOKEN": "stale_token",
    "LOCKLOST": "lock_lost",
    "the order's state does not allow this": "ended_before",
}

ASLEEP = {"state": "asleep"}


class Waiter:
    """One connection, which places one order after the other and holds a few drivers meanwhile."""

    def __init__(self, port, chance, diary):
        client = redis.Redis(port=port, decode_responses=True, single_connection_client=True)
        client.response_callbacks.clear()  # replies as they come
        self.ask = client.execute_command
        self.chance = chance
        self.note = diary.note
        self.held = []

    def serve(self, orders):
        for order in orders:
            self.note("begins", order)
            self.place(order)
            while len(self.held) > 2:
                self.give_back(*self.held.pop(0))
        for order, driver in self.held:
            self.give_back(order, driver)

    def keep(self, order, driver, token="-"):
        """The driver is on his way with this order. Some are still under way when the day ends."""
        self.note("has", order, driver, token)
        if self.chance.random() < 0.99:
            self.held.append((order, driver))


class StockWaiter(Waiter):
    """The five steps, with more than ten drivers to choose from. A lock is only released while it is surely
    still one's own: DEL does not look."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self._read_at = 0
        self._locked_at = {}

    def place(self, order):
        place = self.chance.choice(RESTAURANTS)
        for driver in self._free_and_near(place):
            if not self._lock(order, driver):
                continue
            if self.chance.random() < 0.2:  # he rejects
                self._unlock(order, driver)
                continue
            self.note("takes", order, driver)
            if self.ask("SREM", AVAILABLE, driver) == 1:
                self.keep(order, driver)
                return
            # We saw him available, somebody took him, and that lock had ended when we tried ours: SREM's
            # reply is the last word.
            self.note("too_late_for", order, driver, int((time.monotonic() - self._read_at) * 1000))
        self.note("ends_without", order)

    def give_back(self, order, driver):
        self.note("gives_back", order, driver)
        self.ask("SADD", AVAILABLE, driver)
        self.note("gave_back", order, driver)
        self._unlock(order, driver)

    def _free_and_near(self, place):
        nearby = self.ask("GEORADIUS", GEO, *place, 5, "km", "ASC", "COUNT", 50, "WITHCOORD", "WITHDIST")
        self._read_at = time.monotonic()
        available = set(self.ask("SMEMBERS", AVAILABLE))
        return [row[0] for row in nearby if row[0] in available]

    def _lock(self, order, driver):
        self._locked_at[driver] = time.monotonic()
        self.note("locks", order, driver)
        won = self.ask("SET", lock_of(driver), order, "NX", "PX", STOCK_LOCK_MS) is not None
        if won:
            self.note("locked", order, driver)
        return won

    def _lock_age_ms(self, driver):
        return (time.monotonic() - self._locked_at[driver]) * 1000

    def _unlock(self, order, driver):
        if self._lock_age_ms(driver) < STOCK_LOCK_MS / 2:
            self.note("unlocks", order, driver)
            self.ask("DEL", lock_of(driver))
            if self._lock_age_ms(driver) >= STOCK_LOCK_MS:
                self.note("unlocked_late", order, driver)  # and may have deleted somebody else's


class AssignWaiter(Waiter):
    """ASSIGN, at once or with offers to drivers who accept, decline, sleep or mix up their tokens."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self._asleep = []  # offers nobody answers: some are looked at again, the last ones left to the server

    def resume(self, order, driver, token):
        """An order of a predecessor, who may have been told of a driver: the answer must be the same."""
        record = self._assign(order, self.chance.choice(RESTAURANTS))
        if driver and (record is None or (record["driver"], str(record["token"])) != (driver, token)):
            raise AssertionError(f"{order} was promised {driver} by token {token}, and now: {record}")
        self._go_on(order, record)

    def place(self, order):
        place = OUT_OF_TOWN if is_from_out_of_town(order) else self.chance.choice(RESTAURANTS)
        record = self._assign(order, place)
        if record and record["state"] == "assigned" and self.chance.random() < 0.1:
            again = self._assign(order, place)
            if (again["driver"], again["token"]) != (record["driver"], record["token"]):
                raise AssertionError(f"asked again, the server changed its mind: {record}, {again}")
        self._go_on(order, record)
        if self._asleep and self.chance.random() < 0.5:
            sleeper = self._asleep.pop(0)
            self._go_on(sleeper, self._record(self.ask("ASSIGN.GET", sleeper)))

    def give_back(self, order, driver):
        self.note("gives_back", order, driver)
        self.ask(self.chance.choice(["ASSIGN.COMPLETE", "ASSIGN.COMPLETE", "ASSIGN.CANCEL"]), order)
        self.note("gave_back", order, driver)

    def _assign(self, order, place):
        offer = ["OFFER", "PX", OFFER_MS, "DEADLINE", DEADLINE_MS]
        how = offer if self.chance.random() < 0.6 else ["PX", ASSIGN_LOCK_MS]
        return self._record(self.ask("ASSIGN", GEO, AVAILABLE, order, "FROMLONLAT", *place, "BYRADIUS", 5, "km", *how))

    @staticmethod
    def _record(reply):
        return None if reply is None else dict(zip(reply[::2], reply[1::2]))

    def _go_on(self, order, record):
        while record and record["state"] == "offered":
            record = self._answer(order, record)
        if record == ASLEEP:
            self._asleep.append(order)
        elif record and record["state"] == "assigned":
            self.keep(order, record["driver"], record["token"])
        else:
            self.note("ends_without", order)

    def _answer(self, order, record):
        """What the driver says to his offer, and the record after it."""
        token, mood = record["token"], self.chance.random()
        if mood < 0.15:
            self.note("sleeps", order, record["driver"], token)
            return ASLEEP
        if mood < 0.20:
            return self._record(self.ask("ASSIGN.CANCEL", order))
        if mood < 0.40:
            return self._try("ASSIGN.REJECT", order, token)
        if mood < 0.45:
            after = self._try("ASSIGN.ACCEPT", order, token - 1)
            if after["state"] == "assigned":
                raise AssertionError(f"an old token was taken: {after}")
        return self._try("ASSIGN.ACCEPT", order, token)

    def _try(self, command, order, token):
        """The record after it, or as it is if the offer had ended before."""
        try:
            return self._record(self.ask(command, order, token))
        except redis.ResponseError as refusal:
            reason = next((name for text, name in EXPECTED_REFUSALS.items() if text in str(refusal)), None)
            if reason is None:
                raise
            self.note(reason, order, detail=token)
            if reason == "lock_lost":
                return self._try("ASSIGN.REJECT", order, token)
            return self._record(self.ask("ASSIGN.GET", order))


def read_predecessors(diaries):
    """The orders that were begun, and of these the unfinished ones with the (driver, token) they were told."""
    begun, unfinished = set(), {}
    for entry in (entry for diary in diaries for entry in read_diary(diary)):
        if entry.word == "begins":
            begun.add(entry.order)
            unfinished[entry.order] = (None, None)
        elif entry.word == "has":
            unfinished[entry.order] = (entry.driver, entry.detail)
        elif entry.word in ("gives_back", "ends_without"):
            unfinished.pop(entry.order, None)
    return begun, unfinished


def run_connection(waiter, orders, predecessors, failures):
    begun, unfinished = predecessors
    try:
        if isinstance(waiter, AssignWaiter):
            for order in orders:
                if order in unfinished:
                    waiter.resume(order, *unfinished[order])
        waiter.serve([order for order in orders if order not in begun])
    except Exception:
        traceback.print_exc()
        failures.append(waiter)


def main(port, kind, process, seed, diary_path, *predecessors):
    diary, told, failures, threads = Diary(diary_path), read_predecessors(predecessors), [], []
    for connection in range(CONNECTIONS):
        chance = random.Random(f"{seed}:{kind}:{process}:{connection}:{len(predecessors)}")
        waiter = {"stock": StockWaiter, "assign": AssignWaiter}[kind](int(port), chance, diary)
        orders = [order_name(kind, process, connection, number) for number in range(ORDERS)]
        threads.append(threading.Thread(target=run_connection, args=(waiter, orders, told, failures)))
        threads[-1].start()
    for thread in threads:
        thread.join()
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
