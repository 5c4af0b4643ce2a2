#!/usr/bin/python3
"""redis-cli as a person and as a script uses it, answers compared letter by letter. Runs under with_server."""

import os
import pty
import select
import subprocess
import textwrap
import time
import unittest

PORT = os.environ["PORT"]
DABBA = os.environ["SERVER"] == "dabba"


def redis_cli(*arguments, stdin="", check=True):
    """What redis-cli prints, both streams; with check its exit code must be 0."""
    done = subprocess.run(
        ["redis-cli", "-p", PORT, *map(str, arguments)],
        input=stdin.encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=60,
        check=False,
    )
    text = done.stdout.decode()
    if check and done.returncode != 0:
        raise AssertionError(f"redis-cli {arguments} ended with {done.returncode}: {text}")
    return text


def request(protocol, number):
    """SET k<number> <number>, as the bytes of a request or as an inline command."""
    words = ["SET", f"k{number}", str(number)]
    if protocol == "inline":
        return " ".join(words) + "\r\n"
    return f"*{len(words)}\r\n" + "".join(f"${len(word)}\r\n{word}\r\n" for word in words)


class RedisCli(unittest.TestCase):
    def setUp(self):
        redis_cli("FLUSHALL")

    def session(self, *lines, flags=("--no-raw",)):
        """The answers to some lines typed into one session."""
        return redis_cli(*flags, stdin="\n".join(lines) + "\n")

    def check_session(self, lines, expected, flags=("--no-raw",)):
        self.assertEqual(self.session(*lines, flags=flags), textwrap.dedent(expected).lstrip("\n"))

    def load_city(self):
        self.session(
            "GEOADD drivers:geo:blr 77.6100 12.9440 driver:D1 77.5900 12.9820 driver:D2",
            "GEOADD drivers:geo:blr 77.5812 12.9680 driver:D4 77.5760 12.9550 driver:D7 77.74 12.99 driver:D9",
            "SADD drivers:available:blr driver:D1 driver:D2 driver:D4 driver:D9",
        )


class OnTheTerminal(RedisCli):
    def test_the_five_steps(self):
        self.load_city()
        self.check_session(
            ["GEORADIUS drivers:geo:blr 77.5946 12.9716 2 km ASC COUNT 10 WITHCOORD WITHDIST"],
            """
            1) 1) "driver:D2"
               2) "1.2595"
               3) 1) "77.59000092744827271"
                  2) "12.98199898334862468"
            2) 1) "driver:D4"
               2) "1.5068"
               3) 1) "77.58119791746139526"
                  2) "12.96799971838559884"
            """,
        )
        self.assertEqual(
            sorted(self.session("SMEMBERS drivers:available:blr", flags=()).split()),
            ["driver:D1", "driver:D2", "driver:D4", "driver:D9"],
        )
        self.check_session(
            [
                'SET agent:D4:lock "order:ORD_2847" NX EX 30',
                'SET agent:D4:lock "order:ORD_2848" NX EX 30',
                "GET agent:D4:lock",
                "DEL agent:D4:lock",
                "SREM drivers:available:blr driver:D4",
            ],
            """
            OK
            (nil)
            "order:ORD_2847"
            (integer) 1
            (integer) 1
            """,
        )

    @unittest.skipUnless(DABBA, "ASSIGN is Dabba's own")
    def test_assign(self):
        self.load_city()
        answer = self.session(
            "ASSIGN drivers:geo:blr drivers:available:blr order:ORD_2847 FROMLONLAT 77.5946 12.9716 BYRADIUS 5 km",
            flags=("-3", "--no-raw"),
        )
        for line in ('"state" => "assigned"', '"driver" => "driver:D2"', '"lock" => "agent:D2:lock"'):
            self.assertIn(line, answer)
        self.check_session(["GET agent:D2:lock", "SISMEMBER drivers:available:blr driver:D2"], '"order:ORD_2847"\n(integer) 0\n')
        self.check_session(
            ["ASSIGN drivers:geo:blr drivers:available:blr order:X FROMLONLAT 0 0 BYRADIUS 5 km", "ASSIGN too few"],
            "(nil)\n(error) ERR wrong number of arguments for 'assign' command\n",
        )

    def test_each_kind_of_reply(self):
        self.check_session(
            [
                "SMEMBERS nothing",
                "GEOPOS nothing a b",
                "HSET driver:D4 name 'Rohit Sharma'",
                "HGETALL driver:D4",
                "ZADD ratings 4.5 driver:D4",
                "ZRANGE ratings 0 -1 WITHSCORES",
                "TYPE ratings",
                r'ECHO "tab\t newline\n quote\" \xe2\x82\xb9"',
                "SADD ratings x",
                "GET",
                "NOSUCH command here",
                "SET a b EX 0",
            ],
            r"""
            (empty array)
            1) (nil)
            2) (nil)
            (integer) 1
            1) "name"
            2) "Rohit Sharma"
            (integer) 1
            1) "driver:D4"
            2) "4.5"
            zset
            "tab\t newline\n quote\" \xe2\x82\xb9"
            (error) WRONGTYPE Operation against a key holding the wrong kind of value
            (error) ERR wrong number of arguments for 'get' command
            (error) ERR unknown command 'NOSUCH', with args beginning with: 'command' 'here' 
            (error) ERR invalid expire time in 'set' command
            """,
        )

    def test_each_kind_of_reply_in_resp3(self):
        self.check_session(
            [
                "HSET driver:D4 name Rohit",
                "HGETALL driver:D4",
                "SADD s x",
                "SMEMBERS s",
                "ZADD z 1.5 a",
                "ZSCORE z a",
                "ZRANGE z 0 -1 WITHSCORES",
                "GET nothing",
                "SMEMBERS nothing",
                "HGETALL nothing",
            ],
            """
            (integer) 1
            1# "name" => "Rohit"
            (integer) 1
            1~ "x"
            (integer) 1
            (double) 1.5
            1) 1) "a"
               2) (double) 1.5
            (nil)
            (empty set)
            (empty hash)
            """,
            flags=("-3", "--no-raw"),
        )

    def test_a_transaction_changes_the_prompt_but_not_the_answers(self):
        self.check_session(
            ["MULTI", "SET a 1", "SADD a x", "EXEC", "MULTI", "NOSUCH", "EXEC", "EXEC"],
            """
            OK
            QUEUED
            QUEUED
            1) OK
            2) (error) WRONGTYPE Operation against a key holding the wrong kind of value
            OK
            (error) ERR unknown command 'NOSUCH', with args beginning with: 
            (error) EXECABORT Transaction discarded because of previous errors.
            (error) ERR EXEC without MULTI
            """,
        )

    def test_an_interactive_session(self):
        controller, terminal = pty.openpty()
        session = subprocess.Popen(
            ["redis-cli", "-p", PORT],
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            # A dumb terminal: lines in, lines out, and still the hints' COMMAND DOCS on connecting.
            env=dict(os.environ, TERM="dumb", HOME="/nonexistent"),
        )
        os.close(terminal)
        try:
            self.read_until(controller, f"127.0.0.1:{PORT}> ")
            os.write(controller, b"SADD drivers anna ben\n")
            self.assertIn("(integer) 2", self.read_until(controller, f"127.0.0.1:{PORT}> "))
            os.write(controller, b"SELECT 3\n")
            self.read_until(controller, f"127.0.0.1:{PORT}[3]> ")
            os.write(controller, b"HELP SADD\n")
            self.assertIn("key member [member ...]", self.read_until(controller, f"127.0.0.1:{PORT}[3]> "))
            if DABBA:  # told by the server itself: redis-cli has never heard of it
                os.write(controller, b"HELP ASSIGN\n")
                self.assertIn("FROMLONLAT longitude latitude", self.read_until(controller, f"127.0.0.1:{PORT}[3]> "))
            os.write(controller, b"QUIT\n")
            self.assertEqual(session.wait(10), 0)
        finally:
            session.kill()
            session.wait()
            os.close(controller)

    def read_until(self, controller, end):
        seen, deadline = "", time.monotonic() + 20
        while not seen.endswith(end):
            if not select.select([controller], [], [], max(0, deadline - time.monotonic()))[0]:
                self.fail(f"no {end!r} in {seen!r}")
            seen += os.read(controller, 65536).decode()
        return seen


