#!/usr/bin/python3
"""How long one command can take: the processor time that it costs the server, for commands over a million things.

Usage: long_commands.py SERVER...

A table in Markdown, a column a server. A server does nothing else meanwhile, so this is how long all the others
wait. Processor time says the same on a busy machine.
"""

import math
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]

from raw_client import encode  # noqa: E402
from resp import Client, ReplyError  # noqa: E402
from server_process import ServerProcess, is_redis, processor_s  # noqa: E402

MILLION = int(os.environ.get("COUNT", "1000000"))
BATCH = 10_000


class Bench:
    """One server, and what one request costs it."""

    def __init__(self, server):
        self.redis = server.redis
        self._server = server
        self._client = Client(server.connect(timeout_s=120))

    def close(self):
        self._client.close()

    def ask(self, *words):
        return self._client.ask(encode(*words))

    def pipeline(self, requests):
        self._client.send(b"".join(requests))
        for _ in requests:
            self._client.receive()

    def fill(self, command, key, words, batch=BATCH):
        words = list(words)
        for begin in range(0, len(words), batch):
            self.ask(command, key, *words[begin : begin + batch])

    def _processor_ms(self):
        return processor_s(self._server.process.pid) * 1000

    def cost_ms(self, *words):
        before = self._processor_ms()
        self.ask(*words)
        return self._processor_ms() - before


def members(count, first=0):
    return (f"member:{number}" for number in range(first, first + count))


def scored(count, first=0):
    return (word for number in range(first, first + count) for word in (number, f"member:{number}"))


def round_polygon(corners):
    """Longitudes and latitudes in turn, on a circle about the places that of_places makes."""
    angles = (2 * math.pi * corner / corners for corner in range(corners))
    return [value for angle in angles for value in (77.5 + 0.6 * math.cos(angle), 12.5 + 0.6 * math.sin(angle))]


def of_the_keyspace(bench):
    for begin in range(0, MILLION, BATCH):
        bench.ask("MSET", *(word for number in range(begin, begin + BATCH) for word in (f"key:{number}", "v")))
    yield "KEYS of one in a million keys", bench.cost_ms("KEYS", "key:77777")
    yield "SCAN of a million keys with COUNT 1000000", bench.cost_ms("SCAN", 0, "COUNT", MILLION, "MATCH", "none")
    yield "FLUSHALL of a million keys", bench.cost_ms("FLUSHALL")


