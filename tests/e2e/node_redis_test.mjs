// node-redis, both generations: 5 connects with RESP2 unless told, 6 starts with HELLO 3. Runs under with_server: PORT, SERVER.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import * as city from './city.mjs';

for (const [title, module, options, when] of await city.nodeRedisGenerations()) {
  describe(title, when, () => {
    let client;
    beforeEach(async () => {
      client = module.createClient({ url: `redis://127.0.0.1:${city.port}`, name: 'dispatcher', ...options });
      client.on('error', (error) => assert.fail(error));
      await client.connect();
      await client.flushAll();
    });
    afterEach(() => client.close());

    const [longitude, latitude] = city.restaurant.map(Number);
    const loadCity = async () => {
      const places = Object.entries(city.places)
        .map(([member, place]) => ({ member, longitude: place[0], latitude: place[1] }));
      assert.equal(await client.geoAdd(city.geo, places), 5);
      assert.equal(await client.sAdd(city.available, city.onDuty), 4);
    };

    it('connects, and answers', async () => {
      assert.equal(await client.ping(), 'PONG');
      assert.equal(await client.clientGetName(), 'dispatcher');
      assert.match(await client.info('server'), /redis_version:7\./);
    });

    it('reads geo replies', async () => {
      await loadCity();
      const found = await client.geoSearchWith(
        city.geo, { longitude, latitude }, { radius: 5, unit: 'km' }, ['WITHDIST', 'WITHCOORD'], { SORT: 'ASC' });
      assert.deepEqual(found.map(({ member, distance }) => [member, String(distance)]), city.nearby);
      assert.ok(Math.abs(Number(found[0].coordinates.longitude) - 77.59) < 1e-5);
      const [position, nobody] = await client.geoPos(city.geo, ['driver:D4', 'nobody']);
      assert.ok(Math.abs(Number(position.latitude) - 12.968) < 1e-5);
      assert.equal(nobody, null);
    });

    it('keeps sets, hashes and sorted sets', async () => {
      await client.hSet('driver:D4', { name: 'Rohit Sharma', vehicle: 'Bike · KA01HX2847' });
      assert.deepEqual({ ...await client.hGetAll('driver:D4') }, { name: 'Rohit Sharma', vehicle: 'Bike · KA01HX2847' });
      assert.deepEqual((await client.smIsMember('nothing', ['a', 'b'])).map(Number), [0, 0]);
      await client.zAdd('ratings', [{ score: 4.8, value: 'driver:D4' }, { score: 4.5, value: 'driver:D2' }]);
      assert.equal(await client.zScore('ratings', 'driver:D4'), 4.8);
      assert.deepEqual(
        (await client.zRangeWithScores('ratings', 0, -1)).map(({ value, score }) => [value, score]),
        [['driver:D2', 4.5], ['driver:D4', 4.8]]);
      await assert.rejects(client.sAdd('driver:D4', 'x'), /WRONGTYPE/);
    });

    it('takes a lock once, and releases it only as its holder', async () => {
      const condition = { expiration: { type: 'EX', value: 30 }, condition: 'NX' };
      assert.equal(await client.set('agent:D4:lock', 'order:1', condition), 'OK');
      assert.equal(await client.set('agent:D4:lock', 'order:2', condition), null);
      assert.ok([29, 30].includes(await client.ttl('agent:D4:lock')));
      await client.watch('agent:D4:lock');
      assert.equal(await client.get('agent:D4:lock'), 'order:1');
      assert.deepEqual(await client.multi().del('agent:D4:lock').exec(), [1]);
    });

    it('pipelines, and keeps transactions whole', async () => {
      const replies = await Promise.all(
        Array.from({ length: 10_000 }, (_, number) => client.set(`k${number}`, String(number))));
      assert.ok(replies.every((reply) => reply === 'OK'));
      await client.watch('k1');
      await client.set('k1', 'changed');
      await assert.rejects(client.multi().set('b', '1').exec(), /watched keys/i);
      assert.deepEqual(await client.multi().set('b', '1').get('b').exec(), ['OK', '1']);
    });

    it('scans every key', async () => {
      await Promise.all(Array.from({ length: 500 }, (_, number) => client.set(`driver:D${number}`, '1')));
      const seen = new Set();
      for await (const keys of client.scanIterator({ MATCH: 'driver:*', COUNT: 50 })) keys.forEach((key) => seen.add(key));
      assert.equal(seen.size, 500);
    });

    it('goes through the five steps', async () => {
      await loadCity();
      const found = await client.geoRadiusWith(
        city.geo, { longitude, latitude }, 5, 'km', ['WITHCOORD', 'WITHDIST'], { SORT: 'ASC', COUNT: 10 });
      assert.deepEqual(found.map(({ member, distance }) => [member, String(distance)]), city.nearby);
      assert.deepEqual([...await client.sMembers(city.available)].sort(), city.onDuty);
      assert.equal(await client.set('agent:D4:lock', 'order:ORD_2847', { expiration: { type: 'EX', value: 30 }, condition: 'NX' }), 'OK');
      assert.equal(await client.del('agent:D4:lock'), 1);
      assert.equal(await client.sRem(city.available, 'driver:D4'), 1);
    });

    it('assigns in one step', { skip: !city.dabba && "ASSIGN is Dabba's own" }, async () => {
      await loadCity();
      const assigned = city.record(await client.sendCommand(['ASSIGN', ...city.assignArguments('order:ORD_2847')]));
      assert.equal(assigned.state, 'assigned');
      assert.equal(assigned.driver, 'driver:D2');
      assert.equal(await client.get(assigned.lock), 'order:ORD_2847');
      assert.equal(await client.sIsMember(city.available, 'driver:D2'), 0);
      assert.equal(await client.sendCommand(['ASSIGN', ...city.assignArguments('order:X', 'REQUIRE', '1', 'nobody')]), null);
    });
  });
}