class InScripts(RedisCli):
    def test_plain_output_when_piped(self):
        self.assertEqual(self.session("SADD s a", "SMEMBERS s", "GET nothing", "PING", flags=()), "1\na\n\nPONG\n")

    def test_the_last_argument_from_standard_input(self):
        redis_cli("-x", "SET", "driver:D4:note", stdin="two\nlines\n")
        self.assertEqual(redis_cli("--no-raw", "GET", "driver:D4:note"), '"two\\nlines\\n"\n')

    def test_errors_become_exit_codes_on_request(self):
        redis_cli("SET", "a", "1")
        done = subprocess.run(
            ["redis-cli", "-e", "-p", PORT, "SADD", "a", "x"], stderr=subprocess.PIPE, stdout=subprocess.PIPE, check=False
        )
        self.assertNotEqual(done.returncode, 0)

    def test_a_database_and_a_url(self):
        redis_cli("-n", "3", "SET", "a", "third")
        self.assertEqual(redis_cli("GET", "a"), "\n")
        self.assertEqual(redis_cli("-u", f"redis://127.0.0.1:{PORT}/3", "GET", "a"), "third\n")

    def test_repeated_commands(self):
        self.assertEqual(redis_cli("-r", 3, "PING"), "PONG\n" * 3)

    def test_csv_and_json(self):
        self.session("HSET driver:D4 name Rohit", "ZADD z 1 a 2 b")
        self.assertEqual(redis_cli("--csv", "ZRANGE", "z", 0, -1), '"a","b"\n')
        self.assertEqual(redis_cli("--json", "HGETALL", "driver:D4").strip(), '{"name":"Rohit"}')

    def test_mass_insertion(self):
        for protocol in ("resp", "inline"):
            with self.subTest(protocol):
                redis_cli("FLUSHALL")
                stdin = "".join(request(protocol, number) for number in range(50_000))
                self.assertIn("errors: 0, replies: 50000", redis_cli("--pipe", stdin=stdin))
                self.assertEqual(redis_cli("DBSIZE"), "50000\n")

    def test_scanning_by_pattern(self):
        redis_cli("--pipe", stdin="".join(request("resp", number) for number in range(3000)))
        redis_cli("SADD", "drivers", "anna")
        found = redis_cli("--scan", "--pattern", "k1*").split()
        self.assertEqual(sorted(set(found)), sorted(f"k{n}" for n in range(3000) if str(n).startswith("1")))


if __name__ == "__main__":
    unittest.main()
