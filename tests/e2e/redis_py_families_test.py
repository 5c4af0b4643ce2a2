#!/usr/bin/python3
"""redis-py's typed commands, a family at a time: what its methods make of the replies. Runs under with_server: PORT."""

import os
import threading
import unittest

import redis

PORT = int(os.environ["PORT"])


class Family(unittest.TestCase):
    def setUp(self):
        self.client = redis.Redis(port=PORT, decode_responses=True)
        self.addCleanup(self.client.close)
        self.client.flushall()

    def check(self, *pairs):
        """Each pair is what a call returned and what it should have; all differences are told at once."""
        self.assertEqual([got for got, _ in pairs], [expected for _, expected in pairs])

    def later(self, action):
        """Runs it on a connection of its own, a moment from now."""

        def run():
            with redis.Redis(port=PORT, decode_responses=True) as other:
                action(other)

        timer = threading.Timer(0.05, run)
        timer.start()
        self.addCleanup(timer.join)


class Strings(Family):
    def test_values(self):
        r = self.client
        self.check(
            (r.set("a", "1", ex=100), True),
            (r.set("a", "2", nx=True), None),
            (r.set("a", "2", keepttl=True, get=True), "1"),
            (r.setnx("a", "3"), False),
            (r.setex("b", 100, "x"), True),
            (r.psetex("c", 100_000, "y"), True),
            (r.get("a"), "2"),
            (r.getset("a", "3"), "2"),
            (r.getex("a", persist=True), "3"),
            (r.ttl("a"), -1),
            (r.getdel("a"), "3"),
            (r.mset({"a": 1, "b": 2}), True),
            (r.msetnx({"b": 3, "z": 4}), False),
            (r.mget("a", "b", "z"), ["1", "2", None]),
            (r.append("a", "23"), 3),
            (r.strlen("a"), 3),
            (r.getrange("a", 0, 1), "12"),
            (r.substr("a", 1), "23"),
            (r.setrange("a", 5, "6"), 6),
            (r.get("a"), "123\0\0006"),
        )

    def test_counters_and_bits(self):
        r = self.client
        self.check(
            (r.incr("n"), 1),
            (r.incrby("n", 9), 10),
            (r.decr("n"), 9),
            (r.decrby("n", 4), 5),
            (r.incrbyfloat("n", 0.5), 5.5),
            (r.setbit("bits", 7, 1), 0),
            (r.getbit("bits", 7), 1),
            (r.bitcount("bits"), 1),
            (r.bitpos("bits", 1), 7),
            (r.bitop("NOT", "other", "bits"), 1),
            (r.bitfield("bits").set("u8", 0, 255).get("u4", 0).execute(), [1, 15]),
            (r.mset({"x": "ohmytext", "y": "mynewtext"}), True),
            (r.lcs("x", "y"), "mytext"),
            (r.lcs("x", "y", len=True), 6),
        )


class Keys(Family):
    def test_names_times_and_copies(self):
        r = self.client
        r.mset({"a": 1, "b": 2})
        self.check(
            (r.exists("a", "b", "c"), 2),
            (r.type("a"), "string"),
            (r.expire("a", 100, nx=True), True),
            (r.expire("a", 100, nx=True), False),
            (r.pexpire("a", 200_000, gt=True), True),
            (r.persist("a"), True),
            (r.expireat("a", 4_000_000_000), True),
            (r.expiretime("a"), 4_000_000_000),
            (r.pexpiretime("a"), 4_000_000_000_000),
            (r.copy("a", "c"), True),
            (r.rename("c", "d"), True),
            (r.renamenx("d", "b"), False),
            (r.touch("a", "b"), 2),
            (r.unlink("d"), 1),
            (r.move("b", 1), True),
            (r.swapdb(0, 1), True),
            (sorted(r.keys()), ["b"]),
            (r.randomkey(), "b"),
            (r.object("ENCODING", "b"), "int"),
            (r.object("REFCOUNT", "b"), 2147483647),
            (r.wait(0, 1), 0),
            (r.dbsize(), 1),
        )

    def test_dump_restore_and_sort(self):
        r = self.client
        with redis.Redis(port=PORT) as raw:
            raw.rpush("list", 3, 1, 2)
            self.assertTrue(raw.restore("copy", 0, raw.dump("list")))
        r.mset({"weight_1": 9, "weight_2": 5, "weight_3": 1})
        self.check(
            (r.sort("copy"), ["1", "2", "3"]),
            (r.sort("copy", desc=True, start=0, num=2), ["3", "2"]),
            (r.sort("copy", by="weight_*", get=["#", "weight_*"], groups=True), [("3", "1"), ("2", "5"), ("1", "9")]),
            (r.sort("copy", store="sorted"), 3),
            (r.sort_ro("sorted", alpha=True), ["1", "2", "3"]),
        )


