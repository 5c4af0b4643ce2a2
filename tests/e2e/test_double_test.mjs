// The npm package scripts/test_double/npm, used by a suite of tests as a team would use it. SERVER_BINARY names the server.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import Redis from "ioredis";
import { createClient } from "redis";

import { start } from "../../scripts/test_double/npm/index.mjs";
import { RedisMemoryServer } from "../../scripts/test_double/npm/redis_memory_server.mjs";

const binary = process.env.SERVER_BINARY;
let dabba;
before(async () => {
  dabba = await start({ binary, seed: 1 });
});
after(() => dabba.stop());

/** A workspace with a client of ioredis in it, for one test. */
async function withWorkspace(body) {
  const workspace = await dabba.workspace();
  const redis = new Redis(workspace.url);
  try {
    await body(workspace, redis);
  } finally {
    redis.disconnect();
    await workspace.drop();
  }
}

test("parallel tests do not see each other", async () => {
  await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      withWorkspace(async (_workspace, redis) => {
        assert.equal(await redis.incr("counter"), 1);
        await redis.set("who", index);
        assert.equal(await redis.get("who"), String(index));
        assert.equal(await redis.dbsize(), 2);
      }),
    ),
  );
  assert.equal(await dabba.command("DBSIZE"), 0);
});

test("node-redis names its workspace in the URL, too", async () => {
  const workspace = await dabba.workspace("of node-redis");
  const client = await createClient({ url: workspace.url }).connect();
  await client.set("key", "value");
  assert.equal(await workspace.command("GET", "key"), "value");
  assert.equal(await dabba.command("EXISTS", "key"), 0);
  client.destroy();
  await workspace.drop();
});

test("a lock that was taken without a reply, made certain", () =>
  withWorkspace(async ({ clock, faults, calls }, redis) => {
    await clock.freeze();
    await calls.start();
    await faults.add({ command: "set", key: "agent:*:lock", times: 1 }, "dropReply");
    const take = () => redis.set("agent:D4:lock", "order:1", "EX", 30, "NX");
    // ioredis connects again and sends the request again: the lock is taken, by itself.
    assert.equal(await take(), null);
    await clock.advance("30s");
    assert.equal(await take(), "OK");
    await calls.expectExactly(3, { command: "set", key: "agent:*:lock" });
    await assert.rejects(calls.expectNever({ command: "set" }), /expected no call .* there were 3 calls: .*order:1/);
    const [rule] = await faults.list();
    assert.deepEqual([rule.struck, rule.matched], [1, 3]);
  }));

test("errors and delays on demand", () =>
  withWorkspace(async ({ clock, faults }, redis) => {
    const id = await faults.add({ command: "get" }, { error: "LOADING not yet" });
    await assert.rejects(redis.get("key"), /LOADING not yet/);
    assert.equal(await faults.remove(id), true);
    assert.equal(await redis.get("key"), null);
    await clock.freeze();
    await faults.add({ command: "ping", times: 1 }, { delay: "1h" });
    const pong = redis.ping();
    while ((await faults.list())[0].struck === 0) await new Promise(setImmediate);
    await clock.advance("1h");
    assert.equal(await pong, "PONG");
  }));

test("fixtures, and states to go back to", () =>
  withWorkspace(async ({ fixtures, snapshots }, redis) => {
    await fixtures.load({ 0: { greeting: "hello", drivers: { set: ["anna", "ben"] } } });
    await snapshots.take("ready");
    await redis.del("greeting");
    await redis.sadd("drivers", "carla");
    assert.deepEqual(await snapshots.diff("ready"), [
      'drivers: got ["carla"]',
      'greeting: is gone; it was string "hello"',
    ]);
    await snapshots.restore("ready");
    assert.deepEqual(await fixtures.dump(), { 0: { drivers: { set: ["anna", "ben"] }, greeting: "hello" } });
  }));

test("a moment of one's choice", () =>
  withWorkspace(async ({ clock }) => {
    await clock.freeze();
    const moment = new Date("2030-01-01T00:00:00Z");
    await clock.set(moment);
    assert.equal((await clock.now()).getTime(), moment.getTime());
  }));

test("in the place of redis-memory-server", async () => {
  const server = await RedisMemoryServer.create({ binary: { systemBinary: binary }, instance: { args: ["--maxmemory", "50mb"] } });
  const redis = new Redis(await server.getPort(), await server.getHost());
  assert.equal(await redis.ping(), "PONG");
  assert.equal(server.getInstanceInfo().port, await server.getPort());
  redis.disconnect();
  assert.equal(await server.stop(), true);
  assert.equal(await server.stop(), false);
});

test("a server that cannot start says why", async () => {
  await assert.rejects(start({ binary, args: ["--maxclients", "none"] }), /maxclients/);
});
