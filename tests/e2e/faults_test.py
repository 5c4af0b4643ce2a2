#!/usr/bin/python3
"""CLOCK and FAULT over real sockets: what a client sees of a server whose time is moved and whose replies are lost.

SERVER_BINARY names the server.
"""

import os
import socket
import time
import unittest

from raw_client import ask, encode, receive_exactly, receive_until_closed
from server_process import ServerProcess, wait_until

BINARY = os.environ["SERVER_BINARY"]


class FaultyServer(unittest.TestCase):
    def setUp(self):
        self.server = ServerProcess(BINARY, "--enable-test-commands", "yes")
        self.addCleanup(self.server.stop)
        self.control = self.connect()

    def connect(self):
        """One more connection, closed at the end."""
        connection = self.server.connect()
        self.addCleanup(connection.close)
        return connection

    def add(self, *rule):
        """A rule of FAULT."""
        self.assertTrue(ask(self.control, "FAULT", "ADD", *rule).startswith(b":"))


class Replies(FaultyServer):
    def test_the_worst_case_for_a_lock(self):
        self.assertEqual(ask(self.control, "CLOCK", "FREEZE"), b"+OK\r\n")
        self.add("COMMAND", "set", "KEY", "agent:*:lock", "TIMES", "1", "DROPREPLY")
        take = ("SET", "agent:D4:lock", "order:1", "NX", "EX", "30")
        first = self.connect()
        first.sendall(encode("PING") + encode(*take) + encode("PING"))
        self.assertEqual(receive_until_closed(first), b"+PONG\r\n")
        again = self.connect()
        self.assertEqual(ask(again, *take), b"$-1\r\n")
        self.assertEqual(ask(self.control, "CLOCK", "ADVANCE", "30s"), b"+OK\r\n")
        self.assertEqual(ask(again, *take), b"+OK\r\n")

    def test_half_a_reply(self):
        self.assertEqual(ask(self.control, "SET", "key", "x" * 1000), b"+OK\r\n")
        self.add("COMMAND", "get", "HALFREPLY")
        client = self.connect()
        client.sendall(encode("GET", "key"))
        self.assertEqual(len(receive_until_closed(client)), len(b"$1000\r\n" + b"x" * 1000 + b"\r\n") // 2)

    def test_dropped_before_it_is_executed(self):
        self.add("COMMAND", "set", "DROP")
        client = self.connect()
        client.sendall(encode("SET", "key", "value"))
        self.assertEqual(receive_until_closed(client), b"")
        self.assertEqual(ask(self.control, "EXISTS", "key"), b":0\r\n")


class Time(FaultyServer):
    def test_what_comes_behind_a_delayed_request_waits_for_it(self):
        self.assertEqual(ask(self.control, "CLOCK", "FREEZE"), b"+OK\r\n")
        self.add("COMMAND", "set", "TIMES", "1", "DELAY", "1h")
        client = self.connect()
        client.sendall(encode("SET", "key", "value") + encode("GET", "key"))
        self.assertEqual(ask(self.control, "EXISTS", "key"), b":0\r\n")
        self.assertEqual(ask(self.control, "CLOCK", "ADVANCE", "1h"), b"+OK\r\n")
        client.settimeout(10)
        expected = b"+OK\r\n$5\r\nvalue\r\n"
        self.assertEqual(receive_exactly(client, len(expected)), expected)

    def test_a_stalled_client_waits_and_nobody_else(self):
        self.add("COMMAND", "ping", "TIMES", "1", "STALL")
        client = self.connect()
        client.sendall(encode("PING"))
        client.settimeout(0.2)
        self.assertRaises(socket.timeout, client.recv, 1)
        self.assertEqual(ask(self.control, "PING"), b"+PONG\r\n")

    def test_a_blocked_client_has_waited_long_enough(self):
        self.assertEqual(ask(self.control, "CLOCK", "FREEZE"), b"+OK\r\n")
        client = self.connect()
        client.sendall(encode("BLPOP", "queue", "3600"))
        wait_until(lambda: b"blocked_clients:1" in ask(self.control, "INFO", "clients"))
        self.assertEqual(ask(self.control, "CLOCK", "ADVANCE", "1h"), b"+OK\r\n")
        client.settimeout(10)
        self.assertEqual(client.recv(100), b"*-1\r\n")

    def test_a_server_that_is_down_for_a_while(self):
        self.add("COMMAND", "echo", "TIMES", "1", "DOWN", "500ms")
        client, bystander = self.connect(), self.connect()
        client.sendall(encode("ECHO", "x"))
        self.assertEqual(receive_until_closed(client) + receive_until_closed(bystander), b"")
        self.assertEqual(receive_until_closed(self.connect()), b"")
        end = time.monotonic() + 10
        reply = b""
        while reply != b"+PONG\r\n" and time.monotonic() < end:
            with self.server.connect() as connection:
                try:
                    reply = ask(connection, "PING")
                except OSError:
                    time.sleep(0.05)
        self.assertEqual(reply, b"+PONG\r\n")


if __name__ == "__main__":
    unittest.main()