class Lists(Family):
    def test_both_ends_and_the_middle(self):
        r = self.client
        self.check(
            (r.rpush("l", "a", "b", "c"), 3),
            (r.lpush("l", "z"), 4),
            (r.lpushx("none", "x"), 0),
            (r.rpushx("l", "d"), 5),
            (r.llen("l"), 5),
            (r.lrange("l", 0, -1), ["z", "a", "b", "c", "d"]),
            (r.lindex("l", -1), "d"),
            (r.lset("l", 0, "y"), True),
            (r.linsert("l", "BEFORE", "b", "x"), 6),
            (r.lpos("l", "c"), 4),
            (r.lpos("l", "c", count=0), [4]),
            (r.lrem("l", 1, "x"), 1),
            (r.ltrim("l", 1, -1), True),
            (r.lpop("l"), "a"),
            (r.rpop("l", 2), ["d", "c"]),
            (r.lmove("l", "m", "LEFT", "RIGHT"), "b"),
            (r.rpoplpush("m", "m"), "b"),
            (r.lmpop(2, "l", "m", direction="LEFT"), ["m", ["b"]]),
            (r.lpop("l"), None),
        )

    def test_waiting(self):
        r = self.client
        self.later(lambda other: other.rpush("jobs", "first"))
        self.assertEqual(r.blpop(["idle", "jobs"], timeout=5), ("jobs", "first"))
        self.later(lambda other: other.rpush("jobs", "second"))
        self.assertEqual(r.brpop("jobs", timeout=5), ("jobs", "second"))
        self.later(lambda other: other.rpush("jobs", "third"))
        self.assertEqual(r.blmove("jobs", "done", 5), "third")
        self.later(lambda other: other.rpush("jobs", "fourth", "fifth"))
        self.assertEqual(r.blmpop(5, 1, "jobs", direction="RIGHT", count=2), ["jobs", ["fifth", "fourth"]])
        self.assertEqual(r.brpoplpush("done", "jobs"), "third")
        self.assertIsNone(r.blpop("nothing", timeout=0.01))


class Sets(Family):
    def test_members_and_algebra(self):
        r = self.client
        self.check(
            (r.sadd("a", 1, 2, 3), 3),
            (r.sadd("b", 2, 3, 4), 3),
            (r.scard("a"), 3),
            (r.sismember("a", 1), 1),
            (r.smismember("a", [1, 9]), [1, 0]),
            (r.smembers("a"), {"1", "2", "3"}),
            (r.sinter("a", "b"), {"2", "3"}),
            (r.sintercard(2, ["a", "b"], limit=1), 1),
            (r.sunion("a", "b"), {"1", "2", "3", "4"}),
            (r.sdiff("a", "b"), {"1"}),
            (r.sinterstore("i", "a", "b"), 2),
            (r.sunionstore("u", "a", "b"), 4),
            (r.sdiffstore("d", "a", "b"), 1),
            (r.smove("a", "b", 1), True),
            (r.srem("b", 1, 9), 1),
            (r.spop("d"), "1"),
            (set(r.spop("i", 5)), {"2", "3"}),
            (r.srandmember("u") in {"1", "2", "3", "4"}, True),
            (len(r.srandmember("u", -9)), 9),
            (set(r.sscan_iter("u")), {"1", "2", "3", "4"}),
        )


