#!/usr/bin/env bash
# ngeohash: the 52-bit geohash of a place is not the score that GEOADD gives it, and nothing says so.
#
# One would guess: GEOADD keeps a 52-bit geohash as the score of a sorted set, the library's encode_int() makes
# a 52-bit geohash, and so ZADD with the one is read by GEOPOS and GEOSEARCH, and decode_int() reads WITHHASH.
#
# What happens: the numbers look alike, and agree in every bit of the longitude. But a geohash divides the
# latitudes from -90 to 90, the server those of its map, from -85.05 to 85.05. Places come back moved towards
# the equator, or away from it when read by the library: hardly at the equator, 79 km in Bengaluru, 368 km
# in Helsinki. All is valid, so there is no error; a test near 0, 0 passes. Only GEOHASH, the text,
# is a geohash: the server converts it.
#
# Who is hurt: whoever computes scores on the client to save commands, reads the scores of a geo set with a
# geohash library, or moves from a library that kept geohashes by ZADD to the GEO commands on the same keys.
#
# Seen with ngeohash 0.6.4 and ioredis 5.11.1 on Debian's redis-server 7.0.15.
set -euo pipefail

for program in node npm redis-server redis-cli; do
    command -v "$program" >/dev/null || { echo "needs $program" >&2; exit 2; }
done
folder=$(mktemp -d)
socket=$folder/redis.sock
trap 'redis-cli -s "$socket" shutdown nosave >/dev/null 2>&1 || true; rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --no-audit --no-fund --silent ngeohash@0.6.4 ioredis@5.11.1
redis-server --port 0 --unixsocket "$socket" --save "" --daemonize yes --logfile "$folder/log" --dir "$folder" >/dev/null

cat >seen.mjs <<'JS'
import Redis from 'ioredis';
import geohash from 'ngeohash';

const client = new Redis({path: process.argv[2]});
const places = {equator: [0.001, 77.5946], Bengaluru: [12.9716, 77.5946], Helsinki: [60.1699, 24.9384]};
for (const [name, [latitude, longitude]] of Object.entries(places)) {
    await client.geoadd(name, longitude, latitude, 'by GEOADD');
    await client.zadd(name, geohash.encode_int(latitude, longitude, 52), 'by ZADD');
    const apart = Math.round(await client.geodist(name, 'by GEOADD', 'by ZADD', 'km'));
    const read = geohash.decode_int(Number(await client.zscore(name, 'by GEOADD')), 52);
    const [text] = await client.geohash(name, 'by GEOADD');
    console.log(`${name}: the server puts the library's number ${apart} km away,`,
        `the library reads latitude ${latitude} as ${read.latitude.toFixed(2)},`,
        `GEOHASH agrees: ${geohash.encode(latitude, longitude, 9) === text.slice(0, 9)}`);
}
client.disconnect();
JS

cat >expected <<'TEXT'
equator: the server puts the library's number 0 km away, the library reads latitude 0.001 as 0.00, GEOHASH agrees: true
Bengaluru: the server puts the library's number 79 km away, the library reads latitude 12.9716 as 13.73, GEOHASH agrees: true
Helsinki: the server puts the library's number 368 km away, the library reads latitude 60.1699 as 63.67, GEOHASH agrees: true
TEXT
node seen.mjs "$socket" >seen
diff expected seen && echo "As described: ngeohash 0.6.4."
