"""What the log of changes costs: the processor per write, and the writes that `appendfsync always` lets through."""

SET = "SET key:{0-99999} order:ORD_2847"
BARE, EVERY_SECOND, ALWAYS = "set p16, no log", "set p16, appendfsync everysec", "set p1, appendfsync always"
ALL = ["durability"]


def run(bench):
    if "durability" not in bench.wanted:
        return
    with bench.together() as servers:
        bench.alternate(BARE, servers, lambda server: write(bench, server, 16))
        for server in servers:
            begin_log(server, "everysec")
        bench.alternate(EVERY_SECOND, servers, lambda server: write(bench, server, 16))
        for server in servers:
            server.call("CONFIG", "SET", "appendfsync", "always")
        bench.alternate(ALWAYS, servers, lambda server: write(bench, server, 1))


def write(bench, server, pipeline):
    return bench.generate(server, "run", *SET.split(" "), connections=50, pipeline=pipeline,
                          seconds=bench.seconds, pool=bench.pool)


def begin_log(server, policy):
    """From here on the server logs, and never rewrites."""
    for setting in (("auto-aof-rewrite-percentage", 0), ("appendfsync", policy), ("appendonly", "yes")):
        server.call("CONFIG", "SET", *setting)
    while server.info("aof_rewrite_in_progress") != "0" or server.info("aof_enabled") != "1":
        pass
