// The seed's five steps as it describes them: a service with Express and ioredis in front of redis-server.
//
// Usage: node service.mjs HTTP_PORT REDIS_PORT
import express from 'express';
import Redis from 'ioredis';

const [httpPort, redisPort] = process.argv.slice(2).map(Number);
const redis = new Redis(redisPort, '127.0.0.1');
const service = express();
service.use(express.json());

const SPEED_KMH = 15;

// Steps 1 and 2: who is near, and who of them is available.
async function candidates({lat, lng}, radiusKm) {
  const near = await redis.georadius('drivers:geo:blr', lng, lat, radiusKm, 'km', 'WITHDIST', 'WITHCOORD', 'COUNT', 10, 'ASC');
  const available = new Set(await redis.smembers('drivers:available:blr'));
  return near.filter(([member]) => available.has(member));
}

// Steps 3 and 5: the first whose lock is free has the order.
async function take(orderId, found, timeoutSec) {
  for (const [member, distance] of found) {
    const lock = `agent:${member.slice('driver:'.length)}:lock`;
    if ((await redis.set(lock, `order:${orderId}`, 'EX', timeoutSec, 'NX')) !== 'OK') continue;
    await redis.srem('drivers:available:blr', member);
    return {member, distance: Number(distance)};
  }
  return null;
}

service.post('/v1/delivery/assign', async (request, response) => {
  const began = performance.now();
  const {order_id, location, radius_km, timeout_sec} = request.body;
  const taken = await take(order_id, await candidates(location, radius_km), timeout_sec);
  if (taken === null) return response.status(409).json({title: 'No driver'});
  const profile = await redis.hgetall(taken.member);
  response.json({
    delivery_id: `DEL_${order_id}`,
    driver: {
      id: taken.member.slice('driver:'.length),
      name: profile.name,
      rating: Number(profile.rating),
      distance_km: taken.distance,
      eta_min: Math.max(1, Math.ceil((taken.distance / SPEED_KMH) * 60)),
    },
    partner_info: {vehicle: profile.vehicle},
    latency_ms: performance.now() - began,
  });
});

service.listen(httpPort, '127.0.0.1', () => console.log('ready'));
