// node-redis's typed commands, a family at a time: each line is a call and what it becomes. Runs under with_server: PORT.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import * as city from './city.mjs';

const families = {
  strings: [
    ['set', ['a', '1', { expiration: { type: 'EX', value: 100 } }], 'OK'],
    ['set', ['a', '2', { condition: 'NX' }], null],
    ['set', ['a', '2', { expiration: 'KEEPTTL', GET: true }], '1'],
    ['setNX', ['a', '3'], 0],
    ['setEx', ['b', 100, 'x'], 'OK'],
    ['pSetEx', ['c', 100_000, 'y'], 'OK'],
    ['getSet', ['a', '3'], '2'],
    ['getEx', ['a', { type: 'PERSIST' }], '3'],
    ['ttl', ['a'], -1],
    ['getDel', ['a'], '3'],
    ['mSet', [{ a: '1', b: '2' }], 'OK'],
    ['mSetNX', [[['b', '3'], ['z', '4']]], 0],
    ['mGet', [['a', 'b', 'z']], ['1', '2', null]],
    ['append', ['a', '23'], 3],
    ['strLen', ['a'], 3],
    ['getRange', ['a', 0, 1], '12'],
    ['setRange', ['a', 5, '6'], 6],
    ['incr', ['n'], 1],
    ['incrBy', ['n', 9], 10],
    ['decr', ['n'], 9],
    ['decrBy', ['n', 4], 5],
    ['incrByFloat', ['n', 0.5], '5.5'],
    ['setBit', ['bits', 7, 1], 0],
    ['getBit', ['bits', 7], 1],
    ['bitCount', ['bits'], 1],
    ['bitPos', ['bits', 1], 7],
    ['bitOp', ['NOT', 'other', 'bits'], 1],
    ['mSet', [['x', 'ohmytext', 'y', 'mynewtext']], 'OK'],
    ['lcs', ['x', 'y'], 'mytext'],
    ['lcsLen', ['x', 'y'], 6],
  ],
  keys: [
    ['mSet', [{ a: '1', b: '2' }], 'OK'],
    ['exists', [['a', 'b', 'c']], 2],
    ['type', ['a'], 'string'],
    ['expire', ['a', 100, 'NX'], 1],
    ['pExpire', ['a', 200_000, 'GT'], 1],
    ['persist', ['a'], 1],
    ['expireAt', ['a', 4_000_000_000], 1],
    ['pExpireTime', ['a'], 4_000_000_000_000],
    ['copy', ['a', 'c'], 1],
    ['rename', ['a', 'd'], 'OK'],
    ['renameNX', ['d', 'b'], 0],
    ['touch', [['b', 'd']], 2],
    ['unlink', ['d'], 1],
    ['move', ['b', 1], 1],
    ['swapDb', [0, 1], 'OK'],
    ['keys', ['*'], ['b']],
    ['objectEncoding', ['b'], 'int'],
    ['rPush', ['list', ['3', '1', '2']], 3],
    ['sort', ['list', { DIRECTION: 'DESC', LIMIT: { offset: 0, count: 2 } }], ['3', '2']],
    ['sortStore', ['list', 'sorted'], 3],
    ['sortRo', ['sorted'], ['1', '2', '3']],
    ['dbSize', [], 3],
  ],
  lists: [
    ['rPush', ['l', ['a', 'b', 'c']], 3],
    ['lPush', ['l', 'z'], 4],
    ['lPushX', ['none', 'x'], 0],
    ['rPushX', ['l', 'd'], 5],
    ['lLen', ['l'], 5],
    ['lRange', ['l', 0, -1], ['z', 'a', 'b', 'c', 'd']],
    ['lIndex', ['l', -1], 'd'],
    ['lSet', ['l', 0, 'y'], 'OK'],
    ['lInsert', ['l', 'BEFORE', 'b', 'x'], 6],
    ['lPos', ['l', 'c'], 4],
    ['lPosCount', ['l', 'c', 0], [4]],
    ['lRem', ['l', 1, 'x'], 1],
    ['lTrim', ['l', 1, -1], 'OK'],
    ['lPop', ['l'], 'a'],
    ['rPopCount', ['l', 2], ['d', 'c']],
    ['lMove', ['l', 'm', 'LEFT', 'RIGHT'], 'b'],
    ['rPopLPush', ['m', 'm'], 'b'],
    ['lmPop', [['l', 'm'], 'LEFT'], ['m', ['b']]],
    ['lPop', ['l'], null],
    ['blPop', ['l', 0.01], null],
  ],
  sets: [
    ['sAdd', ['a', ['1', '2', '3']], 3],
    ['sAdd', ['b', ['2', '3', '4']], 3],
    ['sCard', ['a'], 3],
    ['sIsMember', ['a', '1'], 1],
    ['smIsMember', ['a', ['1', '9']], [1, 0]],
    ['sMembers', ['a'], ['1', '2', '3']],
    ['sInter', [['a', 'b']], ['2', '3']],
    ['sInterCard', [['a', 'b'], 1], 1],
    ['sUnion', [['a', 'b']], ['1', '2', '3', '4']],
    ['sDiff', [['a', 'b']], ['1']],
    ['sInterStore', ['i', ['a', 'b']], 2],
    ['sUnionStore', ['u', ['a', 'b']], 4],
    ['sDiffStore', ['d', ['a', 'b']], 1],
    ['sMove', ['a', 'b', '1'], 1],
    ['sRem', ['b', ['1', '9']], 1],
    ['sPop', ['d'], '1'],
    ['sRandMember', ['d'], null],
    ['sScan', ['i', '0'], { cursor: '0', members: ['2', '3'] }],
  ],
  'sorted sets': [
    ['zAdd', ['z', [{ score: 1, value: 'a' }, { score: 2, value: 'b' }, { score: 3, value: 'c' }]], 3],
    ['zAdd', ['z', { score: 5, value: 'a' }, { comparison: 'GT', CH: true }], 1],
    ['zAddIncr', ['z', { score: 0.5, value: 'b' }], 2.5],
    ['zIncrBy', ['z', 1, 'c'], 4],
    ['zCard', ['z'], 3],
    ['zScore', ['z', 'a'], 5],
    ['zmScore', ['z', ['a', 'none']], [5, null]],
    ['zRank', ['z', 'a'], 2],
    ['zRevRank', ['z', 'a'], 0],
    ['zCount', ['z', '(2.5', '+inf'], 2],
    ['zLexCount', ['z', '-', '+'], 3],
    ['zRange', ['z', 0, -1, { REV: true }], ['a', 'c', 'b']],
    ['zRangeWithScores', ['z', 0, 0], [{ value: 'b', score: 2.5 }]],
    ['zRange', ['z', '(3', '+inf', { BY: 'SCORE', LIMIT: { offset: 0, count: 1 } }], ['c']],
    ['zRangeByScore', ['z', 2, 4], ['b', 'c']],
    ['zRangeByScoreWithScores', ['z', 2, 3], [{ value: 'b', score: 2.5 }]],
    ['zAdd', ['x', [{ score: 0, value: 'a' }, { score: 0, value: 'b' }]], 2],
    ['zRangeByLex', ['x', '[b', '+'], ['b']],
    ['zUnion', [['z', 'x']], ['b', 'c', 'a']],
    ['zInterWithScores', [['z', 'x']], [{ value: 'b', score: 2.5 }, { value: 'a', score: 5 }]],
    ['zInterCard', [['z', 'x']], 2],
    ['zDiff', [['z', 'x']], ['c']],
    ['zUnionStore', ['u', ['z', 'x'], { AGGREGATE: 'MAX' }], 3],
    ['zInterStore', ['i', ['z', 'x']], 2],
    ['zDiffStore', ['d', ['z', 'x']], 1],
    ['zRangeStore', ['r', 'z', 0, 1], 2],
    ['zRemRangeByRank', ['r', 0, 0], 1],
    ['zRemRangeByScore', ['r', 4, 4], 1],
    ['zRemRangeByLex', ['x', '[a', '[a'], 1],
    ['zRem', ['x', 'b'], 1],
    ['zPopMin', ['u'], { value: 'b', score: 2.5 }],
    ['zPopMaxCount', ['u', 2], [{ value: 'a', score: 5 }, { value: 'c', score: 4 }]],
    ['zmPop', ['d', 'MIN'], { key: 'd', members: [{ value: 'c', score: 4 }] }],
    ['bzPopMin', ['i', 1], { key: 'i', value: 'b', score: 2.5 }],
    ['bzPopMax', ['i', 1], { key: 'i', value: 'a', score: 5 }],
    ['zRandMember', ['none'], null],
  ],
  hashes: [
    ['hSet', ['h', { a: '1', b: '2' }], 2],
    ['hSet', ['h', 'c', '3'], 1],
    ['hSetNX', ['h', 'a', '9'], 0],
    ['hGet', ['h', 'a'], '1'],
    ['hmGet', ['h', ['a', 'none']], ['1', null]],
    ['hGetAll', ['h'], { a: '1', b: '2', c: '3' }],
    ['hKeys', ['h'], ['a', 'b', 'c']],
    ['hVals', ['h'], ['1', '2', '3']],
    ['hLen', ['h'], 3],
    ['hExists', ['h', 'a'], 1],
    ['hStrLen', ['h', 'a'], 1],
    ['hIncrBy', ['h', 'a', 9], 10],
    ['hIncrByFloat', ['h', 'a', 0.5], '10.5'],
    ['hScan', ['h', '0'], { cursor: '0', entries: [['a', '10.5'], ['b', '2'], ['c', '3']].map(([field, value]) => ({ field, value })) }],
    ['hDel', ['h', ['a', 'b', 'none']], 2],
    ['hRandField', ['h'], 'c'],
  ],
};

