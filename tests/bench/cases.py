"""What is measured, and on which data.

A Bench runs groups; a group starts the servers, loads the same data into each, and measures its cases
in alternation. Each measurement is a dict of numbers, kept as results[case][server] = [dict, ...].
"""

import json
import pathlib
import subprocess
import time

import dispatch_cases
import durability_cases
import family_cases
from dispatch_cases import AVAILABLE, GEO
from servers import Server, ServerFailed

HERE = pathlib.Path(__file__).parent
LOADING_PIPELINE = 500
KEYS = 100_000

# name: (request, what is loaded before each run, None if the request leaves the data as it was)
SIMPLE = {
    "ping": ("PING", None),
    "set": (f"SET lock:{{0-{KEYS - 1}}} order:ORD_2847 NX EX 30", None),
    "get": (f"GET key:{{0-{KEYS - 1}}}", None),
    "del": ("DEL gone:{seq}", "SET gone:{seq} order:ORD_2847"),
    "sadd": ("SADD joined driver:{seq}", "DEL joined"),
    "srem": ("SREM joined driver:{seq}", "SADD joined driver:{seq}"),
    "sismember": (f"SISMEMBER {AVAILABLE} driver:{{0-{KEYS - 1}}}", None),
    "geoadd": (f"GEOADD {GEO} {{lon}} {{lat}} driver:{{0-{KEYS - 1}}}", None),
    "hgetall": (f"HGETALL driver:{{0-{KEYS - 1}}}", None),
}
SEARCHES = {
    "georadius": "5 km ASC COUNT 10 WITHCOORD WITHDIST",
    "georadius_1km": "1 km ASC COUNT 10 WITHCOORD WITHDIST",
    "georadius_any": "5 km COUNT 10 ANY",
    "georadius_all": "5 km",
}
# name: the servers it is for ("dabba", "others" or "all"), the generator's method, its script
ORDERS = {
    "five_commands": ("all", "stock", None),
    "lua_growing_count": ("others", "script", "growing_count.lua"),
    "lua_growing_radius": ("others", "script", "growing_radius.lua"),
    "assign": ("dabba", "assign", None),
    "assign_offer_accept": ("dabba", "offer", None),
    "assign_pipelined": ("dabba", "pipelined", None),
    "three_pings": ("dabba", "pings", None),
}
# name: (the script, what follows its hash, what is loaded before each run, the pipelines)
SCRIPTS = {
    "script_release": ("if redis.call('get',KEYS[1]) == ARGV[1] then return redis.call('del',KEYS[1]) else return 0 end",
                       "1 lock:{seq} order:ORD_2847", "SET lock:{seq} order:ORD_2847", (1, 64)),
    "script_loop": ("for i = 1, 10000 do redis.call('incr', KEYS[1]) end", "1 counter", None, (1,)),
    "script_json": ("return #cjson.encode(cjson.decode(redis.call('get', KEYS[1])))", "1 document", None, (64,)),
}
DOCUMENT = json.dumps([{"driver": f"driver:{i}", "rating": 4.8, "free": i % 2 == 0, "seen": 1700000000 + i,
                        "place": {"lon": 77.5946, "lat": 12.9716}} for i in range(17)])  # 2 KB
ALL_CASES = [*SIMPLE, "smembers", *SCRIPTS, *SEARCHES, "orders", "geoadd_million", "memory", "growth", "expiry", "start", "city", "dispatch",
             *family_cases.ALL, *durability_cases.ALL]


