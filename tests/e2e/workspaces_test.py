#!/usr/bin/python3
"""Workspaces over real sockets, named as redis-py names them: tests that run side by side see nothing of each other.

SERVER_BINARY names the server.
"""

import os
import tempfile
import threading
import unittest

import redis

from raw_client import ask, receive_until_closed
from server_process import ServerFailed, ServerProcess, wait_until

BINARY = os.environ["SERVER_BINARY"]


class Workspaces(unittest.TestCase):
    def setUp(self):
        self.server = ServerProcess(BINARY, "--enable-test-commands", "yes", "--workspaces", "yes")
        self.addCleanup(self.server.stop)
        self.home = self.client(f"redis://localhost:{self.server.port}")

    def client(self, url):
        client = redis.Redis.from_url(url, decode_responses=True)
        self.addCleanup(client.connection_pool.disconnect)
        return client

    def of(self, name):
        """A client in the workspace of this name."""
        return self.client(f"redis://workspace:{name}@localhost:{self.server.port}")

    def names(self):
        return [entry[1] for entry in self.home.execute_command("WORKSPACE", "LIST")]

    def test_named_in_a_url(self):
        by_user = self.of("a")
        by_name = self.client(f"redis://localhost:{self.server.port}?client_name=workspace:b")
        by_user.set("key", "a")
        by_name.set("key", "b")
        self.assertEqual((by_user.get("key"), by_name.get("key"), self.home.get("key")), ("a", "b", None))
        self.assertEqual(self.names(), ["a", "b"])

    def test_dropped_with_its_last_connection(self):
        first, second = self.of("a"), self.of("a")
        first.set("key", "value")
        self.assertEqual(second.get("key"), "value")
        first.connection_pool.disconnect()
        self.assertEqual(second.get("key"), "value")
        second.connection_pool.disconnect()
        wait_until(lambda: not self.names())
        self.assertIsNone(self.of("a").get("key"))

    def test_a_lost_reply_does_not_end_it(self):
        client = self.of("a")
        client.execute_command("FAULT", "ADD", "COMMAND", "set", "TIMES", "1", "DROPREPLY")
        with self.assertRaises(redis.ConnectionError):
            client.set("lock", "mine", nx=True)
        self.assertIsNone(client.set("lock", "mine", nx=True))
        self.assertEqual(client.get("lock"), "mine")

    def test_each_has_its_time(self):
        client = self.of("a")
        client.execute_command("CLOCK", "ADVANCE", "24h")
        self.assertGreater(client.time()[0] - self.home.time()[0], 23 * 3600)

    def test_a_blocked_client_is_served_by_its_own_workspace(self):
        answers = []
        waiting = self.of("a")
        thread = threading.Thread(target=lambda: answers.append(waiting.blpop("queue", 30)))
        thread.start()
        other = self.of("a")
        wait_until(lambda: other.info("clients")["blocked_clients"] == 1)
        self.home.rpush("queue", "not for a")
        other.rpush("queue", "for a")
        thread.join(20)
        self.assertEqual(answers, [("queue", "for a")])

    def test_a_script_that_takes_long_holds_up_only_its_own(self):
        busy, control = self.of("busy"), self.of("busy")
        busy.config_set("busy-reply-threshold", "50")
        control.ping()
        failures = []

        def run():
            try:
                busy.eval("while true do end", 0)
            except redis.RedisError as error:
                failures.append(str(error))

        thread = threading.Thread(target=run)
        thread.start()

        def is_busy():
            try:
                control.get("key")
                return False
            except redis.RedisError as error:
                return "BUSY" in str(error)

        wait_until(is_busy)
        self.assertTrue(self.home.set("key", "value"))
        self.assertEqual(self.home.execute_command("WORKSPACE", "DROP", "nobody"), 0)
        control.script_kill()
        thread.join(20)
        self.assertEqual(len(failures), 1)

    def test_dropped_by_name(self):
        with self.server.connect() as connection:
            ask(connection, "AUTH", "workspace", "a")
            self.assertEqual(ask(connection, "SET", "key", "value"), b"+OK\r\n")
            self.assertEqual(self.home.execute_command("WORKSPACE", "DROP", "a"), 1)
            self.assertEqual(receive_until_closed(connection), b"")
        with self.server.connect() as connection:
            ask(connection, "AUTH", "workspace", "a")
            self.assertEqual(ask(connection, "WORKSPACE", "DROP", "a"), b":1\r\n")
            self.assertEqual(receive_until_closed(connection), b"")

    def test_shutdown_ends_one(self):
        client = self.of("a")
        client.set("key", "value")
        try:
            client.shutdown(nosave=True)
        except redis.ConnectionError:
            pass
        self.assertTrue(self.home.ping())
        self.assertIsNone(self.of("a").get("key"))


class Fixtures(unittest.TestCase):
    def test_a_server_begins_with_a_fixture(self):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            file.write('{"0": {"greeting": "hello"}, "2": {"queue": ["a", "b"]}}')
            file.flush()
            with ServerProcess(BINARY, "--fixture", file.name) as server, server.connect() as connection:
                self.assertEqual(ask(connection, "GET", "greeting"), b"$5\r\nhello\r\n")
                self.assertEqual(ask(connection, "SELECT", "2"), b"+OK\r\n")
                self.assertEqual(ask(connection, "LLEN", "queue"), b":2\r\n")

    def test_a_fixture_that_is_wrong_ends_the_server(self):
        with tempfile.NamedTemporaryFile("w") as file:
            file.write("SET a 1\nGET a\n")
            file.flush()
            with self.assertRaisesRegex(ServerFailed, "Cannot load the fixture .*: line 2: GET does not write"):
                ServerProcess(BINARY, "--fixture", file.name)


if __name__ == "__main__":
    unittest.main()
