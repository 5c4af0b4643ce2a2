#!/usr/bin/python3
"""The data in a file, beside redis-server: what one writes the other reads, of every type and encoding; what cannot be
read is refused; and a server that is killed leaves a whole file behind.

SERVER_BINARY names the server; redis-server, redis-check-rdb and redis-py must be there.
"""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import unittest

import redis

from server_process import SANITIZER_REPORT, free_port, is_redis, wait_until

BINARY = os.environ["SERVER_BINARY"]
REDIS = shutil.which("redis-server")
CHECK = shutil.which("redis-check-rdb")
PATIENCE_S = 60


class Server:
    """A server in a folder that outlives it: `with Server(binary, folder) as server: server.client.ping()`."""

    def __init__(self, binary, folder, *flags):
        self.folder = pathlib.Path(folder)
        self.port = free_port()
        self._log = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")
        command = [binary, "--port", str(self.port), "--bind", "127.0.0.1", "--enable-debug-command", "yes"]
        if is_redis(binary):
            command += ["--save", ""]
        self.process = subprocess.Popen([*command, *flags], cwd=folder, stdin=subprocess.DEVNULL, stdout=self._log,
                                        stderr=subprocess.STDOUT)
        self.client = redis.Redis(port=self.port, decode_responses=False)
        wait_until(lambda: self.answers() or self.process.poll() is not None, "an answer", PATIENCE_S)

    def answers(self):
        """Whether all is loaded."""
        try:
            return self.client.ping()
        except (redis.ConnectionError, redis.BusyLoadingError):
            return False

    def log(self):
        """What it has printed."""
        self._log.seek(0)
        return self._log.read()

    def stop(self, how=signal.SIGTERM):
        """The exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(PATIENCE_S)
        self.client.close()
        assert not SANITIZER_REPORT.search(self.log()), self.log()
        return code

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        self._log.close()


def fill(client):
    """Values of every type and encoding that Redis 7.0 has, at the edges between encodings, too."""
    pipe = client.pipeline(transaction=False)
    for number in (0, 1, -1, 127, -129, 32768, 70000, -2147483648, 2147483648, 1 << 62, "007", "", "1.5"):
        pipe.set(f"string:{number}", number)
    for size in (20, 21, 44, 45, 100, 20000):
        pipe.set(f"text:{size}", "x" * size)
        pipe.set(b"bytes:%d" % size, bytes(i * 7919 % 251 for i in range(size)))
    pipe.set(b"\x00\xff key", b"\x00\r\n")
    pipe.setbit("bits", 12345, 1)
    for size in (1, 2, 100, 128, 129, 512, 513, 3000):
        pipe.sadd(f"set:integers:{size}", *(i * 70001 for i in range(size)))
        pipe.sadd(f"set:texts:{size}", *(f"member:{i}" for i in range(size)))
        pipe.hset(f"hash:{size}", mapping={f"field:{i}": f"value:{i}" for i in range(size)})
        pipe.zadd(f"zset:{size}", {f"member:{i}": i / 3 for i in range(size)})
        pipe.rpush(f"list:{size}", *(f"element:{i}" for i in range(size)))
    pipe.hset("hash:long", mapping={"field": "v" * 65, "number": 12})
    pipe.zadd("zset:edges", {"low": float("-inf"), "high": float("inf"), "0": 0, "tenth": 0.1, "big": 1e300})
    pipe.rpush("list:large", "y" * 10000, "1", "z" * 100000)
    pipe.geoadd("geo", (13.4, 52.5, "anna"))
    pipe.set("expires", "1", px=3_600_000)
    pipe.hset("hash:expires", "a", "b")
    pipe.pexpire("hash:expires", 7_200_000)
    pipe.execute()
    other = redis.Redis(**{**client.connection_pool.connection_kwargs, "db": 7})
    other.set("elsewhere", "1")
    other.close()
    client.function_load("#!lua name=lib\nredis.register_function('answer', function() return 42 end)")


def value_of(client, key):
    """The value by the commands that read it, not by DUMP."""
    kind = client.type(key)
    if kind == b"string":
        return client.get(key)
    if kind == b"list":
        return client.lrange(key, 0, -1)
    if kind == b"set":
        return sorted(client.smembers(key))
    if kind == b"hash":
        return sorted(client.hgetall(key).items())
    return client.zrange(key, 0, -1, withscores=True)


def digest(client):
    """All that the server holds: by database, key, type, value and deadline, and the server's own digest of it."""
    held = {"digest": client.execute_command("DEBUG", "DIGEST")}
    for database in (0, 7):
        one = redis.Redis(**{**client.connection_pool.connection_kwargs, "db": database})
        for key in one.keys():
            held[database, key] = (one.type(key), value_of(one, key), one.execute_command("PEXPIRETIME", key))
        one.close()
    return held


