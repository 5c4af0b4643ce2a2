// What a command did, in plain English: the request and its reply are read, nothing is asked.
import type { Reply } from "./api";

type Teller = (args: string[], reply: Reply) => string;

const list = (reply: Reply): Reply[] => (Array.isArray(reply) ? reply : []);
const size = (reply: Reply): number => (Array.isArray(reply) ? reply.length : Object.keys(reply ?? {}).length);
const plural = (number: number, one: string, many = `${one}s`): string => `${number} ${number === 1 ? one : many}`;
const has = (args: string[], word: string): boolean => args.some((arg) => arg.toUpperCase() === word);
const after = (args: string[], word: string, by = 1): string | undefined => {
  const at = args.findIndex((arg) => arg.toUpperCase() === word);
  return at < 0 ? undefined : args[at + by];
};

/** A reply that is a map, whether it came as an object, as pairs or as names and values in turn. */
export function fields(reply: Reply): Record<string, Reply> {
  if (reply && typeof reply === "object" && !Array.isArray(reply)) return reply;
  const flat = list(reply);
  const pairs = flat.every((each) => Array.isArray(each) && each.length === 2)
    ? (flat as Reply[][])
    : flat.flatMap((_, at) => (at % 2 === 0 ? [[flat[at]!, flat[at + 1] ?? null]] : []));
  return Object.fromEntries(pairs.map(([name, value]) => [String(name), value ?? null]));
}

function found(reply: Reply): string {
  const hits = list(reply);
  if (hits.length === 0) return "Nobody is there.";
  const nearest = Array.isArray(hits[0]) ? hits[0] : [hits[0]];
  const distance = nearest.length > 1 && !Array.isArray(nearest[1]) ? `, ${nearest[1]} away` : "";
  return `${plural(hits.length, "member")} found; first is ${nearest[0]}${distance}.`;
}

function georadius(args: string[], reply: Reply): string {
  const [, key, longitude, latitude, radius, unit] = args;
  const order = has(args, "ASC") ? ", nearest first" : has(args, "DESC") ? ", farthest first" : "";
  const most = after(args, "COUNT");
  return `Looked in ${key} within ${radius} ${unit} of longitude ${longitude}, latitude ${latitude}${order}${most ? `, at most ${most}` : ""}. ${found(reply)}`;
}

function geosearch(args: string[], reply: Reply): string {
  const radius = after(args, "BYRADIUS");
  const area = radius ? `within ${radius} ${after(args, "BYRADIUS", 2)}` : "within a box";
  const from = after(args, "FROMMEMBER") ?? `longitude ${after(args, "FROMLONLAT")}, latitude ${after(args, "FROMLONLAT", 2)}`;
  return `Looked in ${args[1]} ${area} of ${from}. ${found(reply)}`;
}

function set(args: string[], reply: Reply): string {
  const [, key, value] = args;
  const seconds = after(args, "EX");
  const ms = after(args, "PX");
  const until = seconds ? ` It goes away by itself in ${seconds} s.` : ms ? ` It goes away by itself in ${ms} ms.` : "";
  if (reply === null && has(args, "NX")) return `${key} exists already, so nothing was changed: somebody else holds it.`;
  if (reply === null && has(args, "XX")) return `${key} does not exist, so nothing was changed.`;
  if (has(args, "NX")) return `${key} did not exist; now it is "${value}", and no other SET ... NX can take it.${until}`;
  return `${key} is now "${value}".${until}`;
}

function order(verb: string): Teller {
  return (args, reply) => {
    if (reply === null) return `No driver in reach can be taken for ${args[3] ?? args[1]}; nothing was changed.`;
    const record = fields(reply);
    const driver = record.driver ? ` Driver: ${record.driver}` : "";
    const distance = record.driver && record.distance ? `, ${record.distance} away` : "";
    const token = record.token ? `, token ${record.token}` : "";
    return `${verb} ${record.order ?? args[1]}: it is ${record.state}.${driver}${distance}${token}.`.replace(/\.\.$/, ".");
  };
}

function explained(args: string[], reply: Reply): string {
  const { outcome, drivers } = fields(reply);
  return `Nothing was changed. ASSIGN ${outcome ?? "would search"}; ${plural(size(drivers ?? []), "driver")} looked at for ${args[3]}, each with its reason.`;
}

const removed = (what: string, from: string): Teller => (args, reply) =>
  reply === 0 ? `Nothing was there to remove ${from} ${args[1]}.` : `${plural(Number(reply), what)} removed ${from} ${args[1]}.`;

function ttl(args: string[], reply: Reply): string {
  if (reply === -2) return `${args[1]} does not exist.`;
  if (reply === -1) return `${args[1]} stays until somebody removes it.`;
  return `${args[1]} goes away in ${reply} ${args[0]!.toUpperCase() === "PTTL" ? "ms" : "s"}.`;
}

