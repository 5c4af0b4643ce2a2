"""The families of commands beside every peer: strings, lists, sets, sorted sets, hashes, and who waits for a list.

A case of COMMANDS is measured at pipeline 64, one of ALGEBRA one at a time.
"""

import contextlib
import socket

from servers import encode

KEYS = 100_000


def numbered(pattern, count, first=0):
    return " ".join(pattern.format(i) for i in range(first, first + count))


RANDOM_KEY = f"key:{{0-{KEYS - 1}}}"
TEN_KEYS = " ".join([RANDOM_KEY] * 10)
TEN_PAIRS = " ".join([f"{RANDOM_KEY} order:ORD_2847"] * 10)

# name: (request, what is loaded before each run, None if the request leaves the data as it was)
COMMANDS = {
    "set_plain": (f"SET {RANDOM_KEY} order:ORD_2847", None),
    "get_plain": (f"GET {RANDOM_KEY}", None),
    "incr": (f"INCR counter:{{0-{KEYS - 1}}}", None),
    "mget_10": (f"MGET {TEN_KEYS}", None),
    "mset_10": (f"MSET {TEN_PAIRS}", None),
    "lpush": ("LPUSH pushed job:{seq}", "DEL pushed"),
    "rpush": ("RPUSH pushed job:{seq}", "DEL pushed"),
    "lpop": ("LPOP popped", "RPUSH popped job:{seq}"),
    "rpop": ("RPOP popped", "RPUSH popped job:{seq}"),
    "lrange_100": ("LRANGE thousand 0 99", None),
    "lrange_300": ("LRANGE thousand 0 299", None),
    "lrange_500": ("LRANGE thousand 0 499", None),
    "lrange_600": ("LRANGE thousand 0 599", None),
    "sadd_new": ("SADD members member:{seq}", "DEL members"),
    "spop": ("SPOP members", "SADD members member:{seq}"),
    "hset": (f"HSET hash field:{{0-{KEYS - 1}}} order:ORD_2847", None),
    "hincrby": (f"HINCRBY counters field:{{0-{KEYS - 1}}} 1", None),
    "zadd": (f"ZADD scores {{0-1000000000}} member:{{0-{KEYS - 1}}}", None),
    "zpopmin": ("ZPOPMIN queue", "ZADD queue {0-1000000000} member:{seq}"),
    "zrangebyscore_100": (f"ZRANGEBYSCORE ranked {{0-{KEYS - 200}}} +inf LIMIT 0 100", None),
}
LOADED = (
    (f"SET key:{{seq}} order:ORD_2847", KEYS),
    ("RPUSH thousand job:{seq}", 1_000),
    (f"ZADD scores {{0-1000000000}} member:{{seq}}", KEYS),
    ("ZADD ranked {seq} member:{seq}", KEYS),
    (f"HSET hash field:{{seq}} order:ORD_2847", KEYS),
)

ALGEBRA = {
    "sinter": "SINTER thousand_members all_members",
    "sunion": f"SUNION {numbered('ten_thousand:{0}', 10)}",
    "zunionstore": "ZUNIONSTORE union 2 ranked scores",
}

# name: (request, how often, how many values of it there are)
MEMORY = {
    "a list of a million integers": ("RPUSH integers:{0-3} {seq}", 4_000_000, 4),
    "a list of a million jobs": ("RPUSH jobs:{0-3} job:{seq}", 4_000_000, 4),
    "a hash of 20 fields": (f"HSET hash:{{seq}} {numbered('field:{0} value:{0}', 20)}", 100_000, 100_000),
    "a set of 10 members": (f"SADD set:{{seq}} {numbered('member:{0}', 10)}", 200_000, 200_000),
}

BLOCKED = "blpop_hand_over"
ALL = [*COMMANDS, *ALGEBRA, BLOCKED, "family_memory"]


def run(bench):
    """Measures what is wanted of them."""
    if bench.wanted & {*COMMANDS, *ALGEBRA, BLOCKED}:
        with bench.together() as servers:
            requests(bench, servers)
    if "family_memory" in bench.wanted:
        memory(bench)


def requests(bench, servers):
    for server in servers:
        bench.progress(f"families: loading {server.name}")
        for request, count in LOADED:
            bench.fill(server, request, count)
    for name, (request, before) in COMMANDS.items():
        if name in bench.wanted:
            bench.alternate(f"{name} p64", servers, lambda server: bench.simple(server, request, before, 64))
    if bench.wanted & {*ALGEBRA}:
        algebra(bench, servers)
    if BLOCKED in bench.wanted:
        rounds = 2_000 if bench.quick else 20_000
        bench.alternate(BLOCKED, servers, lambda server: hand_over(server, rounds))


def algebra(bench, servers):
    for server in servers:
        bench.fill(server, "SADD thousand_members member:{seq}00", 1_000)
        bench.fill(server, "SADD all_members member:{seq}", 100_000)
        for i in range(10):
            bench.fill(server, f"SADD ten_thousand:{i} member:{{seq}}:{i}", 10_000)
    for name, request in ALGEBRA.items():
        if name in bench.wanted:
            bench.alternate(name, servers, lambda server: bench.generate(
                server, "run", *request.split(" "), connections=1, pipeline=1, seconds=bench.seconds))


def hand_over(server, rounds):
    """Ten clients wait for a list, another one pushes to it, and who was served waits again: what such a round of
    BLPOP and LPUSH costs the server."""
    wait, push = encode(("BLPOP", "handed", 0)), encode(("LPUSH", "handed", "job:2847"))
    with contextlib.ExitStack() as stack:
        pushing, *waiting = (stack.enter_context(connect(server)) for _ in range(11))
        for one in waiting:
            one.sendall(wait)
        while int(server.info("blocked_clients")) < len(waiting):
            pass
        before = server.cpu_us()
        for i in range(rounds):
            pushing.sendall(push)
            pushing.recv(64)
            served = waiting[i % len(waiting)]  # the one that has waited longest
            served.recv(256)
            served.sendall(wait)
        return {"cpu_us": (server.cpu_us() - before) / rounds}


def connect(server):
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=60)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def memory(bench):
    for name, (request, count, values) in MEMORY.items():
        count = count // 10 if bench.quick else count
        values = values if values < 10 or not bench.quick else values // 10
        for program in bench.programs:
            with bench.together([program]) as servers:
                bench.progress(f"memory of {name}: {program.name}")
                server = servers[0]
                before = server.resident_bytes(), int(server.info("used_memory"))
                bench.fill(server, request, count)
                after = server.resident_bytes(), int(server.info("used_memory"))
                bench.keep(f"memory of {name}", server, {
                    "resident_bytes": (after[0] - before[0]) / values, "used_memory": (after[1] - before[1]) / values})
