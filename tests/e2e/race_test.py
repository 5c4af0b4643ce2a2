#!/usr/bin/python3
"""scripts/race as a user runs it: without a lock a driver is given away twice, with one never.

Runs under with_server: PORT, SERVER.
"""

import os
import pathlib
import re
import socket
import subprocess
import unittest

from raw_client import ask
from server_process import free_port

PORT = os.environ["PORT"]
DABBA = os.environ["SERVER"] == "dabba"
SCRIPT = str(pathlib.Path(__file__).resolve().parents[2] / "scripts" / "race")


def race(*arguments):
    return subprocess.run([SCRIPT, *arguments], capture_output=True, text=True, timeout=120, check=False)


def rows_of(output):
    """The table's cells after each way's name."""
    rows = {}
    for line in output.splitlines():
        found = re.match(r"(no lock|SET NX EX|ASSIGN) +(.*)", line)
        if found:
            rows[found.group(1)] = re.split(r" {2,}", found.group(2))
    return rows


class Race(unittest.TestCase):
    def check_race(self, rounds, orders):
        # A millisecond for each round trip, as on a network: everybody has read before anybody has written.
        size = ("--rounds", str(rounds), "--orders", str(orders))
        done = race("--port", PORT, *size, "--latency", "1", "--seed", "2847")
        print(done.stdout)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        rows = rows_of(done.stdout)
        self.assertEqual(list(rows), ["no lock", "SET NX EX", "ASSIGN"])

        placed, doubles, retries, round_trips, *_ = rows["no lock"]
        self.assertEqual((int(placed), retries, round_trips), (rounds * orders, "0", "3.00"))
        self.assertGreater(int(doubles), 0)

        placed, doubles, retries, round_trips, *_ = rows["SET NX EX"]
        self.assertEqual((int(placed), doubles), (rounds * orders, "0"))
        self.assertGreater(int(retries), 0)
        self.assertGreater(float(round_trips), 4)

        if DABBA:
            self.assertEqual(rows["ASSIGN"][:4], [str(rounds * orders), "0", "0", "1.00"])
        else:
            self.assertEqual(rows["ASSIGN"], ["not available there"])

    def test_two_orders_want_the_same_driver(self):
        self.check_race(rounds=30, orders=2)

    def test_sixteen_orders_want_the_same_driver(self):
        self.check_race(rounds=5, orders=16)

    def test_it_leaves_nothing_behind_and_touches_nothing_else(self):
        with socket.create_connection(("127.0.0.1", int(PORT)), timeout=30) as connection:
            ask(connection, "FLUSHALL")
            ask(connection, "SADD", "drivers:available:blr", "driver:D4")
            self.assertEqual(race("--port", PORT, "--rounds", "2").returncode, 0)
            self.assertEqual(ask(connection, "KEYS", "*"), b"*1\r\n$21\r\ndrivers:available:blr\r\n")

    def test_what_it_cannot_do_it_says(self):
        for arguments in (["--rounds", "0"], ["--orders", "two"], ["--latency", "-1"], ["--banana"]):
            done = race("--port", PORT, *arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertIn(arguments[0], done.stderr)
        done = race("--port", str(free_port()))
        self.assertEqual(done.returncode, 1)
        self.assertIn("Connection refused", done.stderr)

    def test_help(self):
        done = race("--help")
        self.assertEqual(done.returncode, 0)
        for word in ("--rounds", "--orders", "--port", "--seed", "SET NX EX", "double assignment"):
            self.assertIn(word, done.stdout)


if __name__ == "__main__":
    unittest.main()
