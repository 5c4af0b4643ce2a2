"""A server under test: started on a free port, watched, stopped, and judged by how it left.

Works for dabba-server and for Debian's redis-server, so that every test can be run against both.
"""

import os
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time

START_TIMEOUT_S = 30
STOP_TIMEOUT_S = 30
SANITIZER_REPORT = re.compile(r"(Address|Leak|Thread|Memory|UndefinedBehavior)Sanitizer|runtime error:")
LISTENING = re.compile(r"Listening on \S*?:(\d+)")


class ServerFailed(Exception):
    """The server did not start, did not stop, or left with an error; the text holds its log."""


def free_port():
    """A TCP port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, what="what was waited for", patience_s=20):
    """Returns when the condition holds; fails if it never does."""
    end = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"never happened: {what}")
        time.sleep(0.01)


def is_redis(binary):
    """Whether the binary is Redis itself and not Dabba."""
    return "redis" in os.path.basename(binary)


def processor_s(pid):
    """The processor time that a process with one thread has used, in seconds, as the scheduler counts it."""
    with open(f"/proc/{pid}/schedstat", encoding="ascii") as file:
        return int(file.read().split()[0]) / 1e9


class ServerProcess:
    """One running server. Use as `with ServerProcess(binary, "--maxclients", "10") as server:`.

    port    where it listens on 127.0.0.1; a free one unless given
    tls     an ssl.SSLContext by which to talk to that port; None: plainly
    redis   True for redis-server
    folder  a fresh working directory, removed at the end
    lines   what it has printed so far
    """

    def __init__(self, binary, *flags, port=None, tls=None):
        self.redis = is_redis(binary)
        self.tls = tls
        self._folder = tempfile.TemporaryDirectory(prefix="dabba-test-")
        self.folder = self._folder.name
        self.lines = []
        self._listening = threading.Event()
        try:
            self._start(binary, flags, port)
        except BaseException:
            self._folder.cleanup()
            raise

    def _start(self, binary, flags, port):
        # Dabba takes a free port by itself and says which; for Redis one has to be guessed.
        self.port = port or (free_port() if self.redis else 0)
        command = [binary, "--port", str(self.port)]
        if self.redis:
            command += ["--save", "", "--bind", "127.0.0.1"]
        self.process = subprocess.Popen(
            command + list(flags),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        self._reader = threading.Thread(target=self._read_log, daemon=True)
        self._reader.start()
        try:
            self._wait_until_it_answers(time.monotonic() + START_TIMEOUT_S)
        except BaseException:
            self.process.kill()
            self.process.wait()
            self._reader.join()
            self.process.stdout.close()
            raise

    def _read_log(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            found = LISTENING.search(line)
            if found and not self.redis and self.port == 0:
                self.port = int(found.group(1))
            if found:
                self._listening.set()

    def _wait_until_it_answers(self, deadline):
        while True:
            if self.process.poll() is not None:
                self._reader.join()
                raise ServerFailed(self._say(f"the server ended at once, exit code {self.process.returncode}"))
            if time.monotonic() > deadline:
                raise ServerFailed(self._say(f"no answer after {START_TIMEOUT_S} s"))
            if not self.redis and not self._listening.wait(0.05):
                continue
            try:
                # Any reply will do: with a password set it is an error, and that is an answer.
                with self.connect() as connection:
                    connection.sendall(b"PING\r\n")
                    if connection.recv(1):
                        return
            except OSError:
                time.sleep(0.02)

    def connect(self, timeout_s=30):
        """A socket to the server: plain TCP, or TLS if `tls` was given."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=timeout_s)
        return self.tls.wrap_socket(connection, server_hostname="localhost") if self.tls else connection

    def resident_bytes(self):
        """The memory the process holds (VmRSS)."""
        return self._status_bytes("VmRSS:")

    def peak_bytes(self):
        """The most memory the process has ever held (VmHWM)."""
        return self._status_bytes("VmHWM:")

    def open_files(self):
        """How many descriptors the process has: files, sockets and Asio's own."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def _status_bytes(self, field):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            for line in status:
                if line.startswith(field):
                    return int(line.split()[1]) * 1024
        raise ServerFailed(f"no {field} in /proc")

    def wait(self, timeout_s=STOP_TIMEOUT_S):
        """Waits for the server to end by itself; its exit code. Raises when it does not end."""
        try:
            code = self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise ServerFailed(self._say(f"still running after {timeout_s} s")) from None
        self._reader.join()
        self.process.stdout.close()
        self._folder.cleanup()
        return code

    def stop(self, how=signal.SIGTERM):
        """Asks the server to end and holds it to a clean exit: code 0, no sanitizer report."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        self.require_clean_exit(self.wait())

    def require_clean_exit(self, code):
        """Raises unless the exit code is 0 and no sanitizer complained."""
        if code != 0:
            raise ServerFailed(self._say(f"exit code {code}"))
        if any(SANITIZER_REPORT.search(line) for line in self.lines):
            raise ServerFailed(self._say("a sanitizer complained"))

    def log(self):
        """All it has printed so far."""
        return "\n".join(self.lines)

    def _say(self, what):
        return f"{what}; its log:\n" + "\n".join("  | " + line for line in self.lines[-200:])

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is None:
            self.stop()
            return
        # The test has failed already; say what the server printed, but let the test's error stand.
        if self.process.poll() is None:
            self.process.kill()
        self.wait()
        print(self._say("the server during the failed test"))
