#!/usr/bin/python3
"""TLS: certificates on both sides, reloading, big and slow and hostile clients, and the clients that people use.

SERVER_BINARY names the server: Dabba, or Redis 7, which does the same.
"""

import os
import resource
import shutil
import socket
import ssl
import subprocess
import time
import unittest

import redis

from certificates import Certificates
from raw_client import ask, encode, receive_exactly, receive_until_closed
from server_process import ServerProcess, free_port, is_redis, processor_s, wait_until

BINARY = os.environ["SERVER_BINARY"]
OK = b"+OK\r\n"
PONG = b"+PONG\r\n"
REFUSED = "-ERR CONFIG SET failed (possibly related to argument '{}') - {}\r\n"
NO_CONTEXT = "Unable to update TLS configuration. Check server logs."
NO_PORT = "Unable to listen on this port. Check server logs."


class TlsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.certificates = Certificates()
        cls.addClassCleanup(cls.certificates.close)

    def file(self, name):
        return self.certificates.path(name)

    def tls_flags(self):
        self.tls_port = free_port()
        return ["--tls-port", str(self.tls_port), "--tls-cert-file", self.file("server.crt"),
                "--tls-key-file", self.file("server.key"), "--tls-ca-cert-file", self.file("authority.crt")]

    def serve(self, *flags):
        """A server with a plain port and one with TLS, where clients need no certificate unless flags say so."""
        flags = [*self.tls_flags(), "--tls-auth-clients", "no", "--loglevel", "verbose", *flags]
        self.server = ServerProcess(BINARY, *flags, port=free_port())
        self.addCleanup(self.server.stop)
        self.plain = self.server.connect()
        self.addCleanup(self.plain.close)

    def config(self, *words):
        return ask(self.plain, "CONFIG", "SET", *words).decode()

    def dial(self):
        """A TCP connection to the port with TLS, and no word said yet."""
        connection = socket.create_connection(("127.0.0.1", self.tls_port), timeout=30)
        self.addCleanup(connection.close)
        return connection

    def connect(self, client=None, version=None, session=None):
        context = self.certificates.context(client, version)
        connection = context.wrap_socket(self.dial(), server_hostname="localhost", session=session)
        self.addCleanup(connection.close)
        return connection

    def comes_in(self, client=None, version=None):
        """Whether such a client gets an answer. With TLS 1.3 the refusal comes after its own handshake."""
        try:
            return ask(self.connect(client, version), "PING") == PONG
        except (ssl.SSLError, ConnectionError):
            return False

    def who_answers(self):
        subject = dict(part[0] for part in self.connect().getpeercert()["subject"])
        return subject["commonName"]


