#!/usr/bin/python3
"""The log of changes, beside redis-server: what one writes the other reads, redis-check-aof accepts it, and a server that
is killed has what it acknowledged.

SERVER_BINARY names the server; redis-server, redis-check-aof and redis-py must be there.
"""

import shutil
import signal
import subprocess
import tempfile
import unittest

import crash
from persistence_test import BINARY, REDIS, Server, fill
from server_process import free_port, wait_until

CHECK = shutil.which("redis-check-aof")
LOG = ("--appendonly", "yes")
SCRIPT = "redis.call('SET', 'script:a', '1') redis.call('EXPIRE', 'script:a', 1000)"


def change(client):
    """What is not logged as it was sent."""
    client.set("ends", "x", ex=1000)
    client.sadd("pool", *range(100))
    client.spop("pool", 30)
    client.incrbyfloat("sum", 0.1)
    client.hincrbyfloat("hash", "sum", 0.3)
    client.eval(SCRIPT, 0)
    client.geoadd("geo", (77.6, 12.9, "anna"))
    client.execute_command("GEOSEARCHSTORE", "near", "geo", "FROMLONLAT", "77.6", "12.9", "BYRADIUS", "1", "km", "ASC")
    client.rpush("list", 1, 2, 3)
    client.blpop("list", 1)
    client.execute_command("SELECT", "3")
    client.set("elsewhere", "1")
    client.execute_command("SELECT", "0")


def digest(server):
    return server.client.execute_command("DEBUG", "DIGEST")


def rewrite(client):
    client.bgrewriteaof()
    wait_until(lambda: not client.info("persistence")["aof_rewrite_in_progress"], "the end of the rewrite")


class AppendOnlyTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def make(self, binary):
        """A log with a base, an increment, and another one. Returns the digest."""
        with Server(binary, self.folder, *LOG) as server:
            fill(server.client)
            rewrite(server.client)
            change(server.client)
            return digest(server)

    def load(self, binary):
        with Server(binary, self.folder, *LOG) as server:
            return digest(server)

    def test_redis_loads_ours(self):
        before = self.make(BINARY)
        manifest = f"{self.folder}/appendonlydir/appendonly.aof.manifest"
        checked = subprocess.run([CHECK, manifest], capture_output=True, text=True, check=False)
        self.assertIn("All AOF files and manifest are valid", checked.stdout + checked.stderr)
        self.assertEqual(self.load(REDIS), before)
        self.assertEqual(self.load(BINARY), before)

    def test_we_load_theirs(self):
        before = self.make(REDIS)
        self.assertEqual(self.load(BINARY), before)
        self.assertEqual(self.load(REDIS), before)

    def test_a_base_of_requests(self):
        with Server(REDIS, self.folder, *LOG, "--aof-use-rdb-preamble", "no") as server:
            fill(server.client)
            rewrite(server.client)
            change(server.client)
            before = digest(server)
        self.assertEqual(self.load(BINARY), before)

    def test_an_offer_outlives_a_kill(self):
        flags = (*LOG, "--appendfsync", "always")
        with Server(BINARY, self.folder, *flags) as server:
            server.client.geoadd("geo", (77.6, 12.9, "anna"))
            server.client.sadd("available", "anna")
            server.client.execute_command("ASSIGN", "geo", "available", "order:1", "FROMLONLAT", "77.6", "12.9",
                                          "BYRADIUS", "1", "KM", "OFFER", "PX", "300")
            server.stop(signal.SIGKILL)
        with Server(BINARY, self.folder, *flags) as server:
            wait_until(lambda: server.client.hget("order:1", "state") == b"unassigned", "the end of the offer")

    def test_kills(self):
        for policy in ("always", "everysec", "no"):
            with self.subTest(policy), tempfile.TemporaryDirectory() as folder:
                crash.crash(BINARY, folder, policy, kills=3, seed=7, port=free_port())


if __name__ == "__main__":
    unittest.main()
