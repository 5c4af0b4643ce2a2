#!/usr/bin/env python3
"""Measures POST /v1/delivery/assign beside the seed's own architecture: a service with Express and ioredis on redis-server.

Usage: gateway_bench.py DABBA_SERVER [--drivers N] [--orders N] [--connections N]

The same city, the same orders over the same number of keep-alive connections. What counts is the servers' processor
time per order over all their processes, which other programs on the machine disturb least; latencies are the client's.
Dabba is also asked for the same orders over RESP. Needs Node.js and redis-server; npm installs the service's packages once.
"""

import argparse
import json
import math
import pathlib
import random
import selectors
import shutil
import socket
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
SERVICE = HERE / "seed_service"
sys.path.insert(0, str(HERE))

from servers import encode, free_port  # noqa: E402

CENTER = (77.5946, 12.9716)
RADIUS_KM = 5


def processor_s(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def wait_for(port):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"nothing listens on {port}")


def load_city(port, drivers):
    """Drivers in a disk of 15 km; all available, each with a profile."""
    chance = random.Random(1)
    with socket.create_connection(("127.0.0.1", port)) as connection:
        for begin in range(0, drivers, 1000):
            requests = []
            for number in range(begin, min(begin + 1000, drivers)):
                way, angle = 0.14 * math.sqrt(chance.random()), chance.random() * 2 * math.pi
                member = f"driver:D{number}"
                requests.append(encode(["GEOADD", "drivers:geo:blr", CENTER[0] + way * math.cos(angle),
                                        CENTER[1] + way * math.sin(angle), member]))
                requests.append(encode(["SADD", "drivers:available:blr", member]))
                requests.append(encode(["HSET", member, "name", "Rohit Sharma", "rating", "4.8", "vehicle", "Bike"]))
            connection.sendall(b"".join(requests))
            read_lines(connection, len(requests))


def read_lines(connection, count):
    while count > 0:
        count -= connection.recv(1 << 16).count(b"\r\n")


def places(count):
    chance = random.Random(2)
    return [(CENTER[0] + chance.uniform(-0.08, 0.08), CENTER[1] + chance.uniform(-0.08, 0.08)) for _ in range(count)]


def http_orders(count):
    requests = []
    for number, (lng, lat) in enumerate(places(count)):
        body = json.dumps({"order_id": f"O{number}", "restaurant_id": "RST_441", "city": "blr",
                           "location": {"lat": lat, "lng": lng}, "strategy": "nearest", "radius_km": RADIUS_KM,
                           "timeout_sec": 30}).encode()
        requests.append(b"POST /v1/delivery/assign HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                        b"Content-Length: %d\r\n\r\n" % len(body) + body)
    return requests


def resp_orders(count):
    return [encode(["ASSIGN", "drivers:geo:blr", "drivers:available:blr", f"order:O{number}", "FROMLONLAT", lng, lat,
                    "BYRADIUS", RADIUS_KM, "km"]) for number, (lng, lat) in enumerate(places(count))]


def is_whole_http(answer):
    head = answer.find(b"\r\n\r\n")
    if head < 0:
        return False
    mark = answer.lower().find(b"content-length: ")
    return len(answer) >= head + 4 + int(answer[mark + 16:answer.find(b"\r\n", mark)])


def is_whole_resp(answer):
    return answer.startswith(b"*-1") or answer.startswith(b"$-1") or answer.endswith(b"*0\r\n")


def drive(port, requests, connections, is_whole):
    """Each connection sends its next request when the last one is answered. Latencies, and how many were refused."""
    waiting = iter(requests)
    selector = selectors.DefaultSelector()
    latencies, refused = [], 0

    def send_next(connection):
        request = next(waiting, None)
        if request is None:
            selector.unregister(connection)
            connection.close()
            return
        connection.sendall(request)
        selector.modify(connection, selectors.EVENT_READ, [b"", time.perf_counter()])

    for _ in range(connections):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(connection, selectors.EVENT_READ, None)
        send_next(connection)
    while selector.get_map():
        for key, _ in selector.select():
            state = key.data
            state[0] += key.fileobj.recv(1 << 16)
            if not is_whole(state[0]):
                continue
            latencies.append(time.perf_counter() - state[1])
            refused += state[0].startswith((b"HTTP/1.1 4", b"HTTP/1.1 5", b"-", b"$-1", b"*-1"))
            send_next(key.fileobj)
    return sorted(latencies), refused


def measure(name, port, pids, requests, connections, is_whole):
    drive(port, requests[:100], connections, is_whole)
    requests = requests[100:]
    before, began = sum(map(processor_s, pids)), time.perf_counter()
    latencies, refused = drive(port, requests, connections, is_whole)
    took, used = time.perf_counter() - began, sum(map(processor_s, pids)) - before
    per_order = used / len(requests) * 1e6
    print(f"{name:34} {per_order:10.1f} us CPU an order {1e6 / per_order:10.0f} orders a CPU second "
          f"{len(requests) / took:8.0f} orders/s   p50 {latencies[len(latencies) // 2] * 1e3:7.2f} ms   "
          f"p99 {latencies[len(latencies) * 99 // 100] * 1e3:7.2f} ms   refused {refused}", flush=True)
    return per_order


def measure_dabba(binary, options):
    results = []
    for kind in ("HTTP", "RESP"):
        port, http_port = free_port(), free_port()
        server = subprocess.Popen([binary, "--port", str(port), "--http-port", str(http_port), "--seed", "1"],
                                  stdout=subprocess.DEVNULL)
        try:
            wait_for(http_port)
            load_city(port, options.drivers)
            orders = http_orders(options.orders) if kind == "HTTP" else resp_orders(options.orders)
            results.append(measure(f"Dabba, {kind}", http_port if kind == "HTTP" else port, [server.pid], orders,
                                   options.connections, is_whole_http if kind == "HTTP" else is_whole_resp))
        finally:
            server.terminate()
            server.wait()
    return results


def measure_seed(options):
    if not (SERVICE / "node_modules").exists():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=SERVICE, check=True)
    port, http_port = free_port(), free_port()
    redis = subprocess.Popen(["redis-server", "--port", str(port), "--save", "", "--bind", "127.0.0.1"],
                             stdout=subprocess.DEVNULL)
    service = None
    try:
        wait_for(port)
        load_city(port, options.drivers)
        service = subprocess.Popen(["node", "service.mjs", str(http_port), str(port)], cwd=SERVICE,
                                   stdout=subprocess.DEVNULL)
        wait_for(http_port)
        count = min(options.orders, 600)  # each costs it a list of all available drivers
        return measure("Express, ioredis and redis-server", http_port, [redis.pid, service.pid], http_orders(count),
                       options.connections, is_whole_http)
    finally:
        for process in (service, redis):
            if process is not None:
                process.terminate()
                process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dabba_server")
    parser.add_argument("--drivers", type=int, default=100_000)
    parser.add_argument("--orders", type=int, default=20_000)
    parser.add_argument("--connections", type=int, default=8)
    options = parser.parse_args()
    if not shutil.which("node") or not shutil.which("redis-server"):
        raise SystemExit("Node.js and redis-server are needed")
    over_http, over_resp = measure_dabba(options.dabba_server, options)
    seed = measure_seed(options)
    print(f"\nHTTP is {over_http / over_resp:.2f} times RESP, and the seed's architecture {seed / over_http:.0f} times that")


if __name__ == "__main__":
    main()