class Certificate(TlsTest):
    """Who may come in, and whom a client meets."""

    def test_a_client_must_have_a_certificate_of_the_authority(self):
        self.serve("--tls-auth-clients", "yes")
        self.assertTrue(self.comes_in("client"))
        self.assertFalse(self.comes_in())
        self.assertFalse(self.comes_in("strange_client"))
        self.assertTrue(self.comes_in("client", ssl.TLSVersion.TLSv1_2))
        self.assertFalse(self.comes_in(None, ssl.TLSVersion.TLSv1_2))

    def test_optional_means_a_right_one_or_none(self):
        self.serve("--tls-auth-clients", "optional")
        self.assertTrue(self.comes_in("client"))
        self.assertTrue(self.comes_in())
        self.assertFalse(self.comes_in("strange_client"))

    def test_who_needs_one_can_be_changed(self):
        self.serve()
        self.assertTrue(self.comes_in())
        self.assertEqual(self.config("tls-auth-clients", "yes"), OK.decode())
        self.assertFalse(self.comes_in())
        self.assertEqual(self.config("tls-auth-clients", "no"), OK.decode())
        self.assertTrue(self.comes_in())

    def test_without_an_authority_nobody_has_one(self):
        self.serve("--tls-ca-cert-file", "")
        self.assertTrue(self.comes_in())
        self.assertEqual(self.config("tls-auth-clients", "yes"), OK.decode())
        self.assertFalse(self.comes_in("client"))

    def test_a_folder_of_authorities(self):
        folder = self.file("authorities")
        os.mkdir(folder)
        self.addCleanup(shutil.rmtree, folder)
        shutil.copy(self.file("authority.crt"), folder)
        subprocess.run(["openssl", "rehash", folder], check=True, capture_output=True)
        self.serve("--tls-auth-clients", "yes", "--tls-ca-cert-file", "", "--tls-ca-cert-dir", folder)
        self.assertTrue(self.comes_in("client"))
        self.assertFalse(self.comes_in("strange_client"))

    def test_a_key_behind_a_password(self):
        self.serve("--tls-key-file", self.file("locked.key"), "--tls-key-file-pass", Certificates.PASSWORD)
        self.assertTrue(self.comes_in())
        self.assertEqual(self.config("tls-key-file-pass", "wrong"), REFUSED.format("tls-key-file-pass", NO_CONTEXT))
        self.assertTrue(self.comes_in())

    def test_a_new_certificate_is_shown_to_those_who_come_after_it(self):
        self.serve()
        early = self.connect()
        self.assertEqual(self.who_answers(), "server")
        answer = self.config("tls-cert-file", self.file("other_server.crt"), "tls-key-file", self.file("other_server.key"))
        self.assertEqual(answer, OK.decode())
        self.assertEqual(self.who_answers(), "other_server")
        self.assertEqual(ask(early, "PING"), PONG)

    def test_one_that_was_replaced_under_its_name(self):
        shutil.copy(self.file("server.crt"), self.file("copy.crt"))
        shutil.copy(self.file("server.key"), self.file("copy.key"))
        self.serve("--tls-cert-file", self.file("copy.crt"), "--tls-key-file", self.file("copy.key"))
        shutil.copy(self.file("other_server.crt"), self.file("copy.crt"))
        shutil.copy(self.file("other_server.key"), self.file("copy.key"))
        self.assertEqual(self.who_answers(), "server")
        self.assertEqual(self.config("tls-cert-file", self.file("copy.crt")), OK.decode())
        self.assertEqual(self.who_answers(), "other_server")

    def test_what_cannot_be_is_refused_and_all_stays_as_it_was(self):
        self.serve()
        for name, value in (("tls-cert-file", "/missing"), ("tls-key-file", "/missing"), ("tls-cert-file", ""),
                            ("tls-key-file", self.file("client.key")), ("tls-ca-cert-file", "/missing"),
                            ("tls-protocols", "TLSv1.9"), ("tls-ciphers", "none"), ("tls-ciphersuites", "none"),
                            ("tls-dh-params-file", "/missing")):
            with self.subTest(name=name, value=value):
                before = ask(self.plain, "CONFIG", "GET", name)
                self.assertEqual(self.config(name, value), REFUSED.format(name, NO_CONTEXT))
                self.assertEqual(ask(self.plain, "CONFIG", "GET", name), before)
                self.assertEqual(self.who_answers(), "server")
        both = self.config("maxclients", "77", "tls-protocols", "TLSv1.9", "tls-cert-file", "/missing")
        self.assertEqual(both, REFUSED.format("tls-protocols", NO_CONTEXT))
        self.assertNotIn(b"77", ask(self.plain, "CONFIG", "GET", "maxclients"))

    def test_an_authority_must_be_known_if_clients_are_judged(self):
        self.serve("--tls-auth-clients", "optional")
        self.assertEqual(self.config("tls-ca-cert-file", ""), REFUSED.format("tls-ca-cert-file", NO_CONTEXT))


