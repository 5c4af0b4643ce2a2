"""A client that only pings, in a process of its own, and remembers its worst wait."""

import multiprocessing
import socket
import time

from server_process import processor_s

PAUSE_S = 0.002


def _ping(port, pid, stop, result):
    worst_ping = worst_nap = worst_work = 0.0
    pings = 0
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while not stop.is_set():
            worked = processor_s(pid)
            began = time.monotonic()
            connection.sendall(b"PING\r\n")
            if connection.recv(64) != b"+PONG\r\n":
                break
            answered = time.monotonic()
            worst_work = max(worst_work, processor_s(pid) - worked)
            time.sleep(PAUSE_S)
            worst_ping = max(worst_ping, answered - began)
            worst_nap = max(worst_nap, time.monotonic() - answered - PAUSE_S)
            pings += 1
    result.put((pings, worst_ping, worst_nap, worst_work))


class Bystander:
    """Use as `with Bystander(server) as bystander: ...`; the numbers are there afterwards.

    pings    how many were answered
    worst_s  the longest wait for one
    work_s   the most that the server worked (processor time) while one was waited for: on a busy machine
             the wait is longer, as the server itself waits for its turn
    noise_s  the longest that the machine itself kept this process waiting after a nap: no server can
             be held to less
    """

    def __init__(self, server):
        context = multiprocessing.get_context("fork")
        self._stop = context.Event()
        self._result = context.Queue()
        self._process = context.Process(target=_ping, args=(server.port, server.process.pid, self._stop, self._result), daemon=True)
        self.pings, self.worst_s, self.noise_s, self.work_s = 0, 0.0, 0.0, 0.0

    def __enter__(self):
        self._process.start()
        time.sleep(0.05)
        return self

    def __exit__(self, kind, error, trace):
        self._stop.set()
        try:
            self.pings, self.worst_s, self.noise_s, self.work_s = self._result.get(timeout=90)
        except Exception:  # it died with its connection: nothing was answered
            self.pings = 0
        self._process.join(5)
        if self._process.is_alive():
            self._process.kill()
