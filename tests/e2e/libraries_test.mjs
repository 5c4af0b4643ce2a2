// Libraries that bring scripts of their own: locks, semaphores, rate limiters, sessions. Runs under with_server: PORT.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { RedisStore } from 'connect-redis';
import { Redis } from 'ioredis';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import { createClient, defineScript } from 'redis';
import { Mutex, Semaphore } from 'redis-semaphore';
import Redlock from 'redlock';
import * as city from './city.mjs';

let ioredis;
let nodeRedis;
before(async () => {
  ioredis = new Redis(city.port, { lazyConnect: true, maxRetriesPerRequest: 0 });
  nodeRedis = createClient({
    socket: { port: city.port },
    scripts: {
      addAll: defineScript({
        SCRIPT: 'local sum = 0 for i = 1, #ARGV do sum = sum + ARGV[i] end return redis.call("INCRBY", KEYS[1], sum)',
        NUMBER_OF_KEYS: 1,
        parseCommand: (parser, key, ...numbers) => {
          parser.pushKey(key);
          parser.push(...numbers.map(String));
        },
        transformReply: undefined,
      }),
    },
    functions: {
      fleet: {
        rest: {
          NUMBER_OF_KEYS: 1,
          parseCommand: (parser, key, driver) => {
            parser.pushKey(key);
            parser.push(driver);
          },
          transformReply: undefined,
        },
      },
    },
  });
  await Promise.all([ioredis.connect(), nodeRedis.connect()]);
});
beforeEach(() => ioredis.flushall());
after(() => Promise.all([ioredis.quit(), nodeRedis.close()]));

describe('redlock', () => {
  const take = (retryCount = 0) => new Redlock([ioredis], { retryCount });

  it('takes, contends, extends and releases', async () => {
    const lock = await take().lock('lock', 10_000);
    await assert.rejects(take().lock('lock', 10_000), /LockError|exceeded/);
    await lock.extend(60_000);
    assert.ok((await ioredis.pttl('lock')) > 50_000);
    await lock.unlock();
    assert.equal(await ioredis.exists('lock'), 0);
  });

  it('takes several resources at once, or none', async () => {
    const lock = await take().lock(['driver:1', 'driver:2'], 10_000);
    await assert.rejects(take().lock(['driver:2', 'driver:3'], 10_000));
    assert.equal(await ioredis.exists('driver:3'), 0);
    await lock.unlock();
    assert.equal(await ioredis.dbsize(), 0);
  });

  it('neither extends nor releases what it has lost', async () => {
    const lock = await take().lock('lock', 10_000);
    await ioredis.set('lock', 'of somebody else');
    await assert.rejects(lock.extend(60_000));
    await assert.rejects(lock.unlock());
    assert.equal(await ioredis.get('lock'), 'of somebody else');
  });
});

describe('redis-semaphore', () => {
  const options = { acquireAttemptsLimit: 1, lockTimeout: 10_000, refreshInterval: 0 };

  it('has a mutex', async () => {
    const [mine, other] = [new Mutex(ioredis, 'lock', options), new Mutex(ioredis, 'lock', options)];
    assert.equal(await mine.tryAcquire(), true);
    assert.equal(await other.tryAcquire(), false);
    await mine.release();
    assert.equal(await other.tryAcquire(), true);
    await other.release();
    assert.equal(await ioredis.dbsize(), 0);
  });

  it('refreshes what it holds', async () => {
    const mutex = new Mutex(ioredis, 'lock', { ...options, refreshInterval: 1 });
    await mutex.acquire();
    const [key] = await ioredis.keys('*');
    await ioredis.pexpire(key, 5_000);
    while ((await ioredis.pttl(key)) < 8_000);
    await mutex.release();
  });

  it('lets in as many as it says', async () => {
    const [one, two, three] = [1, 2, 3].map(() => new Semaphore(ioredis, 'kitchen', 2, options));
    assert.deepEqual([await one.tryAcquire(), await two.tryAcquire(), await three.tryAcquire()], [true, true, false]);
    await one.release();
    assert.equal(await three.tryAcquire(), true);
    await Promise.all([two.release(), three.release()]);
  });
});

