#!/usr/bin/python3
"""maxmemory-clients: when all clients together cost too much, the largest are disconnected.

SERVER_BINARY names the server: Dabba, or Redis 7, which does the same.
"""

import os
import re
import time
import unittest

from raw_client import ask, encode, receive_exactly, receive_until_closed
from server_process import ServerProcess, is_redis

BINARY = os.environ["SERVER_BINARY"]
DABBA = not is_redis(BINARY)
MEBIBYTE = 1 << 20


class Eviction(unittest.TestCase):
    def serve(self, *flags):
        server = ServerProcess(BINARY, *flags)
        self.addCleanup(server.stop)
        self.server = server
        self.admin = server.connect()
        self.addCleanup(self.admin.close)
        ask(self.admin, "CLIENT", "NO-EVICT", "ON")
        return server

    def connect(self, name):
        connection = self.server.connect(timeout_s=10)
        self.addCleanup(connection.close)
        self.assertEqual(ask(connection, "CLIENT", "SETNAME", name), b"+OK\r\n")
        return connection

    def names(self):
        return re.findall(rb" name=(\w+) ", ask(self.admin, "CLIENT", "LIST"))

    def wait_until_evicted(self, *names):
        deadline = time.monotonic() + 10
        while any(name.encode() in self.names() for name in names):
            self.assertLess(time.monotonic(), deadline, f"{names} are still there: {self.names()}")
            time.sleep(0.02)

    def evicted(self):
        found = re.search(rb"\r\nevicted_clients:(\d+)\r\n", ask(self.admin, "INFO", "stats"))
        return int(found.group(1))

    def test_an_unfinished_request(self):
        self.serve("--maxmemory-clients", "10mb")
        small, large = self.connect("small"), self.connect("large")
        try:
            large.sendall(b"*2\r\n$4\r\nECHO\r\n$50000000\r\n" + b"x" * 20 * MEBIBYTE)
        except OSError:
            pass
        self.wait_until_evicted("large")
        self.assertEqual(ask(small, "PING"), b"+PONG\r\n")
        self.assertEqual(self.evicted(), 1)
        self.assertTrue(any("Evicting client: id=" in line and " name=large " in line for line in self.server.lines))
        self.assertLess(self.server.peak_bytes(), 60 * MEBIBYTE)

    def test_replies_that_wait_and_the_largest_first(self):
        self.serve("--maxmemory-clients", "88mb")
        ask(self.admin, "SET", "k", b"v" * MEBIBYTE)
        crowd = [self.connect(f"c{number}") for number in range(3)]
        for connection, count in zip(crowd, (10, 60, 10)):  # some of it in the sockets' buffers
            connection.sendall(encode("GET", "k") * count)
        time.sleep(0.3)
        self.assertEqual(self.evicted(), 0)
        crowd[2].sendall(encode("GET", "k") * 30)
        self.wait_until_evicted("c1")
        self.assertEqual(self.evicted(), 1)
        size = MEBIBYTE + len("$1048576\r\n\r\n")
        self.assertEqual(len(receive_exactly(crowd[0], 10 * size)), 10 * size)
        self.assertEqual(len(receive_exactly(crowd[2], 40 * size)), 40 * size)

    def test_a_transaction_and_subscriptions_count(self):
        self.serve("--maxmemory-clients", "10mb")
        small, queuing, listening = self.connect("small"), self.connect("queuing"), self.connect("listening")
        try:
            queuing.sendall(encode("MULTI") + encode("SADD", "s", "x" * 1000) * 12_000)
        except OSError:
            pass
        self.wait_until_evicted("queuing")
        try:
            for begin in range(0, 300_000, 1000):
                listening.sendall(encode("SUBSCRIBE", *range(begin, begin + 1000)))
                listening.recv(MEBIBYTE)
        except OSError:
            pass
        self.wait_until_evicted("listening")
        self.assertEqual(ask(small, "PING"), b"+PONG\r\n")
        self.assertEqual(self.evicted(), 2)

    def test_who_may_not_be_evicted_stays_and_others_go(self):
        self.serve("--maxmemory-clients", "10mb")
        ask(self.admin, "SET", "k", b"v" * MEBIBYTE)
        kept = self.connect("kept")
        self.assertEqual(ask(kept, "CLIENT", "NO-EVICT", "on"), b"+OK\r\n")
        other = self.connect("other")
        kept.sendall(encode("GET", "k") * 30)
        self.wait_until_evicted("other")
        self.assertIn(b"kept", self.names())
        size = MEBIBYTE + len("$1048576\r\n\r\n")
        self.assertEqual(len(receive_exactly(kept, 30 * size)), 30 * size)

    def test_a_part_of_maxmemory_set_while_it_runs(self):
        self.serve()
        ask(self.admin, "SET", "k", b"v" * MEBIBYTE)
        large = self.connect("large")
        large.sendall(encode("GET", "k") * 40)
        time.sleep(0.3)
        self.assertEqual(ask(self.admin, "CONFIG", "SET", "maxmemory-clients", "10%"), b"+OK\r\n")
        self.assertEqual(ask(self.admin, "CONFIG", "SET", "maxmemory", "1gb"), b"+OK\r\n")
        time.sleep(0.2)
        self.assertEqual(self.evicted(), 0)
        self.assertEqual(ask(self.admin, "CONFIG", "SET", "maxmemory", "100mb"), b"+OK\r\n")
        self.wait_until_evicted("large")
        self.assertEqual(self.evicted(), 1)

    def test_clients_memory_is_told_as_one_number(self):
        self.serve()
        ask(self.admin, "SET", "k", b"v" * MEBIBYTE)
        large = self.connect("large")
        large.sendall(encode("GET", "k") * 30)
        deadline = time.monotonic() + 10
        while True:  # Redis sums it up from time to time
            told = int(re.search(rb"mem_clients_normal:(\d+)", ask(self.admin, "INFO", "memory")).group(1))
            if told > 20 * MEBIBYTE:
                break
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)
        self.assertLess(told, 40 * MEBIBYTE)

    @unittest.skipUnless(DABBA, "Redis evicts before the next command")
    def test_no_message_and_no_reply_goes_beyond_before_anyone_is_evicted(self):
        self.serve("--maxmemory-clients", "20mb")
        self.assertEqual(ask(self.admin, "SET", "k", b"v" * MEBIBYTE), b"+OK\r\n")
        crowd = [self.connect(f"c{number}") for number in range(200)]
        for connection in crowd:
            ask(connection, "SUBSCRIBE", "a")
        reply = ask(self.admin, "PUBLISH", "a", b"m" * 8 * MEBIBYTE)
        self.assertEqual(reply, b":200\r\n")
        reader = self.connect("reader")
        reader.sendall(encode("MULTI") + encode("GET", "k") * 200 + encode("EXEC"))
        receive_until_closed(reader)
        self.assertEqual(ask(self.admin, "PING"), b"+PONG\r\n")
        self.assertLess(self.server.peak_bytes(), 80 * MEBIBYTE)


if __name__ == "__main__":
    unittest.main()
