#!/usr/bin/env bash
# cache-manager and keyv: a time to live with a fraction caches in memory, and never on Redis, and says it did.
#
# One would guess: a time in milliseconds that was computed (1000 / 3, or a deadline less performance.now())
# is rounded by somebody, or refused where everybody sees it; and what passes the tests with the store in
# memory works with the store on Redis.
#
# What happens: the store in memory keeps the value. @keyv/redis sends the fraction as it is (SET ... PX
# 333.33), the server refuses it ("value is not an integer"), keyv hands the error to the listeners of
# "error", of whom there are none unless somebody added one, and set() resolves to true. wrap() of
# cache-manager calls the function again each time: the cache in production is off, without a word.
#
# Who is hurt: whoever protects a slow service by such a cache. Unit tests use the memory, where it works; a
# test against a real server, or one that answers like it, shows it. Round the time, and listen to "error".
#
# Seen with cache-manager 7.2.9, keyv 5.6.0 and @keyv/redis 5.1.6 on Debian's redis-server 7.0.15.
set -euo pipefail

for program in node npm redis-server redis-cli; do
    command -v "$program" >/dev/null || { echo "needs $program" >&2; exit 2; }
done
folder=$(mktemp -d)
socket=$folder/redis.sock
trap 'redis-cli -s "$socket" shutdown nosave >/dev/null 2>&1 || true; rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --no-audit --no-fund --silent cache-manager@7.2.9 keyv@5.6.0 @keyv/redis@5.1.6
redis-server --port 0 --unixsocket "$socket" --save "" --daemonize yes --logfile "$folder/log" --dir "$folder" >/dev/null

cat >seen.mjs <<'JS'
import {createCache} from 'cache-manager';
import Keyv from 'keyv';
import KeyvRedis from '@keyv/redis';

const thirdOfASecond = 1000 / 3;
const stores = {
    memory: () => new Keyv(),
    redis: () => new Keyv({store: new KeyvRedis({socket: {path: process.argv[2]}})}),
};
for (const [name, make] of Object.entries(stores)) {
    const keyv = make();
    console.log(`${name}: set says`, await keyv.set('direct', 'value', thirdOfASecond));
    console.log(`${name}: get says`, await keyv.get('direct'));
    const cache = createCache({stores: [keyv]});
    let calls = 0;
    for (let i = 0; i < 3; ++i) await cache.wrap('wrapped', async () => ++calls, thirdOfASecond);
    console.log(`${name}: three wraps call the function ${calls} times`);
    calls = 0;
    for (let i = 0; i < 3; ++i) await cache.wrap('whole', async () => ++calls, 1000);
    console.log(`${name}: with a whole number ${calls} time`);
    await keyv.disconnect();
}
JS

cat >expected <<'TEXT'
memory: set says true
memory: get says value
memory: three wraps call the function 1 times
memory: with a whole number 1 time
redis: set says true
redis: get says undefined
redis: three wraps call the function 3 times
redis: with a whole number 1 time
TEXT
node seen.mjs "$socket" >seen
diff expected seen && echo "As described: cache-manager 7.2.9, keyv 5.6.0, @keyv/redis 5.1.6."
