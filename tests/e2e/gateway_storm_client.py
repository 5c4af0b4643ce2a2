#!/usr/bin/python3
"""One process of the gateway's storm: some shops that place orders over HTTP, or some drivers' apps on WebSockets.

Usage: gateway_storm_client.py PORT shops|apps PROCESS SEED DIARY [DIARY OF A KILLED PREDECESSOR ...]

Shops go on where their predecessors were killed: what is not in a diary is asked again, and has the same answer. Apps
connect anew, find what is open, and drive until they are killed.
"""

import json
import os
import random
import sys
import threading
import time

from gateway_client import Closed, Http

PROCESSES = 2  # of each kind
SHOPS = 4  # of each process
ORDERS = 25  # of each shop
DRIVERS = 40  # the even ones have an app


class Diary:
    """A line for each answer, in one write(2): a kill in between leaves it out, and never half of it."""

    def __init__(self, path):
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def note(self, order, status, driver):
        os.write(self._file, f"{json.dumps([order, status, driver])}\n".encode())


def read_diaries(paths):
    """[order, status, driver] of each answer that was noted."""
    entries = []
    for path in paths:
        if os.path.exists(path):
            with open(path, encoding="ascii") as lines:
                entries += [json.loads(line) for line in lines if line.endswith("\n")]
    return entries


class App(threading.Thread):
    """One driver: accepts, declines, says nothing, or hangs up and comes back. Completes what it accepted."""

    def __init__(self, port, number, chance):
        super().__init__()
        self.port, self.id, self.chance = port, f"D{number}", chance

    def run(self):
        while True:
            try:
                self.drive()
            except (Closed, OSError):
                time.sleep(0.01)

    def drive(self):
        app = Http(self.port).web_socket(f"/v1/drivers/{self.id}/socket?city=blr")
        app.socket.settimeout(0.5)
        try:
            while True:
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
            what = self.chance.choice(["accept"] * 5 + ["reject"] * 2 + ["silence", "hang up"])
            if what == "hang up":
                raise Closed(1006)
            if what != "silence":
                app.send(dict(order, type=what))
        elif message["type"] == "assigned" or (message["type"] == "hello" and message.get("status") == "busy"):
            if order["order"]:
                app.send(dict(order, type="complete"))


class Shop(threading.Thread):
    """Places its orders, one after the other; now and then it does not wait for the answer."""

    def __init__(self, port, orders, chance, diary):
        super().__init__()
        self.port, self.orders, self.chance, self.diary = port, orders, chance, diary

    def run(self):
        for order in self.orders:
            http = Http(self.port)
            body = {"order_id": order, "city": "blr", "location": {"lat": 12.97, "lng": 77.5805}, "timeout_sec": 1,
                    "mode": self.chance.choice(["auto", "auto", "offer", "assign"])}
            if self.chance.random() < 0.1:
                http.connection.request("POST", "/v1/delivery/assign", json.dumps(body),
                                        {"Content-Type": "application/json"})
                http.connection.close()
            status, answer = http.post("/v1/delivery/assign", body)
            self.diary.note(order, status, answer["driver"]["id"] if status == 200 else None)
            http.connection.close()


def main(port, kind, process, seed, diary, *predecessors):
    known = {order for order, _, _ in read_diaries(predecessors)}
    threads = []
    for number in range(int(process), DRIVERS // 2 if kind == "apps" else PROCESSES * SHOPS, PROCESSES):
        chance = random.Random(f"{seed}:{kind}:{number}:{len(predecessors)}")
        if kind == "apps":
            threads.append(App(int(port), 2 * number, chance))
        else:
            orders = [f"O{number}-{count}" for count in range(ORDERS)]
            threads.append(Shop(int(port), [order for order in orders if order not in known], chance, Diary(diary)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main(*sys.argv[1:])
