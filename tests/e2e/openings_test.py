#!/usr/bin/python3
"""How the client libraries of 2026 begin a connection, as a proxy between each of them and a server recorded it: the bytes
that they send before a program's first request, write by write, and what they must be answered.

SERVER_BINARY names the server: Dabba, or Redis. Redis before 7.2 knows no CLIENT SETINFO, which the clients forgive; they
would forgive nothing else that is refused here.
"""

import os
import re
import unittest

from raw_client import encode
from server_process import ServerProcess, is_redis

BINARY = os.environ["SERVER_BINARY"]
OK = rb"\+OK\r\n"
PONG = rb"\+PONG\r\n"
SETINFO = OK if not is_redis(BINARY) else rb"(?:\+OK|-ERR unknown subcommand 'SETINFO'\. Try CLIENT HELP\.)\r\n"
NO_NOTIFICATIONS = rb"-ERR unknown subcommand 'MAINT_NOTIFICATIONS'\. Try CLIENT HELP\.\r\n"
NEEDS_LOGIN = rb"-NOAUTH Authentication required\.\r\n"
HELLO_NEEDS_LOGIN = (rb"-NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO (?:<proto> )?AUTH "
                     rb"<user> <pass> option can be used to authenticate the client and select the RESP protocol version at "
                     rb"the same time\r\n")
WRONG_PASSWORD = rb"-WRONGPASS invalid username-password pair or user is disabled\.\r\n"
HELLO = (rb"%7\r\n\$6\r\nserver\r\n\$5\r\nredis\r\n\$7\r\nversion\r\n\$\d+\r\n[78][.\d]+\r\n\$5\r\nproto\r\n:3\r\n\$2\r\nid\r\n"
         rb":\d+\r\n\$4\r\nmode\r\n\$10\r\nstandalone\r\n\$4\r\nrole\r\n\$6\r\nmaster\r\n\$7\r\nmodules\r\n\*\d+\r\n.*")


def unknown(command):
    """One that takes an argument, "3"."""
    return rb"-ERR unknown command '%b', with args beginning with: '3' \r\n" % command


def text_of(version, begin, field):
    """A reply of INFO that begins so and has this line."""
    head = rb"=\d+\r\ntxt:" if version == 3 else rb"\$\d+\r\n"
    return head + begin + rb".*\r\n" + field + rb"\r\n.*"


def read_reply(stream):
    """One whole reply, as its bytes."""
    line = stream.readline()
    kind, count = line[:1], line[1:-2]
    if kind in (b"$", b"="):
        return line + stream.read(int(count) + 2)
    if kind in (b"*", b"%"):
        return line + b"".join(read_reply(stream) for _ in range(int(count) * (2 if kind == b"%" else 1)))
    return line


INFO = rb"# Server\r\nredis_version:[78]\."
NODE_REDIS = [(("CLIENT", "SETINFO", "LIB-VER", "6.3.1"), SETINFO), (("CLIENT", "SETINFO", "LIB-NAME", "node-redis"), SETINFO),
              (("CLIENT", "MAINT_NOTIFICATIONS", "ON", "moving-endpoint-type", "external-ip"), NO_NOTIFICATIONS)]
IOREDIS = [(("client", "SETINFO", "LIB-VER", "6.0.0"), SETINFO), (("client", "SETINFO", "LIB-NAME", "ioredis"), SETINFO)]
GLIDE = [(("CLIENT", "SETINFO", "LIB-NAME", "GlideJS"), SETINFO), (("CLIENT", "SETINFO", "LIB-VER", "unknown"), SETINFO)]


def refused(requests):
    """The same before the password was given: an unknown subcommand is unknown even then."""
    if is_redis(BINARY):
        return [(words, rb"(?:" + answer + rb"|" + NEEDS_LOGIN + rb")") for words, answer in requests]
    return [(words, answer if answer == NO_NOTIFICATIONS else NEEDS_LOGIN) for words, answer in requests]


