"""Bytes in, bytes out: what a test needs below any client library."""

import re
import socket


def encode(*words):
    """A request as RESP bytes; words are bytes or text."""
    encoded = [word if isinstance(word, bytes) else str(word).encode() for word in words]
    return b"*%d\r\n" % len(encoded) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in encoded)


def receive_exactly(connection, size):
    """The next size bytes, or fewer if the server closes before."""
    received = bytearray()
    while len(received) < size:
        try:
            chunk = connection.recv(min(size - len(received), 1 << 20))
        except ConnectionResetError:
            break
        if not chunk:
            break
        received += chunk
    return bytes(received)


def receive_until_closed(connection):
    """All that comes until the server closes; a reset counts as closing."""
    return receive_exactly(connection, 1 << 40)


def ask(connection, *words):
    """The first 64 KB of the reply to one request: enough for every short reply."""
    connection.sendall(encode(*words))
    return connection.recv(65536)


def info_number(connection, field):
    """A number that INFO tells."""
    return int(re.search(rb"\r\n%b:(\d+)\r\n" % field.encode(), ask(connection, "INFO", "everything")).group(1))


def close_with_reset(connection):
    """Closes so that the other side gets a reset (RST) and no goodbye (FIN)."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    connection.close()
