#!/usr/bin/python3
"""Keyspace notifications, beside redis-server's: the same requests send the same events in the same order.

SERVER_BINARY names the server; redis-server is found on the PATH.
"""

import os
import shutil
import unittest

from raw_client import ask, encode, receive_exactly
from server_process import ServerProcess

REQUESTS = """
SET a 1
SET a 1 EX 100
SET a 2 KEEPTTL
GETSET a 5
SETNX b 1
SETEX c 100 x
PSETEX c 100000 x
GETEX c PERSIST
GETEX c EX 10
GETEX c
GETDEL c
MSET d 1 e 2
MSETNX f 1 g 2
INCR a
DECRBY a 3
INCRBYFLOAT a 1.5
APPEND a x
SETRANGE a 2 zz
SETRANGE newkey 0 abc
SETBIT bits 7 1
BITOP NOT bits2 bits
BITOP NOT bits2 nothing
BITFIELD bits SET u8 0 5
EXPIRE a 100
EXPIRE a -1
PEXPIREAT b 99999999999999
PERSIST b
RENAME b bb
RENAMENX bb b
COPY b cc
COPY b cc REPLACE
MOVE cc 1
DEL d e f
UNLINK g
LPUSH l 1 2 3
RPUSH l 4
LPUSHX l 0
LPUSHX nol 0
LSET l 0 x
LINSERT l BEFORE x y
LINSERT l BEFORE qq y
LREM l 0 y
LTRIM l 0 3
LPOP l
RPOP l
LMOVE l l2 LEFT RIGHT
RPOPLPUSH l l2
LMPOP 1 l2 LEFT
LPOP l2
LTRIM l2 5 9
RPUSH l3 1 2
BLPOP l3 1
BLMOVE l3 l4 LEFT RIGHT 1
BLMPOP 1 1 l4 LEFT
SADD s 1 2 3 4
SADD s 1
SREM s 1
SREM s 99
SMOVE s s2 2
SPOP s
SPOP s 5
SADD s 1 2
SPOP s 0
SINTERSTORE s3 s s2
SUNIONSTORE s3 s s2
SDIFFSTORE s3 s s
ZADD z 1 a 2 b 3 c 4 d 5 e
ZADD z 1 a
ZADD z 9 a
ZADD z INCR 1 a
ZINCRBY z 1 a
ZREM z a
ZPOPMIN z
ZPOPMAX z
ZMPOP 1 z MIN
BZPOPMIN z 1
ZADD z 1 a 2 b 3 c 4 d 5 e
ZREMRANGEBYRANK z 0 0
ZREMRANGEBYSCORE z 2 2
ZREMRANGEBYLEX z [c [c
ZUNIONSTORE z2 1 z
ZINTERSTORE z2 2 z nothing
ZRANGESTORE z3 z 0 -1
ZRANGESTORE z3 nothing 0 -1
ZDIFFSTORE z4 1 z
HSET h f 1 g 2
HSET h f 1
HSETNX h k 1
HMSET h m 1
HINCRBY h f 1
HINCRBYFLOAT h f 1.5
HDEL h f
HDEL h nothing
HDEL h g k m
GEOADD geo 1 1 a 2 2 b
GEOADD geo 1 1 a
GEOADD geo 3 3 a
GEOADD geo CH 3 4 a
GEORADIUS geo 1 1 1000 km STORE gs
GEOSEARCHSTORE gs2 geo FROMLONLAT 1 1 BYRADIUS 1000 km
GEOSEARCHSTORE gs2 geo FROMLONLAT 100 1 BYRADIUS 1 km
SORT l4 STORE sorted
RPUSH l4 3 1 2
SORT l4 STORE sorted
SORT nothing STORE sorted
FLUSHDB
"""

# Asked of keys that are not there: what is read is missed, what is written is not. GETEX misses twice.
MISSES = """
GET no
MGET no no2
EXISTS no no
TYPE no
TTL no
DUMP no
OBJECT ENCODING no
STRLEN no
GETRANGE no 0 1
GETEX no
LCS no no2
BITCOUNT no
SCARD no
SREM no 1
SPOP no
SMOVE no s 1
SADD s 1
SMOVE s s2 1
SINTER no no2
SUNIONSTORE s no no2
LLEN no
LPOP no
LMOVE no l LEFT RIGHT
LPUSHX no 1
HGET no f
HDEL no f
HSCAN no 0
ZADD no XX 1 a
ZINCRBY z 1 a
ZSCORE no a
ZREM no a
ZPOPMIN no
ZMPOP 1 no MIN
ZUNION 2 no no2
GEOPOS no a
RENAME z z2
RENAMENX z2 z
COPY z z3
COPY z z3 REPLACE
COPY no z4
SORT no
TOUCH no
DEL no
EXPIRE no 1
MEMORY USAGE no
"""

END = "end of the request"  # a channel


class Listener:
    """Hears every message of a server."""

    def __init__(self, server):
        self._connection = server.connect()
        self._connection.sendall(encode("PSUBSCRIBE", "*"))
        self._bytes = b""
        self._receive_until(b":1\r\n")

    def take(self):
        """What was published before the message on END: "set key" each."""
        lines = self._receive_until(b"\r\n$1\r\n.\r\n").decode().split("\r\n")
        messages = [(lines[start + 6], lines[start + 8]) for start in range(0, len(lines) - 8, 9)]
        return [f"{channel.partition(':')[2]} {text}" for channel, text in messages if channel != END]

    def _receive_until(self, end):
        while end not in self._bytes:
            self._bytes += receive_exactly(self._connection, 1)
        taken, self._bytes = self._bytes, b""
        return taken


def events_of(binary):
    """The events of each request."""
    with ServerProcess(binary) as server, server.connect() as connection:
        listener = Listener(server)
        ask(connection, "CONFIG", "SET", "notify-keyspace-events", "EAn")
        events = []
        for request in (REQUESTS.rstrip() + MISSES).strip().splitlines():
            if request == MISSES.split("\n")[1]:
                ask(connection, "CONFIG", "SET", "notify-keyspace-events", "EAmn")
            ask(connection, *request.split())
            ask(connection, "PUBLISH", END, ".")
            events.append((request, listener.take()))
        return events


class KeyEvents(unittest.TestCase):
    maxDiff = None

    def test_the_same_requests_send_the_same_events(self):
        dabba = events_of(os.environ["SERVER_BINARY"])
        redis = events_of(shutil.which("redis-server"))
        self.assertGreater(sum(len(events) for _, events in redis), 100)
        self.assertEqual(dabba, redis)


if __name__ == "__main__":
    unittest.main()