class Openings(unittest.TestCase):
    def serve(self, *flags):
        self.server = ServerProcess(BINARY, *flags)
        self.addCleanup(self.server.stop)

    def check(self, reply, pattern, words):
        self.assertTrue(re.fullmatch(pattern, reply, re.DOTALL), f"{words} is answered {reply[:300]}, not {pattern}")

    def replay(self, *writes):
        """On a connection of its own. A write is a list of requests, with the pattern that each answer must match; the
        next follows once all are answered, as from a client that waits."""
        with self.server.connect() as connection, connection.makefile("rb") as stream:
            for requests in writes:
                connection.sendall(b"".join(encode(*words) for words, _ in requests))
                for words, answer in requests:
                    self.check(read_reply(stream), answer, words)

    def test_node_redis_6(self):
        self.serve()
        self.replay([(("HELLO", "3"), HELLO), *NODE_REDIS], [(("PING",), PONG)])
        self.replay([(("HELLO", "3", "SETNAME", "dispatcher"), HELLO), (("SELECT", "2"), OK), *NODE_REDIS],
                    [(("CLIENT", "GETNAME"), rb"\$10\r\ndispatcher\r\n")])

    def test_ioredis_6(self):
        self.serve()
        self.replay([(("hello", "3"), HELLO), (("select", "2"), OK), (("client", "setname", "dispatcher"), OK), *IOREDIS],
                    [(("info",), text_of(3, INFO, rb"loading:0"))], [(("ping",), PONG)])

    def test_ioredis_5_and_iovalkey(self):
        self.serve()
        self.replay([(("select", "2"), OK), (("client", "setname", "dispatcher"), OK)],
                    [(("client", "SETINFO", "LIB-NAME", "ioredis"), SETINFO)], [(("client", "SETINFO", "LIB-VER", "5.8.2"), SETINFO)],
                    [(("info",), text_of(2, INFO, rb"loading:0"))], [(("ping",), PONG)])
        self.replay([(("select", "2"), OK)], [(("info",), text_of(2, INFO, rb"loading:0"))],
                    [(("client", "setname", "dispatcher"), OK), (("ping",), PONG)])

    def test_glide_2_5(self):
        self.serve()
        self.replay([(("HELLO", "3"), HELLO)], [(("SELECT", "2"), OK)], [(("CLIENT", "SETNAME", "dispatcher"), OK)], GLIDE,
                    [(("INFO", "REPLICATION"), text_of(3, rb"# Replication", rb"role:master"))], [(("PING",), PONG)])

    def test_with_a_password(self):
        self.serve("--requirepass", "secret")
        login = ("AUTH", "default", "secret")
        self.replay([(("HELLO", "3", *login, "SETNAME", "dispatcher"), HELLO), (("SELECT", "2"), OK), *NODE_REDIS],
                    [(("PING",), PONG)])
        self.replay([(("hello", "3", *login), HELLO), *IOREDIS],
                    [(("info",), text_of(3, INFO, rb"loading:0"))], [(("ping",), PONG)])
        self.replay([(("HELLO", "3", *login), HELLO)], GLIDE,
                    [(("INFO", "REPLICATION"), text_of(3, rb"# Replication", rb"role:master"))], [(("PING",), PONG)])

    def test_with_none_or_a_wrong_one(self):
        self.serve("--requirepass", "secret")
        self.replay([(("HELLO", "3"), HELLO_NEEDS_LOGIN), *refused(NODE_REDIS)])
        self.replay([(("hello", "3"), HELLO_NEEDS_LOGIN), *refused(IOREDIS)])
        self.replay([(("HELLO", "3"), HELLO_NEEDS_LOGIN)])
        wrong = ("AUTH", "default", "wrong")
        self.replay([(("HELLO", "3", *wrong, "SETNAME", "dispatcher"), WRONG_PASSWORD), (("SELECT", "2"), NEEDS_LOGIN),
                     *refused(NODE_REDIS)])
        self.replay([(("hello", "3", *wrong), WRONG_PASSWORD), *refused(IOREDIS)])
        self.replay([(("HELLO", "3", *wrong), WRONG_PASSWORD)])

    def test_where_hello_is_unknown_ioredis_goes_on_with_resp2(self):
        self.serve("--rename-command", "HELLO", "")
        self.replay([(("hello", "3"), unknown(b"hello")), *IOREDIS], [IOREDIS[0]], [IOREDIS[1]],
                    [(("info",), text_of(2, INFO, rb"loading:0"))], [(("ping",), PONG)])
        self.replay([(("HELLO", "3"), unknown(b"HELLO")), *NODE_REDIS])

    def test_byte_by_byte(self):
        """The same, however the network cuts it."""
        self.serve()
        connection = self.server.connect()
        self.addCleanup(connection.close)
        sent = b"".join(encode(*words) for words in (("HELLO", "3"), ("SELECT", "2"), ("PING",)))
        for byte in sent:
            connection.sendall(bytes([byte]))
        with connection.makefile("rb") as stream:
            for answer in (HELLO, OK, PONG):
                self.check(read_reply(stream), answer, "each byte of it")


if __name__ == "__main__":
    unittest.main()
