// Caches on Redis: keyv and cache-manager. Runs under with_server: PORT.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import KeyvRedis, { Keyv } from '@keyv/redis';
import { createCache } from 'cache-manager';
import { createClient } from 'redis';
import * as city from './city.mjs';

const url = `redis://127.0.0.1:${city.port}`;
let client;
let keyv;
before(async () => {
  client = createClient({ url });
  await client.connect();
  keyv = new Keyv(new KeyvRedis(url), { namespace: 'drivers' });
  keyv.on('error', (error) => assert.fail(error));
});
beforeEach(() => client.flushAll());
after(() => Promise.all([client.close(), keyv.disconnect()]));

describe('keyv', () => {
  it('sets, gets and deletes, with and without an end', async () => {
    assert.equal(await keyv.set('D4', { name: 'Rohit' }), true);
    assert.equal(await keyv.set('D2', { name: 'Asha' }, 60_000), true);
    assert.deepEqual(await keyv.get('D4'), { name: 'Rohit' });
    assert.equal(await keyv.has('D2'), true);
    const [key] = await client.keys('*D2');
    assert.ok((await client.pTTL(key)) > 50_000);
    assert.equal(await keyv.delete('D2'), true);
    assert.equal(await keyv.get('D2'), undefined);
  });

  it('does many at once', async () => {
    const entries = Array.from({ length: 100 }, (_, n) => ({ key: `D${n}`, value: n, ttl: n % 2 ? 60_000 : undefined }));
    await keyv.setMany(entries);
    assert.deepEqual(await keyv.get(['D1', 'D2', 'none']), [1, 2, undefined]);
    const seen = new Map();
    for await (const [key, value] of keyv.iterator()) seen.set(key, value);
    assert.equal(seen.size, 100);
    assert.equal(await keyv.delete(['D1', 'D2']), true);
    assert.deepEqual(await keyv.get(['D1', 'D2', 'D3']), [undefined, undefined, 3]);
  });

  it('clears its own namespace only', async () => {
    await keyv.set('D4', 1);
    await client.set('other', '1');
    await keyv.clear();
    assert.deepEqual(await client.keys('*'), ['other']);
  });
});

describe('cache-manager', () => {
  it('computes once what it has not yet', async () => {
    const cache = createCache({ stores: [keyv], ttl: 60_000 });
    let calls = 0;
    const eta = () => cache.wrap('eta', () => { calls += 1; return 12; });
    assert.deepEqual([await eta(), await eta(), calls], [12, 12, 1]);
    await cache.mset([{ key: 'a', value: 1 }, { key: 'b', value: 2 }]);
    assert.deepEqual(await cache.mget(['a', 'b', 'c']), [1, 2, undefined]);
    assert.ok((await cache.ttl('eta')) > Date.now());
    await cache.mdel(['a', 'b']);
    await cache.clear();
    assert.equal(await client.dbSize(), 0);
  });
});
