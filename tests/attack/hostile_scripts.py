#!/usr/bin/python3
"""Scripts that never end by themselves, and how fast SCRIPT KILL ends each, in real time.

Usage: hostile_scripts.py SERVER

A line for each script, run by EVAL and by FCALL: how long after its start another client heard BUSY, how long
SCRIPT KILL (FUNCTION KILL) took until the script's own client had its error, how much processor time the server
spent meanwhile, and by how much used_memory is more than before. Ends with exit code 1 if a script took more than
100 ms of processor time to end, which a busy machine does not change, or left more than 20 MB, or if a PING was not
answered. The unit tests try the same with a clock of their own.
"""

import pathlib
import re
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]

from raw_client import encode  # noqa: E402
from resp import Client, ReplyError  # noqa: E402
from server_process import ServerProcess, processor_s  # noqa: E402

THRESHOLD_MS = 100
MAX_KILL_MS = 100
MAX_LEFT_BYTES = 20 << 20  # garbage that the collector has not come to is not much more than 16 MB

MANY = "local t = cjson.decode('[' .. string.rep('1,', %d) .. '1]') "
LONG = "local s = string.rep('x', 16000000) "
LIBRARY = "#!lua name=hostile\nredis.register_function('hostile', function() %s end)"

SCRIPTS = {
    "while": "while true do end",
    "repeat, with commands": "repeat redis.call('exists', 'key') until false",
    "pcall": "while true do pcall(function() while true do end end) end",
    "pcall of errors": "while true do pcall(error, 'again') end",
    "error handlers": "while true do xpcall(function() error('x') end, function() while true do end end) end",
    "redis.pcall": "while true do redis.pcall('nosuch') end",
    "recursion": "local function f(n) return n == 0 and 0 or f(n - 1) + f(n - 1) end f(200) ",
    "metamethods": "local t = setmetatable({}, {__index = function(t, k) return t[k + 1] end}) "
                   "while true do pcall(function() return t[1] end) end",
    "comparison": "local m = {__lt = function() while true do end end} "
                  "local a, b = setmetatable({}, m), setmetatable({}, m) while true do pcall(function() return a < b end) end",
    "coroutines": "local function forever() while true do end end "
                  "while true do coroutine.resume(coroutine.create(function() pcall(coroutine.wrap(forever)) end)) end",
    "yields": "local c = coroutine.wrap(function() while true do coroutine.yield() end end) while true do c() end",
    "string.rep": "while true do string.rep('x', 100000000) end",
    "string.rep refused": "while true do pcall(string.rep, 'x', 1e9) end",
    "concatenation": LONG + "while true do local t = s .. s end",
    "string.find": "return string.find(string.rep('a', 5000), '.-.-.-.-.-b')",
    "string.gsub": "while true do string.gsub(string.rep('(', 1000000), '%b()', '') end",
    "string.gmatch": "for w in string.gmatch(string.rep('a', 100000), '.-.-.-b') do end",
    "string.format": "while true do string.format('%s%s', string.rep('x', 50000000), string.rep('y', 50000000)) end",
    "upper and reverse": LONG + "while true do s:upper() s:reverse() s:lower() end",
    "table.sort": MANY % 3000000 + "while true do table.sort(t) end",
    "table.sort, a wrong order": MANY % 300000 + "while true do pcall(table.sort, t, function() return true end) end",
    "table.concat": MANY % 3000000 + "while true do table.concat(t, ',') end",
    "table.insert": "local t = {} while true do table.insert(t, 1, 1) if #t > 100000 then t = {} end end",
    "unpack": MANY % 7000 + "while true do pcall(unpack, t) end",
    "cjson": MANY % 1000000 + "while true do cjson.decode(cjson.encode(t)) end",
    "cjson of one table": "local t = {} for i = 1, 20 do t = {t, t} end while true do pcall(cjson.encode, t) end",
    "cmsgpack": MANY % 1000000 + "while true do cmsgpack.unpack(cmsgpack.pack(t)) end",
    "struct": "while true do struct.unpack('>I4', struct.pack('>I4', 1)) end",
    "bit": "while true do bit.tohex(bit.bxor(1, 2)) end",
    "loadstring": "local code = string.rep('x = 1 ', 100000) while true do loadstring(code) end",
    "sha1hex": LONG + "while true do redis.sha1hex(s) end",
    "tostring": "while true do tostring({}) tonumber('123') end",
    "collectgarbage": MANY % 1000000 + "while true do collectgarbage() end",
}


class Judge:
    """One server, its hostile client and the one that ends the scripts."""

    def __init__(self, server):
        self._server = server
        self._other = Client(server.connect())
        self.failed = False

    def used_memory(self):
        return int(re.search(rb"used_memory:(\d+)", self._other.ask(encode("INFO", "memory"))).group(1))

    def _processor_ms(self):
        return processor_s(self._server.process.pid) * 1000

    def try_script(self, name, script, how):
        """Prints the line of one script."""
        hostile = Client(self._server.connect())
        if how == "FCALL":
            hostile.ask(encode("FUNCTION", "LOAD", "REPLACE", LIBRARY % script))
        before = self.used_memory()
        began = time.monotonic()
        hostile.send(encode("EVAL", script, "0") if how == "EVAL" else encode("FCALL", "hostile", "0"))
        self._wait_until_busy()
        busy_ms = (time.monotonic() - began) * 1000
        began, work = time.monotonic(), self._processor_ms()
        self._other.ask(encode("SCRIPT" if how == "EVAL" else "FUNCTION", "KILL"))
        error = self._error_of(hostile)
        kill_ms, work_ms = (time.monotonic() - began) * 1000, self._processor_ms() - work
        assert self._other.ask(encode("PING")) == "PONG"
        left = self.used_memory() - before
        good = "Script killed" in error and work_ms <= MAX_KILL_MS and left <= MAX_LEFT_BYTES
        self.failed |= not good
        print(f"| {name} | {how} | {busy_ms:.0f} ms | {kill_ms:.0f} ms | {work_ms:.0f} ms | {left / (1 << 20):.1f} MB | "
              f"{'-' if good else 'FAILED ' + error[:60]} |", flush=True)
        hostile.close()

    def _wait_until_busy(self):
        while True:
            try:
                self._other.ask(encode("GET", "key"))
            except ReplyError as error:
                if str(error).startswith("BUSY"):
                    return
                raise
            time.sleep(0.01)

    @staticmethod
    def _error_of(hostile):
        try:
            return f"no error: {hostile.receive()}"
        except ReplyError as error:
            return str(error)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    print("| script | by | BUSY after | killed in | processor time | memory left | complaint |\n|" + "---|" * 7)
    with ServerProcess(sys.argv[1], "--busy-reply-threshold", str(THRESHOLD_MS)) as server:
        judge = Judge(server)
        for name, script in SCRIPTS.items():
            for how in ("EVAL", "FCALL"):
                judge.try_script(name, script, how)
    sys.exit(judge.failed)


if __name__ == "__main__":
    main()
