#!/usr/bin/env bash
# redis-server: aof-load-truncated forgives the missing end of the last file only, and a rewrite makes the file that is
# being written to the last but one before its end is on the disk.
#
# One would guess: with appendfsync everysec a power loss costs the last second, and with aof-load-truncated yes (the
# default) the server starts all the same: whatever is missing is missing at the end of the log.
#
# What happens: the log is a list of files since 7.0. BGREWRITEAOF, also the automatic one, opens the next increment and puts it
# into the manifest, synced and renamed. Only then another thread is told to sync the increment before.
# If the power goes between, the last second is missing in a file that is not the last any more. The first start then
# cuts that file, as for a last one, and ends with "the truncated file is not the last file"; the second start finds
# nothing wrong. With a supervisor that tries again, nobody learns more than that there was one failed start.
#
# Who is hurt: whoever starts the server by hand or by a script that takes a failed start for the end; and whoever keeps a
# copy of the files "as they were" from after the first start. A log must be synced before its successor is named.
#
# Seen with Debian's redis-server 7.0.15, under strace.
set -euo pipefail

for program in redis-server redis-cli strace; do
    command -v "$program" >/dev/null || { echo "needs $program" >&2; exit 2; }
done
redis-server --version | grep -q "v=7\.0\.15" || { echo "needs redis-server 7.0.15" >&2; exit 2; }
folder=$(mktemp -d)
socket=$folder/redis.sock
trap 'redis-cli -s "$socket" shutdown nosave >/dev/null 2>&1 || true; rm -rf "$folder"' EXIT
cd "$folder"
options=(--port 0 --unixsocket "$socket" --appendonly yes --appendfsync everysec --save "" --dir "$folder" --logfile "$folder/log")

ask() { redis-cli -s "$socket" "$@"; }
wait_until() { for _ in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; echo "waited in vain: $*" >&2; exit 1; }
rewritten() { ask INFO persistence | grep -q "aof_rewrite_in_progress:0" && [[ -e appendonlydir/appendonly.aof.2.base.rdb ]]; }

# What is synced first, when an increment follows another one?
strace -f -qq -e trace=openat,rename,fdatasync -o calls redis-server "${options[@]}" >/dev/null 2>&1 &
wait_until ask PING
ask SET order:1 driver:4 >/dev/null
ask BGREWRITEAOF >/dev/null
wait_until rewritten
ask SHUTDOWN NOSAVE >/dev/null 2>&1 || true
wait
first=$(sed -n 's/.*appendonly.aof.1.incr.aof".*= \([0-9]*\)$/\1/p' calls | head -1)
opened=$(grep -n 'appendonly.aof.2.incr.aof"' calls | head -1 | cut -d: -f1)
renamed=$(awk -v from="$opened" 'NR > from && /rename\(/ {print NR; exit}' calls)
synced=$(awk -v from="$opened" -v file="fdatasync($first" 'NR > from && index($0, file) {print NR; exit}' calls)
if ((renamed < synced)); then
    echo "the second increment is in the manifest before the first is synced"
else
    echo "the first increment is synced before the second is in the manifest"
fi >seen

# The state that a power loss between the two can leave.
rm -rf appendonlydir
redis-server "${options[@]}" --daemonize yes >/dev/null
wait_until ask PING
ask SET order:1 driver:4 >/dev/null
ask SET order:2 driver:7 >/dev/null
ask SHUTDOWN NOSAVE >/dev/null 2>&1 || true
truncate --size=-5 appendonlydir/appendonly.aof.1.incr.aof
: >appendonlydir/appendonly.aof.2.incr.aof
echo "file appendonly.aof.2.incr.aof seq 2 type i" >>appendonlydir/appendonly.aof.manifest

rm -f log
code=0
redis-server "${options[@]}" >/dev/null 2>&1 || code=$?
echo "first start: code $code, $(sed -n 's/.*# \(Fatal error.*\)/\1/p' log)" >>seen
redis-server "${options[@]}" --daemonize yes >/dev/null
wait_until ask PING
echo "second start: keys $(ask DBSIZE)" >>seen

cat >expected <<'TEXT'
the second increment is in the manifest before the first is synced
first start: code 1, Fatal error: the truncated file is not the last file
second start: keys 1
TEXT
diff expected seen && echo "As described: redis-server 7.0.15."
