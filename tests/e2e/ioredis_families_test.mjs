// ioredis's commands, a family at a time: each line is a call and what its promise becomes. Runs under with_server: PORT.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import * as city from './city.mjs';

const families = {
  strings: [
    [['set', 'a', '1', 'EX', 100], 'OK'],
    [['set', 'a', '2', 'NX'], null],
    [['set', 'a', '2', 'KEEPTTL', 'GET'], '1'],
    [['setnx', 'a', '3'], 0],
    [['setex', 'b', 100, 'x'], 'OK'],
    [['psetex', 'c', 100_000, 'y'], 'OK'],
    [['getset', 'a', '3'], '2'],
    [['getex', 'a', 'PERSIST'], '3'],
    [['ttl', 'a'], -1],
    [['getdel', 'a'], '3'],
    [['mset', { a: '1', b: '2' }], 'OK'],
    [['mset', new Map([['c', '3']])], 'OK'],
    [['msetnx', 'b', '3', 'z', '4'], 0],
    [['mget', 'a', 'b', 'z'], ['1', '2', null]],
    [['append', 'a', '23'], 3],
    [['strlen', 'a'], 3],
    [['getrange', 'a', 0, 1], '12'],
    [['substr', 'a', 1, -1], '23'],
    [['setrange', 'a', 5, '6'], 6],
    [['incr', 'n'], 1],
    [['incrby', 'n', 9], 10],
    [['decr', 'n'], 9],
    [['decrby', 'n', 4], 5],
    [['incrbyfloat', 'n', 0.5], '5.5'],
    [['setbit', 'bits', 7, 1], 0],
    [['getbit', 'bits', 7], 1],
    [['bitcount', 'bits'], 1],
    [['bitpos', 'bits', 1], 7],
    [['bitop', 'NOT', 'other', 'bits'], 1],
    [['bitfield', 'bits', 'SET', 'u8', 0, 255, 'GET', 'u4', 0], [1, 15]],
    [['mset', 'x', 'ohmytext', 'y', 'mynewtext'], 'OK'],
    [['lcs', 'x', 'y'], 'mytext'],
  ],
  keys: [
    [['mset', 'a', '1', 'b', '2'], 'OK'],
    [['exists', 'a', 'b', 'c'], 2],
    [['type', 'a'], 'string'],
    [['expire', 'a', 100, 'NX'], 1],
    [['pexpire', 'a', 200_000, 'GT'], 1],
    [['persist', 'a'], 1],
    [['expireat', 'a', 4_000_000_000], 1],
    [['pexpiretime', 'a'], 4_000_000_000_000],
    [['copy', 'a', 'c', 'DB', 1], 1],
    [['rename', 'a', 'd'], 'OK'],
    [['renamenx', 'd', 'b'], 0],
    [['touch', 'b', 'd'], 2],
    [['unlink', 'd'], 1],
    [['move', 'b', 1], 1],
    [['swapdb', 0, 1], 'OK'],
    [['keys', 'c*'], ['c']],
    [['object', 'ENCODING', 'b'], 'int'],
    [['rpush', 'list', 3, 1, 2], 3],
    [['sort', 'list', 'DESC', 'LIMIT', 0, 2], ['3', '2']],
    [['sort', 'list', 'STORE', 'sorted'], 3],
    [['sort_ro', 'sorted'], ['1', '2', '3']],
    [['dbsize'], 4],
  ],
  lists: [
    [['rpush', 'l', 'a', 'b', 'c'], 3],
    [['lpush', 'l', 'z'], 4],
    [['lpushx', 'none', 'x'], 0],
    [['rpushx', 'l', 'd'], 5],
    [['llen', 'l'], 5],
    [['lrange', 'l', 0, -1], ['z', 'a', 'b', 'c', 'd']],
    [['lindex', 'l', -1], 'd'],
    [['lset', 'l', 0, 'y'], 'OK'],
    [['linsert', 'l', 'BEFORE', 'b', 'x'], 6],
    [['lpos', 'l', 'c', 'COUNT', 0], [4]],
    [['lrem', 'l', 1, 'x'], 1],
    [['ltrim', 'l', 1, -1], 'OK'],
    [['lpop', 'l'], 'a'],
    [['rpop', 'l', 2], ['d', 'c']],
    [['lmove', 'l', 'm', 'LEFT', 'RIGHT'], 'b'],
    [['rpoplpush', 'm', 'm'], 'b'],
    [['lmpop', 2, 'l', 'm', 'LEFT'], ['m', ['b']]],
    [['lpop', 'l'], null],
    [['blpop', 'l', 0.01], null],
  ],
  sets: [
    [['sadd', 'a', 1, 2, 3], 3],
    [['sadd', 'b', 2, 3, 4], 3],
    [['scard', 'a'], 3],
    [['sismember', 'a', 1], 1],
    [['smismember', 'a', 1, 9], [1, 0]],
    [['smembers', 'a'], ['1', '2', '3']],
    [['sinter', 'a', 'b'], ['2', '3']],
    [['sintercard', 2, 'a', 'b', 'LIMIT', 1], 1],
    [['sunion', 'a', 'b'], ['1', '2', '3', '4']],
    [['sdiff', 'a', 'b'], ['1']],
    [['sinterstore', 'i', 'a', 'b'], 2],
    [['sunionstore', 'u', 'a', 'b'], 4],
    [['sdiffstore', 'd', 'a', 'b'], 1],
    [['smove', 'a', 'b', 1], 1],
    [['srem', 'b', 1, 9], 1],
    [['spop', 'd'], '1'],
    [['srandmember', 'd'], null],
    [['srandmember', 'd', 2], []],
    [['sscan', 'i', 0], ['0', ['2', '3']]],
  ],
  'sorted sets': [
    [['zadd', 'z', 1, 'a', 2, 'b', 3, 'c'], 3],
    [['zadd', 'z', 'GT', 'CH', 5, 'a'], 1],
    [['zadd', 'z', 'INCR', 0.5, 'b'], '2.5'],
    [['zincrby', 'z', 1, 'c'], '4'],
    [['zcard', 'z'], 3],
    [['zscore', 'z', 'a'], '5'],
    [['zmscore', 'z', 'a', 'none'], ['5', null]],
    [['zrank', 'z', 'a'], 2],
    [['zrevrank', 'z', 'a'], 0],
    [['zcount', 'z', '(2.5', '+inf'], 2],
    [['zlexcount', 'z', '-', '+'], 3],
    [['zrange', 'z', 0, -1, 'WITHSCORES'], ['b', '2.5', 'c', '4', 'a', '5']],
    [['zrange', 'z', '(3', '+inf', 'BYSCORE', 'LIMIT', 0, 1], ['c']],
    [['zrevrange', 'z', 0, 1], ['a', 'c']],
    [['zrangebyscore', 'z', 2, 4], ['b', 'c']],
    [['zrevrangebyscore', 'z', 4, 2], ['c', 'b']],
    [['zadd', 'x', 0, 'a', 0, 'b'], 2],
    [['zrangebylex', 'x', '[b', '+'], ['b']],
    [['zrevrangebylex', 'x', '+', '-'], ['b', 'a']],
    [['zunion', 2, 'z', 'x'], ['b', 'c', 'a']],
    [['zinter', 2, 'z', 'x', 'WEIGHTS', 2, 1], ['b', 'a']],
    [['zintercard', 2, 'z', 'x'], 2],
    [['zdiff', 2, 'z', 'x'], ['c']],
    [['zunionstore', 'u', 2, 'z', 'x', 'AGGREGATE', 'MAX'], 3],
    [['zinterstore', 'i', 2, 'z', 'x'], 2],
    [['zdiffstore', 'd', 2, 'z', 'x'], 1],
    [['zrangestore', 'r', 'z', 0, 1], 2],
    [['zremrangebyrank', 'r', 0, 0], 1],
    [['zremrangebyscore', 'r', 4, 4], 1],
    [['zremrangebylex', 'x', '[a', '[a'], 1],
    [['zrem', 'x', 'b'], 1],
    [['zpopmin', 'u'], ['b', '2.5']],
    [['zpopmax', 'u', 2], ['a', '5', 'c', '4']],
    [['zmpop', 1, 'd', 'MIN'], ['d', [['c', '4']]]],
    [['bzpopmin', 'i', 1], ['i', 'b', '2.5']],
    [['bzpopmax', 'i', 1], ['i', 'a', '5']],
    [['bzmpop', 0.01, 1, 'i', 'MIN'], null],
    [['zrandmember', 'none'], null],
    [['zscan', 'z', 0], ['0', ['b', '2.5', 'c', '4', 'a', '5']]],
  ],
  hashes: [
    [['hset', 'h', { a: 1, b: 2 }], 2],
    [['hsetnx', 'h', 'a', 9], 0],
    [['hmset', 'h', new Map([['c', '3']])], 'OK'],
    [['hget', 'h', 'a'], '1'],
    [['hmget', 'h', 'a', 'none'], ['1', null]],
    [['hgetall', 'h'], { a: '1', b: '2', c: '3' }],
    [['hkeys', 'h'], ['a', 'b', 'c']],
    [['hvals', 'h'], ['1', '2', '3']],
    [['hlen', 'h'], 3],
    [['hexists', 'h', 'a'], 1],
    [['hstrlen', 'h', 'a'], 1],
    [['hincrby', 'h', 'a', 9], 10],
    [['hincrbyfloat', 'h', 'a', 0.5], '10.5'],
    [['hscan', 'h', 0], ['0', ['a', '10.5', 'b', '2', 'c', '3']]],
    [['hdel', 'h', 'a', 'b', 'none'], 2],
    [['hrandfield', 'h'], 'c'],
  ],
  geo: [
    [['geoadd', 'g', 13.361389, 38.115556, 'Palermo', 15.087269, 37.502669, 'Catania'], 2],
    [['geodist', 'g', 'Palermo', 'Catania', 'km'], '166.2742'],
    [['geohash', 'g', 'Palermo'], ['sqc8b49rny0']],
    [['geosearch', 'g', 'FROMLONLAT', 15, 37, 'BYBOX', 400, 400, 'km', 'ASC'], ['Catania', 'Palermo']],
    [['georadius', 'g', 15, 37, 100, 'km'], ['Catania']],
    [['geosearchstore', 'near', 'g', 'FROMMEMBER', 'Palermo', 'BYRADIUS', 1, 'km'], 1],
  ],
};

