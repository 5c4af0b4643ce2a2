// A suite of vitest that uses the npm package scripts/test_double/npm. SERVER_BINARY names the server.
import Redis from "ioredis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { start } from "../../../scripts/test_double/npm/index.mjs";

let dabba;
beforeAll(async () => {
  dabba = await start({ binary: process.env.SERVER_BINARY });
});
afterAll(() => dabba.stop());

/** A test with a workspace of its own, and a client in it. */
const withRedis = test.extend({
  workspace: async ({}, use) => {
    const workspace = await dabba.workspace();
    await use(workspace);
    await workspace.drop();
  },
  redis: async ({ workspace }, use) => {
    const redis = new Redis(workspace.url);
    await use(redis);
    redis.disconnect();
  },
});

const lock = (redis) => redis.set("agent:D4:lock", "order:1", "EX", 30, "NX");

describe.concurrent("a lock", () => {
  withRedis("dies on time, without sleeping", async ({ workspace, redis }) => {
    await workspace.clock.freeze();
    expect(await lock(redis)).toBe("OK");
    expect(await lock(redis)).toBeNull();
    await workspace.clock.advance("30s");
    expect(await lock(redis)).toBe("OK");
  });

  withRedis("whose reply was lost is taken, by oneself", async ({ workspace, redis }) => {
    await workspace.calls.start();
    await workspace.faults.add({ command: "set", times: 1 }, "dropReply");
    expect(await lock(redis)).toBeNull(); // the client connects and asks again
    await workspace.calls.expectExactly(2, { command: "set", key: "agent:*:lock" });
  });

  withRedis("of another test is not seen", async ({ redis }) => {
    expect(await redis.dbsize()).toBe(0);
  });
});
