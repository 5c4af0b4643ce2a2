#!/usr/bin/python3
"""What COMMAND and COMMAND DOCS say of each command that Dabba and Redis both have.

Prints every difference; those between Debian's Redis 7.0 and Redis 7.2, which Dabba follows, are
known by name, and it is an error if one of them is gone. Summaries may be Dabba's own words.

Environment: SERVER_BINARY is dabba-server; redis-server is found on the PATH.
"""

import os
import shutil
import socket
import unittest

from raw_client import encode
from server_process import ServerProcess

FIELDS = ("name", "arity", "flags", "first key", "last key", "step", "categories", "tips", "keys")
DOCUMENTED = ("since", "group", "complexity", "deprecated_since", "replaced_by")

# Command and field, and why it differs.
KNOWN = {
    ("acl|cat", "arguments"): "7.2",
    ("acl|deluser", "tips"): "7.2",
    ("acl|save", "tips"): "7.2",
    ("acl|setuser", "tips"): "7.2",
    ("bitfield", "arguments"): "the same, grouped otherwise",
    ("bitop", "arguments"): "7.2",
    ("blmove", "flags"): "7.2",
    ("blpop", "flags"): "7.2",
    ("brpop", "flags"): "7.2",
    ("brpoplpush", "flags"): "7.2",
    ("bzpopmax", "flags"): "7.2",
    ("bzpopmin", "flags"): "7.2",
    ("client|kill", "arguments"): "shorter",
    ("client|list", "arguments"): "the same, grouped otherwise",
    ("client|reply", "flags"): "refused inside MULTI, as by Valkey 9",
    ("client|setname", "tips"): "7.2",
    ("client|pause", "since"): "7.2",
    ("cluster|getkeysinslot", "complexity"): "7.2",
    ("cluster|meet", "arguments"): "7.2",
    ("cluster|replicas", "complexity"): "7.2",
    ("cluster|shards", "flags"): "7.2",
    ("cluster|slots", "flags"): "7.2",
    ("command|getkeys", "arguments"): "7.2",
    ("command|getkeys", "arity"): "7.2",
    ("command|getkeysandflags", "arguments"): "7.2",
    ("command|getkeysandflags", "arity"): "7.2",
    ("config|resetstat", "tips"): "7.2",
    ("config|rewrite", "tips"): "7.2",
    ("geodist", "complexity"): "7.2",
    ("geohash", "arguments"): "7.2",
    ("geohash", "complexity"): "7.2",
    ("geopos", "arguments"): "7.2",
    ("geopos", "complexity"): "7.2",
    ("georadius", "arguments"): "7.2",
    ("georadiusbymember", "arguments"): "7.2",
    ("geosearch", "arguments"): "BYPOLYGON of Valkey 9",
    ("geosearchstore", "arguments"): "BYPOLYGON of Valkey 9",
    ("hscan", "arguments"): "7.4",
    ("hscan", "complexity"): "7.2: one full stop at the end, not two",
    ("lcs", "arguments"): "7.2",
    ("msetnx", "tips"): "7.2",
    ("psetex", "deprecated_since"): "7.2",
    ("psetex", "replaced_by"): "7.2",
    ("psubscribe", "complexity"): "7.2",
    ("punsubscribe", "complexity"): "7.2",
    ("quit", "deprecated_since"): "7.2",
    ("quit", "replaced_by"): "7.2",
    ("rename", "complexity"): "says more",
    ("set", "arguments"): "IFEQ and IFNE of newer servers",
    ("setex", "deprecated_since"): "7.2",
    ("setex", "replaced_by"): "7.2",
    ("setnx", "deprecated_since"): "7.2",
    ("setnx", "replaced_by"): "7.2",
    ("sinterstore", "keys"): "7.2",
    ("sort", "arguments"): "7.2",
    ("sort_ro", "arguments"): "7.2",
    ("sscan", "complexity"): "7.2: one full stop at the end, not two",
    ("sunsubscribe", "complexity"): "7.2",
    ("unsubscribe", "complexity"): "7.2",
    ("wait", "categories"): "7.2",
    ("wait", "flags"): "7.2",
    ("zrandmember", "complexity"): "7.2",
    ("zrank", "arguments"): "7.2",
    ("zrank", "arity"): "7.2",
    ("zrevrank", "arguments"): "7.2",
    ("zrevrank", "arity"): "7.2",
    ("zscan", "complexity"): "7.2: one full stop at the end, not two",
}


