// Several orders want one driver at the same moment. Each is a small program of commands, sent for real; what happens
// in between is chance, as it is in life.
import { command, run, type Reply } from "./api";

export type Way = "none" | "lock" | "assign";
export type Outcome = "has" | "lost" | "nobody";

export interface Span {
  order: number;
  name: string;
  /** Milliseconds since the round began; to_ms is missing while the command is under way. */
  from_ms: number;
  to_ms?: number;
}

export interface Round {
  way: Way;
  orders: number;
  spans: Span[];
  outcomes: (Outcome | undefined)[];
  took_ms: number;
  /** How many orders the server's own list has for the driver, once all have ended. */
  served?: number;
}

export interface Rules {
  orders: number;
  /** A pause before each step, at most, so that people can watch. */
  pause_ms: number;
}

const kDriver = "driver:R1";
const kPlace = ["77.5946", "12.9716"] as const;

/** The keys of one race. They share a prefix of their own, and are removed afterwards. */
function keysOf(id: string) {
  const prefix = `race:${id}`;
  return {
    geo: `${prefix}:geo`,
    available: `${prefix}:available`,
    lock: `${prefix}:R1:lock`,
    lockPattern: `${prefix}:*:lock`,
    served: `${prefix}:orders-of:${kDriver}`,
    order: (number: number) => `${prefix}:order:${number}`,
  };
}

type Keys = ReturnType<typeof keysOf>;
type Send = (name: string, ...args: string[]) => Promise<Reply>;

async function findFree(send: Send, keys: Keys): Promise<boolean> {
  const near = (await send("GEORADIUS", keys.geo, ...kPlace, "5", "km", "ASC", "COUNT", "10")) as string[];
  if (near.length === 0) return false;
  const free = (await send("SMEMBERS", keys.available)) as string[];
  return free.includes(kDriver);
}

async function take(send: Send, keys: Keys, order: number): Promise<Outcome> {
  await send("SREM", keys.available, kDriver);
  await send("SADD", keys.served, keys.order(order));
  return "has";
}

const kPrograms: Record<Way, (send: Send, keys: Keys, order: number) => Promise<Outcome>> = {
  async none(send, keys, order) {
    return (await findFree(send, keys)) ? take(send, keys, order) : "nobody";
  },
  async lock(send, keys, order) {
    if (!(await findFree(send, keys))) return "nobody";
    const locked = await send("SET", keys.lock, keys.order(order), "NX", "EX", "30");
    return locked === "OK" ? take(send, keys, order) : "lost";
  },
  async assign(send, keys, order) {
    const record = await send("ASSIGN", keys.geo, keys.available, keys.order(order), "FROMLONLAT", ...kPlace,
      "BYRADIUS", "5", "km", "LOCK", keys.lockPattern);
    if (record === null) return "nobody";
    await send("SADD", keys.served, keys.order(order));
    return "has";
  },
};

export const doubles = ({ served = 0 }: Round): number => Math.max(0, served - 1);

/** Runs one round and tells `changed` of every step, as it begins and as it ends. */
export async function runRound(way: Way, rules: Rules, changed: (round: Round) => void): Promise<Round> {
  const keys = keysOf(Math.random().toString(36).slice(2, 8));
  const round: Round = { way, orders: rules.orders, spans: [], outcomes: Array(rules.orders).fill(undefined), took_ms: 0 };
  await run("GEOADD", keys.geo, "77.5812", "12.9680", kDriver);
  await run("SADD", keys.available, kDriver);
  try {
    await race(round, rules, keys, changed);
    round.served = (await run("SCARD", keys.served)) as number;
  } finally {
    const orders = round.outcomes.map((_, order) => keys.order(order));
    await command("DEL", ...orders, keys.geo, keys.available, keys.lock, keys.served, `${keys.geo}:token`);
  }
  changed(round);
  return round;
}

async function race(round: Round, rules: Rules, keys: Keys, changed: (round: Round) => void): Promise<void> {
  const began = performance.now();
  const since = () => performance.now() - began;
  const start = async (order: number): Promise<void> => {
    const send: Send = async (name, ...args) => {
      if (rules.pause_ms > 0) await new Promise((wake) => setTimeout(wake, rules.pause_ms * (0.4 + 0.6 * Math.random())));
      const span: Span = { order, name, from_ms: since() };
      round.spans.push(span);
      changed(round);
      const reply = await run(name, ...args);
      span.to_ms = since();
      changed(round);
      return reply;
    };
    round.outcomes[order] = await kPrograms[round.way](send, keys, order);
    changed(round);
  };
  await Promise.all(round.outcomes.map((_, order) => start(order)));
  round.took_ms = since();
}
