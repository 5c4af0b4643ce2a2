#!/usr/bin/python3
"""WebSockets over real sockets: drivers, events and maps, and clients that are broken, slow or silent.

SERVER_BINARY names the server.
"""

import os
import socket
import struct
import threading
import time
import unittest

from gateway_client import Closed, Http, WebSocket, serve

BINARY = os.environ["SERVER_BINARY"]
PLACE = {"lat": 12.9716, "lng": 77.5946}


def add_drivers(http, count):
    for number in range(count):
        http.command("GEOADD", "drivers:geo:blr", 77.58 + number / 10000, 12.97, f"driver:D{number}")
        http.command("SADD", "drivers:available:blr", f"driver:D{number}")


class GatewaySockets(unittest.TestCase):
    def open(self, http, path, headers=None):
        opened = http.web_socket(path, headers)
        self.addCleanup(opened.close)
        return opened

    def test_an_offer_reaches_the_app_and_the_answer_the_shop(self):
        with serve(BINARY) as (_, http):
            add_drivers(http, 1)
            driver = self.open(http, "/v1/drivers/D0/socket?city=blr")
            self.assertEqual(driver.receive()["status"], "available")
            answers = []
            order = {"order_id": "O", "city": "blr", "location": PLACE, "timeout_sec": 20}
            shop = threading.Thread(
                target=lambda: answers.append(Http(http.port).post("/v1/delivery/assign", order)))
            shop.start()
            offer = driver.receive_until("offer")
            driver.send({"type": "accept", "order": offer["order"], "token": offer["token"]})
            self.assertEqual(driver.receive_until("assigned")["order"], "O")
            shop.join()
            self.assertEqual(answers[0][0], 200)
            self.assertEqual(answers[0][1]["driver"]["id"], "D0")

    def test_an_app_that_dies_and_comes_back_finds_its_offer(self):
        with serve(BINARY) as (_, http):
            add_drivers(http, 1)
            driver = self.open(http, "/v1/drivers/D0/socket?city=blr")
            driver.receive()
            shop = socket.create_connection(("127.0.0.1", http.port))
            self.addCleanup(shop.close)
            body = b'{"order_id":"O","city":"blr","location":{"lat":12.97,"lng":77.59}}'
            shop.sendall(b"POST /v1/delivery/assign HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                         b"Content-Length: %d\r\n\r\n" % len(body) + body)
            driver.receive_until("offer")
            driver.close()
            again = self.open(http, "/v1/drivers/D0/socket?city=blr")
            hello = again.receive()
            self.assertEqual((hello["status"], hello["order"]), ("offered", "O"))

    def test_frames_that_are_none_end_the_socket_with_their_code(self):
        def fragmented(web_socket):
            web_socket.send_frame(1, b'{"type":', final=False)
            web_socket.send_frame(9, b"ping in between")
            web_socket.send_frame(0, b'"available","available":true}')

        with serve(BINARY, "--http-max-body", "4kb") as (server, http):
            for name, act, code in (
                ("an unmasked frame", lambda s: s.socket.sendall(b"\x81\x02hi"), 1002),
                ("a reserved opcode", lambda s: s.send_frame(3, b"x"), 1002),
                ("a continuation of nothing", lambda s: s.send_frame(0, b"x"), 1002),
                ("a binary message", lambda s: s.send_frame(2, b"x"), 1003),
                ("no UTF-8", lambda s: s.send_frame(1, b"\xff\xfe"), 1007),
                ("too long", lambda s: s.send_frame(1, b"x" * 5000), 1009),
                ("two petabytes", lambda s: s.socket.sendall(b"\x81\xff" + struct.pack(">Q", 1 << 51) + b"mask"), 1009),
                ("a ping that is too long", lambda s: s.send_frame(9, b"x" * 200), 1002),
            ):
                with self.subTest(name):
                    broken = self.open(http, "/v1/drivers/D1/socket?city=blr")
                    broken.receive()
                    act(broken)
                    with self.assertRaises(Closed) as closed:
                        while True:
                            broken.receive()
                    self.assertEqual(closed.exception.code, code)
            whole = self.open(http, "/v1/drivers/D1/socket?city=blr")
            whole.receive()
            fragmented(whole)
            self.assertEqual(whole.receive_frame()[0], 10)
            self.assertEqual(http.command("SISMEMBER", "drivers:available:blr", "driver:D1"), 1)
            whole.send_frame(8, struct.pack(">H", 1000) + b"bye")
            with self.assertRaises(Closed) as closed:
                whole.receive()
            self.assertEqual(closed.exception.code, 1000)
            self.assertLess(server.resident_bytes(), 200 << 20)

    def test_a_message_that_makes_no_sense_is_answered_and_the_socket_stays(self):
        with serve(BINARY) as (_, http):
            driver = self.open(http, "/v1/drivers/D1/socket?city=blr")
            driver.receive()
            for text, problem in (("{", "bad-json"), ('{"type":"fly"}', "bad-field"),
                                  ('{"type":"position","lat":1}', "bad-field"),
                                  ('{"type":"position","lat":0,"lng":0}', "place-is-zero"),
                                  ('{"type":"accept","order":"X","token":1}', "stale-token")):
                driver.send_frame(1, text.encode())
                error = driver.receive()
                self.assertEqual((error["type"], error["problem"]), ("error", "/v1/problems#" + problem))

    def test_a_page_of_another_site_cannot_open_a_socket(self):
        with serve(BINARY, "--requirepass", "tiffin") as (_, http):
            self.assertEqual(http.web_socket("/v1/events").status, 401)
            key = {"Authorization": "Bearer tiffin"}
            self.assertEqual(http.web_socket("/v1/events", key).status, 101)
            self.assertEqual(http.web_socket("/v1/events", dict(key, Origin="http://evil.example")).status, 403)
            self.assertEqual(http.web_socket("/v1/events", dict(key, Origin=f"http://127.0.0.1:{http.port}")).status, 101)

    def test_a_silent_client_is_asked_and_a_dead_one_dropped(self):
        with serve(BINARY, "--http-ping", "1") as (_, http):
            dead = self.open(http, "/v1/events")
            alive = self.open(http, "/v1/events")
            dead.receive()
            alive.receive()
            deadline = time.monotonic() + 4
            while time.monotonic() < deadline:
                opcode, payload = alive.receive_frame()
                self.assertEqual(opcode, 9)
                alive.send_frame(10, payload)
            pings = 0
            with self.assertRaises(Closed):
                while True:
                    pings += dead.receive_frame()[0] == 9
            self.assertGreaterEqual(pings, 1)

    def test_a_reader_that_stalls_costs_little_and_is_told_what_it_missed(self):
        with serve(BINARY, "--http-events-kept", "100") as (server, http):
            add_drivers(http, 1)
            stalled = WebSocket(http.port, "/v1/events")
            self.addCleanup(stalled.close)
            before = server.resident_bytes()
            search = "FROMLONLAT 77.59 12.97 BYRADIUS 9 km".split()
            with server.connect() as resp:
                for _ in range(200):
                    words = [["ASSIGN", "drivers:geo:blr", "none:available", f"order:{'x' * 200}", *search]] * 100
                    resp.sendall(b"".join(encode(*request) for request in words))
                    drain(resp, 100)
            self.assertLess(server.resident_bytes() - before, 20 << 20)
            seen = []
            while not seen or seen[-1].get("seq", 0) < 20_000:
                seen.append(stalled.receive())
            missed = [message for message in seen if message["type"] == "missed"]
            self.assertGreaterEqual(len(missed), 1)
            numbers = [message["seq"] for message in seen if message["type"] == "event"]
            lost = sum(message["to"] - message["from"] + 1 for message in missed)
            self.assertEqual(len(numbers) + lost, 20_000)
            self.assertEqual(numbers, sorted(numbers))

    def test_a_map_follows_the_drivers(self):
        with serve(BINARY) as (_, http):
            add_drivers(http, 50)
            watcher = self.open(http, "/v1/map?city=blr")
            start = watcher.receive()
            self.assertEqual(start, struct.pack("<BBHI", 1, 0, 0, 50))
            part = watcher.receive()
            entries = {entry[0]: entry for entry in struct.iter_unpack("<IiiB3x", part[8:])}
            self.assertEqual(len(entries), 50)
            watcher.send({"type": "names", "indexes": list(entries)})
            names = watcher.receive_until("names")["names"]
            index = next(int(index) for index, name in names.items() if name == "driver:D7")
            self.assertEqual(entries[index][3], 1)
            self.assertAlmostEqual(entries[index][1], 77_580_700, delta=10)
            http.command("GEOADD", "drivers:geo:blr", 77.7, 12.97, "driver:D7")
            change = watcher.receive()
            self.assertEqual(change[1], 2)
            moved = list(struct.iter_unpack("<IiiB3x", change[8:]))
            self.assertEqual([entry[0] for entry in moved], [index])

    def test_a_silent_socket_costs_next_to_nothing(self):
        with serve(BINARY) as (server, http):
            before, count = server.resident_bytes(), 400
            sockets = [self.open(http, f"/v1/drivers/D{number}/socket?city=blr") for number in range(count)]
            for one in sockets:
                one.receive()
            self.assertLess((server.resident_bytes() - before) / count, 40_000)

    def test_the_server_says_goodbye(self):
        with serve(BINARY) as (server, http):
            reader = self.open(http, "/v1/events")
            reader.receive()
            server.stop()
            with self.assertRaises(Closed) as closed:
                reader.receive()
            self.assertEqual(closed.exception.code, 1001)


def encode(*words):
    parts = [b"*%d\r\n" % len(words)]
    for word in words:
        parts.append(b"$%d\r\n%s\r\n" % (len(word), word.encode()))
    return b"".join(parts)


def drain(connection, replies):
    """Reads so many nils."""
    size = replies * len(b"$-1\r\n")
    while size > 0:
        size -= len(connection.recv(size))


if __name__ == "__main__":
    unittest.main()
