#!/usr/bin/python3
"""--seed: two servers with the same one choose, and list, the same; another seed does otherwise.

SERVER_BINARY names the server.
"""

import os
import unittest

import redis

from server_process import ServerProcess

BINARY = os.environ["SERVER_BINARY"]
MEMBERS = [f"member:{i}" for i in range(600)]
FIELDS = [word for member in MEMBERS for word in (member, "1")]

# What goes by chance, or by the order of a table that is large enough to have one.
REQUESTS = [
    *[("SET", f"key:{i}", "1") for i in range(200)],
    ("SADD", "set", *MEMBERS),
    ("HSET", "hash", *FIELDS),
    *[("RANDOMKEY",)] * 5,
    ("SRANDMEMBER", "set", "20"),
    ("SRANDMEMBER", "set", "-20"),
    ("SPOP", "set", "20"),
    ("SMEMBERS", "set"),
    ("HRANDFIELD", "hash", "20"),
    ("HKEYS", "hash"),
    ("HSCAN", "hash", "0", "COUNT", "20"),
    ("SSCAN", "set", "0", "COUNT", "20"),
    ("SCAN", "0", "COUNT", "20"),
    ("KEYS", "*"),
]


def answers(seed):
    """The replies of a fresh server to all of them."""
    with ServerProcess(BINARY, "--seed", str(seed)) as server:
        client = redis.Connection(port=server.port)
        replies = []
        for request in REQUESTS:
            client.send_command(*request)
            replies.append(client.read_response())
        client.disconnect()
        return replies


class Seed(unittest.TestCase):
    def test_the_same_seed_gives_the_same_replies(self):
        self.assertEqual(answers(1), answers(1))

    def test_another_seed_gives_others(self):
        kinds = {}
        for request, one, other in zip(REQUESTS, answers(1), answers(2)):
            kinds[request[0]] = kinds.get(request[0], False) or one != other
        same = {name for name, differs in kinds.items() if not differs}
        self.assertEqual(same, {"SET", "SADD", "HSET"})


if __name__ == "__main__":
    unittest.main()
