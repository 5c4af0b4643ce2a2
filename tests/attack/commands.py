"""Requests that are almost right: every command the server documents, with hostile arguments."""

from raw_client import encode
from resp import Client

# What ends the server, stops it for all, touches files, or would cut off the bystander.
LEFT_OUT = {
    "acl", "bgrewriteaof", "bgsave", "client", "cluster", "config", "debug", "failover", "migrate", "module", "monitor",
    "psync", "quit", "replconf", "replicaof", "restore-asking", "save", "shutdown", "slaveof", "sync", "wait", "waitaof",
}
# Each waits for ever if it is told to.
WITH_TIMEOUT = {"blpop", "brpop", "blmove", "brpoplpush", "bzpopmin", "bzpopmax", "blmpop", "bzmpop", "xread", "xreadgroup"}

NUMBERS = [
    "0", "-0", "1", "-1", "10", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "2147483647",
    "4294967296", "1.5", "1e308", "-1e308", "1e-320", "nan", "inf", "-inf", "0x10", "1e", " 1", "+1", "", "077.5", "12.97",
]
TEXTS = ["", "a", "*", "[", "\\", "*a*b*c", "\x00", "\r\n", "%s%n", "(1", "[a", "-", "+", "$", ">", "0-0", "9" * 400]
KEYS = ["string", "number", "set", "intset", "hash", "zset", "geo", "list", "stream", "order", "missing", "a:{b}:c"]


class Commands:
    """The server's commands, and requests made of them by chance."""

    def __init__(self, server, chance):
        self._chance = chance
        client = Client(server.connect())
        docs = client.ask(encode("COMMAND", "DOCS"))
        client.close()
        self._commands = []
        for name, facts in zip(docs[::2], docs[1::2]):
            self._collect(name.decode(), dict(zip(facts[::2], facts[1::2])))
        self.names = [name for name, _ in self._commands]

    def _collect(self, name, facts):
        if name.split("|")[0] in LEFT_OUT:
            return
        tokens = []
        self._find_tokens(facts.get(b"arguments", []), tokens)
        self._commands.append((name, tokens))
        subcommands = facts.get(b"subcommands", [])
        for sub, sub_facts in zip(subcommands[::2], subcommands[1::2]):
            self._collect(sub.decode(), dict(zip(sub_facts[::2], sub_facts[1::2])))

    def _find_tokens(self, arguments, found):
        for argument in arguments:
            facts = dict(zip(argument[::2], argument[1::2]))
            if b"token" in facts:
                found.append(facts[b"token"].decode())
            self._find_tokens(facts.get(b"arguments", []), found)

    def request(self):
        """One request, as bytes."""
        name, tokens = self._chance.choice(self._commands)
        words = name.split("|")
        count = min(int(self._chance.expovariate(0.25)), 40)
        words += [self._chance.choice(KEYS)] if self._chance.random() < 0.8 else []
        words += [self._argument(tokens) for _ in range(count)]
        if words[0] in WITH_TIMEOUT:
            words.append("0.01")
        return encode(*words)

    def _argument(self, tokens):
        kind = self._chance.random()
        if kind < 0.35 and tokens:
            return self._chance.choice(tokens)
        if kind < 0.65:
            return self._chance.choice(NUMBERS)
        if kind < 0.85:
            return self._chance.choice(KEYS)
        if kind < 0.99:
            return self._chance.choice(TEXTS)
        return self._chance.choice("ab*?[") * self._chance.choice([1000, 16384, 70_000])


def fill(server):
    """A key of each type that there is, under the names of KEYS."""
    with server.connect() as connection:
        for request in (
            ("SET", "string", "some text"), ("SET", "number", "17"), ("SADD", "set", *"abcdefgh"),
            ("SADD", "intset", *range(50)), ("HSET", "hash", "f", "v", "n", "1"), ("ZADD", "zset", 1, "a", 2, "b", "inf", "c"),
            ("GEOADD", "geo", 77.59, 12.97, "driver:D1", 77.6, 12.98, "driver:D2"), ("RPUSH", "list", *"abc"),
            ("XADD", "stream", "1-1", "f", "v"),
        ):  # what the server does not know yet it refuses
            connection.sendall(encode(*request))
            connection.recv(1000)