class Files(unittest.TestCase):
    maxDiff = 2000

    def setUp(self):
        self._folder = tempfile.TemporaryDirectory(prefix="dabba-test-")
        self.folder = pathlib.Path(self._folder.name)
        self.file = self.folder / "dump.rdb"

    def tearDown(self):
        self._folder.cleanup()

    def start(self, *flags, binary=BINARY):
        return Server(binary, self.folder, *flags)

    def check_file(self):
        checked = subprocess.run([CHECK, self.file], capture_output=True, text=True, check=False)
        self.assertEqual(checked.returncode, 0, checked.stdout)
        self.assertIn("RDB looks OK", checked.stdout)

    def move(self, source, target, *flags):
        """From one server to the other through a file: both hold the same."""
        with self.start(*flags, binary=source) as server:
            fill(server.client)
            if is_redis(source):
                server.client.pfadd("hyperloglog", *range(3000))  # to all others a string
            expected = digest(server.client)
            self.assertTrue(server.client.save())
        self.check_file()
        with self.start(*flags, binary=target) as server:
            self.assertEqual(digest(server.client), expected)
            self.assertEqual(server.client.fcall("answer", 0), 42)
        return expected

    def test_what_redis_saves_is_loaded(self):
        self.move(REDIS, BINARY)

    def test_what_redis_saves_without_compression_and_checksum_is_loaded(self):
        self.move(REDIS, BINARY, "--rdbcompression", "no", "--rdbchecksum", "no")

    def test_what_is_saved_redis_loads(self):
        self.move(BINARY, REDIS)

    def test_what_is_saved_without_compression_and_checksum_redis_loads(self):
        self.move(BINARY, REDIS, "--rdbcompression", "no", "--rdbchecksum", "no")

    def test_there_and_back(self):
        expected = self.move(BINARY, REDIS)
        with self.start(binary=REDIS) as server:
            server.client.save()
        with self.start() as server:
            self.assertEqual(digest(server.client), expected)

    def test_a_file_is_like_that_of_redis(self):
        sizes = {}
        for binary in (REDIS, BINARY):
            with self.start(binary=binary) as server:
                server.client.flushall()
                server.client.function_flush()
                fill(server.client)
                server.client.save()
            status = self.file.stat()
            sizes[binary] = (status.st_size, oct(status.st_mode))
            self.file.unlink()
        self.assertEqual(sizes[BINARY][1], sizes[REDIS][1])
        self.assertLess(sizes[BINARY][0], 1.1 * sizes[REDIS][0])

    def test_what_cannot_be_loaded_is_refused(self):
        with self.start(binary=REDIS) as server:
            fill(server.client)
            server.client.save()
        whole = self.file.read_bytes()
        damaged = bytearray(whole)
        damaged[len(whole) // 2] ^= 1
        for name, content in (("truncated", whole[:-1000]), ("damaged", bytes(damaged)), ("of another kind", b"PK" * 99)):
            with self.subTest(name):
                self.file.write_bytes(content)
                with self.start() as server:
                    self.assertEqual(server.stop(), 1)
                    self.assertIn("Cannot load", server.log())
                self.assertEqual(self.file.read_bytes(), content)

    def test_a_stream_is_refused_by_name(self):
        with self.start(binary=REDIS) as server:
            server.client.xadd("log", {"a": "b"})
            server.client.save()
        with self.start() as server:
            self.assertEqual(server.stop(), 1)
            self.assertIn("key 'log' in database 0 is a stream", server.log())

    def test_nothing_is_left_behind_unless_it_is_wanted(self):
        with self.start() as server:
            server.client.set("a", "1")
        self.assertEqual(list(self.folder.iterdir()), [])
        with self.start("--save", "3600 1") as server:
            server.client.set("a", "1")
        self.assertEqual([path.name for path in self.folder.iterdir()], ["dump.rdb"])
        with self.start() as server:
            self.assertEqual(server.client.get("a"), b"1")

    def test_a_signal_saves_the_data_if_its_option_says_so(self):
        cases = [
            (True, ["--shutdown-on-sigterm", "save"]),
            (True, ["--shutdown-on-sigterm", "default", "--save", "3600 1"]),
            (False, ["--shutdown-on-sigterm", "nosave", "force", "--save", "3600 1"]),
        ]
        for binary in (BINARY, REDIS):
            for is_saved, flags in cases:
                with self.subTest(binary=binary, flags=flags), tempfile.TemporaryDirectory() as folder:
                    with Server(binary, folder, *flags) as server:
                        server.client.set("a", 1)
                        self.assertEqual(server.stop(), 0)
                    self.assertEqual(pathlib.Path(folder, "dump.rdb").exists(), is_saved)

    def test_a_server_that_is_killed_leaves_the_old_file(self):
        with self.start() as server:
            server.client.execute_command("DEBUG", "POPULATE", "100000")
            server.client.save()
            before = self.file.read_bytes()
            server.client.execute_command("DEBUG", "POPULATE", "500000", "more")
            pipe = server.client.pipeline(transaction=False)
            pipe.bgsave()
            pipe.info("persistence")
            self.assertEqual(pipe.execute()[1]["rdb_bgsave_in_progress"], 1)
            server.stop(signal.SIGKILL)
        # On a machine that let this test wait, the new file may be there; either is whole.
        keys = 100_000 if self.file.read_bytes() == before else 600_000
        self.check_file()
        with self.start() as server:
            self.assertEqual(server.client.dbsize(), keys)

    def test_bgsave_under_writes_shows_one_moment(self):
        with self.start() as server:
            client = server.client
            client.mset({f"key:{i}": f"{i}" for i in range(100_000)})
            client.bgsave()
            pipe = client.pipeline(transaction=False)
            for i in range(0, 100_000, 3):
                pipe.append(f"key:{i}", "!")
                pipe.delete(f"key:{i + 1}")
                pipe.set(f"new:{i}", "1")
            pipe.execute()
            wait_until(lambda: client.info("persistence")["rdb_bgsave_in_progress"] == 0, "the end", PATIENCE_S)
            self.assertEqual(client.info("persistence")["rdb_last_bgsave_status"], "ok")
        self.check_file()
        with self.start() as server:
            self.assertEqual(server.client.dbsize(), 100_000)
            values = server.client.mget([f"key:{i}" for i in range(100_000)])
            self.assertEqual(values, [b"%d" % i for i in range(100_000)])

    def replies_to_failures(self, binary):
        """What is replied while the file cannot be written, and after that."""
        told = []
        with Server(binary, self.folder) as server:

            def ask(line, words=None):
                try:
                    told.append((line, server.client.execute_command(*(words or line.split()))))
                except redis.ResponseError as error:
                    told.append((line, str(error)))

            def ask_all(lines):
                for line in lines:
                    ask(line)
                wait_until(lambda: server.client.info("persistence")["rdb_bgsave_in_progress"] == 0, "the end")

            ask_all(["SET a 1", "SAVE", "SAVE x", "BGSAVE x", "LASTSAVE x"])
            ask("CONFIG SET save", ["CONFIG", "SET", "save", "3600 1000"])
            self.file.unlink()
            self.file.mkdir()
            ask_all(["SAVE", "SET a 2", "BGSAVE"])
            ask_all(["SET a 3", "PING", "GET a", "MULTI", "SET a 5", "DISCARD", "DEL a", "FLUSHALL", "PUBLISH a b"])
            for script in ("return redis.call('SET','a','4')", "return redis.pcall('PING')",
                           "#!lua\nreturn redis.call('GET','a')", "#!lua flags=no-writes\nreturn redis.call('GET','a')"):
                ask(script, ["EVAL", script, "0"])
            ask_all(["DEBUG RELOAD", "SHUTDOWN", "SHUTDOWN SAVE", "BGSAVE SCHEDULE"])
            ask_all(["CONFIG SET stop-writes-on-bgsave-error no", "SET a 6"])
            ask_all(["CONFIG SET stop-writes-on-bgsave-error yes", "SET a 7"])
            self.file.rmdir()
            ask_all(["SAVE", "SET a 8", "FLUSHALL", "CONFIG SET dbfilename x", "CONFIG SET rdbchecksum no"])
            told.append(("an empty file", self.file.stat().st_size < 130))
            ask("CONFIG SET save", ["CONFIG", "SET", "save", ""])
        self.file.unlink()
        return told

    def test_failures_read_as_in_redis(self):
        self.assertEqual(self.replies_to_failures(BINARY), self.replies_to_failures(REDIS))


if __name__ == "__main__":
    unittest.main(verbosity=2)