for (const [title, name, when] of [['ioredis 5', 'ioredis', {}], ['ioredis 6', 'ioredis-next', city.newGeneration]]) {
  const module = await city.load(name, when);
  describe(title, when, () => {
    let client;
    let other;
    beforeEach(async () => {
      [client, other] = [1, 2].map(() => new module.Redis(city.port, { lazyConnect: true, maxRetriesPerRequest: 0 }));
      await Promise.all([client.connect(), other.connect()]);
      await client.flushall();
    });
    afterEach(() => Promise.all([client.quit(), other.quit()]));

    for (const [family, calls] of Object.entries(families)) {
      it(`has the ${family}`, async () => {
        for (const [[command, ...words], expected] of calls) {
          assert.deepEqual(await client[command](...words), expected, `${command} ${words}`);
        }
      });
    }

    it('waits for what another client pushes', async () => {
      const popped = client.blpop('idle', 'jobs', 5);
      await other.rpush('jobs', 'first', 'second');
      assert.deepEqual(await popped, ['jobs', 'first']);
      const moved = client.blmove('none', 'done', 'LEFT', 'RIGHT', 5);
      await other.rpush('none', 'third');
      assert.equal(await moved, 'third');
      assert.deepEqual(await client.blmpop(5, 1, 'done', 'LEFT'), ['done', ['third']]);
      assert.equal(await client.brpoplpush('jobs', 'done', 5), 'second');
    });
  });
}
