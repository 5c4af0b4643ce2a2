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
    RESTAURANTS,
    STOCK_LOCK_MS,
    Diary,
    lock_of,
    order_name,
    read_diary,
)


class Waiter:
    """One connection, which places one order after the other and holds a few drivers meanwhile."""

    def __init__(self, port, chance, diary):
        self.ask = redis.Redis(port=port, decode_responses=True, single_connection_client=True).execute_command
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
        if self.chance.random() < 0.97:
            self.held.append((order, driver))


class StockWaiter(Waiter):
    """The five steps. A lock is only released while it is surely still one's own: DEL does not look."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
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
            # Somebody had taken him before we had his lock; that lock had ended in between.
            self.note("too_late_for", order, driver)
        self.note("finds_nobody", order)

    def give_back(self, order, driver):
        self.note("gives_back", order, driver)
        self.ask("SADD", AVAILABLE, driver)
        self.note("gave_back", order, driver)
        self._unlock(order, driver)

    def _free_and_near(self, place):
        nearby = self.ask("GEORADIUS", GEO, *place, 5, "km", "ASC", "COUNT", 10, "WITHCOORD", "WITHDIST")
        available = set(self.ask("SMEMBERS", AVAILABLE))
        return [row[0] for row in nearby if row[0] in available]

    def _lock(self, order, driver):
        self._locked_at[driver] = time.monotonic()
        self.note("locks", order, driver)
        return bool(self.ask("SET", lock_of(driver), order, "NX", "PX", STOCK_LOCK_MS))

    def _lock_age_ms(self, driver):
        return (time.monotonic() - self._locked_at[driver]) * 1000

    def _unlock(self, order, driver):
        if self._lock_age_ms(driver) < STOCK_LOCK_MS / 2:
            self.ask("DEL", lock_of(driver))
            if self._lock_age_ms(driver) >= STOCK_LOCK_MS:
                self.note("unlocked_late", order, driver)  # and may have deleted somebody else's


class AssignWaiter(Waiter):
    """ASSIGN, at once or with offers to drivers who accept, decline, sleep or mix up their tokens."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self._asleep = []

    def serve(self, orders):
        super().serve(orders)
        # The last ones asleep are left to the server, which goes on by itself until the deadline.

    def resume(self, order, driver, token):
        """An order of a predecessor, who may have been told of a driver: the answer must be the same."""
        record = self._assign(order, self.chance.choice(RESTAURANTS))
        if driver and (record is None or (record["driver"], record["token"]) != (driver, token)):
            raise AssertionError(f"{order} was promised {driver} by token {token}, and now: {record}")
        self._go_on(order, record)

    def place(self, order):
        place = self.chance.choice(RESTAURANTS)
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
        if record and record["state"] == "assigned":
            self.keep(order, record["driver"], record["token"])
        elif record is None or record["state"] == "unassigned":
            self.note("finds_nobody", order)

    def _answer(self, order, record):
        """What the driver says to his offer; the record after it, or None if we leave it to the server."""
        token, mood = record["token"], self.chance.random()
        if mood < 0.15:
            self.note("sleeps", order, record["driver"], token)
            self._asleep.append(order)
            return {"state": "asleep"}
        if mood < 0.20:
            return self._say("ASSIGN.CANCEL", order)
        if mood < 0.40:
            return self._say("ASSIGN.REJECT", order, token)
        if mood < 0.45:
            stale = self._say("ASSIGN.ACCEPT", order, token - 1)
            if stale["state"] != "refused":
                raise AssertionError(f"an old token was taken: {stale}")
        return self._say("ASSIGN.ACCEPT", order, token)

    def _say(self, command, order, *token):
        """The record, or, if the offer had ended before, a new look at it."""
        try:
            return self._record(self.ask(command, order, *token))
        except redis.ResponseError as refusal:
            text = str(refusal)
            if text.startswith("STALETOKEN"):
                self.note("stale_token", order, detail=token[0])
            elif text.startswith("LOCKLOST"):
                self.note("lock_lost", order, detail=token[0])
            elif "the order's state does not allow this" in text:
                self.note("ended_before", order)
            else:
                raise
            return {"state": "refused"} if not text.startswith("STALETOKEN") else {"state": "refused", "stale": True}


def read_promises(diaries):
    """How far each connection came, and which orders were begun: {order: (driver, token) or None}.

    Orders that were given back, or whose giving back had begun, are over.
    """
    begun = {}
    for entry in (entry for diary in diaries for entry in read_diary(diary)):
        if entry.word == "begins":
            begun.setdefault(entry.order, None)
        elif entry.word == "has":
            begun[entry.order] = (entry.driver, entry.detail)
        elif entry.word in ("gives_back", "finds_nobody"):
            begun[entry.order] = "over"
    return begun


def run_connection(port, kind, process, connection, chance, diary, begun, failures):
    try:
        waiter = {"stock": StockWaiter, "assign": AssignWaiter}[kind](port, chance, diary)
        orders = [order_name(kind, process, connection, number) for number in range(ORDERS)]
        if kind == "assign":
            for order in (order for order in orders if begun.get(order, "over") != "over"):
                pass
            for order in orders:
                promise = begun.get(order, "over")
                if promise != "over":
                    driver, token = promise or (None, None)
                    waiter.resume(order, driver, int(token) if driver else None)
        waiter.serve([order for order in orders if order not in begun])
    except Exception:
        traceback.print_exc()
        failures.append(connection)


def main(port, kind, process, seed, diary_path, *predecessors):
    begun = read_promises(predecessors)
    diary, failures = Diary(diary_path), []
    threads = []
    for connection in range(CONNECTIONS):
        chance = random.Random(f"{seed}:{kind}:{process}:{connection}:{len(predecessors)}")
        arguments = (int(port), kind, int(process), connection, chance, diary, begun, failures)
        threads.append(threading.Thread(target=run_connection, args=arguments))
        threads[-1].start()
    for thread in threads:
        thread.join()
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