/// Plain objects and arrays of what may be objects without a prototype.
const plain = (reply) => (reply === null || typeof reply !== 'object' ? reply : JSON.parse(JSON.stringify(reply)));

for (const [title, module, options, when] of await city.nodeRedisGenerations()) {
  describe(title, when, () => {
    let client;
    let other;
    beforeEach(async () => {
      [client, other] = [1, 2].map(() => module.createClient({ url: `redis://127.0.0.1:${city.port}`, ...options }));
      await Promise.all([client.connect(), other.connect()]);
      await client.flushAll();
    });
    afterEach(() => Promise.all([client.close(), other.close()]));

    for (const [family, calls] of Object.entries(families)) {
      it(`has the ${family}`, async () => {
        for (const [command, words, expected] of calls) {
          assert.deepEqual(plain(await client[command](...words)), expected, `${command} ${JSON.stringify(words)}`);
        }
      });
    }

    it('waits for what another client pushes', async () => {
      const popped = client.blPop(['idle', 'jobs'], 5);
      await other.rPush('jobs', ['first', 'second']);
      assert.deepEqual(plain(await popped), { key: 'jobs', element: 'first' });
      const moved = client.blMove('none', 'done', 'LEFT', 'RIGHT', 5);
      await other.rPush('none', 'third');
      assert.equal(await moved, 'third');
      assert.deepEqual(await client.blmPop(5, 'done', 'LEFT'), ['done', ['third']]);
      assert.equal(await client.brPopLPush('jobs', 'done', 5), 'second');
    });
  });
}
