#!/usr/bin/python3
"""Clients that are broken, greedy, slow or rude. Whatever they do, the server stays up, bounded and polite.

SERVER_BINARY names the server. Where Redis itself does not keep Dabba's promise, the test says so.
"""

import os
import random
import resource
import socket
import threading
import time
import unittest

from raw_client import ask, close_with_reset, encode, receive_exactly, receive_until_closed
from server_process import ServerProcess, is_redis, wait_until

BINARY = os.environ["SERVER_BINARY"]
DABBA = not is_redis(BINARY)
MEBIBYTE = 1 << 20


class ServerTest(unittest.TestCase):
    flags = ()

    def setUp(self):
        self.server = ServerProcess(BINARY, *self.flags)
        self.addCleanup(self.server.stop)

    def connect(self):
        connection = self.server.connect()
        self.addCleanup(connection.close)
        return connection

    def connected_clients(self):
        with self.server.connect() as connection:
            lines = ask(connection, "INFO", "clients").decode().split("\r\n")
        return next(int(line.split(":")[1]) for line in lines if line.startswith("connected_clients:")) - 1

    def check_answers(self):
        with self.server.connect() as connection:
            self.assertEqual(ask(connection, "PING"), b"+PONG\r\n")


class BrokenRequests(ServerTest):
    def test_one_byte_at_a_time(self):
        connection = self.connect()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in encode("ECHO", b"a\r\nb\x00c") + b"PING tiffin\r\n" + b"\r\n" + encode("PING"):
            connection.sendall(bytes([byte]))
        expected = b"$6\r\na\r\nb\x00c\r\n$6\r\ntiffin\r\n+PONG\r\n"
        self.assertEqual(receive_exactly(connection, len(expected)), expected)

    def test_half_a_request_and_gone(self):
        whole = encode("SET", "half", "never")
        for size in range(1, len(whole)):
            with self.server.connect() as connection:
                connection.sendall(whole[:size])
        wait_until(lambda: self.connected_clients() == 0, "the half clients are forgotten")
        with self.server.connect() as connection:
            self.assertEqual(ask(connection, "EXISTS", "half"), b":0\r\n")

    def test_the_exact_error_and_then_the_end(self):
        cases = {
            b"*2147483648\r\n": b"invalid multibulk length",
            b"*x\r\n": b"invalid multibulk length",
            b"*1\r\n:1\r\n": b"expected '$', got ':'",
            b"*1\r\n$536870913\r\n": b"invalid bulk length",
            b"*1\r\n$-1\r\n": b"invalid bulk length",
            b"*1\r\n$x\r\n": b"invalid bulk length",
            b"*" + b"1" * 70_000: b"too big mbulk count string",
            b"*1\r\n$" + b"1" * 70_000: b"too big bulk count string",
            b"x" * 70_000: b"too big inline request",
            b'PING "open\r\n': b"unbalanced quotes in request",
        }
        for sent, reason in cases.items():
            with self.subTest(sent[:20]), self.server.connect() as connection:
                connection.sendall(encode("PING") + sent)
                self.assertEqual(
                    receive_until_closed(connection), b"+PONG\r\n-ERR Protocol error: " + reason + b"\r\n"
                )
        self.check_answers()

    def test_garbage(self):
        seed = random.SystemRandom().randrange(1 << 32)
        chance = random.Random(seed)
        with self.subTest(seed=seed):
            for _ in range(300):
                with self.server.connect() as connection:
                    size = chance.randrange(1, 2000)
                    pieces = (b"*", b"$", b"\r\n", b"1", b"-", b"PING", b"SET", b"\x00", b"\xff", chance.randbytes(8))
                    garbage = b"".join(chance.choice(pieces) for _ in range(size))
                    try:
                        connection.sendall(garbage)
                        connection.shutdown(socket.SHUT_WR)
                    except OSError:
                        continue  # refused before all of it was sent
                    receive_until_closed(connection)
            self.check_answers()

    def test_claims_cost_no_memory(self):
        with self.server.connect() as connection:
            ask(connection, "PING")
        before = self.server.resident_bytes()
        claims = (b"*1048576\r\n", b"*2\r\n$3\r\nGET\r\n$536870912\r\nx", b"*1048576\r\n$536870912\r\n")
        clients = [self.connect() for _ in range(60)]
        for number, connection in enumerate(clients):
            connection.sendall(claims[number % len(claims)])
        wait_until(lambda: self.connected_clients() == len(clients), "all are connected")
        self.check_answers()
        self.assertLess(self.server.resident_bytes() - before, 64 * MEBIBYTE)


