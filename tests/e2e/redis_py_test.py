#!/usr/bin/python3
"""redis-py, the Python client, as an application uses it. Runs under with_server: PORT, SERVER."""

import asyncio
import os
import unittest

import redis
import redis.asyncio

from city import AVAILABLE, GEO, NEARBY, ON_DUTY, PLACES, RESTAURANT, assign_arguments, geoadd_arguments

PORT = int(os.environ["PORT"])
DABBA = os.environ["SERVER"] == "dabba"


class RedisPy(unittest.TestCase):
    def setUp(self):
        self.client = redis.Redis(port=PORT, decode_responses=True)
        self.addCleanup(self.client.close)
        self.client.flushall()

    def load_city(self):
        self.assertEqual(self.client.geoadd(GEO, geoadd_arguments()), len(PLACES))
        self.assertEqual(self.client.sadd(AVAILABLE, *ON_DUTY), len(ON_DUTY))


class Connecting(RedisPy):
    def test_a_connection_answers(self):
        self.assertTrue(self.client.ping())
        self.assertEqual(self.client.echo("tiffin"), "tiffin")

    def test_a_url_selects_a_database(self):
        with redis.Redis.from_url(f"redis://127.0.0.1:{PORT}/3", client_name="dispatcher") as third:
            third.set("order:1", "placed")
            self.assertEqual(third.client_getname(), "dispatcher")
        self.assertIsNone(self.client.get("order:1"))
        self.assertEqual(self.client.info("keyspace")["db3"]["keys"], 1)

    def test_info_names_the_version_that_clients_look_for(self):
        self.assertRegex(self.client.info()["redis_version"], r"^7\.")
        self.assertEqual(self.client.info("server")["redis_mode"], "standalone")

    def test_the_client_appears_in_the_list(self):
        self.client.client_setname("dispatcher")
        mine = self.client.client_id()
        self.assertIn((str(mine), "dispatcher"), [(c["id"], c["name"]) for c in self.client.client_list()])

    def test_bytes_pass_unchanged(self):
        everything = bytes(range(256)) * 41
        with redis.Redis(port=PORT) as raw:
            raw.set(b"key \x00\r\n", everything)
            self.assertEqual(raw.get(b"key \x00\r\n"), everything)

    def test_a_password_where_none_is_set_is_refused(self):
        with redis.Redis(port=PORT, password="wrong") as stranger:
            with self.assertRaisesRegex(redis.exceptions.RedisError, "without any password configured"):
                stranger.ping()


class Geo(RedisPy):
    def test_drivers_are_found_nearest_first(self):
        self.load_city()
        found = self.client.georadius(GEO, *RESTAURANT, 5, unit="km", sort="ASC", count=10, withdist=True, withcoord=True)
        self.assertEqual([[name, float(distance)] for name, distance in NEARBY], [row[:2] for row in found])
        for name, _, (longitude, latitude) in found:
            self.assertAlmostEqual(longitude, PLACES[name][0], delta=1e-5)
            self.assertAlmostEqual(latitude, PLACES[name][1], delta=1e-5)

    def test_a_box_around_a_driver(self):
        self.load_city()
        found = self.client.geosearch(GEO, member="driver:D4", width=4, height=4, unit="km", sort="ASC", withdist=True)
        self.assertEqual(found, [["driver:D4", 0.0], ["driver:D7", 1.5519], ["driver:D2", 1.8262]])

    def test_what_was_found_can_be_kept(self):
        self.load_city()
        longitude, latitude = RESTAURANT
        stored = self.client.geosearchstore("near", GEO, longitude=longitude, latitude=latitude, radius=2, unit="km")
        self.assertEqual(stored, 2)
        self.assertEqual(set(self.client.zrange("near", 0, -1)), {"driver:D2", "driver:D4"})

    def test_hash_distance_and_place_of_a_member(self):
        self.load_city()
        self.assertEqual(self.client.geohash(GEO, "driver:D4", "nobody"), ["tdr1v2ubhf0", None])
        self.assertEqual(self.client.geodist(GEO, "driver:D4", "driver:D2", "m"), 1826.1646)
        self.assertEqual(self.client.geopos(GEO, "driver:D4", "nobody"), [(77.58119791746139526, 12.96799971838559884), None])


