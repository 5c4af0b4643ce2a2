#!/usr/bin/python3
"""The server as a program: flags, config file, where it listens, how it ends, exit codes.

SERVER_BINARY names the server. What only Dabba promises is skipped for redis-server.
"""

import os
import pathlib
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import unittest

from raw_client import ask, encode, receive_until_closed
from server_process import ServerFailed, ServerProcess, free_port, is_redis

BINARY = os.environ["SERVER_BINARY"]
DABBA = not is_redis(BINARY)


def run(*flags, **options):
    """Runs the server to its end; what it printed is in .stdout, both streams together."""
    return subprocess.run(
        [BINARY, *flags], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=30, check=False, **options
    )


class Starting(unittest.TestCase):
    def test_help_and_version(self):
        for flag in ("--help", "--version"):
            with self.subTest(flag):
                done = run(flag)
                self.assertTrue(done.stdout.strip())
                if DABBA:  # Redis says 1 after its help
                    self.assertEqual(done.returncode, 0)

    def test_an_unknown_flag_is_refused_by_name(self):
        done = run("--port", "0", "--no-such-flag", "1")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no-such-flag", done.stdout)

    def test_a_bad_value_is_refused_by_name(self):
        done = run("--port", "many")
        self.assertEqual(done.returncode, 1)
        self.assertIn("port", done.stdout)

    def test_a_port_that_is_taken_gives_one_clear_line(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            done = run("--port", str(port), "--bind", "127.0.0.1")
        self.assertEqual(done.returncode, 1)
        if DABBA:
            complaints = [line for line in done.stdout.splitlines() if str(port) in line]
            self.assertEqual(len(complaints), 1, done.stdout)
            self.assertIn("in use", complaints[0])
            self.assertLessEqual(len(done.stdout.splitlines()), 2, done.stdout)

    def test_a_config_file_and_flags_that_overrule_it(self):
        with tempfile.TemporaryDirectory() as folder:
            config = pathlib.Path(folder, "server.conf")
            config.write_text('# who may come\nmaxclients 77\ntimeout 100\nrequirepass "se cret"\n', encoding="utf-8")
            with config_server(config, "--timeout", "55") as server, server.connect() as connection:
                self.assertEqual(ask(connection, "AUTH", "se cret"), b"+OK\r\n")
                self.assertEqual(ask(connection, "CONFIG", "GET", "maxclients"), b"*2\r\n$10\r\nmaxclients\r\n$2\r\n77\r\n")
                self.assertEqual(ask(connection, "CONFIG", "GET", "timeout"), b"*2\r\n$7\r\ntimeout\r\n$2\r\n55\r\n")

    def test_what_was_set_is_written_into_the_config_file(self):
        with tempfile.TemporaryDirectory() as folder:
            data = pathlib.Path(folder, "data")
            data.mkdir()
            file = pathlib.Path(folder, "server.conf")
            file.write_text(f"# mine\nmaxclients 77\ndir {data}\n", encoding="utf-8")
            with config_server(file) as server, server.connect() as connection:
                self.assertEqual(ask(connection, "CONFIG", "SET", "maxclients", "66", "timeout", "7"), b"+OK\r\n")
                self.assertEqual(ask(connection, "ACL", "SETUSER", "anna", "on", ">secret", "+ping"), b"+OK\r\n")
                self.assertEqual(ask(connection, "CONFIG", "REWRITE"), b"+OK\r\n")
            text = file.read_text(encoding="utf-8")
            self.assertTrue(text.startswith("# mine\nmaxclients 66\n"), text)
            self.assertEqual({path.name for path in pathlib.Path(folder).iterdir()}, {"data", "server.conf"})
            with config_server(file) as server, server.connect() as connection:
                self.assertEqual(ask(connection, "CONFIG", "GET", "maxclients"), encode("maxclients", "66"))
                self.assertEqual(ask(connection, "CONFIG", "GET", "timeout"), encode("timeout", "7"))
                self.assertEqual(ask(connection, "AUTH", "anna", "secret"), b"+OK\r\n")

    def test_a_mistake_in_the_config_file_is_named_with_its_line(self):
        with tempfile.TemporaryDirectory() as folder:
            config = pathlib.Path(folder, "server.conf")
            config.write_text("# fine\nmaxclients 77\nno-such-directive 1\n", encoding="utf-8")
            done = run(str(config), "--port", "0")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"line 3|:3:")
        self.assertIn("no-such-directive", done.stdout)


