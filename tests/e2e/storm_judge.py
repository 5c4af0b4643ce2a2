"""What must hold in a city where stock clients and ASSIGN share the drivers, and what tells whether it does."""

import collections
import json
import threading

import redis

from storm_city import AVAILABLE, DRIVERS, GEO, STOCK_LOCK_MS, all_orders, lock_of

LAST_WORDS = ("takes", "gives_back")  # a client killed right after one of these has left an open question


def record_of(reply):
    return None if reply is None else dict(zip(reply[::2], reply[1::2]))


class Moment:
    """The whole city at one moment, read in one transaction.

    available  the set's members
    locks      {driver: value} of the locks that are held
    records    {order: record} of ASSIGN's orders
    token      the counter
    """

    def __init__(self, server):
        orders = all_orders("assign")
        with server.pipeline(transaction=True) as transaction:
            transaction.smembers(AVAILABLE).get(GEO + ":token")
            for driver in DRIVERS:
                transaction.get(lock_of(driver))
            for order in orders:
                transaction.execute_command("ASSIGN.GET", order)
            available, token, *rest = transaction.execute()
        locks, records = rest[: len(DRIVERS)], rest[len(DRIVERS) :]
        self.available = set(available)
        self.token = int(token or 0)
        self.locks = {driver: value for driver, value in zip(DRIVERS, locks) if value is not None}
        self.records = {order: record_of(reply) for order, reply in zip(orders, records) if reply is not None}

    def orders_that_are(self, state):
        return {order: record for order, record in self.records.items() if record["state"] == state}

    def is_quiet(self):
        """Whether nothing will happen by itself: the only locks are those of assigned drivers."""
        holders = {record["driver"] for record in self.orders_that_are("assigned").values()}
        return not self.orders_that_are("offered") and holders == self.locks.keys()

    def wrongs(self):
        """What must not be so, in sentences."""
        assigned, offered = self.orders_that_are("assigned"), self.orders_that_are("offered")
        wrongs, holders = [], collections.defaultdict(list)
        for order, record in {**assigned, **offered}.items():
            holders[record["driver"]].append(order)
        wrongs += [f"{driver} is held by {orders}" for driver, orders in holders.items() if len(orders) > 1]
        for order, record in assigned.items():
            if record["driver"] in self.available:
                wrongs.append(f"{record['driver']} is assigned to {order}, and available")
            if self.locks.get(record["driver"]) != order:
                wrongs.append(f"{record['driver']} is assigned to {order}, locked by {self.locks.get(record['driver'])}")
        for driver, order in self.locks.items():
            if order.startswith("order:assign:") and order not in holders[driver]:
                wrongs.append(f"{driver}'s lock says {order}, which says {self.records.get(order)}")
        for order, record in self.records.items():
            if record["token"] > self.token:
                wrongs.append(f"{order} has the token {record['token']}, the counter is at {self.token}")
        return wrongs


class Listener:
    """Hears every event of ASSIGN's orders, in the server's order, and judges each as it comes."""

    def __init__(self, port):
        self.counts = collections.Counter()
        self.wrongs = []
        self.locks = []  # [driver, order, begin in ms, end in ms], by the server's clock
        self.last_token = 0
        self._orders, self._sequences, self._holders, self._locks_by_token = set(), {}, {}, {}
        self._heard = threading.Condition()
        self._pubsub = redis.Redis(port=port, decode_responses=True).pubsub()
        self._pubsub.psubscribe("assign:order:*")
        self._pubsub.get_message(timeout=30)  # the confirmation: from now on nothing is missed
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def wait_for_orders(self, count, timeout_s):
        """Whether so many different orders were heard of in time."""
        with self._heard:
            return self._heard.wait_for(lambda: len(self._orders) >= count, timeout_s)

    def stop(self, server):
        """Returns once everything that was published before has been heard."""
        server.publish("assign:order:the-end", "")
        self._thread.join(30)
        if self._thread.is_alive():
            self.wrongs.append("the listener does not come to an end")

    def _listen(self):
        for message in self._pubsub.listen():
            if message["channel"] == "assign:order:the-end":
                return
            with self._heard:
                self._judge(json.loads(message["data"]))
                self._heard.notify_all()

    def _judge(self, event):
        name, order, driver = event["event"], event["order"], event["driver"]
        self.counts[name] += 1
        self._orders.add(order)
        if event["sequence"]:  # 0: nobody found, and no record
            if event["sequence"] != self._sequences.get(order, 0) + 1:
                self.wrongs.append(f"a gap after event {self._sequences.get(order, 0)}: {event}")
            self._sequences[order] = event["sequence"]
        if name in ("offered", "assigned"):
            self._judge_reservation(event)
        elif driver in self._holders and self._holders[driver]["order"] == order:
            del self._holders[driver]
            lock = self._locks_by_token[event["token"]]
            lock[3] = min(lock[3], event["time_ms"])

    def _judge_reservation(self, event):
        driver, holder = event["driver"], self._holders.get(event["driver"])
        if not (event["event"] == "assigned" and holder and holder["order"] == event["order"]):  # not accepted: new
            if holder and not self._is_over(holder, event["time_ms"]):
                self.wrongs.append(f"held already by {holder}: {event}")
            if event["token"] <= self.last_token:
                self.wrongs.append(f"the last token was {self.last_token}: {event}")
            self.last_token = event["token"]
            lock = [driver, event["order"], event["time_ms"], event["expires_at_ms"]]
            self._locks_by_token[event["token"]] = lock
            self.locks.append(lock)
        self._holders[driver] = event

    @staticmethod
    def _is_over(reservation, now_ms):
        """An offer ends by the clock. If many ended at one moment, the first of them may go on to a driver
        before it is told that his own offer has ended, too."""
        return reservation["event"] == "offered" and reservation["expires_at_ms"] <= now_ms


