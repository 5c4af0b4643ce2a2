// A suite of Jest that uses the npm package scripts/test_double/npm. SERVER_BINARY names the server.
import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from "@jest/globals";
import Redis from "ioredis";

import { start } from "../../../scripts/test_double/npm/index.mjs";
import { RedisMemoryServer } from "../../../scripts/test_double/npm/redis_memory_server.mjs";

const binary = process.env.SERVER_BINARY;
let dabba;
let workspace;
let redis;
beforeAll(async () => {
  dabba = await start({ binary });
});
afterAll(() => dabba.stop());
beforeEach(async () => {
  workspace = await dabba.workspace();
  redis = new Redis(workspace.url);
});
afterEach(async () => {
  redis.disconnect();
  await workspace.drop();
});

const lock = () => redis.set("agent:D4:lock", "order:1", "EX", 30, "NX");

test("a lock dies on time, without sleeping", async () => {
  await workspace.clock.freeze();
  expect(await lock()).toBe("OK");
  expect(await lock()).toBeNull();
  await workspace.clock.advance("30s");
  expect(await lock()).toBe("OK");
});

test("each test begins with nothing", async () => {
  expect(await redis.dbsize()).toBe(0);
});

test("an error on demand reaches the code under test", async () => {
  await workspace.faults.add({ command: "set", times: 1 }, { error: "READONLY no writes here" });
  const failed = jest.fn();
  await lock().catch(failed);
  expect(failed).toHaveBeenCalledWith(expect.objectContaining({ message: "READONLY no writes here" }));
  expect(await lock()).toBe("OK");
});

test("redis-memory-server's interface", async () => {
  const server = await RedisMemoryServer.create({ binary: { systemBinary: binary } });
  const client = new Redis(await server.getPort(), await server.getHost());
  expect(await client.ping()).toBe("PONG");
  client.disconnect();
  expect(await server.stop()).toBe(true);
});
