#!/usr/bin/env python3
"""Measures Dabba as a test double beside redis-server: starts, fresh states, snapshots, workspaces, memory.

Usage: test_double_bench.py DABBA_SERVER [REDIS_SERVER] [--keys N] [--tests N] [--starts N]

Both servers get the same requests, written beforehand, from a client that only counts the bytes of replies. A row is
the median of three runs, the servers taking turns. Exits with 1 if a bar is not reached. See TEST_DOUBLE.md.
"""

import argparse
import multiprocessing
import os
import pathlib
import shutil
import socket
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import report  # noqa: E402
from servers import Program, Server, encode  # noqa: E402

DABBA_FLAGS = ["--enable-test-commands", "yes", "--workspaces", "yes"]
RUNS = 3
SUITES = 8
TEST = [line.split() for line in """
SET agent:D4:lock order:1 NX EX 30
GET agent:D4:lock
TTL agent:D4:lock
DEL agent:D4:lock
INCR orders
INCRBY orders 5
HSET driver:D4 name Rohit rating 4.8
HGETALL driver:D4
SADD available D4 D2 D7
SMEMBERS available
SREM available D2
ZADD ratings 4.8 D4 4.5 D2
ZRANGE ratings 0 -1 WITHSCORES
GEOADD places 77.5946 12.9716 D4
GEOSEARCH places FROMLONLAT 77.6 12.97 BYRADIUS 5 km
LPUSH queue one two three
RPOP queue
EXISTS agent:D4:lock orders
MSET a 1 b 2 c 3
MGET a b c d
""".strip().splitlines()]


def written(requests):
    return b"".join(encode(request) for request in requests)


