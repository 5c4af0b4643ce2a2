#!/usr/bin/python3
"""Kills a server with kill -9 at seeded moments of a mixed load, starts it again, and compares what it has with what it
had acknowledged.

Usage: crash.py --server BINARY [--kills N] [--seed N] [--policy always|everysec|no] [--port N]

Each of a few clients appends numbers to lists of its own, in requests, transactions and scripts, and assigns orders. After
a restart each list must hold exactly 1 to n, where n is at least what was acknowledged with `always`; with the other
policies it may lag behind by what came while the log was being synced or rewritten, and how much is told; a transaction is there as a whole; and of each city's drivers, each is available or with one order.
"""

import argparse
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

import redis

CLIENTS = 4
DRIVERS = 20
TOGETHER = 3  # numbers in one transaction or script

SCRIPT = "for i = 1, 3 do redis.call('RPUSH', KEYS[1], redis.call('INCR', KEYS[2])) end"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Load(threading.Thread):
    """One client: what it knows to be acknowledged is in `acknowledged`."""

    def __init__(self, port, number, seed, start):
        super().__init__()
        self.port, self.number, self.chance = port, number, random.Random(seed)
        self.acknowledged = start
        self.orders = []

    def run(self):
        client = redis.Redis(port=self.port, decode_responses=True)
        script = client.register_script(SCRIPT)
        try:
            while True:
                self.step(client, script)
        except (redis.ConnectionError, redis.TimeoutError):
            return

    def step(self, client, script):
        names = [f"list:{self.number}", f"count:{self.number}"]
        kind = self.chance.randrange(6)
        if kind == 0:
            script(keys=names)
            self.acknowledged += TOGETHER
        elif kind == 1:
            pipe = client.pipeline(transaction=True)
            for i in range(TOGETHER):
                pipe.rpush(names[0], self.acknowledged + i + 1)
                pipe.incr(names[1])
            pipe.execute()
            self.acknowledged += TOGETHER
        elif kind == 2:
            self.assign(client)
        elif kind == 3:
            client.set(f"lock:{self.chance.randrange(100)}", "x", px=self.chance.randrange(1, 50))
            client.sadd("pool", *range(10))
            client.spop("pool", 3)
        else:
            pipe = client.pipeline(transaction=True)
            pipe.rpush(names[0], self.acknowledged + 1)
            pipe.incr(names[1])
            pipe.execute()
            self.acknowledged += 1
        if self.chance.randrange(400) == 0:
            try:
                client.bgrewriteaof()
            except redis.ResponseError:
                pass

    def assign(self, client):
        order = f"order:{self.number}:{self.chance.randrange(1 << 40)}"
        offer = ["OFFER"] if self.chance.randrange(2) else []
        reply = client.execute_command("ASSIGN", "city:drivers", "city:available", order, "FROMLONLAT", "77.6", "12.9",
                                       "BYRADIUS", "10", "KM", "PX", self.chance.randrange(20, 2000), *offer)
        if reply is not None and not offer and self.chance.randrange(3):
            client.execute_command("ASSIGN.COMPLETE", order)


def start(binary, folder, port, policy):
    """The process, once it answers."""
    log = open(os.path.join(folder, "server.log"), "ab")  # pylint: disable=consider-using-with
    process = subprocess.Popen([binary, "--port", str(port), "--bind", "127.0.0.1", "--dir", folder, "--appendonly",
                                "yes", "--appendfsync", policy], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    log.close()
    client = redis.Redis(port=port)
    end = time.monotonic() + 60
    while True:
        try:
            client.ping()
            return process
        except (redis.ConnectionError, redis.BusyLoadingError):
            if process.poll() is not None or time.monotonic() > end:
                with open(os.path.join(folder, "server.log"), encoding="utf-8", errors="replace") as text:
                    raise AssertionError("the server does not start:\n" + text.read()[-2000:]) from None
            time.sleep(0.01)


def make_city(client):
    for i in range(DRIVERS):
        client.execute_command("GEOADD", "city:drivers", "77.6", "12.9", f"driver:{i}")
        client.sadd("city:available", f"driver:{i}")


def check(client, loads, policy):
    """What was there before must be there; returns how many numbers each client's list has, and how many are lost."""
    lengths, lost = [], 0
    for load in loads:
        numbers = [int(text) for text in client.lrange(f"list:{load.number}", 0, -1)]
        assert numbers == list(range(1, len(numbers) + 1)), f"list {load.number}: {numbers[-10:]}"
        assert int(client.get(f"count:{load.number}") or 0) == len(numbers), "half a transaction"
        missing = load.acknowledged - len(numbers)
        assert missing <= 0 or policy != "always", f"list {load.number}: {missing} acknowledged numbers are lost"
        lost += max(0, missing)
        lengths.append(len(numbers))
    check_drivers(client)
    return lengths, lost


def check_drivers(client):
    """No driver is with two orders, and whoever has one is not in the pool."""
    available = client.smembers("city:available")
    taken = {}
    for order in client.scan_iter("order:*", count=1000):
        record = client.hgetall(order)
        if record.get("state") != "assigned":
            continue
        driver = record["driver"]
        assert driver not in taken, f"{driver} is with {order} and {taken[driver]}"
        assert driver not in available, f"{driver} is with {order} and available"
        taken[driver] = order
    assert len(available) + len(taken) == DRIVERS, f"{len(available)} available, {len(taken)} with orders"


def crash(binary, folder, policy, kills, seed, port):
    """Returns how many acknowledged numbers were lost in all, and how many there were."""
    chance = random.Random(seed)
    process = start(binary, folder, port, policy)
    client = redis.Redis(port=port, decode_responses=True)
    make_city(client)
    client.execute_command("WAITAOF" if policy != "no" else "ECHO", *(["1", "0", "5000"] if policy != "no" else ["x"]))
    time.sleep(0.05)
    lengths, all_lost = [0] * CLIENTS, 0
    for _ in range(kills):
        loads = [Load(port, i, chance.random(), lengths[i]) for i in range(CLIENTS)]
        for load in loads:
            load.start()
        time.sleep(chance.uniform(0.02, 0.4))
        process.send_signal(signal.SIGKILL)
        process.wait()
        for load in loads:
            load.join()
        process = start(binary, folder, port, policy)
        client = redis.Redis(port=port, decode_responses=True)
        lengths, lost = check(client, loads, policy)
        all_lost += lost
    process.terminate()
    process.wait()
    return all_lost, sum(lengths)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--server", required=True)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--policy", action="append", choices=["always", "everysec", "no"])
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    policies = options.policy or ["always", "everysec", "no"]
    for policy in policies:
        kills = options.kills // len(policies)
        with tempfile.TemporaryDirectory() as folder:
            lost, written = crash(options.server, folder, policy, kills, options.seed, options.port or free_port())
        print(f"{policy}: {kills} kills, {written} numbers, {lost} of those acknowledged were lost", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