class Port(TlsTest):
    """Where the server listens, and what it says of that."""

    def test_only_with_tls(self):
        flags = self.tls_flags()
        context = self.certificates.context("client")
        server = ServerProcess(BINARY, "--port", "0", *flags, port=self.tls_port, tls=context)
        self.addCleanup(server.stop)
        connection = server.connect()
        self.addCleanup(connection.close)
        self.assertIn(b"\r\ntcp_port:%d\r\n" % self.tls_port, ask(connection, "INFO", "server"))
        self.assertEqual(ask(connection, "CONFIG", "GET", "port"), b"*2\r\n$4\r\nport\r\n$1\r\n0\r\n")
        if not is_redis(BINARY):  # before 7.2 it does not tell
            self.assertIn(b"\r\nlistener2:name=tls,bind=127.0.0.1,bind=-::1,port=%d\r\n" % self.tls_port,
                          ask(connection, "INFO", "server"))
        me = connection.getsockname()[1]
        listed = ask(connection, "CLIENT", "LIST").decode()
        self.assertIn(f" addr=127.0.0.1:{me} laddr=127.0.0.1:{self.tls_port} ", listed)
        self.assertIn(" flags=N ", listed)
        self.assertTrue(any("Ready to accept connections" in line for line in server.lines))

    def test_it_moves_closes_and_opens(self):
        self.serve()
        early, first = self.connect(), self.tls_port
        self.tls_port = free_port()
        self.assertEqual(self.config("tls-port", str(self.tls_port)), OK.decode())
        self.assertTrue(self.comes_in())
        self.assertEqual(ask(early, "PING"), PONG)
        self.assertEqual(self.config("tls-port", str(self.server.port)), REFUSED.format("tls-port", NO_PORT))
        self.assertTrue(self.comes_in())
        self.assertEqual(self.config("tls-port", "0"), OK.decode())
        self.assertRaises(ConnectionRefusedError, self.dial)
        self.assertEqual(self.config("tls-cert-file", "/missing"), OK.decode())
        if not is_redis(BINARY):  # which goes on with the file that it had
            self.assertEqual(self.config("tls-port", str(first)), REFUSED.format("tls-port", NO_CONTEXT))
        self.assertEqual(self.config("tls-cert-file", self.file("server.crt"), "tls-port", str(first)), OK.decode())
        self.tls_port = first
        self.assertTrue(self.comes_in())
        self.assertEqual(ask(early, "PING"), PONG)

    def test_a_server_that_cannot_be_does_not_start(self):
        command = [BINARY, "--port", "0", *self.tls_flags(), "--tls-cert-file", "/missing"]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual(ended.returncode, 1)
        self.assertIn("Failed to load certificate: /missing: error:80000002", ended.stdout + ended.stderr)

    def test_protocols(self):
        self.serve("--tls-protocols", "TLSv1.2")
        self.assertTrue(self.comes_in(version=ssl.TLSVersion.TLSv1_2))
        self.assertFalse(self.comes_in(version=ssl.TLSVersion.TLSv1_3))
        self.assertEqual(self.config("tls-protocols", "tlsv1.3"), OK.decode())
        self.assertFalse(self.comes_in(version=ssl.TLSVersion.TLSv1_2))
        self.assertTrue(self.comes_in(version=ssl.TLSVersion.TLSv1_3))

    def test_ciphers(self):
        self.serve("--tls-ciphers", "ECDHE-ECDSA-AES256-GCM-SHA384", "--tls-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256")
        self.assertEqual(self.connect(version=ssl.TLSVersion.TLSv1_2).cipher()[0], "ECDHE-ECDSA-AES256-GCM-SHA384")
        self.assertEqual(self.connect(version=ssl.TLSVersion.TLSv1_3).cipher()[0], "TLS_CHACHA20_POLY1305_SHA256")

    def test_a_client_that_comes_again(self):
        self.serve()
        context = self.certificates.context(version=ssl.TLSVersion.TLSv1_2)

        def comes_again():
            first = context.wrap_socket(self.dial(), server_hostname="localhost")
            self.assertEqual(ask(first, "PING"), PONG)
            session = first.session
            first.close()
            again = context.wrap_socket(self.dial(), server_hostname="localhost", session=session)
            self.assertEqual(ask(again, "PING"), PONG)
            reused = again.session_reused
            again.close()
            return reused

        self.assertTrue(comes_again())
        if not is_redis(BINARY):  # Redis goes on with tickets
            self.assertEqual(self.config("tls-session-caching", "no"), OK.decode())
            self.assertFalse(comes_again())


