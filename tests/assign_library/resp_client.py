"""A RESP2 client for comparing servers: bytes stay bytes, errors are values, requests go in batches."""

import os
import socket
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
from raw_client import encode  # noqa: E402


class ReplyError(bytes):
    """An error line, without its minus. Differs from the same bytes as a text."""

    def __eq__(self, other):
        return isinstance(other, ReplyError) and bytes(self) == bytes(other)

    __hash__ = bytes.__hash__

    def __repr__(self):
        return "error " + super().__repr__()


class Connection:
    """One connection. Simple strings and bulk strings are bytes, integers int, nil None, arrays lists."""

    def __init__(self, port):
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received = b""
        self._position = 0

    def ask(self, *words):
        """The reply to one request."""
        return self.ask_all([words])[0]

    def ask_all(self, requests):
        """The replies to requests that are sent all at once."""
        self._socket.sendall(b"".join(encode(*words) for words in requests))
        return [self.read() for _ in requests]

    def send(self, *words):
        """Sends a request without waiting for its reply."""
        self._socket.sendall(encode(*words))

    def read(self):
        """The next reply."""
        line = self._read_line()
        kind, rest = line[:1], line[1:]
        if kind == b"+":
            return rest
        if kind == b"-":
            return ReplyError(rest)
        if kind == b":":
            return int(rest)
        if kind == b"$":
            return None if rest == b"-1" else self._read_bytes(int(rest))
        if kind == b"*":
            return None if rest == b"-1" else [self.read() for _ in range(int(rest))]
        raise AssertionError(f"not RESP2: {line!r}")

    def close(self):
        """Closes the connection."""
        self._socket.close()

    def _receive(self):
        chunk = self._socket.recv(1 << 20)
        if not chunk:
            raise ConnectionError("the server closed the connection")
        self._received = self._received[self._position :] + chunk
        self._position = 0

    def _read_line(self):
        while (end := self._received.find(b"\r\n", self._position)) < 0:
            self._receive()
        line = self._received[self._position : end]
        self._position = end + 2
        return line

    def _read_bytes(self, size):
        while len(self._received) - self._position < size + 2:
            self._receive()
        data = self._received[self._position : self._position + size]
        self._position += size + 2
        return data