const kTellers: Record<string, Teller> = {
  GEORADIUS: georadius,
  GEORADIUS_RO: georadius,
  GEOSEARCH: geosearch,
  GEOADD: (args, reply) =>
    `${plural(Number(reply), "member is new", "members are new")} on the map ${args[1]}; those that were there have moved.`,
  GEOPOS: (args, reply) => `${list(reply).filter((each) => each !== null).length} of ${args.length - 2} members of ${args[1]} have a place.`,
  GEODIST: (args, reply) =>
    reply === null ? "One of the two has no place." : `${args[2]} and ${args[3]} are ${reply} ${args[4] ?? "m"} apart.`,
  SMEMBERS: (args, reply) => `${args[1]} has ${plural(size(reply), "member")}.`,
  SISMEMBER: (args, reply) => `${args[2]} is ${reply === 1 || reply === true ? "" : "not "}in ${args[1]}.`,
  SCARD: (args, reply) => `${args[1]} has ${plural(Number(reply), "member")}.`,
  SADD: (args, reply) =>
    reply === 0 ? `All were in ${args[1]} already.` : `${plural(Number(reply), "member")} added to the set ${args[1]}.`,
  SREM: (args, reply) =>
    reply === 0
      ? `None of them was in ${args[1]}; nothing was changed.`
      : `${args.slice(2).join(", ")} left the set ${args[1]}: no search will find them there any more.`,
  SET: set,
  SETNX: (args, reply) => (reply === 1 ? `${args[1]} did not exist; now it is "${args[2]}".` : `${args[1]} exists already; nothing was changed.`),
  GET: (args, reply) => (reply === null ? `${args[1]} does not exist.` : `${args[1]} holds "${String(reply)}".`),
  DEL: (args, reply) =>
    reply === 0
      ? "There was no such key; nothing was changed."
      : `${plural(Number(reply), "key")} deleted${/:lock$/.test(args[1] ?? "") ? ": the lock is free at once, without waiting for its end" : ""}.`,
  UNLINK: removed("key", "beginning with"),
  EXISTS: (args, reply) => `${reply} of ${args.length - 1} keys exist.`,
  EXPIRE: (args, reply) => (reply === 1 ? `${args[1]} goes away in ${args[2]} s.` : `${args[1]} does not exist, or its end was kept.`),
  TTL: ttl,
  PTTL: ttl,
  HSET: (args, reply) => `${plural(Number(reply), "new field")} in the hash ${args[1]}; others were overwritten.`,
  HGET: (args, reply) => (reply === null ? `${args[1]} has no field ${args[2]}.` : `${args[2]} of ${args[1]} is "${String(reply)}".`),
  HGETALL: (args, reply) => {
    const names = Object.keys(fields(reply));
    return names.length ? `${args[1]} has ${plural(names.length, "field")}: ${names.join(", ")}.` : `${args[1]} does not exist.`;
  },
  HDEL: removed("field", "from"),
  ZREM: removed("member", "from"),
  ZCARD: (args, reply) => `${args[1]} has ${plural(Number(reply), "member")}.`,
  INCR: (args, reply) => `${args[1]} is now ${reply}.`,
  TYPE: (args, reply) => (reply === "none" ? `${args[1]} does not exist.` : `${args[1]} is a ${reply}.`),
  DBSIZE: (_, reply) => `The database has ${plural(Number(reply), "key")}.`,
  PING: () => "The server is there.",
  ASSIGN: (args, reply) => (has(args, "HELP") ? "The family's help." : order("One step instead of five:")(args, reply)),
  "ASSIGN.ACCEPT": order("The driver took"),
  "ASSIGN.REJECT": order("The driver declined"),
  "ASSIGN.RELEASE": order("The driver gave back"),
  "ASSIGN.COMPLETE": order("Delivered:"),
  "ASSIGN.CANCEL": order("Ended"),
  "ASSIGN.GET": (args, reply) => (reply === null ? `There is no order ${args[1]}.` : order("The record of")(args, reply)),
  "ASSIGN.DRIVER": (args, reply) => `${args[1]} is ${fields(reply).state}.`,
  "ASSIGN.PENDING": (_, reply) => `${plural(list(reply).length, "offer")} open, the one that ends first first.`,
  "ASSIGN.EXPLAIN": explained,
};

/** One or two sentences on what the command did; `summary` is that of the command's documentation. */
export function tell(args: string[], reply: Reply, isError: boolean, summary?: string): string {
  const name = (args[0] ?? "").toUpperCase();
  if (isError) return "Refused: nothing was changed. The error names what to mend.";
  const teller = kTellers[name];
  if (teller) return teller(args, reply);
  return summary ?? "Done.";
}
