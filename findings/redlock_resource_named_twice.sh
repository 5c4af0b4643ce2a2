#!/usr/bin/env bash
# redlock: a lock whose list names a resource twice is taken, but cannot be released without an error.
#
# One would guess: acquire(["driver:D4", "driver:D4"]) either refuses the list, or is the same as
# acquire(["driver:D4"]): the two calls that a job makes, acquire and release, agree with each other.
#
# What happens: acquire succeeds and extend succeeds. release deletes the key, all of it, and then throws an
# ExecutionError ("unable to achieve a quorum") after all its retries: its script counts the keys that it
# deleted, finds one instead of two, and takes that for a lost lock. With the settings that the library comes
# with this takes some two seconds. using() does its work, and then throws instead of returning the result.
#
# Who is hurt: whoever locks what a list names, such as the drivers of a batch of orders or the accounts of a
# transfer from an account to itself. The work was done and the lock is gone, but the caller sees a failure,
# and a queue runs the job again. Remove duplicates before acquire().
#
# Seen with redlock 5.0.0-beta.2 and ioredis 5.11.1 on Debian's redis-server 7.0.15.
set -euo pipefail

for program in node npm redis-server redis-cli; do
    command -v "$program" >/dev/null || { echo "needs $program" >&2; exit 2; }
done
folder=$(mktemp -d)
socket=$folder/redis.sock
trap 'redis-cli -s "$socket" shutdown nosave >/dev/null 2>&1 || true; rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --no-audit --no-fund --silent redlock@5.0.0-beta.2 ioredis@5.11.1
redis-server --port 0 --unixsocket "$socket" --save "" --daemonize yes --logfile "$folder/log" --dir "$folder" >/dev/null

cat >seen.mjs <<'JS'
import Redis from 'ioredis';
import Redlock from 'redlock';

const client = new Redis({path: process.argv[2]});
const locks = new Redlock([client]);
const outcome = async action => {
    try {
        await action();
        return 'succeeds';
    } catch (error) {
        return `throws ${error.name}: ${error.message}`;
    }
};
const twice = ['driver:D4', 'driver:D4'];
let lock;
console.log('acquire', await outcome(async () => { lock = await locks.acquire(twice, 30_000); }));
console.log('extend', await outcome(async () => { lock = await lock.extend(30_000); }));
const began = Date.now();
console.log('release', await outcome(() => lock.release()));
console.log('took more than a second:', Date.now() - began > 1000);
console.log('keys left:', await client.dbsize());
let worked = false;
console.log('using', await outcome(() => locks.using(twice, 30_000, async () => { worked = true; })));
console.log('its work was done:', worked);
client.disconnect();
JS

cat >expected <<'TEXT'
acquire succeeds
extend succeeds
release throws ExecutionError: The operation was unable to achieve a quorum during its retry window.
took more than a second: true
keys left: 0
using throws ExecutionError: The operation was unable to achieve a quorum during its retry window.
its work was done: true
TEXT
node seen.mjs "$socket" >seen
diff expected seen && echo "As described: redlock 5.0.0-beta.2."
