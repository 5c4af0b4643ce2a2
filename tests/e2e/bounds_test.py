#!/usr/bin/python3
"""Nothing without a bound: what a client may not do to the server, to others, or to itself.

SERVER_BINARY names the server. What only Dabba promises is skipped for redis-server.
"""

import os
import signal
import socket
import subprocess
import time
import unittest

from raw_client import ask, encode, info_number, receive_exactly, receive_until_closed
from server_process import ServerProcess, free_port, is_redis, wait_until

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


class UnfinishedRequests(unittest.TestCase):
    def test_a_long_argument_takes_the_memory_that_it_needs(self):
        size = 9 * MEBIBYTE  # just above a power of two
        with ServerProcess(BINARY) as server, server.connect() as connection:
            with server.connect() as sender:
                sender.sendall(b"*2\r\n$4\r\nECHO\r\n$%d\r\n" % size + b"a" * size)
                wait_until(lambda: self.query_memory(connection) > 0.95 * size)
                time.sleep(0.1)  # all of it is there
                self.assertLess(self.query_memory(connection), size + 1.1 * MEBIBYTE)  # Redis adds one, too

    def query_memory(self, connection):
        clients = [dict(field.split("=", 1) for field in line.split()) for line in
                   ask(connection, "CLIENT", "LIST").decode().splitlines() if line.startswith("id=")]
        return max(int(client["qbuf"]) + int(client["qbuf-free"]) for client in clients)


    def test_a_request_of_many_arguments_leaves_nothing_behind(self):
        with ServerProcess(BINARY) as server, server.connect() as connection:
            self.assertEqual(ask(connection, "PING"), b"+PONG\r\n")
            before = info_number(connection, "used_memory")
            self.assertEqual(ask(connection, "SADD", "set", *map(str, range(100_000))), b":100000\r\n")
            self.assertEqual(ask(connection, "UNLINK", "set"), b":1\r\n")
            wait_until(lambda: info_number(connection, "used_memory") < before + MEBIBYTE / 4, "the memory is free")


class Pipelines(unittest.TestCase):
    def test_a_client_may_write_its_whole_pipeline_before_it_reads(self):
        with ServerProcess(BINARY) as server, server.connect() as connection:
            value = b"v" * 1000
            self.assertEqual(ask(connection, "SET", "k", value), b"+OK\r\n")
            request = encode("GET", "k") + encode("ECHO", value)
            # Socket buffers hold a few megabytes; this is 50 each way.
            connection.sendall(request * 50_000)
            expected = (b"$1000\r\n" + value + b"\r\n") * 2
            for _ in range(500):
                self.assertEqual(receive_exactly(connection, len(expected) * 100), expected * 100)