def config_server(config, *flags):
    """A server that reads a config file first; the port is still a free one."""

    class Server(ServerProcess):
        def _start(self, binary, flags, port):
            wrapper = pathlib.Path(self.folder, os.path.basename(binary))
            wrapper.write_text(f'#!/bin/sh\nexec "{binary}" "{config}" "$@"\n', encoding="utf-8")
            wrapper.chmod(0o755)
            super()._start(str(wrapper), flags, port)

    return Server(BINARY, *flags)


class Listening(unittest.TestCase):
    def test_on_a_unix_socket_that_is_gone_afterwards(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "server.sock")
            with ServerProcess(BINARY, "--unixsocket", path, "--unixsocketperm", "700", port=free_port()):
                self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o700)
                with socket.socket(socket.AF_UNIX) as connection:
                    connection.connect(path)
                    self.assertEqual(ask(connection, "SET", "a", "1"), b"+OK\r\n")
                    self.assertEqual(ask(connection, "GET", "a"), b"$1\r\n1\r\n")
            self.assertFalse(os.path.exists(path))

    def test_on_several_addresses(self):
        with ServerProcess(BINARY, "--bind", "127.0.0.1", "127.0.0.2") as server:
            for address in ("127.0.0.1", "127.0.0.2"):
                with socket.create_connection((address, server.port), timeout=10) as connection:
                    self.assertEqual(ask(connection, "PING"), b"+PONG\r\n")

    @unittest.skipUnless(DABBA, "for Redis, port 0 means no TCP at all")
    def test_port_0_takes_a_free_one_and_says_which(self):
        with ServerProcess(BINARY) as first, ServerProcess(BINARY) as second:
            self.assertNotEqual(first.port, second.port)
            self.assertIn(f"Listening on 127.0.0.1:{first.port}", first.log())

    def test_the_port_moves_and_clients_stay(self):
        with ServerProcess(BINARY) as server, server.connect() as connection:
            port = free_port()
            self.assertEqual(ask(connection, "CONFIG", "SET", "port", str(port)), b"+OK\r\n")
            with socket.create_connection(("127.0.0.1", port), timeout=10) as other:
                self.assertEqual(ask(other, "CONFIG", "GET", "port"), encode("port", str(port)))
            with self.assertRaises(ConnectionRefusedError):
                server.connect()
            self.assertEqual(ask(connection, "CONFIG", "SET", "port", "0"), b"+OK\r\n")
            with self.assertRaises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port), timeout=10)
            self.assertEqual(ask(connection, "PING"), b"+PONG\r\n")

    def test_where_it_cannot_listen_it_stays_where_it_was(self):
        refusal = b"-ERR CONFIG SET failed (possibly related to argument '%s') - %s\r\n"
        with ServerProcess(BINARY) as server, server.connect() as connection, socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            before = ask(connection, "CONFIG", "GET", "port")
            port = str(taken.getsockname()[1])
            self.assertEqual(ask(connection, "CONFIG", "SET", "maxclients", "7", "port", port),
                             refusal % (b"port", b"Unable to listen on this port. Check server logs."))
            self.assertEqual(ask(connection, "CONFIG", "SET", "bind", "192.0.2.1"),
                             refusal % (b"bind", b"Failed to bind to specified addresses."))
            self.assertEqual(ask(connection, "CONFIG", "GET", "port"), before)
            self.assertNotEqual(ask(connection, "CONFIG", "GET", "maxclients"), encode("maxclients", "7"))
            with server.connect() as other:
                self.assertEqual(ask(other, "PING"), b"+PONG\r\n")
                self.assertEqual(ask(other, "CONFIG", "SET", "bind", "127.0.0.1 127.0.0.2"), b"+OK\r\n")
            with socket.create_connection(("127.0.0.2", server.port), timeout=10) as other:
                self.assertEqual(ask(other, "PING"), b"+PONG\r\n")

    def test_protected_mode_turns_strangers_away(self):
        # A stranger needs an address outside loopback: one in a network of its own, never a real one.
        alone = ["unshare", "--net"] + ([] if os.geteuid() == 0 else ["--map-root-user"])
        if subprocess.run([*alone, "true"], check=False, stderr=subprocess.DEVNULL).returncode:
            self.skipTest("no network namespace can be made here")
        done = subprocess.run(
            [*alone, sys.executable, __file__], env=dict(os.environ, ONLY="stranger"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, text=True
        )
        self.assertEqual(done.returncode, 0, done.stdout)


class Stranger(unittest.TestCase):
    """Runs in a network namespace of its own, as its root."""

    ADDRESS = "192.0.2.1"  # reserved for documentation

    def setUp(self):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        subprocess.run(["ip", "address", "add", self.ADDRESS + "/32", "dev", "lo"], check=True)

    def reply_to_ping(self, server):
        with socket.create_connection((self.ADDRESS, server.port), timeout=10) as connection:
            try:
                connection.sendall(encode("PING") + encode("QUIT"))
            except OSError:
                pass
            return receive_until_closed(connection)

    def test_a_stranger(self):
        flags = ("--bind", "127.0.0.1", self.ADDRESS)
        with ServerProcess(BINARY, *flags) as server:
            refusal = self.reply_to_ping(server)
            self.assertTrue(refusal.startswith(b"-DENIED Redis is running in protected mode because"), refusal)
            self.assertTrue(refusal.endswith(b"\r\n") and refusal.count(b"\n") == 1, refusal)
        with ServerProcess(BINARY, *flags, "--protected-mode", "no") as server:
            self.assertEqual(self.reply_to_ping(server), b"+PONG\r\n+OK\r\n")
        with ServerProcess(BINARY, *flags, "--requirepass", "secret") as server:
            self.assertIn(b"-NOAUTH", self.reply_to_ping(server))


class Ending(unittest.TestCase):
    def test_on_a_signal(self):
        for how in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(how.name):
                server = ServerProcess(BINARY)
                with server.connect() as idle, server.connect() as queueing:
                    self.assertEqual(ask(idle, "PING"), b"+PONG\r\n")
                    self.assertEqual(ask(queueing, "MULTI"), b"+OK\r\n")
                    server.stop(how)
                    self.assertEqual(receive_until_closed(idle), b"")

    def test_on_shutdown(self):
        for words in (["SHUTDOWN"], ["SHUTDOWN", "NOSAVE"], ["SHUTDOWN", "NOW", "FORCE"]):
            with self.subTest(words):
                server = ServerProcess(BINARY)
                with server.connect() as connection:
                    connection.sendall(encode(*words))
                    self.assertEqual(receive_until_closed(connection), b"")
                server.require_clean_exit(server.wait())

    def test_the_port_is_free_at_once_afterwards(self):
        port = free_port()
        for _ in range(3):
            with ServerProcess(BINARY, port=port) as server:
                with server.connect() as connection:
                    self.assertEqual(ask(connection, "PING"), b"+PONG\r\n")

    def test_a_server_that_fails_is_reported_with_its_log(self):
        with self.assertRaisesRegex(ServerFailed, "no-such-flag"):
            ServerProcess(BINARY, "--no-such-flag", "1")


if __name__ == "__main__":
    inside = os.environ.get("ONLY") == "stranger"
    unittest.main(argv=[sys.argv[0], "Stranger"] if inside else [sys.argv[0], "Starting", "Listening", "Ending"])
