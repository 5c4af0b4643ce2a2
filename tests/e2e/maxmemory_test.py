#!/usr/bin/python3
"""maxmemory: keys go when there are too many, and what is known of their use survives a restart.

SERVER_BINARY names the server: Dabba, or Redis 7, which does the same.
"""

import os
import unittest

from raw_client import ask, encode, info_number, receive_exactly
from server_process import ServerProcess, is_redis, wait_until

BINARY = os.environ["SERVER_BINARY"]
MEBIBYTE = 1 << 20
VALUE = b"v" * 1000
DUMP = b"\x00\x05hello\x0a\x00cr\xdfve4 \x0a"
OK = b"+OK\r\n"


class MaxMemory(unittest.TestCase):
    def serve(self, *flags):
        server = ServerProcess(BINARY, *flags)
        self.addCleanup(server.stop)
        self.client = server.connect(timeout_s=20)
        self.addCleanup(self.client.close)
        return server

    def info(self, field):
        return info_number(self.client, field)

    def fill(self, first, last):
        """Writes a kilobyte each and expects that nothing is refused."""
        for begin in range(first, last, 500):
            requests = [encode("SET", f"key:{i:08}", VALUE, "EX", "1000") for i in range(begin, begin + 500)]
            self.client.sendall(b"".join(requests))
            self.assertEqual(receive_exactly(self.client, 500 * len(OK)), 500 * OK)

    def test_the_limit_is_kept_by_every_policy(self):
        for policy in ("allkeys-lru", "volatile-lru", "allkeys-lfu", "volatile-random", "volatile-ttl"):
            with self.subTest(policy=policy):
                self.serve("--maxmemory-policy", policy)
                limit = self.info("used_memory") + 8 * MEBIBYTE
                self.assertEqual(ask(self.client, "CONFIG", "SET", "maxmemory", str(limit)), OK)
                self.fill(0, 30_000)
                wait_until(lambda: self.info("used_memory") < limit + MEBIBYTE // 4, "memory below the limit")
                self.assertGreater(self.info("evicted_keys"), 20_000)
                keys = int(ask(self.client, "DBSIZE")[1:])
                self.assertGreater(keys, 4_000)
                self.assertLess(keys, 10_000)

    def test_without_a_policy_writes_are_refused_and_reads_are_not(self):
        self.serve("--maxmemory", "1kb")
        refused = b"-OOM command not allowed when used memory > 'maxmemory'.\r\n"
        self.assertEqual(ask(self.client, "SET", "k", "v"), refused)
        self.assertEqual(ask(self.client, "GET", "k"), b"$-1\r\n")
        self.assertEqual(ask(self.client, "CONFIG", "SET", "maxmemory", "0"), OK)
        self.assertEqual(ask(self.client, "SET", "k", "v"), OK)

    def test_a_lower_limit_takes_keys_though_nobody_asks(self):
        self.serve("--maxmemory-policy", "allkeys-random")
        self.fill(0, 20_000)
        ask(self.client, "CONFIG", "SET", "maxmemory", str(self.info("used_memory") - 10 * MEBIBYTE))
        wait_until(lambda: int(ask(self.client, "DBSIZE")[1:]) < 13_000, "keys that go")

    def test_the_file_knows_how_keys_were_used(self):
        flags = ("--enable-debug-command", "yes")
        self.serve("--maxmemory-policy", "allkeys-lru", *flags)
        for key, milliseconds in (("k", "0"), ("v", "1000000")):
            self.assertEqual(ask(self.client, "RESTORE", key, milliseconds, DUMP, "IDLETIME", "5000"), OK)
        self.assertEqual(ask(self.client, "DEBUG", "RELOAD"), OK)
        for key in ("k", "v"):
            idle = int(ask(self.client, "OBJECT", "IDLETIME", key)[1:])
            self.assertTrue(5000 <= idle < 5100, idle)
        ask(self.client, "CONFIG", "SET", "maxmemory-policy", "volatile-lfu")
        for key, milliseconds in (("k", "0"), ("v", "1000000")):
            self.assertEqual(ask(self.client, "RESTORE", key, milliseconds, DUMP, "REPLACE", "FREQ", "200"), OK)
        self.assertEqual(ask(self.client, "DEBUG", "RELOAD"), OK)
        for key in ("k", "v"):
            self.assertIn(ask(self.client, "OBJECT", "FREQ", key), (b":200\r\n", b":199\r\n"))


if __name__ == "__main__":
    unittest.main()