class Strangers(ServerTest):
    flags = ("--requirepass", "secret")

    def test_may_not_make_large_claims(self):
        cases = {
            b"*11\r\n": b"unauthenticated multibulk length",
            b"*1\r\n$16385\r\n": b"unauthenticated bulk length",
        }
        for sent, reason in cases.items():
            with self.subTest(sent), self.server.connect() as connection:
                connection.sendall(sent)
                self.assertEqual(receive_until_closed(connection), b"-ERR Protocol error: " + reason + b"\r\n")

    def test_must_give_the_password(self):
        connection = self.connect()
        self.assertEqual(ask(connection, "PING"), b"-NOAUTH Authentication required.\r\n")
        self.assertIn(b"-WRONGPASS", ask(connection, "AUTH", "wrong"))
        self.assertEqual(ask(connection, "AUTH", "secret"), b"+OK\r\n")
        self.assertEqual(ask(connection, "PING"), b"+PONG\r\n")


class SlowReaders(ServerTest):
    def test_a_huge_pipeline_is_answered_in_bounded_memory(self):
        count, value = 100_000, b"v" * 1000
        reply = b"$1000\r\n" + value + b"\r\n"
        connection = self.connect()
        self.assertEqual(ask(connection, "SET", "big", value), b"+OK\r\n")
        before = self.server.resident_bytes()
        sender = threading.Thread(target=connection.sendall, args=(encode("GET", "big") * count,), daemon=True)
        sender.start()
        # Nothing is read until the server's memory stands still: all its buffers are full by then.
        last = -1
        while (now := self.server.resident_bytes()) != last:
            last = now
            time.sleep(0.25)
        self.check_answers()
        grown = self.server.resident_bytes() - before
        received = receive_exactly(connection, len(reply) * count)
        sender.join(30)
        self.assertFalse(sender.is_alive())
        self.assertEqual(len(received), len(reply) * count)
        self.assertEqual(received, reply * count)
        self.assertLess(grown, 130 * MEBIBYTE)  # the replies are 100

    def test_a_client_over_its_output_limit_is_dropped(self):
        connection = self.connect()
        self.assertEqual(ask(connection, "CONFIG", "SET", "client-output-buffer-limit", "normal 1mb 0 0"), b"+OK\r\n")
        self.assertEqual(ask(connection, "SET", "big", b"v" * (32 * MEBIBYTE)), b"+OK\r\n")
        connection.sendall(encode("GET", "big"))
        self.assertLess(len(receive_until_closed(connection)), 32 * MEBIBYTE)
        self.check_answers()


class RudeClients(ServerTest):
    def test_gone_in_the_middle_of_a_reply(self):
        with self.server.connect() as connection:
            ask(connection, "SET", "big", b"v" * MEBIBYTE)
        for number in range(200):
            connection = self.server.connect()
            connection.sendall(encode("GET", "big") * 20)
            if number % 2:
                connection.recv(1000)
            close_with_reset(connection)
        wait_until(lambda: self.connected_clients() == 0, "the rude clients are forgotten")
        self.check_answers()

    def test_gone_inside_a_transaction(self):
        for _ in range(50):
            connection = self.server.connect()
            connection.sendall(encode("WATCH", "a") + encode("MULTI") + encode("SET", "a", "1"))
            self.assertEqual(receive_exactly(connection, 5 + 5 + 9), b"+OK\r\n+OK\r\n+QUEUED\r\n")
            close_with_reset(connection)
        with self.server.connect() as connection:
            self.assertEqual(ask(connection, "EXISTS", "a"), b":0\r\n")

    def test_half_closed_clients_still_get_their_answers(self):
        connection = self.connect()
        connection.sendall(encode("PING") * 1000)
        connection.shutdown(socket.SHUT_WR)
        self.assertEqual(receive_until_closed(connection), b"+PONG\r\n" * 1000)


class Crowds(ServerTest):
    def test_a_thousand_connections(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard < 1200:
            self.skipTest(f"only {hard} open files are allowed here")
        # Raised for this process only: the server was started before and must raise its own.
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 1200), hard))
        clients = [self.connect() for _ in range(1000)]
        for connection in clients:
            connection.sendall(encode("PING"))
        self.assertEqual([receive_exactly(connection, 7) for connection in clients], [b"+PONG\r\n"] * 1000)
        self.assertEqual(self.connected_clients(), 1000)
        for connection in clients:
            connection.close()
        wait_until(lambda: self.connected_clients() == 0, "all thousand are forgotten")


class SmallHouse(ServerTest):
    flags = ("--maxclients", "5")

    def test_who_comes_too_late_is_told_so(self):
        guests = [self.connect() for _ in range(5)]
        for guest in guests:
            self.assertEqual(ask(guest, "PING"), b"+PONG\r\n")
        late = self.connect()
        self.assertEqual(receive_until_closed(late), b"-ERR max number of clients reached\r\n")
        guests.pop().close()

        def admitted():
            with self.server.connect() as connection:
                return ask(connection, "PING") == b"+PONG\r\n"

        wait_until(admitted, "a place is free again")


if __name__ == "__main__":
    unittest.main()
