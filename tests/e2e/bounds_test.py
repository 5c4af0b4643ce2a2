#!/usr/bin/python3
"""Nothing without a bound: what a client may not do to the server, to others, or to itself.

SERVER_BINARY names the server. What only Dabba promises is skipped for redis-server.
"""

import os
import socket
import subprocess
import time
import unittest

from raw_client import ask, encode, receive_exactly, receive_until_closed
from server_process import ServerProcess, free_port, is_redis

BINARY = os.environ["SERVER_BINARY"]
DABBA = not is_redis(BINARY)
MEBIBYTE = 1 << 20
HIGHEST = str(2**63 - 1)


@unittest.skipUnless(DABBA, "Redis reserves what is announced")
class Sizes(unittest.TestCase):
    def test_the_highest_size_with_the_highest_limit(self):
        with ServerProcess(BINARY) as server, server.connect() as connection:
            self.assertEqual(ask(connection, "CONFIG", "SET", "proto-max-bulk-len", HIGHEST), b"+OK\r\n")
            with server.connect() as claimer:
                claimer.sendall(b"*2\r\n$4\r\nECHO\r\n$%s\r\nabc\r\n" % HIGHEST.encode())
                time.sleep(0.1)
                self.assertEqual(ask(connection, "PING"), b"+PONG\r\n")
            self.assertLess(server.resident_bytes(), 32 * MEBIBYTE)


@unittest.skipUnless(DABBA, "Redis follows the seed of its own making, and waits for its log")
class Secrets(unittest.TestCase):
    def order_of_a_set(self, *flags):
        """The seed, the order in which a set's members are told, and the log."""
        with ServerProcess(BINARY, *flags) as server, server.connect() as connection:
            ask(connection, "SADD", "s", *(f"member {number}" for number in range(500)))
            seed = ask(connection, "CONFIG", "GET", "seed").split(b"\r\n")[4].decode()
            return seed, hash(ask(connection, "SMEMBERS", "s")), server.log()

    def test_the_hash_does_not_follow_from_the_seed_that_is_shown(self):
        seed, order, log = self.order_of_a_set()
        self.assertNotIn("A seed was given", log)
        same_seed, other_order, log = self.order_of_a_set("--seed", seed)
        self.assertEqual(same_seed, seed)
        self.assertNotEqual(other_order, order)
        self.assertIn("A seed was given", log)
        self.assertEqual(self.order_of_a_set("--seed", seed)[1], other_order)


@unittest.skipUnless(DABBA, "Redis waits for whoever reads its log")
class Logs(unittest.TestCase):
    def test_a_log_that_is_not_read_stops_nobody(self):
        port = free_port()
        command = [BINARY, "--port", str(port), "--bind", "127.0.0.1", "--loglevel", "debug"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        process.stdout.readline()
        for _ in range(3000):
            with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
                self.assertEqual(ask(connection, "PING"), b"+PONG\r\n")
        process.terminate()
        self.assertEqual(process.wait(10), 0)


if __name__ == "__main__":
    unittest.main()
