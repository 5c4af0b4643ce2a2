#!/usr/bin/python3
"""ACL DRYRUN of every command that Dabba and Redis both have, for a list of users: the same answers.

Debian's Redis 7.0 does not name the user in its answers, as 7.2 and Dabba do; the test leaves the name out.

Environment: SERVER_BINARY is dabba-server; redis-server is found on the PATH.
"""

import os
import shutil
import unittest

from command_table_test import Resp3Connection, rows_by_name
from server_process import ServerProcess

USERS = [
    [],
    ["+@all"],
    ["+@all", "~*"],
    ["+@all", "~*", "&*"],
    ["+@all", "~k*"],
    ["+@all", "%R~k*"],
    ["+@all", "%W~k*"],
    ["+@all", "%R~k*", "%W~k1"],
    ["+@all", "~k1", "&k1"],
    ["+@all", "%RW~*", "&k*"],
    ["+@all", "-@write", "~*"],
    ["+@all", "-@slow", "~*"],
    ["+@all", "-@dangerous", "+keys", "~*"],
    ["+@all", "-config", "+config|get", "-client|kill", "-get", "~*"],
    ["+@read", "+@write", "~k[12]"],
    ["+client", "-client|id", "+select|k1", "+get|k1", "~*"],
    ["+get", "~x", "(+@read %R~k*)", "(+set +del %W~k1)"],
    ["+mget", "~k1", "(+mget ~k2)", "(+@all ~nothing &nothing)"],
]

# Commands in other categories, or with keys of other rights, in Redis 7.2.
OF_NEWER_SERVERS = {"wait"}


def users():
    """The users above, and two for each category."""
    for rules in USERS:
        yield rules
    for category in CATEGORIES:
        yield ["+@" + category, "~*", "&*"]
        yield ["+@all", "-@" + category, "~k*"]


CATEGORIES = (
    "keyspace read write set sortedset list hash string bitmap hyperloglog geo stream pubsub admin fast slow blocking "
    "dangerous connection transaction scripting"
).split()


def requests(row):
    """Requests of a command: words for its arguments, and numbers and keywords where keys are told by them."""
    name, arity = row[0].split("|"), row[1]
    least = max(abs(arity), 2)
    lengths = [abs(arity)] if arity > 0 else [least, least + 1, least + 3]
    for length in lengths:
        words = name + [f"k{i}" for i in range(1, length - len(name) + 1)]
        yield words
        for key in row[8]:
            spec = key["begin_search"]["spec"]
            if key["find_keys"]["type"] == "keynum" and "index" in spec and spec["index"] < len(words):
                yield words[: spec["index"]] + ["1"] + words[spec["index"] + 1 :]
            if "keyword" in spec:
                yield words + [spec["keyword"], "k1"]
                yield words + [spec["keyword"], "other"]


class AclMatrix(unittest.TestCase):
    def test_agrees_with_redis_on_who_may_do_what(self):
        redis_server = shutil.which("redis-server")
        if redis_server is None:
            self.skipTest("redis-server is missing")
        with ServerProcess(os.environ["SERVER_BINARY"]) as dabba, ServerProcess(redis_server) as redis:
            self.compare(Resp3Connection(dabba.port), Resp3Connection(redis.port))

    def compare(self, ours, theirs):
        own_rows = rows_by_name(ours.ask("COMMAND"))
        rows = {name: row for name, row in rows_by_name(theirs.ask("COMMAND")).items() if name in own_rows}
        asked, different = 0, []
        for number, rules in enumerate(users()):
            user = f"user{number}"
            for server in (ours, theirs):
                self.assertEqual(server.ask("ACL", "SETUSER", user, "on", *rules), "OK")
            for name, row in rows.items():
                for words in requests(row):
                    mine = ours.ask("ACL", "DRYRUN", user, *words).replace(f"User {user} has", "This user has")
                    its = theirs.ask("ACL", "DRYRUN", user, *words)
                    asked += 1
                    if mine != its and name not in OF_NEWER_SERVERS:
                        different.append(f"{' '.join(rules)}: {' '.join(words)}\n  Dabba: {mine}\n  Redis: {its}")
        print(f"{asked} requests asked of both")
        self.assertGreater(asked, 20_000)
        self.assertEqual(different, [], "\n".join(different[:50]))
        ours.close()
        theirs.close()


if __name__ == "__main__":
    unittest.main()
