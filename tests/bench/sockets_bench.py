#!/usr/bin/env python3
"""Measures drivers' WebSockets: all report their place every few seconds while orders are offered to them.

Usage: sockets_bench.py DABBA_SERVER [--drivers N] [--every SECONDS] [--orders PER_SECOND] [--seconds N]

Each offer is accepted and the order completed by its driver's app. Printed are the server's processor time as a part of
one core, and how long an offer takes from the shop's request to the driver's socket. The client is one Python process:
what it cannot keep up with shows in the latencies, so the machine should be otherwise idle.
"""

import argparse
import json
import math
import pathlib
import random
import selectors
import socket
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

from gateway_client import serve  # noqa: E402
from server_process import processor_s  # noqa: E402

CENTER = (77.5946, 12.9716)
SPREAD = 0.08


def place(chance):
    return {"lat": CENTER[1] + chance.uniform(-SPREAD, SPREAD), "lng": CENTER[0] + chance.uniform(-SPREAD, SPREAD)}


class Shops:
    """Keep-alive connections, each with one order at a time."""

    def __init__(self, port, count, selector):
        self.free = []
        self.busy = {}
        for _ in range(count):
            connection = socket.create_connection(("127.0.0.1", port))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(connection, selectors.EVENT_READ, self)
            self.free.append(connection)

    def order(self, id_, where):
        """False if all of them wait for an answer."""
        if not self.free:
            return False
        connection = self.free.pop()
        body = json.dumps({"order_id": id_, "city": "blr", "location": where, "mode": "offer", "radius_km": 5,
                           "timeout_sec": 10}).encode()
        connection.sendall(b"POST /v1/delivery/assign HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                           b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.busy[connection] = b""
        return True

    def read(self, connection):
        answer = self.busy[connection] = self.busy[connection] + connection.recv(1 << 16)
        head = answer.find(b"\r\n\r\n")
        mark = answer.lower().find(b"content-length: ")
        if head < 0 or len(answer) < head + 4 + int(answer[mark + 16:answer.find(b"\r\n", mark)]):
            return None
        del self.busy[connection]
        self.free.append(connection)
        return int(answer.split(b" ", 2)[1])


class City:
    def __init__(self, http, arguments):
        self.chance = random.Random(1)
        self.selector = selectors.DefaultSelector()
        self.arguments = arguments
        self.apps = []
        self.placed = {}
        self.latencies = []
        self.statuses = {}
        for number in range(arguments.drivers):
            app = http.web_socket(f"/v1/drivers/D{number}/socket?city=blr")
            app.send(dict(place(self.chance), type="position"))
            self.selector.register(app.socket, selectors.EVENT_READ, app)
            self.apps.append(app)
        for number in range(0, arguments.drivers, 100):
            http.command("SADD", "drivers:available:blr",
                         *(f"driver:D{i}" for i in range(number, min(number + 100, arguments.drivers))))
        self.shops = Shops(http.port, 100, self.selector)

    def live(self, seconds):
        begin = time.perf_counter()
        reports = orders = 0
        while (now := time.perf_counter() - begin) < seconds:
            while reports < now * self.arguments.drivers / self.arguments.every:
                self.apps[reports % len(self.apps)].send(dict(place(self.chance), type="position"))
                reports += 1
            while orders < now * self.arguments.orders and self.shops.order(f"O{len(self.placed)}", place(self.chance)):
                self.placed[f"O{len(self.placed)}"] = time.perf_counter()
                orders += 1
            self.listen(0.001)
        return reports, orders

    def listen(self, wait_s):
        for key, _ in self.selector.select(wait_s):
            if isinstance(key.data, Shops):
                if (status := key.data.read(key.fileobj)) is not None:
                    self.statuses[status] = self.statuses.get(status, 0) + 1
                continue
            message = key.data.receive()
            answer = {"order": message.get("order"), "token": message.get("token")}
            if message["type"] == "offer":
                self.latencies.append(time.perf_counter() - self.placed[message["order"]])
                key.data.send(dict(answer, type="accept"))
            elif message["type"] == "assigned":
                key.data.send(dict(answer, type="complete"))


def percentile(values, percent):
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)] * 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dabba_server")
    parser.add_argument("--drivers", type=int, default=10_000)
    parser.add_argument("--every", type=float, default=4)
    parser.add_argument("--orders", type=float, default=200)
    parser.add_argument("--seconds", type=float, default=20)
    arguments = parser.parse_args()
    room = str(arguments.drivers + 200)
    with serve(arguments.dabba_server, "--maxclients", "100", "--http-max-connections", room) as (server, http):
        city = City(http, arguments)
        city.live(2)  # all that was said at the beginning has been heard
        city.latencies.clear()
        before, began = processor_s(server.process.pid), time.perf_counter()
        reports, orders = city.live(arguments.seconds)
        took = time.perf_counter() - began
        used = processor_s(server.process.pid) - before
        print(f"{arguments.drivers} drivers: {reports / took:.0f} places and {orders / took:.0f} orders a second")
        print(f"server: {100 * used / took:.1f} % of a core, {server.resident_bytes() / 1e6:.0f} MB resident")
        print(f"an offer arrives after p50 {percentile(city.latencies, 50):.2f} ms, "
              f"p99 {percentile(city.latencies, 99):.2f} ms; answers by status: {city.statuses}")


if __name__ == "__main__":
    main()