class Resp3Connection:
    """Asks in RESP3. Sets come back as sorted lists, maps as dicts."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.stream = self.socket.makefile("rb")
        self.ask("HELLO", "3")

    def close(self):
        self.stream.close()
        self.socket.close()

    def ask(self, *words):
        self.socket.sendall(encode(*words))
        return self._read()

    def _read(self):
        line = self.stream.readline()
        mark, text = line[:1], line[1:-2].decode()
        if mark == b":":
            return int(text)
        if mark in b"+-":
            return text
        if mark == b"$":
            return self.stream.read(int(text) + 2)[:-2].decode()
        if mark == b"%":
            return {self._read(): self._read() for _ in range(int(text))}
        elements = [self._read() for _ in range(int(text))]
        return elements if mark == b"*" else sorted(elements, key=str)


def rows_by_name(rows):
    """The rows of COMMAND and of all subcommands in them."""
    found = {}
    for row in rows:
        found[row[0]] = row
        found.update(rows_by_name(row[9]))
    return found


def docs_by_name(docs):
    found = dict(docs)
    for documentation in docs.values():
        found.update(documentation.get("subcommands", {}))
    return found


def without_notes(keys):
    """Redis explains two key specifications in a sentence of English; the rest is for programs."""
    return sorted(({k: v for k, v in key.items() if k != "notes"} for key in keys), key=str)


def syntax(arguments):
    """Arguments as their notation in the manual, which is what a user sees of them."""
    words = []
    for argument in arguments:
        flags = argument.get("flags", [])
        inside = argument.get("arguments", [])
        if argument["type"] == "oneof":
            word = " | ".join(syntax([choice]) for choice in inside)
        elif argument["type"] == "block":
            word = syntax(inside)
        else:
            word = argument["token"] if argument["type"] == "pure-token" else argument["name"]
        if argument["type"] == "oneof" and "optional" not in flags:
            word = f"<{word}>"
        if "token" in argument and argument["type"] != "pure-token":
            word = f"{argument['token']} {word}"
        if "multiple" in flags:
            word = f"{word} [{word} ...]"
        words.append(f"[{word}]" if "optional" in flags else word)
    return " ".join(words)


def describe(port):
    """(command, field) -> value, for all commands of a server."""
    connection = Resp3Connection(port)
    rows = rows_by_name(connection.ask("COMMAND"))
    docs = docs_by_name(connection.ask("COMMAND", "DOCS"))
    connection.close()
    described = {}
    for name, row in rows.items():
        for field, value in zip(FIELDS, row):
            described[name, field] = without_notes(value) if field == "keys" else value
        for field in DOCUMENTED:
            described[name, field] = docs[name].get(field)
        described[name, "arguments"] = syntax(docs[name].get("arguments", []))
    return described


class CommandTable(unittest.TestCase):
    def test_agrees_with_redis_on_every_shared_command(self):
        redis_server = shutil.which("redis-server")
        if redis_server is None:
            self.skipTest("redis-server is missing")
        with ServerProcess(os.environ["SERVER_BINARY"]) as dabba:
            ours = describe(dabba.port)
        with ServerProcess(redis_server) as redis:
            theirs = describe(redis.port)

        shared = [what for what in ours if what in theirs]
        self.assertGreater(len(shared), 1000)
        different = {what for what in shared if ours[what] != theirs[what]}
        for command, field in sorted(different - KNOWN.keys()):
            print(f"{command}, {field}\n  Dabba: {ours[command, field]}\n  Redis: {theirs[command, field]}")
        self.assertEqual(different, KNOWN.keys())


if __name__ == "__main__":
    unittest.main()
