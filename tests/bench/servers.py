"""The servers that are measured: started on free ports of the loopback, asked, stopped."""

import os
import pathlib
import socket
import subprocess
import tempfile
import time

START_TIMEOUT_S = 10
STOP_TIMEOUT_S = 60


class ServerFailed(Exception):
    """A server did not start, or answered with an error."""


def free_port():
    """A TCP port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def encode(words):
    """A request in RESP."""
    parts = [str(word).encode() for word in words]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)


class Program:
    """Something that can be started: a name for the tables, and the binary."""

    def __init__(self, name, path, speaks_redis=True, flags=None):
        self.name = name
        self.path = str(path)
        self.is_dabba = name == "dabba"
        self.speaks_redis = speaks_redis
        # The same seed, the same tables: what grows in one run grows at the same request in the next.
        own = ["--seed", "1"] if self.is_dabba else ["--save", "", "--appendonly", "no"]
        self.flags = own if flags is None else flags

    def command(self, port):
        if not self.speaks_redis:
            return [self.path, str(port)]
        return [self.path, "--port", str(port), *self.flags]

    def version(self):
        try:
            shown = subprocess.run([self.path, "--version"], capture_output=True, text=True, check=False).stdout
        except OSError as error:
            raise ServerFailed(f"{self.path}: {error.strerror}") from error
        return shown.strip().splitlines()[0] if shown.strip() else self.path


class Server:
    """One that runs. Use as `with Server(program) as server:`.

    start_ms    from starting the process to its first reply
    """

    def __init__(self, program):
        self.program = program
        self.name = program.name
        self.port = free_port()
        self._folder = tempfile.TemporaryDirectory(prefix="dabba-bench-")
        self._socket = None
        started = time.perf_counter()
        self._log = open(pathlib.Path(self._folder.name, "log"), "w+", encoding="utf-8", errors="replace")
        self._process = subprocess.Popen(
            program.command(self.port), cwd=self._folder.name, stdin=subprocess.DEVNULL, stdout=self._log,
            stderr=subprocess.STDOUT)
        self.pid = self._process.pid
        try:
            self._wait_for_first_reply(started + START_TIMEOUT_S)
        except BaseException:
            self.stop()
            raise
        self.start_ms = (time.perf_counter() - started) * 1000

    def _wait_for_first_reply(self, until):
        while True:
            try:
                self._socket = socket.create_connection(("127.0.0.1", self.port), timeout=600)
                break
            except OSError:
                if self._process.poll() is not None or time.perf_counter() > until:
                    self._log.seek(0)
                    raise ServerFailed(f"{self.program.path} did not start:\n{self._log.read()}") from None
                time.sleep(0.0002)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.call("PING")

    def call(self, *words):
        """Sends one request; its reply as text (a string) or, if it is a number, as an int. No arrays."""
        self._socket.sendall(encode(words))
        if not self.program.speaks_redis:
            return self._read_exactly(1)
        header = self._read_line()
        if header[0] == "-":
            raise ServerFailed(f"{self.name}: {' '.join(map(str, words[:3]))}: {header[1:]}")
        if header[0] == ":":
            return int(header[1:])
        if header[0] != "$":
            return header[1:]
        size = int(header[1:])
        return None if size < 0 else self._read_exactly(size + 2)[:-2].decode()

    def exchange(self, requests):
        """Sends requests in one pipeline, and takes all their replies, whatever they are; an error is raised."""
        end = f"end-{time.monotonic_ns()}"
        self._socket.sendall(b"".join(map(encode, requests)) + encode(("ECHO", end)))
        data = b""
        while not data.endswith(f"{end}\r\n".encode()):
            more = self._socket.recv(1 << 20)
            if not more:
                raise ServerFailed(f"{self.name} closed the connection")
            data += more
        for line in data.split(b"\r\n"):
            if line.startswith(b"-"):
                raise ServerFailed(f"{self.name}: {line[1:].decode()}")

    def cpu_us(self):
        """What all threads have used of the processor, in microseconds: the process's own clock, which, unlike
        the files of /proc, counts also what runs at this moment."""
        cpu_clock_of_process = (~self.pid << 3) | 2  # as clock_getcpuclockid(3) computes it
        return time.clock_gettime_ns(cpu_clock_of_process) / 1000

    def _read_line(self):
        line = b""
        while not line.endswith(b"\r\n"):
            line += self._read_exactly(1)
        return line[:-2].decode()

    def _read_exactly(self, size):
        data = b""
        while len(data) < size:
            more = self._socket.recv(size - len(data))
            if not more:
                raise ServerFailed(f"{self.name} closed the connection")
            data += more
        return data

    def info(self, field):
        """A field of INFO, None if there is none."""
        for line in self.call("INFO").splitlines():
            if line.startswith(field + ":"):
                return line.split(":", 1)[1].strip()
        return None

    def resident_bytes(self):
        """What the process holds of the machine's memory."""
        pages = int(pathlib.Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def stop(self):
        if self._socket:
            self._socket.close()
        self._process.terminate()
        try:
            self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()
        self._folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
