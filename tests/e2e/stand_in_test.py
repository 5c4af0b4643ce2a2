#!/usr/bin/python3
"""The server in place of redis-server, wherever a program starts one: flags, log, files, renamed commands, and the
programs themselves (npm's redis-memory-server and redis-server, Perl's Test::RedisServer).

SERVER_BINARY names the server; redis-server itself must pass, too.
"""

import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import unittest

from raw_client import ask
from server_process import ServerProcess, free_port, is_redis, wait_until

BINARY = os.environ["SERVER_BINARY"]
DABBA = not is_redis(BINARY)
HERE = pathlib.Path(__file__).parent
TIMEOUT_S = 20


class Started:
    """A server as a wrapper starts it: `with Started("--port 7000") as server:`; its output is in a file."""

    def __init__(self, *flags, stdin="", folder=None):
        self._folder = tempfile.TemporaryDirectory(prefix="dabba-test-")
        self.folder = pathlib.Path(folder or self._folder.name)
        self._output = open(self.folder / "output", "w+", encoding="utf-8")
        self.process = subprocess.Popen([BINARY, *flags], cwd=self.folder, text=True, stdin=subprocess.PIPE,
                                        stdout=self._output, stderr=subprocess.STDOUT)
        self.process.stdin.write(stdin)
        self.process.stdin.close()

    def output(self):
        """What it has printed so far."""
        return (self.folder / "output").read_text(encoding="utf-8")

    def wait_for(self, text):
        """Until the text was printed."""
        wait_until(lambda: text in self.output() or self.process.poll() is not None)
        if text not in self.output():
            raise AssertionError(f"{text!r} was not printed:\n{self.output()}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(TIMEOUT_S)
        self._output.close()
        self._folder.cleanup()


def is_open(port):
    """Whether somebody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def ping(port):
    """The reply to PING there."""
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S) as connection:
        return ask(connection, "PING")


class Flags(unittest.TestCase):
    def test_every_way_to_write_them(self):
        port = free_port()
        for flags, stdin in (
            ([f"--port {port}", "--save", ""], ""),
            (["--port", str(port), "--save 900 1 300 10", "--appendonly", "no"], ""),
            (["--PORT", str(port), "--slaveof", "no", "one", "--loglevel notice"], ""),
            (["--loglevel", "notice", "-"], f"port {port}\n"),
            (["-", "--loglevel", "notice"], f"port {port}\n"),
            (["--port", str(port), "--list-max-ziplist-entries", "9", "--lua-replicate-commands", "yes"], ""),
            (["--port", str(port), "--bind", "127.0.0.1", "--hash-max-ziplist-entries", "9"], ""),
        ):
            with self.subTest(flags), Started(*flags, stdin=stdin) as server:
                server.wait_for("Ready to accept connections")
                self.assertEqual(ping(port), b"+PONG\r\n")

    def test_flags_overrule_the_file(self):
        port = free_port()
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "redis.conf").write_text("port 1\nmaxclients 77\n", encoding="utf-8")
            with Started("redis.conf", "--port", str(port), folder=folder) as server:
                server.wait_for("Ready to accept connections")
                with socket.create_connection(("127.0.0.1", port)) as connection:
                    self.assertIn(b"77", ask(connection, "CONFIG", "GET", "maxclients"))

    def test_the_version_has_the_form_of_redis(self):
        for flag in ("--version", "-v"):
            done = subprocess.run([BINARY, flag], capture_output=True, text=True, check=True)
            self.assertRegex(done.stdout, r"^Redis server v=7\.\d+\.\d+ sha=[0-9a-f]+:0 malloc=\S+ bits=64 build=[0-9a-f]+\n$")

    def test_a_port_that_is_taken_is_said_in_the_log(self):
        with ServerProcess(BINARY) as first:
            done = subprocess.run([BINARY, "--port", str(first.port)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                  text=True, timeout=TIMEOUT_S, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("Address already in use", done.stdout)


class Files(unittest.TestCase):
    def test_in_the_background_with_a_pidfile(self):
        port = free_port()
        with tempfile.TemporaryDirectory() as folder:
            pidfile = pathlib.Path(folder, "server.pid")
            subprocess.run([BINARY, "--daemonize", "yes", "--dir", folder, "--pidfile", str(pidfile), "--logfile", "log",
                            "--port", str(port), "--save", ""], timeout=TIMEOUT_S, check=True)
            wait_until(pidfile.exists)
            wait_until(lambda: "Ready to accept connections" in pathlib.Path(folder, "log").read_text(encoding="utf-8"))
            self.assertEqual(ping(port), b"+PONG\r\n")
            os.kill(int(pidfile.read_text(encoding="ascii")), 15)
            wait_until(lambda: not pidfile.exists())

    def test_a_unix_socket_alone(self):
        with Started("--port", "0", "--unixsocket", "socket", "--save", "") as server:
            server.wait_for("onnections" if DABBA else "ready to accept connections at")
            with socket.socket(socket.AF_UNIX) as connection:
                connection.connect(str(server.folder / "socket"))
                self.assertIn(b"tcp_port:0\r\n", ask(connection, "INFO", "server"))

    @unittest.skipUnless(DABBA, "Redis has no such option")
    def test_the_port_that_was_taken_stands_in_a_file(self):
        with Started("--port", "0", "--port-file", "port", "--unixsocket", "socket") as server:
            file = server.folder / "port"
            wait_until(file.exists)
            self.assertEqual(ping(int(file.read_text(encoding="ascii"))), b"+PONG\r\n")
            server.process.terminate()
            server.process.wait(TIMEOUT_S)
            self.assertFalse(file.exists())

    def test_a_file_that_redis_has_rewritten(self):
        with tempfile.TemporaryDirectory() as folder:
            config = pathlib.Path(folder, "redis.conf")
            config.write_text("save 900 1\nmaxclients 77\n", encoding="utf-8")
            port = free_port()
            with subprocess.Popen(["redis-server", str(config), "--port", str(port)], cwd=folder,
                                  stdout=subprocess.DEVNULL) as redis:
                wait_until(lambda: is_open(port))
                with socket.create_connection(("127.0.0.1", port)) as connection:
                    self.assertEqual(ask(connection, "CONFIG", "REWRITE"), b"+OK\r\n")
                redis.terminate()
            self.assertIn("user default on nopass", config.read_text(encoding="utf-8"))
            with Started(str(config), folder=folder) as server:
                server.wait_for("Ready to accept connections")
                self.assertEqual(ping(port), b"+PONG\r\n")

    def test_debians_own_file(self):
        config = "/etc/redis/redis.conf"
        if not os.access(config, os.R_OK):
            self.skipTest(f"{config} cannot be read")
        port = free_port()
        with tempfile.TemporaryDirectory() as folder, Started(
            config, "--port", str(port), "--daemonize", "no", "--logfile", "", "--dir", folder, "--pidfile",
            os.path.join(folder, "pid"), folder=folder) as server:  # fmt: skip
            server.wait_for("Ready to accept connections")
            self.assertEqual(ping(port), b"+PONG\r\n")


class Renaming(unittest.TestCase):
    def test_a_command_has_its_new_name_only(self):
        with ServerProcess(BINARY, "--rename-command", "FLUSHALL", "", "--rename-command", "CONFIG", "hidden") as server:
            with server.connect() as connection:
                self.assertEqual(ask(connection, "FLUSHALL"), b"-ERR unknown command 'FLUSHALL', with args beginning with: \r\n")
                self.assertTrue(ask(connection, "CONFIG", "GET", "port").startswith(b"-ERR unknown command 'CONFIG'"))
                self.assertEqual(ask(connection, "Hidden", "get", "timeout"), b"*2\r\n$7\r\ntimeout\r\n$1\r\n0\r\n")
                self.assertEqual(ask(connection, "MULTI"), b"+OK\r\n")
                self.assertTrue(ask(connection, "flushall").startswith(b"-ERR unknown command"))
                self.assertTrue(ask(connection, "EXEC").startswith(b"-EXECABORT"))
                reply = ask(connection, "EVAL", "return redis.call('FLUSHALL')", "0")
                self.assertIn(b"Unknown Redis command called from script", reply)

    def test_a_renaming_that_makes_no_sense_is_refused(self):
        for name, new_name in (("NOSUCH", "x"), ("GET", "set")):
            done = subprocess.run([BINARY, "--port", "1", "--rename-command", name, new_name], capture_output=True,
                                  timeout=TIMEOUT_S, check=False)
            self.assertEqual(done.returncode, 1)


class Wrappers(unittest.TestCase):
    """Programs that start a redis-server for tests. They find it by the name redis-server."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="dabba-test-")
        self.addCleanup(folder.cleanup)
        self.server = pathlib.Path(folder.name, "redis-server")
        self.server.symlink_to(shutil.which(BINARY) or BINARY)
        self.environment = dict(os.environ, PATH=f"{folder.name}:{os.environ['PATH']}", REDIS_SERVER=str(self.server),
                                PORT=str(free_port()))

    def run_wrapper(self, *command):
        """Runs it; what it printed, if it went well."""
        done = subprocess.run(command, cwd=self.server.parent, env=self.environment, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout.splitlines()

    def test_of_npm(self):
        node = shutil.which("node") or shutil.which("nodejs")
        if not node:
            self.skipTest("Node.js is missing")
        self.assertEqual(self.run_wrapper(node, str(HERE / "stand_in.mjs")),
                         ["redis-memory-server: PONG", "redis-server: PONG", "again: Address already in use"])

    def test_of_perl(self):
        program = """
            use Test::RedisServer;
            my $server = Test::RedisServer->new(conf => {port => $ENV{PORT}, maxmemory => '50mb'});
            my $redis = Redis->new($server->connect_info);
            print $redis->ping, "\\n";
            print $redis->set('a', 1), $redis->get('a'), "\\n";
            $server->stop;
        """
        if subprocess.run(["perl", "-MTest::RedisServer", "-e", "1"], capture_output=True, check=False).returncode != 0:
            self.skipTest("Test::RedisServer is missing (libtest-redisserver-perl)")
        self.assertEqual(self.run_wrapper("perl", "-e", program), ["PONG", "OK1"])


if __name__ == "__main__":
    unittest.main()