class Bench:
    """Everything of one run: what to start, how long to measure, what came out."""

    def __init__(self, programs, echo, client, quick, wanted, progress):
        self.programs = programs
        self.echo = echo
        self.client = str(client)
        self.quick = quick
        self.wanted = set(wanted)
        self.progress = progress
        self.repetitions = 5
        self.seconds = 0.12 if quick else 1.0
        self.pool = 50_000 if quick else 200_000
        self.results = {}

    # Pieces

    def generate(self, server, mode, *words, **flags):
        """Calls the load generator; what it measured."""
        command = [self.client, mode, "--port", str(server.port), "--pid", str(server.pid)]
        for name, value in flags.items():
            command += ["--" + name.replace("_", "-"), str(value)]
        if words:
            command += ["--", *words]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        if ran.returncode != 0:
            raise ServerFailed(f"{server.name}: {' '.join(words) or mode}: {ran.stderr.strip()}")
        outcome = json.loads(ran.stdout)
        if outcome["errors"]:
            raise ServerFailed(f"{server.name}: {' '.join(words) or mode}: {outcome['first_error']}")
        return outcome

    def fill(self, server, request, count, layout="uniform"):
        """Sends the request so many times, {seq} counting from 0."""
        pipeline = min(LOADING_PIPELINE, count)
        self.generate(server, "run", *request.split(" "), pipeline=pipeline, requests=count, city=layout)

    def keep(self, case, server, outcome):
        self.results.setdefault(case, {}).setdefault(server.name, []).append(outcome)

    def alternate(self, case, servers, measure):
        """measure(server) for each server in turn, and that several times."""
        for repetition in range(self.repetitions):
            for server in servers:
                self.progress(f"{case}: {server.name}, {repetition + 1} of {self.repetitions}")
                self.keep(case, server, measure(server))

    def together(self, programs=None):
        return Servers(programs or self.programs)

    # Groups

    def run(self):
        if self.wanted & {*SIMPLE, "smembers"}:
            self.simple_commands()
        if self.wanted & {*SCRIPTS}:
            self.scripts()
        if self.wanted & {*SEARCHES, "geoadd_million"}:
            self.searches()
        for name in ("orders", "memory", "growth", "expiry", "start", "city", "dispatch"):
            if name in self.wanted:
                getattr(self, name)()
        family_cases.run(self)
        durability_cases.run(self)

    def simple_commands(self):
        self.progress("simple commands: loading")
        programs = self.programs + ([self.echo] if "ping" in self.wanted else [])
        with self.together(programs) as servers:
            redises = [server for server in servers if server.program.speaks_redis]
            for server in redises:
                self.fill(server, "SET key:{seq} order:ORD_2847", KEYS)
                self.fill(server, f"SADD {AVAILABLE} driver:{{seq}}", KEYS)
                self.fill(server, f"GEOADD {GEO} {{lon}} {{lat}} driver:{{seq}}", KEYS)
                self.fill(server, "HSET driver:{seq} name Rohit rating 4.8 vehicle KA01HX2847", KEYS)
                self.fill(server, "SADD fifty_thousand driver:{seq}", 50_000)
            for name, (request, before) in SIMPLE.items():
                if name not in self.wanted:
                    continue
                for pipeline in self.pipelines(name):
                    asked = servers if name == "ping" and pipeline == 1 else redises
                    self.alternate(f"{name} p{pipeline}", asked,
                                   lambda server: self.simple(server, request, before, pipeline))
            if "smembers" in self.wanted:
                self.alternate("smembers 50,000", redises, lambda server: self.generate(
                    server, "run", "SMEMBERS", "fifty_thousand", connections=1, pipeline=1, seconds=self.seconds))

    def pipelines(self, name):
        if self.quick:
            return (1, 64) if name in ("ping", "set", "get") else (64,)
        return (1, 16, 64)

    def simple(self, server, request, before, pipeline):
        load = {"connections": 50, "pipeline": pipeline}
        if before is None:
            return self.generate(server, "run", *request.split(" "), seconds=self.seconds, pool=self.pool, **load)
        # Each request finds what it was made for: a key that is there, a member that is not.
        count = (20_000 if self.quick else 100_000) if pipeline == 1 else (192_000 if self.quick else 320_000)
        self.fill(server, before, count if "{seq}" in before else 1)
        return self.generate(server, "run", *request.split(" "), requests=count, pool=count, **load)

    def scripts(self):
        with self.together() as servers:
            for server in servers:
                server.call("SET", "document", DOCUMENT)
            for name, (script, arguments, before, pipelines) in SCRIPTS.items():
                if name not in self.wanted:
                    continue
                for server in servers:
                    sha1 = server.call("SCRIPT", "LOAD", script)
                for pipeline in pipelines:
                    self.alternate(f"{name} p{pipeline}", servers, lambda server: self.simple(
                        server, f"EVALSHA {sha1} {arguments}", before, pipeline))

    def searches(self):
        for layout in ("uniform", "clustered"):
            for size in (100_000,) if self.quick and layout == "clustered" else (10_000, 100_000, 1_000_000):
                self.progress(f"city of {size:,} drivers, {layout}: loading")
                with self.together() as servers:
                    self.searches_in(servers, layout, size)

    def searches_in(self, servers, layout, size):
        for server in servers:
            self.fill(server, f"GEOADD {GEO} {{lon}} {{lat}} driver:{{seq}}", size, layout)
        for name, rest in SEARCHES.items():
            # A million in the whole circle says nothing new in two minutes.
            if name not in self.wanted or (self.quick and size == 1_000_000 and name != "georadius"):
                continue
            request = f"GEORADIUS {GEO} {{lon}} {{lat}} {rest}".split(" ")
            # Where a search takes long, the system calls that a pipeline saves are nothing beside it.
            pipeline = 1 if name == "georadius_all" else 16
            self.alternate(f"{name} {layout} {size:,}", servers, lambda server: self.generate(
                server, "run", *request, connections=1, seconds=self.seconds, pool=2_000, city=layout, seed=7,
                pipeline=pipeline))
        if "geoadd_million" in self.wanted and size == 1_000_000 and layout == "uniform":
            request = f"GEOADD {GEO} {{lon}} {{lat}} driver:{{0-{size - 1}}}".split(" ")
            self.alternate("geoadd of a million p16", servers, lambda server: self.generate(
                server, "run", *request, connections=50, pipeline=16, pool=self.pool, seconds=self.seconds))

    def orders(self):
        for size, shares in ((100_000, (50, 1, 0)), (1_000_000, (1, 0))):
            with self.together() as servers:
                self.progress(f"orders, {size:,} drivers: loading")
                for server in servers:
                    self.fill(server, f"GEOADD {GEO} {{lon}} {{lat}} driver:{{seq}}", size)
                for share in shares:
                    for server in servers:
                        server.call("DEL", AVAILABLE)
                        if share:
                            self.fill(server, f"SADD {AVAILABLE} driver:{{seq}}", size * share // 100)
                    for name in ORDERS:
                        self.orders_of(name, servers, size, share)

    def orders_of(self, name, servers, size, share):
        who, method, script = ORDERS[name]
        if self.quick and size == 1_000_000 and who != "dabba":
            return
        if (name == "assign_offer_accept" and share == 0) or (name == "three_pings" and (size, share) != (100_000, 50)):
            return
        asked = [server for server in servers if who == "all" or (who == "dabba") == server.program.is_dabba]
        flags = {"script": HERE / script} if script else {}
        if share == 0:
            flags["available"] = 0
        self.alternate(f"order {name} {size:,} {share}%", asked, lambda server: self.generate(
            server, "orders", method=method, seconds=self.seconds / 2, seed=7, **flags))

    def memory(self):
        size = 100_000 if self.quick else 1_000_000
        with self.together() as servers:
            for server in servers:
                self.progress(f"memory: {server.name}")
                before = server.resident_bytes(), int(server.info("used_memory") or 0)
                self.fill(server, f"GEOADD {GEO} {{lon}} {{lat}} driver:{{seq}}", size)
                self.fill(server, f"SADD {AVAILABLE} driver:{{seq}}", size)
                self.fill(server, "HSET driver:{seq} name Rohit rating 4.8 vehicle KA01HX2847", size)
                self.fill(server, "SET agent:{seq}:lock order:ORD_2847 EX 3600", size)
                after = server.resident_bytes(), int(server.info("used_memory") or 0)
                self.keep(f"memory per driver, {size:,}", server, {
                    "resident_bytes": (after[0] - before[0]) / size, "used_memory": (after[1] - before[1]) / size})

    def growth(self):
        size = 300_000 if self.quick else 10_000_000
        for kind, request in (("keys", "SET key:{seq} order:ORD_2847"), ("set", "SADD joined driver:{seq}"),
                              ("zset", "ZADD scores {0-1000000000} driver:{seq}")):
            if self.quick and kind != "keys":
                continue
            for program in self.programs:
                self.grow(program, f"growth to {size:,}, {kind}", request, size)

    def grow(self, program, case, request, size):
        """Twice, each time from empty: what takes long both times, at the same batch, is the server's own doing."""
        slow = []
        for repetition in (1, 2):
            self.progress(f"{case}: {program.name}, {repetition} of 2")
            with Server(program) as server:
                outcome = self.generate(server, "run", *request.split(" "), pipeline=10, requests=size, stall_us=2000)
                slow.append(dict(outcome.pop("slow")))
                self.keep(case, server, outcome)
        both = [min(slow[0][batch], slow[1][batch]) for batch in slow[0].keys() & slow[1].keys()]
        for outcome in self.results[case][program.name]:
            outcome["repeated_cpu_us"] = max(both, default=0.0)

    def expiry(self):
        count = 100_000 if self.quick else 1_000_000
        lead_ms = 5_000 if self.quick else 20_000
        with self.together() as servers:
            for server in servers:
                self.progress(f"{count:,} keys that end in one second: {server.name}")
                end_ms = int(time.time() * 1000) + lead_ms
                # Spread over that second, as locks are.
                self.fill(server, f"SET lock:{{seq}} order:ORD_2847 PXAT {{{end_ms}-{end_ms + 999}}}", count)
                self.fill(server, "SET key:{seq} order:ORD_2847", 10_000)
                left = end_ms / 1000 - time.time()
                if left < 0.3:
                    raise ServerFailed(f"{server.name}: loading took longer than {lead_ms} ms")
                time.sleep(left - 0.2)
                outcome = self.generate(server, "run", "GET", "key:{0-9999}", connections=10, pipeline=1,
                                        pool=10_000, seconds=1.5)
                outcome["left_keys"] = server.call("DBSIZE") - 10_000
                self.keep(f"{count:,} keys end in one second", server, outcome)

    def start(self):
        for repetition in range(self.repetitions):
            for program in self.programs:
                self.progress(f"start: {program.name}, {repetition + 1} of {self.repetitions}")
                with Server(program) as server:
                    self.keep("start to first reply", server, {"start_ms": server.start_ms})

    def city(self):
        for program in self.programs:
            with self.together([program]) as servers:
                self.keep("city", servers[0], self.largest_city(servers[0]))

    def dispatch(self):
        program = next(program for program in self.programs if program.is_dabba)
        for case, measure in dispatch_cases.CASES.items():
            repetitions = 1 if self.quick else 3
            for repetition in range(repetitions):
                self.progress(f"{case}: {repetition + 1} of {repetitions}")
                with Server(program) as server:
                    self.keep(case, server, measure(server))

    def largest_city(self, server):
        """Doubles the city while its p99 is under 1 ms, then halves the distance three times."""
        holds, fails, best = 0, None, None
        size, loaded = 50_000 if self.quick else 12_500, 0
        most = 200_000 if self.quick else 1_600_000
        while size != holds and size <= most:
            self.progress(f"city: {server.name}, {size:,} drivers")
            if size > loaded:
                self.fill(server, f"GEOADD {GEO} {{lon}} {{lat}} driver:{{seq}}", size)
                self.fill(server, f"SADD {AVAILABLE} driver:{{seq}}", size // 2)
                loaded = size
            outcome = self.one_city(server, size)
            if outcome["holds"]:
                holds, best = size, outcome
            else:
                fails = size
            if fails is None:
                size *= 2
            elif self.quick or fails - holds <= max(fails // 8, 1_000):
                break
            else:
                size = (holds + fails) // 2
        return {**(best or outcome), "drivers": holds}

    def one_city(self, server, size):
        """The best of up to three attempts: the machine, too, has bad moments."""
        flags = ({"method": "assign"} if server.program.is_dabba
                 else {"method": "script", "script": HERE / "growing_radius.lua"})
        for _ in range(1 if self.quick else 3):
            outcome = self.generate(server, "city", drivers=size, orders_per_second=size / 600,
                                    seconds=1 if self.quick else 5, **flags)
            outcome["orders_per_second"] = size / 600
            outcome["holds"] = (max(outcome["p99_us"], outcome["of_orders"]["p99_us"]) < 1000
                                and outcome["unanswered"] == 0 and outcome["waiting_orders"] == 0)
            if outcome["holds"]:
                break
        return outcome


class Servers(list):
    """Several servers that run at once, each on a port of its own."""

    def __init__(self, programs):
        super().__init__()
        try:
            for program in programs:
                self.append(Server(program))
        except BaseException:
            self.stop()
            raise

    def stop(self):
        for server in self:
            server.stop()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
