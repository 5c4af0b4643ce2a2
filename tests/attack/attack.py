#!/usr/bin/python3
"""Attacks servers, one attack after the other, while a bystander pings. See --help.

A line for each attack and server: the most memory the server ever held, what it holds some seconds later,
the bystander's longest wait (and, in brackets, how long the machine itself kept it waiting at worst), the most
processor time that the server spent while the bystander waited, and the descriptors that are still open afterwards. Ends with exit code 1 if a server died or lost something.
"""

import argparse
import os
import pathlib
import random
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]

from attacks import ATTACKS  # noqa: E402
from bystander import Bystander  # noqa: E402
from resp import ReplyError  # noqa: E402
from server_process import ServerFailed, ServerProcess  # noqa: E402

MEBIBYTE = 1 << 20
FLAGS = ("--proto-max-bulk-len", "8mb", "--maxclients", "10000")
REST_S = 7


class Outcome:
    """What one attack did to one server."""

    def __init__(self):
        self.error = ""
        self.peak = self.rest = self.pings = self.leaked = 0
        self.worst_s = self.noise_s = self.work_s = 0.0

    def row(self, attack, server):
        cells = [
            attack, server, f"{self.peak / MEBIBYTE:.0f} MB", f"{self.rest / MEBIBYTE:.0f} MB",
            f"{self.worst_s * 1000:.0f} ms ({self.noise_s * 1000:.0f})", f"{self.work_s * 1000:.0f} ms", str(self.leaked), self.error or "-",
        ]
        return "| " + " | ".join(cells) + " |"


HEADER = "| attack | server | peak memory | at rest | worst ping (noise) | server time | leaked | complaint |\n|" + "---|" * 8


def descriptors(server):
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


def wait_for_descriptors(server, count):
    """The descriptors that are open more than count, given a moment to close."""
    deadline = time.monotonic() + 5
    while (now := descriptors(server)) > count and time.monotonic() < deadline:
        time.sleep(0.05)
    return max(0, now - count)


def run(attack, binary, seed, scale, rest_s):
    """One attack on a fresh server."""
    outcome = Outcome()
    try:
        with ServerProcess(binary, *FLAGS) as server:
            before = descriptors(server)
            with Bystander(server) as bystander:
                try:
                    attack(server, random.Random(seed), scale)
                except (AssertionError, OSError, ReplyError) as error:
                    outcome.error = f"{type(error).__name__}: {error}"[:80]
            outcome.pings, outcome.worst_s, outcome.noise_s = bystander.pings, bystander.worst_s, bystander.noise_s
            outcome.work_s = bystander.work_s
            if bystander.pings == 0:
                outcome.error = outcome.error or "the bystander was not answered"
            outcome.leaked = wait_for_descriptors(server, before)
            outcome.peak = server.peak_bytes()
            time.sleep(rest_s)
            outcome.rest = server.resident_bytes()
    except ServerFailed as error:
        outcome.error = str(error).splitlines()[0]
    return outcome


def name_of(binary):
    return "Redis" if "redis" in os.path.basename(binary) else "Dabba"


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("servers", nargs="*", default=[os.environ.get("SERVER_BINARY", "")], metavar="SERVER")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--scale", type=float, default=1, help="1: a few seconds an attack (default: %(default)s)")
    parser.add_argument("--only", default="", help="attacks whose name contains this")
    parser.add_argument("--rest", type=float, default=REST_S, help="seconds before memory at rest is read")
    parser.add_argument("--list", action="store_true", help="name the attacks")
    options = parser.parse_args(arguments)
    chosen = [one for one in ATTACKS if options.only in one.__name__]
    if options.list:
        for one in chosen:
            print(f"{one.__name__:28} {one.__doc__}")
        return 0
    seed = random.SystemRandom().randrange(1 << 32) if options.seed is None else options.seed
    print(f"Seed {seed}, scale {options.scale:g}\n\n{HEADER}", flush=True)
    failed = 0
    for one in chosen:
        for binary in options.servers:
            outcome = run(one, binary, seed, options.scale, options.rest)
            failed += bool(outcome.error) or outcome.leaked != 0
            print(outcome.row(one.__name__.replace("_", " "), name_of(binary)), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
