"""What the storm's clients and its judge must agree on: names, times, and the clients' diaries.

A client writes down what it is about to do before it does it, and what came of it afterwards, each
line in one write(2): a kill -9 in between leaves an open question, and never a wrong answer.
"""

import collections
import os
import random
import time

GEO, AVAILABLE = "drivers:geo:blr", "drivers:available:blr"
DRIVERS = [f"driver:D{number}" for number in range(1, 501)]

PROCESSES = 4  # of each kind
CONNECTIONS = 8  # of each process
ORDERS = 80  # of each connection

STOCK_LOCK_MS = 1000
ASSIGN_LOCK_MS = 600
OFFER_MS = 250
DEADLINE_MS = 1000

Entry = collections.namedtuple("Entry", "time_ns word order driver detail")


def order_name(kind, process, connection, number):
    return f"order:{kind}:{process}:{connection}:{number}"


def all_orders(kind):
    return [
        order_name(kind, process, connection, number)
        for process in range(PROCESSES)
        for connection in range(CONNECTIONS)
        for number in range(ORDERS)
    ]


def lock_of(driver):
    return f"agent:{driver.split(':', 1)[1]}:lock"


def place_everybody(chance):
    """Arguments of GEOADD: all drivers within some ten kilometres."""
    return [
        word
        for driver in DRIVERS
        for word in (77.5946 + chance.uniform(-0.05, 0.05), 12.9716 + chance.uniform(-0.05, 0.05), driver)
    ]


# Few restaurants, so that many orders want the same drivers.
_places = random.Random(441)
RESTAURANTS = [(77.5946 + _places.uniform(-0.03, 0.03), 12.9716 + _places.uniform(-0.03, 0.03)) for _ in range(6)]


# Nobody drives here: an order from here finds no driver for certain, however the others fare.
OUT_OF_TOWN = (77.5946, 13.5)


def is_from_out_of_town(order):
    """The first order of each connection that uses ASSIGN."""
    return order.startswith("order:assign:") and order.endswith(":0")


class Diary:
    """What one client process did, line by line. The clock is the machine's: diaries compare."""

    def __init__(self, path):
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def note(self, word, order, driver="-", detail="-"):
        os.write(self._file, f"{time.monotonic_ns()} {word} {order} {driver} {detail}\n".encode())


def read_diary(path):
    """Its entries so far."""
    if not os.path.exists(path):
        return []
    with open(path, encoding="ascii") as lines:
        entries = [Entry(*line.split()) for line in lines if line.endswith("\n")]
    return [entry._replace(time_ns=int(entry.time_ns)) for entry in entries]
