#!/usr/bin/python3
"""Users in files and in the configuration, and the connections of users who lose their rights.

Environment: SERVER_BINARY is the server under test.
"""

import os
import pathlib
import tempfile
import unittest

from raw_client import ask, receive_until_closed
from server_process import ServerFailed, ServerProcess

BINARY = os.environ["SERVER_BINARY"]
NO_SUCH_FILE = "there-is-no-such-file.acl"


def log_in(server, user):
    """A connection of a user without a password."""
    connection = server.connect()
    assert ask(connection, "AUTH", user, "x") == b"+OK\r\n"
    return connection


class AclFile(unittest.TestCase):
    def setUp(self):
        self.file = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="dabba-test-"))) / "users.acl"
        self.file.write_text("user default on nopass ~* &* +@all\nuser anna on nopass ~a* +@all\n")
        self.server = self.enterContext(ServerProcess(BINARY, "--aclfile", str(self.file)))
        self.admin = self.enterContext(self.server.connect())

    def test_its_users_are_there_at_the_start(self):
        with log_in(self.server, "anna") as anna:
            self.assertEqual(ask(anna, "GET", "a"), b"$-1\r\n")
            self.assertTrue(ask(anna, "GET", "b").startswith(b"-NOPERM"))

    def test_what_is_saved_is_loaded_again(self):
        ask(self.admin, "ACL", "SETUSER", "ben", "on", ">pw", "+get", "~b", "(+set %W~c)")
        before = ask(self.admin, "ACL", "LIST")
        self.assertEqual(ask(self.admin, "ACL", "SAVE"), b"+OK\r\n")
        self.assertIn("user ben on ", self.file.read_text())
        ask(self.admin, "ACL", "DELUSER", "ben")
        self.assertEqual(ask(self.admin, "ACL", "LOAD"), b"+OK\r\n")
        self.assertEqual(ask(self.admin, "ACL", "LIST"), before)

    def test_a_file_with_a_mistake_changes_nothing(self):
        before = ask(self.admin, "ACL", "LIST")
        self.file.write_text("user default on nopass\nuser ben +nothing\n")
        error = f"-ERR {self.file}:2: Error in applying operation '+nothing': Unknown command or category name in ACL. "
        self.assertIn(error.encode(), ask(self.admin, "ACL", "LOAD"))
        self.assertEqual(ask(self.admin, "ACL", "LIST"), before)
        self.file.unlink()
        self.assertIn(b"No such file or directory", ask(self.admin, "ACL", "LOAD"))

    def test_the_connections_of_users_who_are_gone_end(self):
        with log_in(self.server, "anna") as anna:
            self.file.write_text("user default on nopass ~* &* +@all\n")
            ask(self.admin, "ACL", "LOAD")
            self.assertEqual(receive_until_closed(anna), b"")


class Connections(unittest.TestCase):
    def setUp(self):
        self.server = self.enterContext(ServerProcess(BINARY))
        self.admin = self.enterContext(self.server.connect())
        ask(self.admin, "ACL", "SETUSER", "anna", "on", "nopass", "+@all", "~*", "&*")

    def test_those_of_a_deleted_user_end_whatever_they_do(self):
        idle, waiting, listening = (log_in(self.server, "anna") for _ in range(3))
        waiting.sendall(b"BLPOP a 0\r\n")
        ask(listening, "SUBSCRIBE", "news")
        self.assertEqual(ask(self.admin, "ACL", "DELUSER", "anna"), b":1\r\n")
        for connection in (idle, waiting, listening):
            self.assertEqual(receive_until_closed(connection), b"")
            connection.close()

    def test_who_deletes_themselves_gets_the_reply(self):
        with log_in(self.server, "anna") as anna:
            anna.sendall(b"ACL DELUSER anna\r\n")
            self.assertEqual(receive_until_closed(anna), b":1\r\n")

    def test_who_may_not_listen_any_more_is_disconnected(self):
        with log_in(self.server, "anna") as anna, log_in(self.server, "anna") as other:
            ask(anna, "SUBSCRIBE", "news")
            ask(self.admin, "ACL", "SETUSER", "anna", "resetchannels")
            self.assertEqual(receive_until_closed(anna), b"")
            self.assertEqual(ask(other, "PING"), b"+PONG\r\n")


class AtTheStart(unittest.TestCase):
    def test_users_of_the_configuration_are_there(self):
        with ServerProcess(BINARY, "--user", "anna", "on", "nopass", "+get", "~a") as server:
            with log_in(server, "anna") as anna:
                self.assertEqual(ask(anna, "GET", "a"), b"$-1\r\n")
                self.assertTrue(ask(anna, "SET", "a", "1").startswith(b"-NOPERM"))

    def test_a_mistake_is_no_start(self):
        for flags in (("--user", "anna", "+nothing"), ("--aclfile", NO_SUCH_FILE)):
            with self.subTest(flags), self.assertRaises(ServerFailed):
                ServerProcess(BINARY, *flags)


if __name__ == "__main__":
    unittest.main()
