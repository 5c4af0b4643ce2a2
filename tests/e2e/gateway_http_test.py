#!/usr/bin/python3
"""HTTP over real sockets: the seed's request, limits, and clients that are broken, slow or hostile.

SERVER_BINARY names the server.
"""

import http.client as http_client
import json
import os
import re
import socket
import struct
import subprocess
import time
import unittest

from gateway_client import http_port, serve
from raw_client import ask
from server_process import ServerProcess, wait_until

BINARY = os.environ["SERVER_BINARY"]
ORDER = {"restaurant_id": "RST_441", "location": {"lat": 12.9716, "lng": 77.5946}, "strategy": "nearest",
         "radius_km": 5, "timeout_sec": 30}


def make_city(http):
    """The seed's drivers D4 and D2."""
    http.command("GEOADD", "drivers:geo:blr", 77.5812, 12.9680, "driver:D4", 77.5900, 12.9820, "driver:D2")
    http.command("SADD", "drivers:available:blr", "driver:D4", "driver:D2")
    http.command("HSET", "driver:D2", "name", "Rohit Sharma", "rating", "4.8", "vehicle", "Bike · KA01HX2847")
    http.command("HSET", "restaurant:RST_441", "city", "blr")


def talk(port, bytes_, timeout_s=10):
    """All that the server answers until it hangs up."""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout_s) as connection:
        connection.sendall(bytes_)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
        return answer


def answer_or_nothing(port, bytes_):
    """The same, of a server that may hang up before it has read all."""
    try:
        return talk(port, bytes_)
    except ConnectionError:
        return b""


