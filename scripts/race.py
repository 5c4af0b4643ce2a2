"""Several orders want the same driver at the same moment: who gets them, three ways.

Run by scripts/race, which starts a server first; needs nothing but Python 3.

Nothing here is staged. Each order is a client with a connection and a thread of its own. A round
begins when all of them are ready; from then on each goes as fast as the server answers (and as
--latency lets it), and what happens to the driver is up to the order in which their commands arrive.
"""

import argparse
import collections
import random
import socket
import sys
import threading
import time

RESTAURANT = (77.5946, 12.9716)
LOCK_SECONDS = 30
SERVER_TIMEOUT_S = 30

DESCRIPTION = """\
Replays the race for a driver: in each round, several orders from one restaurant, placed at the same moment,
want the nearest driver. Three ways to give them away:

  no lock    GEORADIUS, SMEMBERS, then SREM: whoever has read takes the driver
  SET NX EX  GEORADIUS, SMEMBERS, SET lock order NX EX 30, then SREM; who comes too late to lock tries the
             next driver
  ASSIGN     the same in one command, on the server

Each order is a client with its own connection. The orders of a round start together, and nothing else is
arranged: what happens is what happens on a network.
"""

EPILOG = """\
Without --port, Dabba is built if need be (build/release), started on a free port, and stopped afterwards;
DABBA_SERVER=FILE in the environment starts that server and builds nothing. With --port the race is run on
the server that is there, Dabba or any Redis; its keys begin with race: and are removed in the end.

Columns: a double assignment is an order that was given a driver that another order of its round also has.
A retry is a lock that somebody else held. Round trips are requests an order waits for. p50 and p99 are
milliseconds from placing an order until it has its driver; the clients are Python threads, which tells the
ways apart rather than servers.

The exit code is 1 if a driver was given away twice where that must not happen, or an order got none.

  scripts/race                      two orders at a time, over loopback
  scripts/race --latency 1          every round trip takes a millisecond more, as in a data centre
  scripts/race --orders 8           eight orders want the same driver
  scripts/race --port 6379          the Redis, Valkey or Dabba that listens there
"""


class Refused(Exception):
    """The server answered with an error."""


class Connection:
    """One client: a request, its reply, and the time that a network would take for both.

    round_trips  how many requests were answered so far
    """

    def __init__(self, address, chance, latency_ms=0.0, password=None):
        self._socket = socket.create_connection(address, timeout=SERVER_TIMEOUT_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._replies = self._socket.makefile("rb")
        self._chance = chance
        self._latency_s = latency_ms / 1000
        self.round_trips = 0
        if password is not None:
            self("AUTH", password)

    def __call__(self, *words):
        """The reply to one request: str, int, None, or a list of these. Raises Refused."""
        encoded = [str(word).encode() for word in words]
        if self._latency_s:  # half as much to twice as much, as packets travel
            time.sleep(self._latency_s * 2 ** self._chance.uniform(-1, 1))
        self._socket.sendall(
            b"*%d\r\n" % len(encoded) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in encoded)
        )
        self.round_trips += 1
        return self._read_reply()

    def _read_reply(self):
        line = self._replies.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionError("the server closed the connection")
        kind, rest = line[:1], line[1:-2].decode()
        if kind == b"-":
            raise Refused(rest)
        if kind == b"+":
            return rest
        if kind == b":":
            return int(rest)
        size = int(rest)
        if size < 0:
            return None
        if kind == b"$":
            return self._replies.read(size + 2)[:-2].decode()
        return [self._read_reply() for _ in range(size)]

    def close(self):
        self._replies.close()
        self._socket.close()


class City:
    """The keys of one race, and the drivers in it.

    Names begin with race:, so that nothing of a server's own data is touched.
    """

    def __init__(self, seed, drivers, chance):
        self.geo = f"race:{seed}:geo"
        self.available = f"race:{seed}:available"
        self.locks = f"race:{seed}:lock:*"
        self.drivers = [f"race:D{number}" for number in range(1, drivers + 1)]
        self._places = {
            driver: (RESTAURANT[0] + chance.uniform(-0.02, 0.02), RESTAURANT[1] + chance.uniform(-0.02, 0.02))
            for driver in self.drivers
        }
        self.orders = []

    def lock(self, driver):
        return self.locks.replace("*", driver.split(":", 1)[1])

    def open(self, server):
        self.clear(server)
        server("GEOADD", self.geo, *(word for driver, place in self._places.items() for word in (*place, driver)))

    def begin_round(self, server, orders):
        """Everybody is on duty again, nobody is locked, and the last round's orders are forgotten."""
        server("DEL", *map(self.lock, self.drivers), *self.orders)
        server("SADD", self.available, *self.drivers)
        self.orders = orders

    def clear(self, server):
        server("DEL", self.geo, self.available, self.geo + ":token", *map(self.lock, self.drivers), *self.orders)