class Holds:
    """Who had which driver when, by the clients' diaries.

    A hold lasts at least from the note after it was won to the note before it was given up, so that two
    that overlap are two at once.
    """

    def __init__(self, entries):
        self._begin, self._end = {}, {}
        for entry in sorted(entries):
            hold = (entry.driver, entry.order)
            if entry.word == "has":
                self._begin.setdefault(hold, entry.time_ns)
            elif entry.word == "gives_back":
                self._end.setdefault(hold, entry.time_ns)

    def __len__(self):
        return len(self._begin)

    def at_the_end(self, kind):
        """{driver: order} of those who were never given back."""
        return {
            driver: order
            for driver, order in self._begin
            if (driver, order) not in self._end and order.startswith(f"order:{kind}:")
        }

    def wrongs(self):
        never = float("inf")
        by_driver = collections.defaultdict(list)
        for (driver, order), begin in self._begin.items():
            by_driver[driver].append((begin, self._end.get((driver, order), never), order))
        wrongs = []
        for driver, holds in by_driver.items():
            holds.sort()
            for (_, end, order), (begin, _, next_order) in zip(holds, holds[1:]):
                if begin < end:
                    wrongs.append(f"{driver} was with {order} and {next_order} at the same time")
        return wrongs


def stock_locks(diaries):
    """[driver, order, begin in ms, end in ms] of the stock clients' locks, by the diaries' clock: from when the
    client knew it had the lock to when it began to release it, or to when the lock could end at the earliest."""
    locks = []
    for diary in diaries:
        asked, held = {}, {}
        for entry in diary:
            key, time_ms = (entry.driver, entry.order), entry.time_ns / 1e6
            if entry.word == "locks":
                asked[key] = time_ms
            elif entry.word == "locked":
                held[key] = [*key, time_ms, asked[key] + STOCK_LOCK_MS]
                locks.append(held[key])
            elif entry.word == "unlocks":
                held[key][3] = min(held[key][3], time_ms)
    return locks


def wrongs_of_locks(locks, slack_ms):
    """Locks of one driver that were alive together for longer than the clocks are unsure of."""
    by_driver = collections.defaultdict(list)
    for driver, order, begin, end in locks:
        if begin < end:
            by_driver[driver].append((begin, end, order))
    wrongs = []
    for driver, times in by_driver.items():
        times.sort()
        for (_, end, order), (begin, next_end, next_order) in zip(times, times[1:]):
            together_ms = min(end, next_end) - begin
            if together_ms > slack_ms:
                wrongs.append(f"{driver} was locked by {order} and, for {together_ms:.1f} ms, by {next_order}")
    return wrongs


def open_questions(diary):
    """Drivers of whom a killed stock client did not learn, or did not write down, whether it had taken them
    or given them back: at most one a connection."""
    last = {}
    for entry in diary:
        if entry.order.startswith("order:stock:"):
            last[entry.order.rsplit(":", 1)[0]] = entry
    return {entry.driver for entry in last.values() if entry.word in LAST_WORDS}


def unknown_locks(moment, diaries):
    """Locks that say a stock order whose client never wanted that driver."""
    wanted = {(entry.driver, entry.order) for diary in diaries for entry in diary if entry.word == "locks"}
    return [
        f"{driver}'s lock says {order}"
        for driver, order in moment.locks.items()
        if not order.startswith("order:assign:") and (driver, order) not in wanted
    ]