class OutputLimits(unittest.TestCase):
    def test_one_message_to_thousands_of_patterns_of_a_slow_subscriber(self):
        with ServerProcess(BINARY) as server, server.connect() as publisher, server.connect() as subscriber:
            patterns = ["a" + "*" * number for number in range(1, 1001)]
            subscriber.sendall(encode("PSUBSCRIBE", *patterns))
            expected = b"".join(
                b"*3\r\n$10\r\npsubscribe\r\n$%d\r\n%s\r\n:%d\r\n" % (len(name), name.encode(), number)
                for number, name in enumerate(patterns, 1)
            )
            self.assertEqual(receive_exactly(subscriber, len(expected)), expected)
            self.assertEqual(ask(publisher, "PUBLISH", "a", b"m" * MEBIBYTE), b":1000\r\n")
            receive_until_closed(subscriber)
            self.assertLess(server.peak_bytes(), 120 * MEBIBYTE)

    def test_a_long_message_to_many_comes_whole_and_is_kept_once(self):
        count = 30
        sizes = [10, 64 * 1024 - 1, 64 * 1024, 4 * MEBIBYTE, 0, 200_000]
        limit = ("--client-output-buffer-limit", "pubsub", "0", "0", "0")
        with ServerProcess(BINARY, *limit) as server, server.connect() as publisher:
            subscribers = [server.connect() for _ in range(count)]
            for subscriber in subscribers:
                self.assertIn(b"subscribe", ask(subscriber, "SUBSCRIBE", "news"))
                self.assertIn(b"subscribe", ask(subscriber, "PSUBSCRIBE", "n*"))
            for size in sizes:
                self.assertEqual(ask(publisher, "PUBLISH", "news", b"m" * size), b":%d\r\n" % (2 * count))
            if DABBA:  # Redis 7 keeps a copy for each
                self.assertLess(server.peak_bytes(), 160 * MEBIBYTE)
            for subscriber in subscribers:
                for size in sizes:
                    text = b"$%d\r\n%s\r\n" % (size, b"m" * size)
                    expected = b"*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n%s*4\r\n$8\r\npmessage\r\n$2\r\nn*\r\n$4\r\nnews\r\n%s" % (text, text)
                    self.assertTrue(receive_exactly(subscriber, len(expected)) == expected)
                subscriber.sendall(encode("UNSUBSCRIBE"))
                self.assertIn(b"unsubscribe", subscriber.recv(100))
                subscriber.close()

    def test_a_transaction_stops_growing_at_the_limit(self):
        limit = ("--client-output-buffer-limit", "normal", "8mb", "0", "0")
        with ServerProcess(BINARY, *limit) as server, server.connect() as connection:
            self.assertEqual(ask(connection, "SET", "k", b"v" * MEBIBYTE), b"+OK\r\n")
            connection.sendall(encode("MULTI") + encode("GET", "k") * 500 + encode("SET", "done", "1") + encode("EXEC"))
            receive_until_closed(connection)
            with server.connect() as other:
                self.assertEqual(ask(other, "GET", "done"), b"$1\r\n1\r\n")
            self.assertLess(server.peak_bytes(), 64 * MEBIBYTE)

    @unittest.skipUnless(DABBA, "Redis 7.0 lets it wait; 7.2.7 does as here")
    def test_a_long_reply_of_a_transaction_arrives_whole_and_before_what_it_published(self):
        with ServerProcess(BINARY) as server, server.connect() as connection:
            sizes = [0, 1, 100, 65_000, 66_000, 3 * MEBIBYTE, 10, 200_000]
            for size in sizes:
                self.assertEqual(ask(connection, "SET", f"k{size}", b"v" * size), b"+OK\r\n")
            self.assertIn(b"proto", ask(connection, "HELLO", "3"))
            self.assertIn(b"subscribe", ask(connection, "SUBSCRIBE", "news"))
            queued = b"".join(encode("GET", f"k{size}") for size in sizes)
            connection.sendall(encode("MULTI") + queued + encode("PUBLISH", "news", "m") + encode("EXEC"))
            replies = b"".join(b"$%d\r\n%s\r\n" % (size, b"v" * size) for size in sizes)
            reply = b"+OK\r\n" + b"+QUEUED\r\n" * (len(sizes) + 1) + b"*%d\r\n%s:1\r\n" % (len(sizes) + 1, replies)
            message = b">3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$1\r\nm\r\n"
            received = receive_exactly(connection, len(reply) + len(message))
            self.assertEqual(len(received), len(reply) + len(message))
            if DABBA:  # Redis writes the message into the reply
                self.assertTrue(received == reply + message)
            self.assertEqual(ask(connection, "PING"), b"+PONG\r\n")

    def test_who_has_no_password_may_not_let_replies_wait(self):
        with ServerProcess(BINARY, "--requirepass", "secret") as server:
            for _ in range(5):
                with server.connect(timeout_s=5) as stranger:
                    with self.assertRaises(ConnectionError):
                        for _ in range(1000):  # some of the replies stay in the sockets' buffers
                            stranger.sendall(encode("PING") * 10_000)
            self.assertLess(server.peak_bytes(), 32 * MEBIBYTE)


