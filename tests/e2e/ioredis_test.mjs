// ioredis, both generations: 5 connects with RESP2, 6 starts with HELLO 3. Runs under with_server: PORT, SERVER.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import * as city from './city.mjs';

const generations = [
  ['ioredis 5', await city.load('ioredis'), {}, {}],
  ['ioredis 6', await city.load('ioredis-next', city.newGeneration), {}, city.newGeneration],
  ['ioredis 6, RESP3 replies', await city.load('ioredis-next', city.newGeneration), { replyMapping: 'resp3' }, city.newGeneration],
];

for (const [title, module, options, when] of generations) {
  describe(title, when, () => {
    let client;
    beforeEach(async () => {
      client = new module.Redis(city.port, { lazyConnect: true, maxRetriesPerRequest: 0, ...options });
      await client.connect();
      await client.flushall();
    });
    afterEach(() => client.quit());

    const loadCity = async () => {
      assert.equal(await client.geoadd(city.geo, ...city.geoaddArguments), 5);
      assert.equal(await client.sadd(city.available, ...city.onDuty), 4);
    };

    it('connects, and answers', async () => {
      assert.equal(client.status, 'ready');
      assert.equal(await client.ping(), 'PONG');
      assert.match(await client.info('server'), /redis_version:7\./);
    });

    it('reads geo replies', async () => {
      await loadCity();
      const found = await client.geosearch(city.geo, 'FROMLONLAT', ...city.restaurant, 'BYRADIUS', 5, 'km', 'ASC', 'WITHDIST');
      assert.deepEqual(found, city.nearby);
      assert.deepEqual(await client.geohash(city.geo, 'driver:D4'), ['tdr1v2ubhf0']);
      const [[longitude]] = await client.geopos(city.geo, 'driver:D4');
      assert.ok(Math.abs(Number(longitude) - 77.5812) < 1e-5);
    });

    it('keeps sets, hashes and bytes', async () => {
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
      await client.sadd('bytes', bytes);
      assert.equal(await client.sismember('bytes', bytes), 1);
      assert.deepEqual(await client.getBuffer('nothing'), null);
      await client.hset('driver:D4', { name: 'Rohit Sharma', vehicle: 'Bike · KA01HX2847' });
      assert.deepEqual(city.record(await client.hgetall('driver:D4')), { name: 'Rohit Sharma', vehicle: 'Bike · KA01HX2847' });
      await assert.rejects(client.sadd('driver:D4', 'x'), /WRONGTYPE/);
    });

    it('takes a lock once, and releases it only as its holder', async () => {
      assert.equal(await client.set('agent:D4:lock', 'order:1', 'EX', 30, 'NX'), 'OK');
      assert.equal(await client.set('agent:D4:lock', 'order:2', 'EX', 30, 'NX'), null);
      assert.ok([29, 30].includes(await client.ttl('agent:D4:lock')));
      await client.watch('agent:D4:lock');
      assert.equal(await client.get('agent:D4:lock'), 'order:1');
      assert.deepEqual(await client.multi().del('agent:D4:lock').exec(), [[null, 1]]);
    });

    it('pipelines, and keeps transactions whole', async () => {
      const replies = await client.pipeline().set('a', '1').sadd('a', 'x').get('a').exec();
      assert.equal(replies[0][1], 'OK');
      assert.match(replies[1][0].message, /WRONGTYPE/);
      assert.equal(replies[2][1], '1');
      await client.watch('a');
      await client.set('a', '2');
      assert.equal(await client.multi().set('b', '1').exec(), null);
      const many = client.pipeline();
      for (let number = 0; number < 10_000; number += 1) many.set(`k${number}`, number);
      assert.ok((await many.exec()).every(([error, reply]) => error === null && reply === 'OK'));
    });

    it('goes through the five steps', async () => {
      await loadCity();
      const found = await client.georadius(
        city.geo, ...city.restaurant, 5, 'km', 'ASC', 'COUNT', 10, 'WITHCOORD', 'WITHDIST');
      assert.deepEqual(found.map(([member, distance]) => [member, distance]), city.nearby);
      assert.deepEqual([...await client.smembers(city.available)].sort(), city.onDuty);
      assert.equal(await client.set('agent:D4:lock', 'order:ORD_2847', 'EX', 30, 'NX'), 'OK');
      assert.equal(await client.del('agent:D4:lock'), 1);
      assert.equal(await client.srem(city.available, 'driver:D4'), 1);
    });

    it('assigns in one step', { skip: !city.dabba && "ASSIGN is Dabba's own" }, async () => {
      await loadCity();
      const assigned = city.record(await client.call('ASSIGN', ...city.assignArguments('order:ORD_2847')));
      assert.equal(assigned.state, 'assigned');
      assert.equal(assigned.driver, 'driver:D2');
      assert.equal(await client.get(assigned.lock), 'order:ORD_2847');
      assert.equal(await client.sismember(city.available, 'driver:D2'), 0);
      assert.equal(await client.call('ASSIGN', ...city.assignArguments('order:X', 'REQUIRE', 1, 'nobody')), null);
    });
  });
}