for (const [name, client, options] of [['ioredis', () => ioredis, {}], ['node-redis', () => nodeRedis, { useRedisPackage: true }]]) {
  describe(`rate-limiter-flexible on ${name}`, () => {
    it('lets pass so many, and says how long to wait', async () => {
      const limiter = new RateLimiterRedis({ storeClient: client(), points: 2, duration: 60, ...options });
      assert.equal((await limiter.consume('anna')).remainingPoints, 1);
      assert.equal((await limiter.consume('anna')).remainingPoints, 0);
      const refused = await limiter.consume('anna').catch((result) => result);
      assert.equal(refused.remainingPoints, 0);
      assert.ok(refused.msBeforeNext > 50_000);
      assert.equal((await limiter.consume('ben')).remainingPoints, 1);
      assert.equal((await limiter.get('anna')).consumedPoints, 3);
      assert.equal(await limiter.delete('anna'), true);
      assert.equal((await limiter.consume('anna')).remainingPoints, 1);
    });
  });
}

describe('ioredis defineCommand', () => {
  it('sends EVALSHA, and EVAL where the script is not known', async () => {
    ioredis.defineCommand('addTo', { numberOfKeys: 1, lua: 'return redis.call("INCRBY", KEYS[1], ARGV[1])' });
    assert.equal(await ioredis.addTo('sum', 2), 2);
    await ioredis.script('FLUSH');
    assert.equal(await ioredis.addTo('sum', 3), 5);
    const replies = await ioredis.pipeline().addTo('sum', 1).addTo('sum', 'x').addTo('sum', 1).exec();
    assert.deepEqual([replies[0][1], replies[2][1]], [6, 7]);
    assert.match(replies[1][0].message, /value is not an integer or out of range/);
    assert.deepEqual(await ioredis.multi().addTo('sum', 1).exec(), [[null, 8]]);
  });
});

describe('node-redis', () => {
  it('runs scripts', async () => {
    assert.equal(await nodeRedis.addAll('sum', 1, 2, 3), 6);
    await nodeRedis.scriptFlush();
    assert.equal(await nodeRedis.addAll('sum', 4), 10);
    assert.deepEqual(await nodeRedis.multi().addAll('sum', 1).addAll('sum', 1).exec(), [11, 12]);
  });

  it('runs functions', async () => {
    const code = `#!lua name=fleet
      redis.register_function('rest', function(keys, args) return redis.call('SREM', keys[1], args[1]) end)`;
    assert.equal(await nodeRedis.functionLoad(code, { REPLACE: true }), 'fleet');
    await nodeRedis.sAdd('available', ['driver:D4', 'driver:D7']);
    assert.equal(await nodeRedis.fleet.rest('available', 'driver:D4'), 1);
    assert.equal(await nodeRedis.fleet.rest('available', 'driver:D4'), 0);

    const [library] = await nodeRedis.functionListWithCode({ LIBRARYNAME: 'fl*' });
    assert.equal(library.library_code, code);
    assert.deepEqual(library.functions.map(({ name }) => name), ['rest']);
    await assert.rejects(nodeRedis.fCallRo('rest', { keys: ['available'], arguments: ['driver:D4'] }), /Can not execute a script with write flag/);

    const dump = await nodeRedis.withTypeMapping({ 36: Buffer }).functionDump();
    await nodeRedis.functionFlush();
    await assert.rejects(nodeRedis.fleet.rest('available', 'driver:D7'), /Function not found/);
    await nodeRedis.functionRestore(dump);
    assert.equal(await nodeRedis.fleet.rest('available', 'driver:D7'), 1);
    assert.equal(await nodeRedis.functionDelete('fleet'), 'OK');
  });
});

describe('connect-redis', () => {
  it('keeps sessions', async () => {
    const store = new RedisStore({ client: nodeRedis, ttl: 60 });
    const session = { cookie: { maxAge: 60_000 }, user: 'anna' };
    const call = (method, ...values) =>
      new Promise((resolve, reject) => store[method](...values, (error, result) => (error ? reject(error) : resolve(result))));
    await call('set', 'id', session);
    assert.deepEqual(await call('get', 'id'), session);
    await call('touch', 'id', session);
    assert.equal(await call('length'), 1);
    assert.deepEqual(await call('ids'), ['id']);
    await call('destroy', 'id');
    assert.ok(!(await call('get', 'id')));
  });
});
