// ioredis and node-redis, both generations of each, over TLS with a certificate of their own. Run by tls_test.py: PORT,
// AUTHORITY, CERTIFICATE, KEY.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import * as city from './city.mjs';

const port = Number(process.env.PORT);
const tls = {
  ca: readFileSync(process.env.AUTHORITY),
  cert: readFileSync(process.env.CERTIFICATE),
  key: readFileSync(process.env.KEY),
};
const big = 'x'.repeat(10_000_000);

for (const [title, name, when] of [['ioredis 5', 'ioredis', {}], ['ioredis 6', 'ioredis-next', city.newGeneration]]) {
  describe(title, when, () => {
    it('talks over TLS', async () => {
      const module = await city.load(name, when);
      const client = new module.Redis(port, 'localhost', { lazyConnect: true, maxRetriesPerRequest: 0, tls });
      await client.connect();
      assert.equal(await client.set('big', big), 'OK');
      assert.equal(await client.get('big'), big);
      const pipeline = client.pipeline();
      for (let i = 0; i < 5000; ++i) pipeline.hset('hash', `field:${i}`, i);
      const replies = await pipeline.exec();
      assert.ok(replies.every(([error]) => error === null));
      assert.equal(await client.hlen('hash'), 5000);
      await client.flushall();
      await client.quit();
    });
  });
}

for (const [title, module, options, when] of await city.nodeRedisGenerations()) {
  describe(title, when, () => {
    it('talks over TLS', async () => {
      const client = module.createClient({ url: `rediss://localhost:${port}`, ...options, socket: { tls: true, ...tls } });
      client.on('error', (error) => assert.fail(error));
      await client.connect();
      assert.equal(await client.set('big', big), 'OK');
      assert.equal(await client.get('big'), big);
      const all = Array.from({ length: 5000 }, (_, i) => client.hSet('hash', `field:${i}`, i));
      assert.equal((await Promise.all(all)).length, 5000);
      assert.equal(await client.hLen('hash'), 5000);
      await client.flushAll();
      await client.close();
    });
  });
}