def of_sets(bench):
    bench.fill("SADD", "s", members(MILLION))
    bench.fill("SADD", "t", members(MILLION, MILLION // 2))
    yield "SMEMBERS of a million", bench.cost_ms("SMEMBERS", "s")
    yield "SINTER of two sets of a million, half in both", bench.cost_ms("SINTER", "s", "t")
    yield "SINTERCARD of the same with LIMIT 1000", bench.cost_ms("SINTERCARD", 2, "s", "t", "LIMIT", 1000)
    yield "SUNIONSTORE of the same", bench.cost_ms("SUNIONSTORE", "u", "s", "t")
    yield "DEL of a set of a million and a half", bench.cost_ms("DEL", "u")
    yield "COPY of a set of a million", bench.cost_ms("COPY", "s", "v")
    yield "SORT of a set of a million, ALPHA, LIMIT 0 10", bench.cost_ms("SORT", "s", "ALPHA", "LIMIT", 0, 10)


def of_sorted_sets(bench):
    bench.fill("ZADD", "z", scored(MILLION))
    bench.fill("ZADD", "y", scored(MILLION, MILLION // 2))
    yield "ZRANGE of a million", bench.cost_ms("ZRANGE", "z", 0, -1)
    yield "ZUNIONSTORE of two sets of a million", bench.cost_ms("ZUNIONSTORE", "u", 2, "z", "y")
    yield "ZINTERSTORE of the same", bench.cost_ms("ZINTERSTORE", "i", 2, "z", "y")
    yield "ZREMRANGEBYRANK of a million", bench.cost_ms("ZREMRANGEBYRANK", "z", 0, -1)


def of_places(bench):
    def places():
        for number in range(MILLION):
            yield from (77 + number % 1000 / 1000, 12 + number // 1000 / 1000, f"driver:{number}")

    bench.fill("GEOADD", "g", places(), 30_000)
    yield "GEOSEARCH of a million within 200 km", bench.cost_ms(
        "GEOSEARCH", "g", "FROMLONLAT", 77.5, 12.5, "BYRADIUS", 200, "km")
    yield "the same, ASC COUNT 10", bench.cost_ms(
        "GEOSEARCH", "g", "FROMLONLAT", 77.5, 12.5, "BYRADIUS", 200, "km", "ASC", "COUNT", 10)
    if not bench.redis:  # it has no polygons
        for corners in (8, 1000):
            yield f"GEOSEARCH of a million within a polygon of {corners} corners", bench.cost_ms(
                "GEOSEARCH", "g", "BYPOLYGON", corners, *round_polygon(corners))


def of_lists(bench):
    bench.fill("RPUSH", "l", (f"element {number % 7}" for number in range(MILLION)))
    bench.fill("RPUSH", "numbers", (number * 7919 % MILLION for number in range(MILLION)))
    yield "LRANGE of a million", bench.cost_ms("LRANGE", "l", 0, -1)
    yield "LPOS of what is not in a million", bench.cost_ms("LPOS", "l", "none")
    yield "LINDEX of the middle", bench.cost_ms("LINDEX", "l", MILLION // 2)
    yield "LINSERT before what is not in a million", bench.cost_ms("LINSERT", "l", "BEFORE", "none", "x")
    yield "LREM of a seventh of a million", bench.cost_ms("LREM", "l", 0, "element 3")
    yield "LTRIM to the last of a million", bench.cost_ms("LTRIM", "l", -1, -1)
    yield "SORT of a list of a million numbers, LIMIT 0 10", bench.cost_ms("SORT", "numbers", "LIMIT", 0, 10)
    yield "SORT of the same, all, STORE", bench.cost_ms("SORT", "numbers", "STORE", "sorted")


def of_hashes(bench):
    bench.fill("HSET", "h", (word for number in range(MILLION) for word in (f"field:{number}", "value")))
    yield "HGETALL of a million fields", bench.cost_ms("HGETALL", "h")
    dump = bench.ask("DUMP", "h")
    yield "DUMP of the same", bench.cost_ms("DUMP", "h")
    yield "RESTORE of the same", bench.cost_ms("RESTORE", "copy", 0, dump)


def of_transactions(bench):
    if not bench.redis:  # each WATCH of a key walks all that are watched
        for begin in range(0, MILLION, BATCH):
            bench.ask("WATCH", *range(begin, begin + BATCH))
        yield "UNWATCH of a million keys", bench.cost_ms("UNWATCH")
    for last in ("EXEC", "DISCARD"):
        bench.ask("MULTI")
        for _ in range(0, MILLION, BATCH):
            bench.pipeline([encode("SADD", "s", "x")] * BATCH)
        yield f"{last} of a million SADDs", bench.cost_ms(last)


def of_scripts(bench):
    yield "EVAL of a million INCRs", bench.cost_ms(
        "EVAL", f"for i = 1, {MILLION} do redis.call('INCR', KEYS[1]) end", 1, "counter")


def of_strings(bench):
    bench.ask("SETRANGE", "bits", 100 * MILLION - 1, "x")
    bench.ask("SET", "a", "abcdefgh" * (MILLION // 800))
    bench.ask("SET", "b", "hgfedcba" * (MILLION // 800))
    yield "BITCOUNT of 100 MB", bench.cost_ms("BITCOUNT", "bits")
    yield "BITOP NOT of 100 MB", bench.cost_ms("BITOP", "NOT", "other", "bits")
    yield "LCS LEN of two texts of 10 KB", bench.cost_ms("LCS", "a", "b", "LEN")


PARTS = (of_the_keyspace, of_sets, of_sorted_sets, of_places, of_lists, of_hashes, of_strings, of_transactions, of_scripts)


def measure(binary):
    costs = {}
    for part in PARTS:
        with ServerProcess(binary) as server:
            bench = Bench(server)
            try:
                for name, cost in part(bench):
                    costs[name] = f"{cost:.0f} ms" if cost >= 1 else "under 1 ms"
            except ReplyError as error:
                print(f"{part.__name__}: {error}", file=sys.stderr)
            bench.close()
    return costs


def main(binaries):
    columns = [measure(binary) for binary in binaries]
    names = list(dict.fromkeys(name for column in columns for name in column))
    print("| Command |" + "".join(f" {'Redis' if is_redis(binary) else 'Dabba'} |" for binary in binaries))
    print("|---|" + "---|" * len(binaries))
    for name in names:
        print(f"| {name} |" + "".join(f" {column.get(name, '-')} |" for column in columns))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1:])