class GatewayFaults(unittest.TestCase):
    def test_connections_that_faults_end(self):
        with serve(BINARY, "--enable-test-commands", "yes") as (server, http):
            body = b'{"args":["SET","key","1"]}'
            request = (b"POST /v1/command HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                       b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
            with server.connect() as resp:
                ask(resp, "FAULT", "ADD", "COMMAND", "set", "TIMES", "1", "DROP")
                self.assertEqual(answer_or_nothing(http.port, request), b"")
                self.assertEqual(ask(resp, "EXISTS", "key"), b":0\r\n")
                ask(resp, "FAULT", "ADD", "COMMAND", "set", "TIMES", "1", "DROPREPLY")
                self.assertEqual(answer_or_nothing(http.port, request), b"")
                self.assertEqual(ask(resp, "EXISTS", "key"), b":1\r\n")
                ask(resp, "FAULT", "ADD", "COMMAND", "set", "TIMES", "1", "HALFREPLY")
                half = answer_or_nothing(http.port, request)
                self.assertTrue(half.startswith(b"HTTP/1.1 200 OK\r\n"), half)
                self.assertFalse(half.endswith(b"}"), half)
                self.assertEqual(http.command("GET", "key"), "1")
                ask(resp, "FAULT", "ADD", "COMMAND", "set", "TIMES", "1", "DELAY", "200ms")
                began = time.monotonic()
                self.assertEqual(http.command("SET", "key", "2"), "OK")
                self.assertGreater(time.monotonic() - began, 0.19)
                for effect in ("DROP", "HALFREPLY", "STALL"):  # and of clients that are gone by then
                    ask(resp, "FAULT", "ADD", "COMMAND", "set", "TIMES", "1", effect)
                    with socket.create_connection(("127.0.0.1", http.port)) as connection:
                        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                        connection.sendall(request)
                self.assertEqual(http.command("PING"), "PONG")

    def test_a_server_that_is_down_answers_nobody(self):
        with serve(BINARY, "--enable-test-commands", "yes") as (server, http):
            with server.connect() as resp:
                ask(resp, "FAULT", "ADD", "COMMAND", "get", "TIMES", "1", "DOWN", "300ms")
            head = b"GET /v1/stats HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            self.assertTrue(answer_or_nothing(http.port, head).startswith(b"HTTP/1.1 200"))
            with self.assertRaises((ConnectionError, http_client.HTTPException)):
                http.command("GET", "key")
            wait_until(lambda: answer_or_nothing(http.port, head).startswith(b"HTTP/1.1 200"))

    def test_a_workspace_by_its_header(self):
        with serve(BINARY, "--enable-test-commands", "yes", "--workspaces", "yes",
                   headers={"Dabba-Workspace": "test42"}) as (server, http):
            self.assertEqual(http.command("SET", "key", "1"), "OK")
            with server.connect() as resp:
                self.assertEqual(ask(resp, "EXISTS", "key"), b":0\r\n")
                ask(resp, "WORKSPACE", "USE", "test42")
                self.assertEqual(ask(resp, "EXISTS", "key"), b":1\r\n")
            self.assertEqual(http.command("GET", "key"), "1")
            socket_ = http.web_socket("/v1/events")
            self.assertEqual(socket_.status, 101)
            socket_.receive()
            self.assertEqual(http.command("WORKSPACE", "DROP", "test42"), 1)
            self.assertEqual(http.command("GET", "key"), None)
            socket_.close()


class GatewayHttp(unittest.TestCase):
    def test_the_seeds_request_and_what_resp_sees_of_it(self):
        with serve(BINARY) as (server, http):
            make_city(http)
            status, answer = http.post("/v1/delivery/assign", dict(ORDER, order_id="ORD_2847"))
            self.assertEqual(status, 200)
            self.assertEqual(answer["driver"],
                             {"id": "D2", "name": "Rohit Sharma", "rating": 4.8, "distance_km": 1.2595, "eta_min": 6})
            self.assertEqual(answer["partner_info"], {"vehicle": "Bike · KA01HX2847"})
            self.assertGreater(answer["latency_ms"], 0)
            with server.connect() as resp:
                self.assertEqual(ask(resp, "GET", "agent:D2:lock"), b"$14\r\norder:ORD_2847\r\n")

    def test_an_offer_is_held_until_a_client_of_resp_accepts_it(self):
        with serve(BINARY) as (server, http):
            make_city(http)
            http.connection.request("POST", "/v1/delivery/assign",
                                    '{"order_id":"O","city":"blr","mode":"offer","location":{"lat":12.97,"lng":77.59}}',
                                    {"Content-Type": "application/json"})
            with server.connect() as resp:
                wait_until(lambda: b"offered" in ask(resp, "ASSIGN.GET", "order:O"), "an offer")
                ask(resp, "ASSIGN.ACCEPT", "order:O", "1")
            self.assertEqual(http.connection.getresponse().status, 200)

    def test_who_waits_is_told_that_the_server_goes_down(self):
        for how in ("SIGTERM", "SHUTDOWN"):
            with self.subTest(how), serve(BINARY) as (server, http):
                make_city(http)
                http.connection.request("POST", "/v1/delivery/assign", json.dumps(dict(ORDER, order_id="O", mode="offer")),
                                        {"Content-Type": "application/json"})
                with server.connect() as resp:
                    wait_until(lambda: b"offered" in ask(resp, "ASSIGN.GET", "order:O"), "an offer")
                    if how == "SIGTERM":
                        server.process.terminate()
                    else:
                        resp.sendall(b"SHUTDOWN NOSAVE\r\n")
                    answer = http.connection.getresponse()
                    problem = json.loads(answer.read())
                self.assertEqual((answer.status, problem["type"]), (503, "/v1/problems#shutting-down"))
                self.assertEqual(answer.headers["Connection"], "close")
                wait_until(lambda server=server: server.process.poll() is not None, "the end of the server")

    def test_a_pause_of_clients_holds_requests_of_http(self):
        with serve(BINARY) as (server, http), server.connect() as resp:
            ask(resp, "CLIENT", "PAUSE", "60000", "WRITE")
            self.assertEqual(http.command("GET", "a"), None)
            http.connection.request("POST", "/v1/command", '{"args":["SET","a","1"]}', {"Content-Type": "application/json"})
            with server.connect() as other:
                self.assertEqual(ask(other, "GET", "a"), b"$-1\r\n")
            ask(resp, "CLIENT", "UNPAUSE")
            self.assertEqual(json.loads(http.connection.getresponse().read())["text"], "OK")

    def test_cities_among_very_many_keys_hold_nobody_up(self):
        with serve(BINARY) as (server, http), server.connect() as resp:
            ask(resp, "EVAL", "for i = 1, 100000 do redis.call('SET', 'key:' .. i, '') end", "0")
            make_city(http)
            self.assertEqual([city["city"] for city in http.get("/v1/cities")[1]], ["blr"])
            ask(resp, "CONFIG", "RESETSTAT")
            http.get("/v1/cities")
            scans = int(re.search(rb"cmdstat_scan:calls=(\d+)", ask(resp, "INFO", "commandstats")).group(1))
            self.assertGreater(scans, 10)

    def test_a_client_that_leaves_changes_nothing_for_its_order(self):
        with serve(BINARY) as (server, http):
            make_city(http)
            body = b'{"order_id":"O","city":"blr","mode":"offer","location":{"lat":12.97,"lng":77.59}}'
            with socket.create_connection(("127.0.0.1", http.port)) as gone:
                gone.sendall(b"POST /v1/delivery/assign HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                             b"Content-Length: %d\r\n\r\n" % len(body) + body)
                with server.connect() as resp:
                    wait_until(lambda: b"offered" in ask(resp, "ASSIGN.GET", "order:O"), "an offer")
            with server.connect() as resp:
                self.assertIn(b"assigned", ask(resp, "ASSIGN.ACCEPT", "order:O", "1"))
            self.assertEqual(http.get("/v1/session")[0], 200)

    def test_broken_and_oversized_requests_are_told_why_and_end_their_connection(self):
        get = b"GET /v1/session HTTP/1.1\r\nHost: localhost\r\n"
        post = b"POST /v1/command HTTP/1.1\r\nHost: localhost\r\n"
        requests = (
            (400, "bad-request", b"nonsense\r\n\r\n"),
            (431, "headers-too-long", b"GET /\r\n" + b"X" * 100_000),
            (400, "bad-request", b"\x16\x03\x01\x02\x00" * 100),
            (400, "bad-request", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
            (400, "bad-request", b"GET /v1/session HTTP/1.1\r\n\r\n"),
            (400, "bad-request", get + b"Host: elsewhere\r\n\r\n"),
            (400, "bad-request", post + b"Content-Length: -1\r\n\r\n"),
            (400, "bad-request", post + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
            (400, "bad-request", post + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
            (414, "target-too-long", b"GET /" + b"a" * 10_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"),
            (431, "headers-too-long", get + b"Cookie: " + b"a" * 10_000 + b"\r\n\r\n"),
            (431, "headers-too-long", get + b"a" * 1000 + b": b\r\n\r\n"),
            (431, "headers-too-long", get + b"A: b\r\n" * 200 + b"\r\n"),
            (413, "body-too-long", post + b"Content-Length: 1000000000\r\n\r\n"))
        with serve(BINARY) as (_, http):
            for status, slug, bytes_ in requests:
                with self.subTest(bytes_[:80]):
                    head, _, body = talk(http.port, bytes_).partition(b"\r\n\r\n")
                    self.assertEqual(int(head.split()[1]), status)
                    self.assertIn(b"application/problem+json", head)
                    problem = json.loads(body)
                    self.assertEqual((problem["type"], problem["status"]), (f"/v1/problems#{slug}", status))
                    self.assertEqual(http.get("/v1/session")[0], 200)

    def test_what_is_good_before_what_is_broken_is_answered(self):
        with serve(BINARY) as (_, http):
            answers = talk(http.port, b"GET /v1/session HTTP/1.1\r\nHost: localhost\r\n\r\nnonsense\r\n\r\n")
            self.assertEqual([answers.count(b"HTTP/1.1 200 "), answers.count(b"HTTP/1.1 400 ")], [1, 1])

    def test_a_client_that_sends_too_much_reads_why(self):
        with serve(BINARY, "--http-max-body", "64kb") as (_, http):
            for head in (b"Content-Length: 2000000\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n1e8480\r\n"):
                answer = talk(http.port, b"POST /v1/command HTTP/1.1\r\nHost: localhost\r\n" + head + b"x" * 2_000_000)
                self.assertTrue(answer.startswith(b"HTTP/1.1 413 "), answer[:100])

    def test_a_body_is_sent_when_it_is_asked_for(self):
        with serve(BINARY) as (_, http), socket.create_connection(("127.0.0.1", http.port), timeout=10) as client:
            body = b'{"args":["PING"]}'
            for _ in range(2):
                client.sendall(b"POST /v1/command HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                               b"Content-Length: %d\r\nExpect: 100-continue\r\n\r\n" % len(body))
                self.assertEqual(client.recv(1000), b"HTTP/1.1 100 Continue\r\n\r\n")
                client.sendall(body)
                answer = b""
                while b"PONG" not in answer:
                    answer += client.recv(1000)

    def test_who_is_turned_away_leaves_nothing_behind(self):
        with serve(BINARY) as (server, http):
            self.assertEqual(http.get("/v1/session")[0], 200)
            before = server.open_files()
            for _ in range(50):
                talk(http.port, b"nonsense\r\n\r\n")
            wait_until(lambda: server.open_files() <= before, "the descriptors")

    def test_a_slow_request_is_not_waited_for(self):
        with serve(BINARY, "--http-timeout", "1") as (_, http):
            began = time.monotonic()
            self.assertEqual(talk(http.port, b"GET / HTTP/1.1\r\nHost: local"), b"")
            self.assertLess(time.monotonic() - began, 4)

    def test_bodies_are_bounded(self):
        with serve(BINARY, "--http-max-body", "64kb") as (server, http):
            status, problem = http.post("/v1/command", "x" * 100_000)
            self.assertEqual((status, problem["type"]), (413, "/v1/problems#body-too-long"))
            before = server.resident_bytes()
            for _ in range(20):
                head = b"POST /v1/command HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n"
                try:
                    talk(http.port, head + b"x" * 1_000_000)
                except (ConnectionResetError, BrokenPipeError):
                    pass
            self.assertLess(server.resident_bytes() - before, 30_000_000)

    def test_connections_are_bounded(self):
        with serve(BINARY, "--http-max-connections", "3") as (_, http):
            self.assertEqual(http.get("/v1/session")[0], 200)
            others = [socket.create_connection(("127.0.0.1", http.port)) for _ in range(2)]
            wait_until(lambda: b"503" in answer_or_nothing(http.port, b""), "a connection too many")
            for other in others:
                other.close()
            request = b"GET /v1/session HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            wait_until(lambda: b" 200 " in answer_or_nothing(http.port, request), "room for another connection")

    def test_the_password_of_resp_is_the_password_of_http(self):
        with serve(BINARY, "--requirepass", "tiffin") as (server, http):
            self.assertEqual(http.get("/v1/stats")[0], 401)
            self.assertEqual(http.request("GET", "/v1/stats", headers={"Authorization": "Bearer tiffin"})[0], 200)
            status, _, headers = http.request("POST", "/v1/session", {"password": "tiffin"})
            self.assertEqual(status, 200)
            cookie = headers["Set-Cookie"].split(";")[0]
            self.assertEqual(http.request("GET", "/v1/stats", headers={"Cookie": cookie})[0], 200)
            http.request("GET", "/v1/stats", headers={"Authorization": "Bearer x"})
            wait_until(lambda: "password" in server.log(), "a line about the wrong password")
            with server.connect() as resp:
                ask(resp, "AUTH", "tiffin")
                log = ask(resp, "ACL", "LOG")
            self.assertIn(b"auth\r\n", log)
            self.assertRegex(log, rb"addr=127\.0\.0\.1:\d+")

    def test_the_page_is_strict_and_may_be_kept(self):
        with serve(BINARY) as (_, http):
            status, _, headers = http.request("GET", "/")
            self.assertEqual(status, 200)
            self.assertIn("default-src 'none'", headers["Content-Security-Policy"])
            self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
            self.assertEqual(http.request("GET", "/", headers={"If-None-Match": headers["ETag"]})[0], 304)
            self.assertEqual(http.request("HEAD", "/")[0], 200)
            self.assertEqual(http.request("GET", "/", headers={"Host": "evil.example"})[0], 403)

    def test_many_requests_on_one_connection_and_a_pipeline(self):
        with serve(BINARY) as (_, http):
            one = b"GET /v1/session HTTP/1.1\r\nHost: localhost\r\n\r\n"
            last = b"GET /v1/session HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            self.assertEqual(talk(http.port, one * 50 + last).count(b"HTTP/1.1 200"), 51)

    def test_http_is_off_unless_it_is_asked_for(self):
        with ServerProcess(BINARY) as server:
            self.assertNotIn("HTTP", server.log())

    def test_a_port_that_is_taken_ends_the_start_with_one_line(self):
        with serve(BINARY) as (server, _):
            second = subprocess.run([BINARY, "--port", "0", "--http-port", str(http_port(server))],
                                    capture_output=True, text=True, timeout=20, check=False)
            self.assertEqual(second.returncode, 1)
            self.assertIn("Address already in use", second.stdout + second.stderr)


if __name__ == "__main__":
    unittest.main()