class SetsAndHashes(RedisPy):
    def test_a_set_counts_what_is_new(self):
        self.assertEqual(self.client.sadd(AVAILABLE, "driver:D1", "driver:D2", "driver:D1"), 2)
        self.assertEqual(self.client.smembers(AVAILABLE), {"driver:D1", "driver:D2"})
        self.assertEqual(self.client.smismember(AVAILABLE, ["driver:D1", "driver:D3"]), [True, False])
        self.assertEqual(self.client.srem(AVAILABLE, "driver:D1", "driver:D2"), 2)
        self.assertFalse(self.client.exists(AVAILABLE))

    def test_a_driver_is_a_hash(self):
        driver = {"name": "Rohit Sharma", "rating": "4.8", "vehicle": "Bike · KA01HX2847"}
        self.assertEqual(self.client.hset("driver:D4", mapping=driver), 3)
        self.assertEqual(self.client.hgetall("driver:D4"), driver)
        self.assertEqual(self.client.hmget("driver:D4", "rating", "shoe size"), ["4.8", None])

    def test_the_wrong_type_is_an_error_that_changes_nothing(self):
        self.client.set("driver:D4", "text")
        with self.assertRaisesRegex(redis.exceptions.ResponseError, "WRONGTYPE|wrong kind of value"):
            self.client.sadd("driver:D4", "x")
        self.assertEqual(self.client.get("driver:D4"), "text")

    def test_scanning_finds_every_key(self):
        names = {f"driver:D{number}" for number in range(2000)}
        self.client.sadd("all", *names)
        with self.client.pipeline(transaction=False) as pipe:
            for name in names:
                pipe.set(name, 1)
            pipe.execute()
        self.assertEqual(set(self.client.scan_iter(match="driver:*", count=100)), names)
        self.assertEqual(set(self.client.scan_iter(_type="set")), {"all"})


class Locks(RedisPy):
    def test_only_one_takes_the_lock_and_it_carries_its_time(self):
        self.assertTrue(self.client.set("agent:D4:lock", "order:1", nx=True, ex=30))
        self.assertIsNone(self.client.set("agent:D4:lock", "order:2", nx=True, ex=30))
        self.assertIn(self.client.ttl("agent:D4:lock"), (29, 30))
        self.assertEqual(self.client.delete("agent:D4:lock"), 1)

    def test_the_librarys_lock_is_held_by_one_and_released_by_its_holder(self):
        mine = self.client.lock("agent:D4:lock", timeout=30, blocking=False)
        theirs = self.client.lock("agent:D4:lock", timeout=30, blocking=False)
        self.assertTrue(mine.acquire())
        self.assertFalse(theirs.acquire())
        mine.release()
        self.assertTrue(theirs.acquire())
        self.assertTrue(theirs.owned())

    def test_a_lock_that_changed_hands_is_not_released(self):
        mine = self.client.lock("agent:D4:lock", timeout=30, blocking=False)
        mine.acquire()
        self.client.set("agent:D4:lock", "somebody else")
        with self.assertRaises(redis.exceptions.LockNotOwnedError):
            mine.release()
        self.assertEqual(self.client.get("agent:D4:lock"), "somebody else")


    def test_a_lock_is_extended_by_its_holder_only(self):
        mine = self.client.lock("agent:D4:lock", timeout=30, blocking=False)
        mine.acquire()
        self.assertTrue(mine.extend(100))
        self.assertIn(self.client.ttl("agent:D4:lock"), (129, 130))
        self.assertTrue(mine.reacquire())
        self.assertIn(self.client.ttl("agent:D4:lock"), (29, 30))
        self.client.set("agent:D4:lock", "somebody else")
        with self.assertRaises(redis.exceptions.LockNotOwnedError):
            mine.extend(100)


class Scripts(RedisPy):
    def test_a_registered_script_is_sent_once_and_then_known_by_its_hash(self):
        double = self.client.register_script("return redis.call('incrby', KEYS[1], ARGV[1] * 2)")
        self.assertEqual(double(keys=["counter"], args=[21]), 42)
        self.assertEqual(double(keys=["counter"], args=[1]), 44)
        self.assertEqual(self.client.script_exists(double.sha), [True])

    def test_a_script_in_a_pipeline(self):
        script = self.client.register_script("return {KEYS[1], ARGV[1]}")
        with self.client.pipeline() as pipe:
            script(keys=["a"], args=["b"], client=pipe)
            pipe.set("x", "1")
            self.assertEqual(pipe.execute(), [["a", "b"], True])

    def test_an_error_in_a_script_is_the_librarys_error(self):
        with self.assertRaisesRegex(redis.exceptions.ResponseError, "user_script:1: mine"):
            self.client.eval("error('mine')", 0)


class PipelinesAndTransactions(RedisPy):
    def test_a_pipeline_is_a_transaction_by_default(self):
        with self.client.pipeline() as pipe:
            pipe.set("a", 1).sadd("s", "x").get("a").smembers("s")
            self.assertEqual(pipe.execute(), [True, 1, "1", {"x"}])

    def test_an_error_inside_a_transaction_leaves_the_other_commands_done(self):
        with self.client.pipeline() as pipe:
            pipe.set("a", 1).sadd("a", "x").set("b", 2)
            replies = pipe.execute(raise_on_error=False)
        self.assertIsInstance(replies[1], redis.exceptions.ResponseError)
        self.assertEqual((self.client.get("a"), self.client.get("b")), ("1", "2"))

    def test_a_watched_key_that_changed_stops_the_transaction(self):
        with self.client.pipeline() as pipe:
            pipe.watch("a")
            self.client.set("a", "changed")
            pipe.multi()
            pipe.set("b", 1)
            with self.assertRaises(redis.exceptions.WatchError):
                pipe.execute()
        self.assertIsNone(self.client.get("b"))

    def test_ten_thousand_commands_in_one_batch(self):
        with self.client.pipeline(transaction=False) as pipe:
            for number in range(10_000):
                pipe.set(f"k{number}", number)
            self.assertEqual(pipe.execute(), [True] * 10_000)
        self.assertEqual(self.client.dbsize(), 10_000)