class Housekeeping(unittest.TestCase):
    def test_idle_clients_are_disconnected_however_busy_the_server_is(self):
        with ServerProcess(BINARY, "--timeout", "1") as server, server.connect() as busy:
            silent = server.connect(timeout_s=6)
            members = [f"member {number}" for number in range(5000)]
            churn = b"".join(encode("SADD", f"s{number}", *members) for number in range(10))
            churn += encode("DEL", *(f"s{number}" for number in range(10)))
            reply = b":5000\r\n" * 10 + b":10\r\n"
            deadline = time.monotonic() + 5
            silent.setblocking(False)
            with silent:
                while time.monotonic() < deadline:
                    busy.sendall(churn * 4)
                    self.assertEqual(receive_exactly(busy, 4 * len(reply)), reply * 4)
                    try:
                        if silent.recv(1) == b"":
                            return
                    except BlockingIOError:
                        pass
            self.fail("the silent client is still there after five seconds")

    def test_memory_that_was_freed_goes_back_while_nobody_comes(self):
        with ServerProcess(BINARY) as server, server.connect() as connection:
            before = server.resident_bytes()
            connection.sendall(b"".join(encode("SET", f"key:{number}", b"v" * 1000) for number in range(60_000)))
            self.assertEqual(receive_exactly(connection, 60_000 * 5), b"+OK\r\n" * 60_000)
            self.assertGreater(server.resident_bytes(), before + 50 * MEBIBYTE)
            self.assertEqual(ask(connection, "FLUSHALL"), b"+OK\r\n")
            deadline = time.monotonic() + 13
            while server.resident_bytes() > before + 25 * MEBIBYTE:
                self.assertLess(time.monotonic(), deadline, "the memory is still with the server")
                time.sleep(0.1)


@unittest.skipUnless(DABBA, "Redis goes by the wall clock")
class Clocks(unittest.TestCase):
    @unittest.skipUnless("CLOCK_JUMP" in os.environ, "needs the library that sets the clock")
    def test_locks_and_offers_last_as_long_as_they_should_whatever_happens_to_the_clock(self):
        os.environ["LD_PRELOAD"] = os.environ["CLOCK_JUMP"]
        self.addCleanup(os.environ.pop, "LD_PRELOAD", None)
        with ServerProcess(BINARY) as server, server.connect() as connection:
            self.assertEqual(ask(connection, "GEOADD", "geo", 77.6, 12.97, "driver:D1"), b":1\r\n")
            self.assertEqual(ask(connection, "SADD", "available", "driver:D1"), b":1\r\n")
            for jump, direction in ((signal.SIGUSR1, "forward"), (signal.SIGUSR2, "backward")):
                began = time.monotonic()
                self.assertEqual(ask(connection, "SET", "lock", "order", "PX", "1500"), b"+OK\r\n")
                place = ("FROMLONLAT", 77.6, 12.97, "BYRADIUS", 1, "km")
                ask(connection, "ASSIGN", "geo", "available", direction, *place, "OFFER", "PX", 1500)
                server.process.send_signal(jump)
                time.sleep(0.5)
                answers = ask(connection, "GET", "lock"), ask(connection, "HGET", direction, "state")
                if time.monotonic() - began < 1.5:  # unless this process was held up
                    self.assertEqual(answers, (b"$5\r\norder\r\n", b"$7\r\noffered\r\n"))
                time.sleep(max(0, began + 1.4 - time.monotonic()))
                wait_until(lambda: ask(connection, "GET", "lock") == b"$-1\r\n", "the lock's end", 5)
                unassigned = b"$10\r\nunassigned\r\n"
                wait_until(lambda: ask(connection, "HGET", direction, "state") == unassigned, "the offer's end", 5)
                if direction == "forward":
                    wait_until(lambda: "clock was set" in server.log(), "a line about the clock")


@unittest.skipUnless(DABBA, "Redis lets guess on, and says nothing in its log")
class Passwords(unittest.TestCase):
    def test_guessing_leaves_a_trace_and_ends(self):
        with ServerProcess(BINARY, "--requirepass", "secret") as server:
            for _ in range(3):
                with server.connect() as guesser:
                    guesser.sendall(encode("AUTH", "guess") * 100)
                    self.assertEqual(receive_until_closed(guesser).count(b"-WRONGPASS"), 20)
            with server.connect() as connection:
                self.assertEqual(ask(connection, "AUTH", "secret"), b"+OK\r\n")
                self.assertIn(b"acl_access_denied_auth:60\r\n", ask(connection, "INFO", "stats"))
        lines = [line for line in server.lines if "Wrong password" in line]  # all of them: it has ended
        self.assertEqual(len(lines), 1)
        self.assertIn("127.0.0.1", lines[0])


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
