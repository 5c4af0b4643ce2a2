"""Dabba and a Redis with the library, asked the same."""

import os
import time

from resp_client import Connection

LIBRARY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "scripts", "assign_library", "assign.lua")
KEYS_OF_FUNCTION = {"ASSIGN": 3, "ASSIGN.EXPLAIN": 3}
READERS = {
    b"string": ("GET",),
    b"hash": ("HGETALL",),
    b"set": ("SMEMBERS",),
    b"zset": ("ZRANGE", 0, -1, "WITHSCORES"),
}


def as_function(words):
    """What a request is on Redis: the commands of the ASSIGN family are functions there."""
    name = words[0].upper()
    if not name.startswith("ASSIGN"):
        return words
    keys = min(KEYS_OF_FUNCTION.get(name, 1), len(words) - 1)
    return ("FCALL", name.replace(".", "_").lower(), keys, *words[1:])


def is_index(key):
    """Whether a key is one that the library has and Dabba does not need."""
    return key.endswith((b":offers", b":held"))


class Server:
    """One of the two, with a listener on the side."""

    def __init__(self, port):
        self._connection = Connection(port)
        self._listener = Connection(port)
        self._listener.send("PSUBSCRIBE", "assign:*")
        self._listener.read()

    def ask(self, *words):
        """The reply to one request."""
        return self._connection.ask(*words)

    def ask_all(self, requests):
        """The replies to many."""
        return self._connection.ask_all(requests)

    def events(self):
        """The messages (channel, text) since the last call."""
        self._listener.send("PING")
        events = []
        while (message := self._listener.read())[0] != b"pong":
            events.append((message[2], message[3]))
        return events

    def snapshot(self):
        """All data: key -> (type, value, ms left)."""
        keys = self.ask("KEYS", "*")
        types = self.ask_all([("TYPE", key) for key in keys]) if keys else []
        known = [(key, kind) for key, kind in zip(keys, types) if kind != b"none"]
        requests = []
        for key, kind in known:
            reader = READERS[kind]
            requests += [(reader[0], key, *reader[1:]), ("PTTL", key)]
        replies = self.ask_all(requests) if requests else []
        return {
            key: (kind, self._comparable(kind, value), left)
            for (key, kind), value, left in zip(known, replies[::2], replies[1::2])
        }

    @staticmethod
    def _comparable(kind, value):
        if kind == b"set":
            return sorted(value)
        pairs = list(zip(value[::2], value[1::2]))
        if kind == b"hash":
            return dict(sorted(pairs))
        if kind == b"zset":
            return [(member, float(score)) for member, score in pairs]
        return value

    def close(self):
        """Closes its connections."""
        self._connection.close()
        self._listener.close()


class TwoServers:
    """The two, asked in turn."""

    def __init__(self, dabba_port, redis_port):
        self.dabba = Server(dabba_port)
        self.redis = Server(redis_port)

    def load_library(self, few_available=None, first_page=None):
        """Loads the library, with other limits between its two ways of searching if some are given."""
        with open(LIBRARY, encoding="utf-8") as file:
            text = file.read()
        for name, value in (("kFewAvailable = 1000", few_available), ("kFirstPage = 100", first_page)):
            if text.count(f"local {name}\n") != 1:
                raise AssertionError(f"scripts/assign_library/assign.lua has no {name}")
            if value is not None:
                text = text.replace(f"local {name}\n", f"local {name.split()[0]} = {value}\n")
        reply = self.redis.ask("FUNCTION", "LOAD", "REPLACE", text)
        if reply != b"assign":
            raise AssertionError(f"the library was not loaded: {reply!r}")

    def clear(self):
        """Empties both."""
        for server in (self.dabba, self.redis):
            server.ask("FLUSHALL")
            server.events()

    def ask(self, *words):
        """The replies of both to the same request."""
        return self.dabba.ask(*words), self.redis.ask(*as_function(words))

    def tick(self, geos):
        """On Redis, a worker's look at the cities; how many orders it saw to."""
        return self.redis.ask("FCALL", "assign_tick", len(geos), *geos)

    def run_out(self, order, geo, states=(b"offered",), patience_s=20):
        """Waits until on neither the order is in these states any more. Redis needs a worker's ticks."""
        end = time.monotonic() + patience_s
        while time.monotonic() < end:
            self.tick([geo])
            replies = self.ask("ASSIGN.GET", order)
            if all(not isinstance(reply, list) or reply[3] not in states for reply in replies):
                return
            time.sleep(0.002)
        raise AssertionError(f"the time of {order!r} did not run out in {patience_s} s: {replies!r}")

    def close(self):
        """Closes all connections."""
        self.dabba.close()
        self.redis.close()
