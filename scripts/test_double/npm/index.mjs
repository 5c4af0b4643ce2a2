// Starts dabba-server for tests, and controls it.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";

import { Connection, ReplyError } from "./connection.mjs";
import { controlsOver } from "./controls.mjs";

export { ReplyError };

const READY = "Ready to accept connections tcp";
const PORT = /Listening on 127\.0\.0\.1:(\d+)/;

function argumentsFor({ port = 0, seed, strict, fixtures = [], args = [] }) {
  const given = ["--port", String(port), "--bind", "127.0.0.1"];
  given.push("--enable-test-commands", "yes", "--workspaces", "yes");
  if (seed !== undefined) given.push("--seed", String(seed));
  if (strict !== undefined) given.push("--strict", strict);
  if (fixtures.length > 0) given.push("--fixture", ...fixtures);
  return [...given, ...args];
}

/** The port, once the process listens. Rejects with the log if it ends before that. */
function listening(process_) {
  return new Promise((resolve, reject) => {
    let log = "";
    const read = (chunk) => {
      log += chunk;
      if (!log.includes(READY)) return;
      for (const stream of [process_.stdout, process_.stderr]) stream.off("data", read).resume();
      resolve(Number(PORT.exec(log)[1]));
    };
    for (const stream of [process_.stdout, process_.stderr]) stream.setEncoding("utf8").on("data", read);
    process_.once("error", reject);
    process_.once("close", (code) => reject(new Error(`dabba-server ended with code ${code}:\n${log}`)));
  });
}

function ended(process_) {
  if (process_.exitCode !== null || process_.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => process_.once("exit", resolve));
}

async function openWorkspace(host, port, name) {
  const connection = await Connection.open(host, port);
  await connection.command("WORKSPACE", "USE", name);
  const drop = async () => {
    await connection.command("WORKSPACE", "DROP", name);
    await connection.close();
  };
  return {
    name,
    host,
    port,
    url: `redis://workspace:${encodeURIComponent(name)}@${host}:${port}`,
    ...controlsOver((...words) => connection.command(...words)),
    drop,
    [Symbol.asyncDispose ?? Symbol.for("asyncDispose")]: drop,
  };
}

/** Starts a server on a free port. */
export async function start(options = {}) {
  const binary = options.binary ?? process.env.DABBA_SERVER ?? "dabba-server";
  const process_ = spawn(binary, argumentsFor(options), { stdio: ["ignore", "pipe", "pipe"] });
  const kill = () => process_.kill();
  process.once("exit", kill);
  const host = "127.0.0.1";
  const port = await listening(process_);
  const connection = await Connection.open(host, port);
  const stop = async () => {
    process.off("exit", kill);
    process_.kill();
    await ended(process_);
    await connection.close();
  };
  return {
    url: `redis://${host}:${port}`,
    host,
    port,
    pid: process_.pid,
    ...controlsOver((...words) => connection.command(...words)),
    workspace: (name = randomUUID()) => openWorkspace(host, port, name),
    stop,
    [Symbol.asyncDispose ?? Symbol.for("asyncDispose")]: stop,
  };
}
