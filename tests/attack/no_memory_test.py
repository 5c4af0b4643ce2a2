#!/usr/bin/python3
"""A server whose allocations fail, at points that follow from a seed, or whose address space is small: what
cannot be done ends with an error or with the connection, never with the process.

SERVER_BINARY names the server, FAILING_ALLOCATIONS the library that makes allocations fail.
"""

import os
import random
import resource
import signal
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "e2e")]

from attacks import read_some  # noqa: E402
from commands import Commands, fill  # noqa: E402
from raw_client import ask, encode, receive_exactly  # noqa: E402
from server_process import ServerProcess  # noqa: E402

BINARY = os.environ["SERVER_BINARY"]
MEBIBYTE = 1 << 20
FIRST_SEED = int(os.environ.get("SEED", "1"))
SEEDS = int(os.environ.get("SEEDS", "8"))


class FailingAllocations(unittest.TestCase):
    def serve(self, seed, one_in):
        environment = {"LD_PRELOAD": os.environ["FAILING_ALLOCATIONS"], "FAIL_SEED": str(seed), "FAIL_ONE_IN": str(one_in)}
        os.environ.update(environment)
        try:
            return ServerProcess(BINARY, "--proto-max-bulk-len", "4mb", "--seed", "1")
        finally:
            for name in environment:
                del os.environ[name]

    def attack(self, server, chance, commands):
        for _ in range(60):
            with server.connect() as connection:
                try:
                    connection.sendall(b"".join(commands.request() for _ in range(50)) + encode("QUIT"))
                except OSError:
                    continue
                read_some(connection, 0.2)

    def test_hostile_requests_while_allocations_fail(self):
        for seed in range(FIRST_SEED, FIRST_SEED + SEEDS):
            with self.subTest(seed=seed), self.serve(seed, one_in=(30, 100, 300, 1000)[seed % 4]) as server:
                chance = random.Random(seed)
                commands = Commands(server, chance)
                fill(server)
                server.process.send_signal(signal.SIGUSR2)
                self.attack(server, chance, commands)
                server.process.send_signal(signal.SIGUSR2)
                with server.connect() as connection:
                    self.assertEqual(ask(connection, "FLUSHALL"), b"+OK\r\n")
                    self.assertEqual(ask(connection, "SADD", "s", *range(1000)), b":1000\r\n")
                    self.assertEqual(ask(connection, "SCARD", "s"), b":1000\r\n")
                    self.assertEqual(ask(connection, "DBSIZE"), b":1\r\n")


class SmallAddressSpace(unittest.TestCase):
    def test_more_than_there_is(self):
        with ServerProcess(BINARY, "--seed", "1") as server:
            with open(f"/proc/{server.process.pid}/statm", encoding="ascii") as sizes:
                used = int(sizes.read().split()[0]) * resource.getpagesize()
            limit = used + 200 * MEBIBYTE
            resource.prlimit(server.process.pid, resource.RLIMIT_AS, (limit, limit))
            value = b"v" * MEBIBYTE
            with server.connect() as keeper, server.connect() as greedy:
                refused = 0
                for number in range(400):
                    try:
                        greedy.sendall(encode("SET", f"k{number}", value))
                        refused += receive_exactly(greedy, 5) != b"+OK\r\n"
                    except OSError:
                        refused += 1
                    if refused:
                        break
                self.assertTrue(refused, "400 MB went into 200")
                self.assertEqual(ask(keeper, "FLUSHALL"), b"+OK\r\n")
                self.assertEqual(ask(keeper, "SET", "k", value), b"+OK\r\n")
                with server.connect() as hungry:
                    try:
                        hungry.sendall(encode("GET", "k") * 500)
                    except OSError:
                        pass
                    self.assertEqual(ask(keeper, "PING"), b"+PONG\r\n")
                self.assertEqual(ask(keeper, "STRLEN", "k"), b":%d\r\n" % MEBIBYTE)


if __name__ == "__main__":
    unittest.main()