class Dispatch(RedisPy):
    def test_the_five_steps(self):
        self.load_city()
        found = self.client.georadius(GEO, *RESTAURANT, 5, unit="km", sort="ASC", count=10, withcoord=True, withdist=True)
        nearby = [row[0] for row in found]
        self.assertEqual(nearby, [name for name, _ in NEARBY])
        available = self.client.smembers(AVAILABLE)
        self.assertEqual(available, ON_DUTY)
        self.assertEqual([name for name in nearby if name in available], ["driver:D2", "driver:D4", "driver:D1"])
        self.assertTrue(self.client.set("agent:D4:lock", "order:ORD_2847", nx=True, ex=30))
        self.assertIsNone(self.client.set("agent:D4:lock", "order:ORD_2848", nx=True, ex=30))
        self.assertEqual(self.client.delete("agent:D4:lock"), 1)
        self.assertEqual(self.client.srem(AVAILABLE, "driver:D4"), 1)
        self.assertFalse(self.client.sismember(AVAILABLE, "driver:D4"))

    @unittest.skipUnless(DABBA, "ASSIGN is Dabba's own")
    def test_assign_takes_the_nearest_free_driver(self):
        self.load_city()
        self.client.set("agent:D2:lock", "order:ORD_1", nx=True, ex=30)
        flat = self.client.execute_command(*assign_arguments("order:ORD_2847"))
        record = dict(zip(flat[::2], flat[1::2]))
        self.assertEqual(
            (record["state"], record["driver"], record["lock"], record["distance"]),
            ("assigned", "driver:D4", "agent:D4:lock", "1.5068"),
        )
        self.assertEqual(self.client.get("agent:D4:lock"), "order:ORD_2847")
        self.assertFalse(self.client.sismember(AVAILABLE, "driver:D4"))
        self.assertEqual(self.client.hget("order:ORD_2847", "driver"), "driver:D4")
        again = self.client.execute_command(*assign_arguments("order:ORD_2847"))
        self.assertEqual(dict(zip(again[::2], again[1::2]))["token"], record["token"])
        self.assertIsNone(self.client.execute_command(*assign_arguments("order:X", "REQUIRE", 1, "nobody")))


class Async(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.client = redis.asyncio.Redis(port=PORT, decode_responses=True)
        await self.client.flushall()

    async def asyncTearDown(self):
        await self.client.close(close_connection_pool=True)

    async def test_a_hundred_orders_race_for_one_driver_and_one_wins(self):
        takes = (self.client.set("agent:D4:lock", f"order:{n}", nx=True, ex=30) for n in range(100))
        self.assertEqual((await asyncio.gather(*takes)).count(True), 1)

    async def test_the_five_steps(self):
        await self.client.geoadd(GEO, geoadd_arguments())
        await self.client.sadd(AVAILABLE, *ON_DUTY)
        found = await self.client.georadius(GEO, *RESTAURANT, 5, unit="km", sort="ASC", count=10, withdist=True)
        self.assertEqual(found, [[name, float(distance)] for name, distance in NEARBY])
        self.assertEqual(await self.client.smembers(AVAILABLE), ON_DUTY)
        async with self.client.pipeline(transaction=True) as pipe:
            pipe.set("agent:D4:lock", "order:ORD_2847", nx=True, ex=30).delete("agent:D4:lock").srem(AVAILABLE, "driver:D4")
            self.assertEqual(await pipe.execute(), [True, 1, 1])

    @unittest.skipUnless(DABBA, "ASSIGN is Dabba's own")
    async def test_a_hundred_orders_never_share_a_driver(self):
        drivers = [f"driver:N{number}" for number in range(60)]
        await self.client.geoadd(GEO, [word for name in drivers for word in (*RESTAURANT, name)])
        await self.client.sadd(AVAILABLE, *drivers)
        orders = (self.client.execute_command(*assign_arguments(f"order:{n}")) for n in range(100))
        records = [record for record in await asyncio.gather(*orders) if record]
        taken = [record[record.index("driver") + 1] for record in records]
        self.assertEqual(sorted(taken), sorted(drivers))


if __name__ == "__main__":
    unittest.main()
