// Starts the server that REDIS_SERVER names as two npm packages start a redis-server. Run by stand_in_test.py.
import Redis from "ioredis";
import { RedisMemoryServer } from "redis-memory-server";
import RedisServer from "redis-server";

async function ping(port) {
  const client = new Redis(port, "127.0.0.1");
  const reply = await client.ping();
  client.disconnect();
  return reply;
}

const systemBinary = process.env.REDIS_SERVER;
const memoryServer = new RedisMemoryServer({ binary: { systemBinary }, instance: { args: ["--maxmemory", "50mb"] } });
console.log("redis-memory-server:", await ping(await memoryServer.getPort()));
await memoryServer.stop();

const options = { port: Number(process.env.PORT), bin: systemBinary };
const server = new RedisServer(options);
await server.open();
console.log("redis-server:", await ping(options.port));
try {
  await new RedisServer(options).open();
  console.log("again: opened twice");
} catch (error) {
  console.log("again:", error.message);
}
await server.close();