class Connection:
    """Requests as bytes; of the replies only the size is looked at."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, *words):
        """The first line of the reply, which has no more than one."""
        self.socket.sendall(encode(words))
        reply = b""
        while not reply.endswith(b"\r\n"):
            reply += self.socket.recv(65536)
        if reply.startswith(b"-"):
            raise SystemExit(f"{words}: {reply.decode()}")
        return reply

    def size_of_replies(self, requests):
        """How many bytes the replies to these have."""
        self.socket.sendall(written([*requests, ["ECHO", "the-end"]]))
        replies = b""
        while not replies.endswith(b"the-end\r\n"):
            replies += self.socket.recv(1 << 20)
        return len(replies) - len(b"$7\r\nthe-end\r\n")

    def exchange(self, requests, reply_bytes):
        self.socket.sendall(requests)
        while reply_bytes > 0:
            reply_bytes -= len(self.socket.recv(1 << 20))

    def close(self):
        self.socket.close()


def start(program, _options):
    """Milliseconds from starting the process to its first reply."""
    times = []
    for _ in range(10):
        with Server(program) as server:
            times.append(server.start_ms)
    return statistics.median(times)


def server_for_each_test(program, options):
    """Milliseconds for each of so many tests, with a server of its own: started, asked, stopped."""
    requests, reply_bytes = written(TEST), None
    began = time.perf_counter()
    for _ in range(options.starts):
        with Server(program) as server:
            connection = Connection(server.port)
            reply_bytes = reply_bytes or connection.size_of_replies(TEST)
            connection.exchange(requests, reply_bytes)
            connection.close()
    return (time.perf_counter() - began) * 1000 / options.starts


def idle_memory(program, _options):
    """Megabytes that are resident after one reply."""
    with Server(program) as server:
        return server.resident_bytes() / 2**20


def run_suite(port, tests, fresh, workspace="", at_once=1):
    """So many tests in turn, a fresh state before each; the requests of so many tests are one pipeline."""
    connection = Connection(port)
    if workspace:
        connection.ask("WORKSPACE", "USE", workspace)
    if fresh[0] == "SNAPSHOT":
        connection.ask("SNAPSHOT", "TAKE", "fresh")
    test = [fresh, *TEST]
    reply_bytes = connection.size_of_replies(test) * at_once
    requests = written(test) * at_once
    for _ in range(tests // at_once):
        connection.exchange(requests, reply_bytes)
    connection.close()


def suite(fresh, at_once=1):
    def measure(program, options):
        """Microseconds of the server's processor per test, and microseconds by the clock."""
        with Server(program) as server:
            run_suite(server.port, options.tests // 10, fresh, at_once=at_once)
            busy, began = server.cpu_us(), time.perf_counter()
            run_suite(server.port, options.tests, fresh, at_once=at_once)
            wall = time.perf_counter() - began
            return (server.cpu_us() - busy) / options.tests, wall * 1e6 / options.tests
    return measure


def suites_in_parallel(program, options):
    """Seconds for eight suites at once: in eight workspaces of one Dabba, or each on a server of its own."""
    servers = [Server(program) for _ in range(1 if program.is_dabba else SUITES)]
    try:
        clients = [multiprocessing.Process(target=run_suite, args=(
            servers[i % len(servers)].port, options.tests, ["FLUSHALL"], f"suite{i}" if program.is_dabba else ""))
            for i in range(SUITES)]
        began = time.perf_counter()
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        return time.perf_counter() - began
    finally:
        for server in servers:
            server.stop()


def workspace(program, _options):
    """Milliseconds to make a workspace, fill it with 100 keys, check them and drop it."""
    times = []
    with Server(program) as server:
        connection = Connection(server.port)
        for i in range(50):
            keys = [f"key:{n}" for n in range(100)]
            test = [["WORKSPACE", "USE", f"w{i}"], *(["SET", key, "value"] for key in keys), ["DBSIZE"],
                    *(["GET", key] for key in keys), ["WORKSPACE", "USE", ""], ["WORKSPACE", "DROP", f"w{i}"]]
            reply_bytes = len(b"+OK\r\n") * 102 + len(b":100\r\n") + len(b"$5\r\nvalue\r\n") * 100 + len(b":0\r\n")
            requests = written(test)
            began = time.perf_counter()
            connection.exchange(requests, reply_bytes)
            times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def snapshots(program, options):
    """Milliseconds of RESTORE after 100 changes, of FLUSHALL, and of RESTORE after that; of how many keys."""
    restores, flushes, after_flush = [], [], []
    with Server(program) as server:
        connection = Connection(server.port)
        for first in range(0, options.keys, 1000):
            words = [word for n in range(first, first + 1000) for word in (f"key:{n}", "value")]
            connection.ask("MSET", *words)
        connection.ask("SNAPSHOT", "TAKE", "full")
        for _ in range(20):
            for n in range(100):
                connection.ask("SET", f"key:{n * 977 % options.keys}", "changed")
            restores.append(timed_ms(connection, "SNAPSHOT", "RESTORE", "full"))
            flushes.append(timed_ms(connection, "FLUSHALL"))
            after_flush.append(timed_ms(connection, "SNAPSHOT", "RESTORE", "full"))
            if connection.ask("DBSIZE") != b":%d\r\n" % options.keys:
                raise SystemExit("keys were lost")
    return tuple(statistics.median(times) for times in (restores, flushes, after_flush))


def timed_ms(connection, *words):
    began = time.perf_counter()
    connection.ask(*words)
    return (time.perf_counter() - began) * 1000


def medians(values):
    """The median of runs that gave a number, or a tuple of numbers."""
    if isinstance(values[0], tuple):
        return tuple(statistics.median(column) for column in zip(*values))
    return statistics.median(values)


class Table:
    """Rows of (what, Dabba's, Redis's, bar, measured, reached)."""

    def __init__(self, dabba, redis, options):
        self.dabba, self.redis, self.options = dabba, redis, options
        self.rows = []

    def beside(self, measure):
        """Both servers' medians, measured in turns."""
        print(f"{measure.__doc__ or 'suite'}", file=sys.stderr, flush=True)
        ours, theirs = [], []
        for _ in range(RUNS):
            ours.append(measure(self.dabba, self.options))
            theirs.append(measure(self.redis, self.options))
        return medians(ours), medians(theirs)

    def at_most(self, what, unit, ours, theirs, share):
        ratio = ours / theirs
        self.rows.append((what, f"{report.number(ours)} {unit}", f"{report.number(theirs)} {unit}",
                          f"at most {share:.2f}", f"{ratio:.2f}", ratio <= share))

    def under(self, what, unit, ours, limit, theirs=None):
        self.rows.append((what, f"{report.number(ours)} {unit}", "-" if theirs is None else
                          f"{report.number(theirs)} {unit}", f"under {limit} {unit}", f"{report.number(ours)} {unit}",
                          ours < limit))

    def print(self):
        rows = [(what, ours, theirs, bar, measured + ("" if reached else ": NOT REACHED"))
                for what, ours, theirs, bar, measured, reached in self.rows]
        print(report.table(("case", "Dabba", "Redis", "bar", "measured"), rows))
        return all(row[-1] for row in self.rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dabba")
    parser.add_argument("redis", nargs="?", default=shutil.which("redis-server"))
    parser.add_argument("--keys", type=int, default=1_000_000)
    parser.add_argument("--tests", type=int, default=1000)
    parser.add_argument("--starts", type=int, default=100)
    options = parser.parse_args()
    print(f"{report.machine()}\n", flush=True)
    table = Table(Program("dabba", os.path.abspath(options.dabba), flags=DABBA_FLAGS),
                  Program("redis", options.redis, flags=["--save", ""]), options)

    table.at_most("start to first reply", "ms", *table.beside(start), 1 / 5)
    table.at_most(f"a server for each of {options.starts} tests, each", "ms", *table.beside(server_for_each_test), 1 / 12)
    what = f"{options.tests} tests of 20 commands, FLUSHALL before each"
    for at_once, how in ((1, "each a pipeline"), (50, "50 a pipeline")):
        (ours_cpu, ours_wall), (theirs_cpu, theirs_wall) = table.beside(suite(["FLUSHALL"], at_once))
        table.at_most(f"{what}, {how}: processor", "us", ours_cpu, theirs_cpu, 1 / 3)
        table.at_most(f"{what}, {how}: by the clock", "us", ours_wall, theirs_wall, 1 / 2)
    restored = medians([suite(["SNAPSHOT", "RESTORE", "fresh"], 50)(table.dabba, options) for _ in range(RUNS)])
    table.at_most("the same, SNAPSHOT RESTORE before each: processor", "us", restored[0], theirs_cpu, 1 / 3)
    table.at_most(f"{SUITES} such suites at once, in workspaces, and on {SUITES} servers", "s",
                  *table.beside(suites_in_parallel), 1)
    table.under("a workspace made, filled with 100 keys, checked, dropped", "ms",
                medians([workspace(table.dabba, options) for _ in range(RUNS)]), 1)
    restore, flush, after_flush = snapshots(table.dabba, options)
    table.under(f"SNAPSHOT RESTORE of {options.keys:,} keys, 100 of them changed", "ms", restore, 1)
    table.under(f"FLUSHALL of {options.keys:,} keys under a snapshot", "ms", flush, 1)
    table.under("SNAPSHOT RESTORE after that", "ms", after_flush, 1)
    ours, theirs = table.beside(idle_memory)
    table.under("resident memory of an idle server", "MB", ours, 5, theirs)
    sys.exit(0 if table.print() else 1)


if __name__ == "__main__":
    main()
