#!/usr/bin/python3
"""A city over HTTP and WebSockets: shops place orders, apps accept, decline, say nothing or hang up, and their processes
are killed in the middle.

No driver is ever with two orders, an order that was answered keeps its driver, nobody is lost, and the server keeps no
socket of the dead. STORM_SEED repeats the clients' choices. SERVER_BINARY names the server.
"""

import os
import pathlib
import random
import tempfile
import threading
import unittest

from gateway_client import Closed, Http, serve
from gateway_storm_client import DRIVERS, ORDERS, PROCESSES, SHOPS, read_diaries
from server_process import wait_until
from storm_process import ClientProcess

BINARY = os.environ["SERVER_BINARY"]
CLIENT = pathlib.Path(__file__).with_name("gateway_storm_client.py")
KINDS = ("shops", "apps")
KILLS = 3  # of each kind
PATIENCE_S = 50


class Ledger(threading.Thread):
    """Reads all events, and notes when a driver was with two orders."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.events = Http(port).web_socket("/v1/events?since=0")
        self.orders = set()
        self.with_order = {}
        self.wrong = []
        self.seq = 0

    def run(self):
        try:
            while True:
                self.note(self.events.receive())
        except (Closed, OSError, ValueError):
            pass

    def note(self, message):
        if message["type"] == "missed":
            self.wrong.append(message)
        if message["type"] != "event":
            return
        if message["seq"] != self.seq + 1:
            self.wrong.append(f"event {message['seq']} follows {self.seq}")
        self.seq = message["seq"]
        driver, order = message["driver"], message["order"]
        self.orders.add(order)
        if message["event"] in ("offered", "assigned"):
            if self.with_order.get(driver, order) != order:
                self.wrong.append(f"{driver} is with {self.with_order[driver]} and {order}")
            self.with_order[driver] = order
        elif driver is not None:
            self.with_order.pop(driver, None)


class GatewayStorm(unittest.TestCase):
    def setUp(self):
        self.seed = int(os.environ.get("STORM_SEED") or random.SystemRandom().randrange(1_000_000))
        print(f"STORM_SEED={self.seed}", flush=True)
        self.chance = random.Random(self.seed)
        folder = tempfile.TemporaryDirectory(prefix="dabba-storm-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def start(self, port, kind):
        processes = [
            ClientProcess(CLIENT, [port, kind, number, self.seed], self.folder / f"{kind}-{number}")
            for number in range(PROCESSES)
        ]
        for process in processes:
            self.addCleanup(process.stop)
        return processes

    def test_clients_are_killed_and_no_driver_is_ever_with_two_orders(self):
        with serve(BINARY) as (server, http):
            for number in range(DRIVERS):
                http.command("GEOADD", "drivers:geo:blr", 77.58 + number / 100000, 12.97, f"driver:D{number}")
                http.command("SADD", "drivers:available:blr", f"driver:D{number}")
            ledger = Ledger(http.port)
            ledger.start()
            self.addCleanup(ledger.events.close)
            files = server.open_files()
            processes = {kind: self.start(http.port, kind) for kind in KINDS}
            kills = self.kill_some(processes, ledger)
            self.assertEqual([process.wait(PATIENCE_S) for process in processes["shops"]], [0] * PROCESSES)
            for process in processes["apps"]:
                process.stop()
            self.judge(http, ledger, read_diaries(path for shop in processes["shops"] for path in shop.diaries))
            wait_until(lambda: server.open_files() <= files, "the end of the sockets of the dead")
            print(f"{ledger.seq} events of {len(ledger.orders)} orders; kill -9 of {kills}", flush=True)

    def kill_some(self, processes, ledger):
        """Each time when a part of the orders is under way; how many were killed of each kind."""
        kills = dict.fromkeys(KINDS, 0)
        for number in range(1, KILLS + 1):
            wanted = PROCESSES * SHOPS * ORDERS * number // (KILLS + 2)
            wait_until(lambda: len(ledger.orders) >= wanted, f"{wanted} orders", PATIENCE_S)
            for kind in KINDS:
                kills[kind] += self.chance.choice(processes[kind]).kill()
        self.assertGreaterEqual(kills["shops"], 1)
        self.assertEqual(kills["apps"], KILLS)
        return kills

    def judge(self, http, ledger, answers):
        wait_until(lambda: http.get("/v1/stats")[1]["http"]["waiting_for_drivers"] == 0, "the end of all offers")
        wait_until(lambda: not http.get("/v1/orders")[1]["orders"], "the end of all offers")
        self.assertEqual(ledger.wrong, [])
        self.assertEqual({order for order, _, _ in answers},
                         {f"O{shop}-{count}" for shop in range(PROCESSES * SHOPS) for count in range(ORDERS)})
        self.assertEqual({status for _, status, _ in answers} - {200, 409}, set())
        for order, status, driver in answers:
            if status == 200:
                self.assertEqual(http.get(f"/v1/orders/{order}")[1]["driver"], driver)
        for number in range(DRIVERS):
            self.judge_driver(http, f"D{number}")

    def judge_driver(self, http, id_):
        driver = http.get(f"/v1/drivers/{id_}?city=blr")[1]
        self.assertIn(driver["status"], ("available", "busy"), f"{id_} is lost")
        if driver["status"] == "busy":
            self.assertEqual(http.get(f"/v1/orders/{driver['order']}")[1]["driver"], id_)


if __name__ == "__main__":
    unittest.main()
