#!/usr/bin/python3
"""redis-py's Lock, which extends and releases by scripts. Runs under with_server: PORT."""

import asyncio
import os
import unittest

import redis
import redis.asyncio
from redis.exceptions import LockError, LockNotOwnedError

PORT = int(os.environ["PORT"])


class Lock(unittest.TestCase):
    def setUp(self):
        self.client = redis.Redis(port=PORT)
        self.addCleanup(self.client.close)
        self.client.flushall()

    def lock(self, timeout=10):
        return self.client.lock("lock", timeout=timeout)

    def test_one_holds_it(self):
        mine, other = self.lock(), self.lock()
        self.assertTrue(mine.acquire(blocking=False))
        self.assertFalse(other.acquire(blocking=False))
        self.assertTrue(mine.owned())
        self.assertFalse(other.owned())
        mine.release()
        self.assertTrue(other.acquire(blocking=False))

    def test_it_is_extended(self):
        with self.lock() as lock:
            lock.extend(20)
            self.assertGreater(self.client.pttl("lock"), 20_000)
            lock.extend(60, replace_ttl=True)
            self.assertGreater(self.client.pttl("lock"), 50_000)
            self.client.pexpire("lock", 1_000)
            lock.reacquire()
            self.assertGreater(self.client.pttl("lock"), 5_000)

    def test_who_has_lost_it_cannot_touch_it(self):
        lock = self.lock()
        lock.acquire()
        self.client.set("lock", "of somebody else")
        for action in (lambda: lock.extend(10), lock.reacquire, lock.release):
            with self.assertRaises(LockNotOwnedError):
                action()
        self.assertEqual(self.client.get("lock"), b"of somebody else")

    def test_scripts_are_sent_again_where_they_are_not_known(self):
        lock = self.lock()
        lock.acquire()
        self.client.script_flush()
        lock.release()
        with self.assertRaises(LockError):
            lock.release()

    def test_a_registered_script(self):
        add = self.client.register_script("return redis.call('INCRBY', KEYS[1], ARGV[1])")
        self.assertEqual(add(keys=["sum"], args=[2]), 2)
        self.client.script_flush()
        self.assertEqual(add(keys=["sum"], args=[3]), 5)
        with self.client.pipeline() as pipeline:
            add(keys=["sum"], args=[1], client=pipeline)
            add(keys=["sum"], args=[1], client=pipeline)
            self.assertEqual(pipeline.execute(), [6, 7])

    def test_functions(self):
        code = "#!lua name=mylib\nredis.register_function('echo', function(keys, args) return args[1] end)"
        self.assertEqual(self.client.function_load(code, replace=True), b"mylib")
        self.assertEqual(self.client.fcall("echo", 0, "tiffin"), b"tiffin")
        payload = self.client.function_dump()
        self.client.function_flush()
        self.assertEqual(self.client.function_list(), [])
        self.client.function_restore(payload)
        self.assertEqual(self.client.fcall("ECHO", 0, "tiffin"), b"tiffin")
        self.assertTrue(self.client.function_delete("mylib"))


class AsyncioLock(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.client = redis.asyncio.Redis(port=PORT)
        await self.client.flushall()

    async def asyncTearDown(self):
        await self.client.close()

    async def test_it_passes_from_hand_to_hand(self):
        held = []

        async def work(name):
            async with self.client.lock("lock", timeout=10, sleep=0.001) as lock:
                held.append(name)
                await asyncio.sleep(0)
                self.assertEqual(held, [name])
                await lock.extend(10)
                held.remove(name)

        await asyncio.gather(*(work(name) for name in range(5)))
        self.assertFalse(await self.client.exists("lock"))

    async def test_who_has_lost_it_cannot_release_it(self):
        lock = self.client.lock("lock", timeout=10)
        await lock.acquire()
        await self.client.delete("lock")
        with self.assertRaises(LockNotOwnedError):
            await lock.release()


if __name__ == "__main__":
    unittest.main()