class Bytes(TlsTest):
    """Much, little, slowly, both ways."""

    def test_a_big_value_both_ways(self):
        self.serve()
        client, value = self.connect(), os.urandom(10 << 20)
        client.sendall(encode("SET", "k", value))
        self.assertEqual(receive_exactly(client, 5), OK)
        client.sendall(encode("GET", "k") * 3)
        one = b"$%d\r\n%s\r\n" % (len(value), value)
        self.assertEqual(receive_exactly(client, 3 * len(one)), 3 * one)

    def test_thousands_of_requests_in_one_write(self):
        self.serve()
        client = self.connect()
        client.sendall(b"".join(encode("APPEND", "k", "x") for _ in range(20_000)))
        expected = b"".join(b":%d\r\n" % length for length in range(1, 20_001))
        self.assertEqual(receive_exactly(client, len(expected)), expected)

    def test_a_client_that_writes_all_before_it_reads(self):
        self.serve()
        client = self.connect()
        value = b"v" * 10_000
        self.assertEqual(ask(client, "SET", "k", value), OK)
        for _ in range(10):
            client.sendall(encode("GET", "k") * 200)
        wait_until(lambda: b"calls=2000," in ask(self.plain, "INFO", "commandstats"), "all are executed")
        one = b"$%d\r\n%s\r\n" % (len(value), value)
        self.assertEqual(receive_exactly(client, 2_000 * len(one)), 2_000 * one)

    def test_a_record_that_comes_byte_by_byte(self):
        self.serve()
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        context = self.certificates.context()
        tls = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
        connection = self.dial()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def until_done(step):
            while True:
                try:
                    result = step()
                except ssl.SSLWantReadError:
                    result = None
                for byte in outgoing.read():
                    connection.sendall(bytes([byte]))
                if result is not None:
                    return result
                incoming.write(connection.recv(65536))

        until_done(lambda: tls.do_handshake() or True)
        tls.write(encode("SET", "k", "v" * 300))
        until_done(lambda: True)
        self.assertEqual(until_done(lambda: tls.read(100)), OK)
        # Half a record is no reason to be busy.
        tls.write(encode("STRLEN", "k"))
        record = outgoing.read()
        connection.sendall(record[:20])
        before = processor_s(self.server.process.pid)
        time.sleep(0.5)
        self.assertLess(processor_s(self.server.process.pid) - before, 0.25)
        connection.sendall(record[20:])
        self.assertEqual(until_done(lambda: tls.read(100)), b":300\r\n")

    def test_each_byte_in_a_record_of_its_own(self):
        self.serve()
        client = self.connect()
        for byte in encode("SET", "k", "v" * 1000) + encode("STRLEN", "k"):
            client.sendall(bytes([byte]))
        self.assertEqual(receive_exactly(client, 5 + 7), OK + b":1000\r\n")

    def test_who_waits_is_served_and_who_quits_is_told_goodbye(self):
        self.serve()
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            client = self.connect(version=version)
            client.sendall(encode("BLPOP", "list", "0"))
            wait_until(lambda: b"blocked_clients:1" in ask(self.plain, "INFO", "clients"), "it waits")
            self.assertEqual(ask(self.plain, "RPUSH", "list", "x"), b":1\r\n")
            element = b"*2\r\n$4\r\nlist\r\n$1\r\nx\r\n"
            self.assertEqual(receive_exactly(client, len(element)), element)
            client.suppress_ragged_eofs = False  # a connection that is cut off would be an error
            client.sendall(encode("QUIT"))
            self.assertEqual(receive_until_closed(client), OK)


