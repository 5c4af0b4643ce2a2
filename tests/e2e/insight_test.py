#!/usr/bin/python3
"""MONITOR, SLOWLOG, INFO's counts and CLIENT TRACKING, beside redis-server's: the same requests show the same.

SERVER_BINARY names the server; redis-server is found on the PATH. What differs in Redis 7.2, which Dabba follows, from
the 7.0 of Debian is said where it is left out.
"""

import os
import re
import shutil
import socket
import unittest

from raw_client import ask, encode
from server_process import ServerProcess

SHOWN = [
    ["CLIENT", "SETNAME", "anna"],
    ["SET", "a", "b"],
    ["GET", "a"],
    ["AUTH", "secret"],
    ["AUTH", "default", "secret"],
    ["HELLO", "2", "AUTH", "default", "secret", "SETNAME", "bob"],
    ["CONFIG", "SET", "requirepass", "", "timeout", "0"],
    ["MULTI"],
    ["SET", "a", "c"],
    ["INCR", "a"],
    ["EXEC"],
    ["EVAL", "redis.call('set','l','v') return redis.call('get','l')", "0"],
    ["EVAL", "return nonsense(", "0"],
    ["EVALSHA", "nosuch", "0"],
    ["NOSUCH", "x"],
    ["GET"],
    ["INCR", "a"],
    ["LPUSH", "a", "x"],
    ["SADD", "s"] + [f"member{number}" for number in range(40)],
    ["SADD", "s"] + [f"member{number}" for number in range(30)],
    ["SET", "big", "x" * 200],
    ["SET", 'e\x01\n\t"\\', b"\x80\xff\a\b"],
    ["WATCH", "a"],
    ["UNWATCH"],
    ["DISCARD"],
    ["EXEC"],
    ["MULTI"],
    ["GET"],
    ["EXEC"],
    ["PING"],
    ["SELECT", "3"],
    ["GET", "x"],
    ["SELECT", "99"],
    ["SELECT", "0"],
    ["COMMAND", "COUNT"],
    ["MEMORY", "USAGE", "a"],
    ["CLIENT", "ID"],
    ["CLIENT", "LIST"],
    ["CLIENT", "NOSUCH"],
    ["SCRIPT", "LOAD", "return 1"],
    ["EVALSHA", "e0e1f9fabfc9d4800c877a703b823ac0578ff8db", "0"],
    ["EVAL", "return redis.error_reply('MY error')", "0"],
    ["EVAL", "return redis.call('incr', 'a')", "0"],
    ["EVAL", "return redis.pcall('nosuch')", "0"],
    ["SUBSCRIBE", "c"],
    ["GET", "a"],
    ["UNSUBSCRIBE", "c"],
    ["RESET"],
]


def drain(connection, wait_s=0.05):
    """All that comes until it is silent for a moment."""
    connection.settimeout(wait_s)
    received = b""
    try:
        while chunk := connection.recv(65536):
            received += chunk
    except socket.timeout:
        pass
    return received.decode("latin1")


class Observed:
    """What a server showed of the requests."""

    def __init__(self, binary):
        with ServerProcess(binary) as server, server.connect() as client, server.connect() as monitor:
            ask(client, "CONFIG", "SET", "slowlog-log-slower-than", "0")
            ask(client, "CONFIG", "RESETSTAT")
            ask(monitor, "MONITOR")
            for request in SHOWN:
                ask(client, *request)
            shown = drain(monitor)
            self.shown = re.sub(r"\+\d+\.\d{6} \[(\d+) (lua)?[\d.:]*\]", r"[\1 \2]", shown).split("\r\n")
            ask(client, "CONFIG", "SET", "slowlog-log-slower-than", "-1")
            client.sendall(encode("SLOWLOG", "GET", "-1"))
            entries = re.split(r"\*6\r\n:\d+\r\n:\d+\r\n:\d+\r\n", drain(client))
            self.slow = [re.sub(r"\$\d+\r\n[\d.]+:\d+\r\n", "ADDRESS ", entry) for entry in entries[1:]]
            client.sendall(encode("INFO", "commandstats"))
            self.commands = dict(
                re.findall(r"cmdstat_(\S+):(calls=\d+),", drain(client))
            )
            client.sendall(encode("INFO", "commandstats"))
            self.failures = dict(
                re.findall(r"cmdstat_(\S+):.*(rejected_calls=\d+,failed_calls=\d+)", drain(client))
            )
            client.sendall(encode("INFO", "errorstats"))
            self.errors = sorted(drain(client).split("\r\n")[2:])


class Insight(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.dabba = Observed(os.environ["SERVER_BINARY"])
        cls.redis = Observed(shutil.which("redis-server"))

    def test_monitors_are_shown_the_same(self):
        self.assertGreater(len(self.redis.shown), 30)
        self.assertEqual(self.dabba.shown, self.redis.shown)

    def test_the_slow_log_has_the_same_entries(self):
        # 7.0 says of the commands of a script that nobody sent them.
        redis = [entry.replace("$3\r\n?:0\r\n$0\r\n\r\n", "ADDRESS $3\r\nbob\r\n") for entry in self.redis.slow]
        self.assertGreater(len(redis), 30)
        self.assertEqual(self.dabba.slow, redis)

    def test_commands_are_counted_the_same(self):
        self.assertEqual(self.dabba.commands, self.redis.commands)
        self.assertEqual(self.dabba.failures, self.redis.failures)

    def test_errors_are_counted_the_same(self):
        self.assertEqual(self.dabba.errors, self.redis.errors)


if __name__ == "__main__":
    unittest.main()
