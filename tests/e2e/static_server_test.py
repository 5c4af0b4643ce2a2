#!/usr/bin/python3
"""The static server: nothing but its file is needed, and it is the same server.

SERVER_BINARY names it, and SHARED_SERVER the usual one.
"""

import os
import shutil
import subprocess
import tempfile
import unittest

from raw_client import ask
from server_process import ServerProcess

BINARY = os.environ["SERVER_BINARY"]
SHARED = os.environ["SHARED_SERVER"]


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


class StaticServer(unittest.TestCase):
    def test_it_needs_no_library(self):
        self.assertIn("statically linked", output_of("file", "--brief", BINARY))

    def test_it_is_the_same_server(self):
        for flag in ("--help", "--version", "--print-config"):
            with self.subTest(flag):
                self.assertEqual(output_of(BINARY, flag).replace(BINARY, SHARED), output_of(SHARED, flag))

    def test_it_serves(self):
        with ServerProcess(BINARY, "--http-port", "0") as server, server.connect() as connection:
            for request, reply in (
                (("GEOADD", "geo", "13.4", "52.5", "anna"), b":1\r\n"),
                (("EVAL", "return redis.sha1hex('') .. string.format('%.1f', 0.25)", "0"),
                 b"$43\r\nda39a3ee5e6b4b0d3255bfef95601890afd807090.2\r\n"),
                (("SET", "a", "1.5"), b"+OK\r\n"),
                (("INCRBYFLOAT", "a", "0.1"), b"$3\r\n1.6\r\n"),
            ):
                with self.subTest(request):
                    self.assertEqual(ask(connection, *request), reply)

    def test_host_names_that_the_machine_knows_are_found(self):
        with ServerProcess(BINARY, "--bind", "localhost") as server, server.connect() as connection:
            self.assertEqual(ask(connection, "PING"), b"+PONG\r\n")

    @unittest.skipUnless(os.geteuid() == 0, "only root may change the root folder")
    def test_in_an_empty_root(self):
        with tempfile.TemporaryDirectory() as root:
            shutil.copy(BINARY, f"{root}/dabba-server")
            server = subprocess.Popen(["chroot", root, "/dabba-server", "--port", "0", "--unixsocket", "/socket"],
                                      stdout=subprocess.PIPE, text=True)
            try:
                for line in server.stdout:
                    if "Ready to accept connections" in line:
                        break
                else:
                    self.fail("it does not start")
            finally:
                server.terminate()
                server.stdout.close()
                self.assertEqual(server.wait(30), 0)


if __name__ == "__main__":
    unittest.main()
