"""HTTP and WebSockets as a program without libraries speaks them: the standard library, and RFC 6455 in a page.

    with serve(BINARY) as (server, http):
        status, answer = http.post("/v1/command", {"args": ["PING"]})
        socket = http.web_socket("/v1/events")
        hello = socket.receive()
"""

import base64
import contextlib
import http.client
import json
import os
import re
import socket
import struct
import time

from server_process import ServerProcess

HTTP_AT = re.compile(r"HTTP and WebSockets at http://127\.0\.0\.1:(\d+)")


class Closed(Exception):
    """The server closed the WebSocket; code and reason are its goodbye (1006: there was none)."""

    def __init__(self, code, reason=""):
        super().__init__(f"closed: {code} {reason}")
        self.code = code
        self.reason = reason


class WebSocket:
    """A client's end. receive() gives texts as JSON and binary messages as bytes."""

    def __init__(self, port, path, headers=None, timeout_s=10):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout_s)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Upgrade: websocket", "Connection: Upgrade",
                 f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self.rest = b""
        while b"\r\n\r\n" not in self.rest:
            self._more()
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        self.status = int(head.split(b" ", 2)[1])
        self.head = head.decode()

    def _more(self):
        bytes_ = self.socket.recv(65536)
        if not bytes_:
            raise Closed(1006)
        self.rest += bytes_

    def _take(self, size):
        while len(self.rest) < size:
            self._more()
        taken, self.rest = self.rest[:size], self.rest[size:]
        return taken

    def send_frame(self, opcode, payload, final=True):
        mask = os.urandom(4)
        size = len(payload)
        head = bytes([(0x80 if final else 0) | opcode])
        if size < 126:
            head += bytes([0x80 | size])
        elif size < 65536:
            head += bytes([0x80 | 126]) + struct.pack(">H", size)
        else:
            head += bytes([0x80 | 127]) + struct.pack(">Q", size)
        self.socket.sendall(head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload)))

    def send(self, value):
        self.send_frame(1, json.dumps(value).encode())

    def receive_frame(self):
        first, second = self._take(2)
        size = second & 0x7F
        if size == 126:
            size = struct.unpack(">H", self._take(2))[0]
        elif size == 127:
            size = struct.unpack(">Q", self._take(8))[0]
        return first & 0x0F, self._take(size)

    def receive(self):
        """The next message; answers pings on the way. Raises Closed at the end."""
        while True:
            opcode, payload = self.receive_frame()
            if opcode == 1:
                return json.loads(payload.decode())
            if opcode == 2:
                return payload
            if opcode == 8:
                raise Closed(struct.unpack(">H", payload[:2])[0] if payload else 1005, payload[2:].decode())
            if opcode == 9:
                self.send_frame(10, payload)

    def receive_until(self, type_):
        """The next message of this type; the others on the way are dropped."""
        while True:
            message = self.receive()
            if isinstance(message, dict) and message["type"] == type_:
                return message

    def close(self):
        """Without a word, as a client that dies."""
        self.socket.close()


class Http:
    """One keep-alive connection, opened anew when the server has closed it."""

    def __init__(self, port, headers=None):
        self.port = port
        self.headers = headers or {}
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def request(self, method, path, body=None, headers=None):
        """(status, JSON or text, headers)"""
        given = dict(self.headers, **(headers or {}))
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        if body is not None:
            given.setdefault("Content-Type", "application/json")
        self.connection.request(method, path, body, given)
        response = self.connection.getresponse()
        text = response.read()
        is_json = "json" in response.headers.get("Content-Type", "")
        return response.status, json.loads(text) if is_json else text, response.headers

    def get(self, path):
        return self.request("GET", path)[:2]

    def post(self, path, body):
        return self.request("POST", path, body)[:2]

    def put(self, path, body):
        return self.request("PUT", path, body)[:2]

    def command(self, *words):
        """The reply as JSON."""
        return self.post("/v1/command", {"args": [str(word) for word in words]})[1]["reply"]

    def web_socket(self, path, headers=None):
        return WebSocket(self.port, path, dict(self.headers, **(headers or {})))


def http_port(server):
    """Where the server has said that HTTP is."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        found = HTTP_AT.search(server.log())
        if found:
            return int(found.group(1))
        time.sleep(0.01)
    raise AssertionError("no address of HTTP in:\n" + server.log())


@contextlib.contextmanager
def serve(binary, *flags, headers=None):
    """A server with HTTP on a free port, and a client of it."""
    with ServerProcess(binary, "--http-port", "-1", *flags) as server:
        client = Http(http_port(server), headers)
        with contextlib.closing(client.connection):
            yield server, client
