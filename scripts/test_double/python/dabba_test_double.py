"""Starts dabba-server for tests, and controls it: clock, faults, snapshots, fixtures, calls, workspaces.

    with start() as server, server.workspace() as test:
        redis = Redis.from_url(test.url)
        test.clock.advance("30s")
"""

import json
import os
import re
import socket
import subprocess
import threading
import urllib.parse
import uuid

READY = "Ready to accept connections tcp"
PORT = re.compile(r"Listening on 127\.0\.0\.1:(\d+)")


class ReplyError(Exception):
    """An error that the server replied."""


class Connection:
    """A connection that speaks RESP: what the controls need, so that no client library is."""

    def __init__(self, host, port):
        self._socket = socket.create_connection((host, port), timeout=60)
        self._file = self._socket.makefile("rb")

    def command(self, *words):
        """The reply; raises ReplyError if it is an error."""
        encoded = [word if isinstance(word, bytes) else str(word).encode() for word in words]
        request = b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in encoded)
        self._socket.sendall(b"*%d\r\n%s" % (len(encoded), request))
        return self._read()

    def _read(self):
        line = self._file.readline()
        if not line:
            raise ConnectionError("the connection to Dabba is closed")
        mark, rest = line[:1], line[1:-2]
        if mark == b"+":
            return rest.decode()
        if mark == b"-":
            raise ReplyError(rest.decode())
        if mark == b":":
            return int(rest)
        if mark == b"$":
            return None if rest == b"-1" else self._file.read(int(rest) + 2)[:-2].decode(errors="surrogateescape")
        return None if rest == b"-1" else [self._read() for _ in range(int(rest))]

    def close(self):
        self._file.close()
        self._socket.close()


def _pairs(flat):
    return dict(zip(flat[::2], flat[1::2]))


def _words(conditions):
    """command="set", times=1 as the words of a filter."""
    return [word for name, value in conditions.items() for word in (name.upper(), value)]


class _Control:
    def __init__(self, command):
        self._command = command


class Clock(_Control):
    """The time of a server or a workspace. Durations are texts: "30s", "1h30m"."""

    def freeze(self):
        self._command("CLOCK", "FREEZE")

    def run(self):
        self._command("CLOCK", "RUN")

    def advance(self, duration):
        self._command("CLOCK", "ADVANCE", duration)

    def set(self, unix_seconds):
        self._command("CLOCK", "SET", round(unix_seconds * 1000))

    def now(self):
        """In seconds since 1970."""
        seconds, microseconds = self._command("TIME")
        return int(seconds) + int(microseconds) / 1e6


class Faults(_Control):
    """Requests that fail."""

    def add(self, *effect, **conditions):
        """add("dropreply", command="set", times=1), add("error", "LOADING"), add("delay", "1s"); the rule's id."""
        return self._command("FAULT", "ADD", *_words(conditions), effect[0].upper(), *effect[1:])

    def remove(self, rule):
        return self._command("FAULT", "REMOVE", rule) == 1

    def clear(self):
        self._command("FAULT", "CLEAR")

    def list(self):
        return [_pairs(rule) for rule in self._command("FAULT", "LIST")]


class Snapshots(_Control):
    """States of the data by name."""

    def take(self, name):
        self._command("SNAPSHOT", "TAKE", name)

    def restore(self, name):
        self._command("SNAPSHOT", "RESTORE", name)

    def drop(self, name):
        return self._command("SNAPSHOT", "DROP", name) == 1

    def list(self):
        return self._command("SNAPSHOT", "LIST")

    def diff(self, before, *after):
        """In words; without `after`, what has changed until now."""
        return self._command("SNAPSHOT", "DIFF", before, *after)


class Fixtures(_Control):
    """The data as text."""

    def load(self, data):
        """A dict as JSON has it, or a text: JSON, or lines of redis-cli."""
        return self._command("FIXTURE", "LOAD", data if isinstance(data, str) else json.dumps(data))

    def dump(self):
        return json.loads(self._command("FIXTURE", "DUMP"))

    def dump_commands(self):
        return self._command("FIXTURE", "DUMP", "COMMANDS")


class Calls(_Control):
    """What was called. Filters: command, key, client, reply."""

    def start(self):
        self._command("CALLS", "START")

    def stop(self):
        self._command("CALLS", "STOP")

    def list(self, **conditions):
        return [_pairs(call) for call in self._command("CALLS", "LIST", *_words(conditions))]

    def count(self, **conditions):
        return self._command("CALLS", "COUNT", *_words(conditions))

    def _expect(self, *words):
        try:
            self._command("CALLS", "EXPECT", *words)
        except ReplyError as error:
            raise AssertionError(str(error).removeprefix("ERR ")) from None

    def expect_exactly(self, count, **conditions):
        self._expect("EXACTLY", count, *_words(conditions))

    def expect_at_least(self, count, **conditions):
        self._expect("ATLEAST", count, *_words(conditions))

    def expect_at_most(self, count, **conditions):
        self._expect("ATMOST", count, *_words(conditions))

    def expect_never(self, **conditions):
        self._expect("NEVER", *_words(conditions))


class _Controlled:
    """A server or a workspace: where it is, and what a test can do to it."""

    def __init__(self, host, port, url):
        self.host, self.port, self.url = host, port, url
        self._connection = Connection(host, port)
        self.command = self._connection.command
        self.clock = Clock(self.command)
        self.faults = Faults(self.command)
        self.snapshots = Snapshots(self.command)
        self.fixtures = Fixtures(self.command)
        self.calls = Calls(self.command)

    def __enter__(self):
        return self


class Workspace(_Controlled):
    """A server within the server: keys, clock, faults, messages and scripts of its own."""

    def __init__(self, host, port, name):
        super().__init__(host, port, f"redis://workspace:{urllib.parse.quote(name, safe='')}@{host}:{port}")
        self.name = name
        self.command("WORKSPACE", "USE", name)

    def drop(self):
        """Ends it, and the connections in it."""
        try:
            self.command("WORKSPACE", "DROP", self.name)
        finally:
            self._connection.close()

    def __exit__(self, *_):
        self.drop()


class Server(_Controlled):
    """A server that was started."""

    def __init__(self, process, port):
        super().__init__("127.0.0.1", port, f"redis://127.0.0.1:{port}")
        self.process = process

    def workspace(self, name=None):
        """A workspace by this name, or by a new one."""
        return Workspace(self.host, self.port, name or str(uuid.uuid4()))

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self._connection.close()

    def __exit__(self, *_):
        self.stop()


def start(binary=None, *, port=0, seed=None, strict=None, fixtures=(), args=()):
    """Starts a server, on a free port unless one is given. Raises RuntimeError, with its log, if it ends at once."""
    command = [binary or os.environ.get("DABBA_SERVER") or "dabba-server", "--port", str(port), "--bind", "127.0.0.1"]
    command += ["--enable-test-commands", "yes", "--workspaces", "yes"]
    command += ["--seed", str(seed)] if seed is not None else []
    command += ["--strict", strict] if strict else []
    command += ["--fixture", *fixtures] if fixtures else []
    process = subprocess.Popen([*command, *args], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               stdin=subprocess.DEVNULL, text=True)
    lines = []
    for line in process.stdout:
        lines.append(line)
        if READY in line:
            # What comes later is read and forgotten: a full pipe would stop the server.
            threading.Thread(target=process.stdout.read, daemon=True).start()
            return Server(process, int(PORT.search("".join(lines)).group(1)))
    raise RuntimeError(f"dabba-server ended with code {process.wait()}:\n{''.join(lines)}")
