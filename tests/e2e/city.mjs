// The seed's restaurant and drivers for the Node.js clients; see city.json and city.py.
import { readFileSync } from 'node:fs';

const city = JSON.parse(readFileSync(new URL('city.json', import.meta.url)));

export const { geo, available, restaurant, places, nearby } = city;
export const onDuty = city['on duty'];
export const port = Number(process.env.PORT);
export const dabba = process.env.SERVER === 'dabba';

/// GEOADD's places: longitude, latitude, member, and so on.
export const geoaddArguments = Object.entries(places).flatMap(([member, place]) => [...place, member]);

/// ASSIGN's arguments for an order from the restaurant, 5 km around it.
export const assignArguments = (order, ...options) =>
  [geo, available, order, 'FROMLONLAT', ...restaurant, 'BYRADIUS', '5', 'km', ...options];

/// A record as an object, whether it came as a RESP3 map or as a RESP2 flat array.
export function record(reply) {
  if (reply instanceof Map) return Object.fromEntries(reply);
  if (!Array.isArray(reply)) return { ...reply };
  return Object.fromEntries(Array.from({ length: reply.length / 2 }, (_, i) => reply.slice(2 * i, 2 * i + 2)));
}

/// Newer generations of the clients need Node.js 20; on an older one their tests are skipped, with the reason.
export const newGeneration = Number(process.versions.node.split('.')[0]) >= 20
  ? {}
  : { skip: `needs Node.js 20, this is ${process.version}` };

/// The module, or null where it cannot be loaded because this Node.js is too old for it.
export const load = async (name, { skip } = {}) => (skip ? null : import(name));

/// node-redis as it is in use: title, module, options of a client, and when its tests run.
export const nodeRedisGenerations = async () => [
  ['node-redis 5', await load('redis'), { RESP: 2 }, {}],
  ['node-redis 5, RESP3', await load('redis'), { RESP: 3 }, {}],
  ['node-redis 6', await load('redis-next', newGeneration), {}, newGeneration],
];