class Hostile(TlsTest):
    """Who does not speak TLS, or not to its end."""

    def closes(self, connection):
        received = receive_until_closed(connection)
        return len(received) < 100  # an alert, at most

    def test_garbage_and_plain_requests(self):
        self.serve()
        for words in (encode("PING"), b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\xff\xff" + os.urandom(1 << 16),
                      os.urandom(100_000), b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00", b"\x80"):
            with self.subTest(words=words[:20]):
                connection = self.dial()
                try:
                    connection.sendall(words)
                    connection.shutdown(socket.SHUT_WR)
                except OSError:
                    continue  # it has hung up already
                self.assertTrue(self.closes(connection))
        self.assertTrue(self.comes_in())
        if not is_redis(BINARY):
            wait_until(lambda: "wrong version number" in self.server.log(), "the log says why")

    def test_garbage_after_the_handshake(self):
        self.serve()
        client = self.connect()
        self.assertEqual(ask(client, "PING"), PONG)
        raw = socket.socket(fileno=os.dup(client.fileno()))
        self.addCleanup(raw.close)
        raw.settimeout(30)
        raw.sendall(os.urandom(5000))
        self.assertTrue(self.closes(raw))
        self.assertTrue(self.comes_in())

    def test_who_hangs_in_the_handshake_keeps_nobody_out(self):
        self.serve()
        hanging = [self.dial() for _ in range(200)]
        for connection in hanging[::2]:
            connection.sendall(b"\x16\x03\x01\x02\x00\x01")  # the beginning of one
        self.assertTrue(self.comes_in())
        if not is_redis(BINARY):  # which waits for ever
            wait_until(lambda: "the handshake took too long" in self.server.log(), "time is over")
            for connection in hanging:
                self.assertTrue(self.closes(connection))

    @unittest.skipIf(is_redis(BINARY), "Redis keeps as many as maxclients says")
    def test_of_too_many_half_done_handshakes_the_oldest_goes(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard < 2000:
            self.skipTest("this process may not open enough sockets")
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2000), hard))
        self.serve()
        hanging = [self.dial() for _ in range(1100)]
        wait_until(lambda: "too many handshakes" in self.server.log(), "the oldest goes")
        self.assertTrue(self.closes(hanging[0]))
        self.assertTrue(self.comes_in())

    def test_who_is_one_too_many_is_turned_away(self):
        self.serve("--maxclients", "2")
        self.assertEqual(ask(self.connect(), "PING"), PONG)  # with the plain one, two
        self.assertFalse(self.comes_in())


class Clients(TlsTest):
    """What people use."""

    def test_redis_cli(self):
        self.serve("--tls-auth-clients", "yes")

        def run(*words):
            command = ["redis-cli", "-h", "localhost", "-p", str(self.tls_port), "--tls", "--cacert", self.file("authority.crt")]
            done = subprocess.run([*command, *words], capture_output=True, text=True, timeout=30, check=False)
            return done.stdout.strip() + done.stderr.strip()

        known = ("--cert", self.file("client.crt"), "--key", self.file("client.key"))
        self.assertEqual(run(*known, "SET", "k", "v"), "OK")
        self.assertEqual(run(*known, "GET", "k"), "v")
        self.assertIn("rror", run("GET", "k"))

    def test_redis_py(self):
        self.serve("--tls-auth-clients", "yes")
        client = redis.Redis(port=self.tls_port, host="localhost", ssl=True, ssl_ca_certs=self.file("authority.crt"),
                             ssl_certfile=self.file("client.crt"), ssl_keyfile=self.file("client.key"))
        self.addCleanup(client.close)
        with client.pipeline(transaction=True) as pipeline:
            for number in range(5_000):
                pipeline.set(f"k:{number}", number)
            self.assertTrue(all(pipeline.execute()))
        self.assertEqual(client.mget([f"k:{number}" for number in range(5_000)]),
                         [b"%d" % number for number in range(5_000)])
        with client.pubsub() as subscriber:
            subscriber.subscribe("news")
            self.assertEqual(subscriber.get_message(timeout=30)["type"], "subscribe")
            self.assertEqual(client.publish("news", "x" * 100_000), 1)
            self.assertEqual(subscriber.get_message(timeout=30)["data"], b"x" * 100_000)

    def test_ioredis_and_node_redis(self):
        node = shutil.which("node") or shutil.which("nodejs")
        if node is None:
            self.skipTest("Node.js is missing")
        self.serve("--tls-auth-clients", "yes")
        environment = dict(os.environ, PORT=str(self.tls_port), AUTHORITY=self.file("authority.crt"),
                           CERTIFICATE=self.file("client.crt"), KEY=self.file("client.key"))
        done = subprocess.run([node, "--test-reporter=spec", "tls_clients.mjs"], env=environment, capture_output=True,
                              text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