def free_and_near(ask, city, count):
    """Steps 1 and 2: the available drivers nearby, nearest first."""
    nearby = ask("GEORADIUS", city.geo, *RESTAURANT, 5, "km", "ASC", "COUNT", count, "WITHCOORD", "WITHDIST")
    available = set(ask("SMEMBERS", city.available))
    return [row[0] for row in nearby if row[0] in available]


def without_lock(ask, city, _order):
    """A client that has read that the driver is free takes them."""
    driver = free_and_near(ask, city, len(city.drivers))[0]
    ask("SREM", city.available, driver)
    return driver, 0


def with_lock(ask, city, order):
    """The five steps, without a rejection: only who has the lock takes the driver."""
    retries = 0
    while True:
        for driver in free_and_near(ask, city, len(city.drivers)):
            if ask("SET", city.lock(driver), order, "NX", "EX", LOCK_SECONDS) == "OK":
                ask("SREM", city.available, driver)
                return driver, retries
            retries += 1


def with_assign(ask, city, order):
    record = ask(
        *("ASSIGN", city.geo, city.available, order, "FROMLONLAT", *RESTAURANT, "BYRADIUS", 5, "km"),
        *("LOCK", city.locks, "EX", LOCK_SECONDS),
    )
    if record is None:
        return None, 0
    return dict(zip(record[::2], record[1::2]))["driver"], 0


WAYS = {"no lock": without_lock, "SET NX EX": with_lock, "ASSIGN": with_assign}


class Tally:
    """What came of the rounds of one way."""

    def __init__(self):
        self.orders = self.doubles = self.without_driver = self.retries = self.round_trips = 0
        self.seconds = []

    def add_round(self, results):
        """One (driver, retries, round trips, seconds) for each order of a round."""
        drivers = collections.Counter(driver for driver, *_ in results if driver is not None)
        self.orders += len(results)
        self.doubles += sum(count - 1 for count in drivers.values())
        self.without_driver += sum(driver is None for driver, *_ in results)
        self.retries += sum(retries for _, retries, _, _ in results)
        self.round_trips += sum(round_trips for _, _, round_trips, _ in results)
        self.seconds += [seconds for *_, seconds in results]

    def milliseconds(self, part):
        """What this part of the orders, 0 to 1, stayed at or below."""
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(len(ordered) - 1, int(part * len(ordered)))]


class Race:
    """The clients of all rounds of one way, each in a thread of its own."""

    def __init__(self, connect, city, way, orders):
        self._connections = [connect() for _ in range(orders)]
        self._city, self._way = city, way
        # A client that fails breaks the barriers; with the timeout, none is waited for without end.
        self._start = threading.Barrier(orders + 1, timeout=2 * SERVER_TIMEOUT_S)
        self._finish = threading.Barrier(orders + 1, timeout=2 * SERVER_TIMEOUT_S)
        self._results = [None] * orders
        self._failure = None
        self._over = False
        self._threads = [threading.Thread(target=self._serve, args=(index,), daemon=True) for index in range(orders)]
        for thread in self._threads:
            thread.start()

    def run_round(self, orders):
        """The results of one round; the orders start together."""
        self._orders = orders
        try:
            self._start.wait()
            self._finish.wait()
        except threading.BrokenBarrierError:
            raise self._failure or TimeoutError("a client does not come to an end") from None
        return list(self._results)

    def stop(self):
        self._over = True
        try:
            self._start.wait()
        except threading.BrokenBarrierError:
            pass  # they have stopped already
        for thread, connection in zip(self._threads, self._connections):
            thread.join()
            connection.close()

    def _serve(self, index):
        ask = self._connections[index]
        try:
            while True:
                self._start.wait()
                if self._over:
                    return
                round_trips, began = ask.round_trips, time.perf_counter()
                driver, retries = self._way(ask, self._city, self._orders[index])
                seconds = time.perf_counter() - began
                self._results[index] = (driver, retries, ask.round_trips - round_trips, seconds)
                self._finish.wait()
        except threading.BrokenBarrierError:
            pass
        except Exception as failure:  # handed to whoever waits for the round
            self._failure = failure
            self._start.abort()
            self._finish.abort()


def run_way(name, connect, city, options, progress):
    """A Tally of all rounds of one way."""
    server, tally = connect(), Tally()
    race = Race(connect, city, WAYS[name], options.orders)
    try:
        for number in range(options.rounds):
            orders = [f"race:{options.seed}:order:{number}:{index}" for index in range(options.orders)]
            city.begin_round(server, orders)
            tally.add_round(race.run_round(orders))
            progress(f"{name}: round {number + 1} of {options.rounds}")
    finally:
        race.stop()
        server.close()
    return tally


