#!/usr/bin/python3
"""A city over HTTP and WebSockets: orders from shops that may die, offers to apps that decline, stay silent or die.

After it: no driver was with two orders at once, no order has two drivers, nobody is lost. STORM_SEED repeats a run;
PORT of RESP is not needed. SERVER_BINARY names the server.
"""

import json
import os
import random
import threading
import time
import unittest

from gateway_client import Closed, Http, serve

BINARY = os.environ["SERVER_BINARY"]
SEED = int(os.environ.get("STORM_SEED", random.randrange(1 << 32)))
DRIVERS = 40
ORDERS = 200
SHOPS = 8


class App(threading.Thread):
    """One driver: accepts, declines, says nothing, or dies and comes back. Completes what it accepted."""

    def __init__(self, port, number, stop):
        super().__init__(daemon=True)
        self.port, self.id, self.stop_ = port, f"D{number}", stop
        self.chance = random.Random(SEED * 1000 + number)

    def run(self):
        while not self.stop_.is_set():
            try:
                self.drive()
            except (Closed, OSError):
                time.sleep(0.01)

    def drive(self):
        app = Http(self.port).web_socket(f"/v1/drivers/{self.id}/socket?city=blr")
        app.socket.settimeout(0.5)
        try:
            while not self.stop_.is_set():
                try:
                    self.answer(app, app.receive())
                except TimeoutError:
                    app.send({"type": "position", "lat": 12.97, "lng": 77.58 + self.chance.random() / 1000})
        finally:
            app.close()

    def answer(self, app, message):
        order = {"order": message.get("order"), "token": message.get("token")}
        is_offer = message["type"] == "offer" or (message["type"] == "hello" and message.get("status") == "offered")
        if is_offer:
            what = self.chance.choice(["accept"] * 5 + ["reject"] * 2 + ["silence", "die"])
            if what == "die":
                raise Closed(1006)
            if what != "silence":
                app.send(dict(order, type=what))
        elif message["type"] == "assigned" or (message["type"] == "hello" and message.get("status") == "busy"):
            if order["order"]:
                app.send(dict(order, type="complete"))


class Shop(threading.Thread):
    """Places its orders, one after the other; now and then it does not wait for the answer."""

    def __init__(self, port, number, answers):
        super().__init__(daemon=True)
        self.port, self.number, self.answers = port, number, answers
        self.chance = random.Random(SEED * 77 + number)

    def run(self):
        for number in range(self.number, ORDERS, SHOPS):
            http = Http(self.port)
            body = {"order_id": f"O{number}", "city": "blr", "location": {"lat": 12.97, "lng": 77.5805},
                    "timeout_sec": 1, "mode": self.chance.choice(["auto", "auto", "offer", "assign"])}
            if self.chance.random() < 0.1:
                http.connection.request("POST", "/v1/delivery/assign", json.dumps(body),
                                        {"Content-Type": "application/json"})
                http.connection.close()
                continue
            self.answers[f"O{number}"] = http.post("/v1/delivery/assign", body)
            http.connection.close()


class Ledger(threading.Thread):
    """Reads all events, and notes when a driver was with two orders."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.events = Http(port).web_socket("/v1/events?since=0")
        self.with_order = {}
        self.wrong = []
        self.seq = 0
        self.missed = 0

    def run(self):
        try:
            while True:
                self.note(self.events.receive())
        except (Closed, OSError, ValueError):
            pass

    def note(self, message):
        if message["type"] == "missed":
            self.missed += 1
        if message["type"] != "event":
            return
        if message["seq"] != self.seq + 1:
            self.wrong.append(f"event {message['seq']} follows {self.seq}")
        self.seq = message["seq"]
        driver, order = message["driver"], message["order"]
        if message["event"] in ("offered", "assigned"):
            if self.with_order.get(driver, order) != order:
                self.wrong.append(f"{driver} is with {self.with_order[driver]} and {order}")
            self.with_order[driver] = order
        elif driver is not None:
            self.with_order.pop(driver, None)


class GatewayStorm(unittest.TestCase):
    def test_no_driver_is_ever_with_two_orders(self):
        print(f"STORM_SEED={SEED}", flush=True)
        with serve(BINARY) as (_, http):
            for number in range(DRIVERS):
                http.command("GEOADD", "drivers:geo:blr", 77.58 + number / 100000, 12.97, f"driver:D{number}")
                http.command("SADD", "drivers:available:blr", f"driver:D{number}")
            ledger = Ledger(http.port)
            ledger.start()
            stop, answers = threading.Event(), {}
            apps = [App(http.port, number, stop) for number in range(0, DRIVERS, 2)]  # the others have none
            shops = [Shop(http.port, number, answers) for number in range(SHOPS)]
            for thread in apps + shops:
                thread.start()
            for shop in shops:
                shop.join(60)
                self.assertFalse(shop.is_alive(), "a shop was never answered")
            stop.set()
            for app in apps:
                app.join(10)
            self.judge(http, ledger, answers)

    def judge(self, http, ledger, answers):
        self.assertEqual(ledger.wrong, [])
        self.assertEqual(ledger.missed, 0)
        self.assertEqual({status for status, _ in answers.values()} - {200, 409}, set())
        for id_, (status, answer) in answers.items():
            if status == 200:
                self.assertEqual(http.get(f"/v1/orders/{id_}")[1]["driver"], answer["driver"]["id"])
        for number in range(DRIVERS):
            driver = http.get(f"/v1/drivers/D{number}?city=blr")[1]
            self.assertIn(driver["status"], ("available", "offered", "busy"), f"D{number} is lost")
            if driver["status"] == "busy":
                self.assertEqual(http.get(f"/v1/orders/{driver['order']}")[1]["driver"], f"D{number}")


if __name__ == "__main__":
    unittest.main()