class SortedSets(Family):
    def test_scores_and_ranks(self):
        r = self.client
        self.check(
            (r.zadd("z", {"a": 1, "b": 2, "c": 3}), 3),
            (r.zadd("z", {"a": 5}, gt=True, ch=True), 1),
            (r.zadd("z", {"b": 0.5}, incr=True), 2.5),
            (r.zincrby("z", 1, "c"), 4.0),
            (r.zcard("z"), 3),
            (r.zscore("z", "a"), 5.0),
            (r.zmscore("z", ["a", "none"]), [5.0, None]),
            (r.zrank("z", "a"), 2),
            (r.zrevrank("z", "a"), 0),
            (r.zcount("z", "(2.5", "+inf"), 2),
            (r.zlexcount("z", "-", "+"), 3),
            (r.zrem("z", "none"), 0),
        )

    def test_ranges(self):
        r = self.client
        r.zadd("z", {"a": 1, "b": 2, "c": 3})
        self.check(
            (r.zrange("z", 0, -1), ["a", "b", "c"]),
            (r.zrange("z", 0, 0, desc=True, withscores=True), [("c", 3.0)]),
            (r.zrange("z", "(1", "+inf", byscore=True, offset=0, num=1), ["b"]),
            (r.zrevrange("z", 0, 1), ["c", "b"]),
            (r.zrangebyscore("z", 2, 3, withscores=True), [("b", 2.0), ("c", 3.0)]),
            (r.zrevrangebyscore("z", 3, 2), ["c", "b"]),
            (r.zrangebylex("z", "[b", "+"), ["b", "c"]),
            (r.zrevrangebylex("z", "+", "[b"), ["c", "b"]),
            (r.zrangestore("kept", "z", 0, 1), 2),
            (r.zremrangebyrank("kept", 0, 0), 1),
            (r.zremrangebyscore("kept", 2, 2), 1),
            (r.zremrangebylex("z", "[c", "[c"), 1),
            (set(r.zscan_iter("z")), {("a", 1.0), ("b", 2.0)}),
        )

    def test_algebra_and_popping(self):
        r = self.client
        r.zadd("x", {"a": 1, "b": 2})
        r.zadd("y", {"b": 3, "c": 4})
        self.check(
            (r.zunion(["x", "y"], withscores=True), [("a", 1.0), ("c", 4.0), ("b", 5.0)]),
            (r.zinter({"x": 10, "y": 1}, aggregate="MAX", withscores=True), [("b", 20.0)]),
            (r.zintercard(2, ["x", "y"]), 1),
            (r.zdiff(["x", "y"]), ["a"]),
            (r.zunionstore("u", ["x", "y"]), 3),
            (r.zinterstore("i", ["x", "y"]), 1),
            (r.zdiffstore("d", ["x", "y"]), 1),
            (r.zpopmin("u"), [("a", 1.0)]),
            (r.zpopmax("u", 2), [("b", 5.0), ("c", 4.0)]),
            (r.zmpop(2, ["u", "x"], min=True), ["x", [["a", "1"]]]),
            (r.zrandmember("y", 9, withscores=False) in (["b", "c"], ["c", "b"]), True),
            (r.bzpopmin("y", timeout=1), ("y", "b", 3.0)),
            (r.bzpopmax("y", timeout=1), ("y", "c", 4.0)),
            (r.bzmpop(0.01, 1, ["y"], min=True), None),
        )


class Hashes(Family):
    def test_fields(self):
        r = self.client
        with self.assertWarns(DeprecationWarning):
            self.assertTrue(r.hmset("old", {"c": 3}))
        self.check(
            (r.hset("h", "a", 1), 1),
            (r.hset("h", mapping={"a": 1, "b": 2}), 1),
            (r.hsetnx("h", "a", 9), False),
            (r.hset("h", items=["c", 3]), 1),
            (r.hget("h", "a"), "1"),
            (r.hmget("h", "a", "none"), ["1", None]),
            (r.hgetall("h"), {"a": "1", "b": "2", "c": "3"}),
            (r.hkeys("h"), ["a", "b", "c"]),
            (r.hvals("h"), ["1", "2", "3"]),
            (r.hlen("h"), 3),
            (r.hexists("h", "a"), True),
            (r.hstrlen("h", "a"), 1),
            (r.hincrby("h", "a", 9), 10),
            (r.hincrbyfloat("h", "a", 0.5), 10.5),
            (sorted(r.hrandfield("h", 3)), ["a", "b", "c"]),
            (dict(r.hscan_iter("h")), {"a": "10.5", "b": "2", "c": "3"}),
            (r.hdel("h", "a", "b", "none"), 2),
        )


if __name__ == "__main__":
    unittest.main()