def name_of(server):
    """What listens there, as INFO says it."""
    fields = dict(line.split(":", 1) for line in server("INFO", "server").splitlines() if ":" in line)
    for engine in ("dabba", "valkey", "redis"):
        if engine + "_version" in fields:
            return f"{engine.capitalize()} {fields[engine + '_version']}"
    return "a server"


def knows_assign(server):
    """Whether the server has ASSIGN. It is refused either way; what for tells."""
    try:
        server("ASSIGN")
    except Refused as refusal:
        return "unknown command" not in str(refusal)
    return True


HEADINGS = ("way", "orders", "double assignments", "retries", "round trips/order", "p50 ms", "p99 ms")


def print_table(tallies):
    rows = [HEADINGS]
    for name, tally in tallies.items():
        if tally is None:
            rows.append((name, "not available there"))
            continue
        rows.append(
            (
                name,
                str(tally.orders),
                str(tally.doubles),
                str(tally.retries),
                f"{tally.round_trips / tally.orders:.2f}",
                f"{tally.milliseconds(0.5):.2f}",
                f"{tally.milliseconds(0.99):.2f}",
            )
        )
    widths = [max(len(row[column]) for row in rows if len(row) == len(HEADINGS)) for column in range(len(HEADINGS))]
    widths[0] = max(len(row[0]) for row in rows)
    for row in rows:
        if len(row) == len(HEADINGS):
            cells = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
            print("  ".join([row[0].ljust(widths[0]), *cells]))
        else:
            print("  ".join([row[0].ljust(widths[0]), row[1]]))


def progress_printer(wanted):
    """Shows where we are on a terminal, four times a second at most."""
    shown = [0.0]

    def progress(text):
        now = time.monotonic()
        if wanted and (not text or now - shown[0] > 0.25):
            shown[0] = now
            print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)

    return progress


def positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def not_negative(text):
    number = float(text)
    if not 0 <= number <= 1000:
        raise argparse.ArgumentTypeError("must be 0 to 1000")
    return number


def parse_arguments(arguments):
    parser = argparse.ArgumentParser(
        prog="scripts/race",
        usage="scripts/race [--orders N] [--rounds N] [--latency MS] [--seed N] [--port PORT] [...]",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--orders", type=positive, default=2, metavar="N", help="orders that want the same driver (2)")
    parser.add_argument("--rounds", type=positive, default=500, metavar="N", help="rounds of each way (500)")
    parser.add_argument(
        "--latency", type=not_negative, default=0.0, metavar="MS", help="added to each round trip, more or less (0)"
    )
    parser.add_argument("--seed", type=int, metavar="N", help="of drivers' places and latencies (random, and printed)")
    parser.add_argument("--host", default="127.0.0.1", help="where --port is (127.0.0.1)")
    parser.add_argument("--port", type=positive, help="race on the server that listens there")
    parser.add_argument("--password", help="the server's, if it wants one")
    parser.add_argument("--no-progress", action="store_true", help="print the result and nothing else")
    options = parser.parse_args(arguments)
    if options.port is None:
        parser.error("--host needs --port")
    if options.seed is None:
        options.seed = random.SystemRandom().randrange(1_000_000)
    return options


def main(arguments):
    options = parse_arguments(arguments)
    chance = random.Random(options.seed)
    progress = progress_printer(sys.stderr.isatty() and not options.no_progress)

    def connect():
        address = (options.host, options.port)
        return Connection(address, random.Random(chance.random()), options.latency, options.password)

    server = Connection((options.host, options.port), chance, password=options.password)
    # More drivers than orders, so that whoever comes too late finds another one, and loses only time.
    city = City(options.seed, options.orders + 8, chance)
    print(
        f"{name_of(server)}: {options.orders} orders at a time want the same driver, {options.rounds} rounds,"
        f" {options.latency:g} ms added to a round trip, --seed {options.seed}\n",
        flush=True,
    )
    tallies = {}
    try:
        city.open(server)
        for name in WAYS:
            available = name != "ASSIGN" or knows_assign(server)
            tallies[name] = run_way(name, connect, city, options, progress) if available else None
    finally:
        progress("")
        city.clear(server)
        server.close()
    print_table(tallies)
    return 1 if any(is_broken(name, tally) for name, tally in tallies.items() if tally) else 0


def is_broken(name, tally):
    """Whether what must never happen has happened."""
    return bool(tally.without_driver or (tally.doubles and name != "no lock"))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (OSError, Refused) as failure:
        sys.exit(f"scripts/race: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
