"""A client that only pings, in a process of its own, and remembers its worst wait."""

import multiprocessing
import socket
import time

PAUSE_S = 0.002


def _ping(port, stop, result):
    worst_ping = worst_nap = 0.0
    pings = 0
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while not stop.is_set():
            began = time.monotonic()
            connection.sendall(b"PING\r\n")
            if connection.recv(64) != b"+PONG\r\n":
                break
            answered = time.monotonic()
            time.sleep(PAUSE_S)
            worst_ping = max(worst_ping, answered - began)
            worst_nap = max(worst_nap, time.monotonic() - answered - PAUSE_S)
            pings += 1
    result.put((pings, worst_ping, worst_nap))


class Bystander:
    """Use as `with Bystander(port) as bystander: ...`; the numbers are there afterwards.

    pings    how many were answered
    worst_s  the longest wait for one
    noise_s  the longest that the machine itself kept this process waiting after a nap: no server can
             be held to less
    """

    def __init__(self, port):
        context = multiprocessing.get_context("fork")
        self._stop = context.Event()
        self._result = context.Queue()
        self._process = context.Process(target=_ping, args=(port, self._stop, self._result), daemon=True)
        self.pings, self.worst_s, self.noise_s = 0, 0.0, 0.0

    def __enter__(self):
        self._process.start()
        time.sleep(0.05)
        return self

    def __exit__(self, kind, error, trace):
        self._stop.set()
        try:
            self.pings, self.worst_s, self.noise_s = self._result.get(timeout=90)
        except Exception:  # it died with its connection: nothing was answered
            self.pings = 0
        self._process.join(5)
        if self._process.is_alive():
            self._process.kill()
