#!/usr/bin/python3
"""scripts/run as a newcomer meets it: the lines to try, the demo, Ctrl-C. SERVER_BINARY names the server."""

import os
import pathlib
import re
import signal
import socket
import subprocess
import unittest
import urllib.request

SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "scripts"
SCRIPT, DEMO = str(SCRIPTS / "run"), str(SCRIPTS / "demo")


class Run:
    """scripts/run with a server that is built already; its output is read line by line."""

    def __init__(self, *flags):
        self.process = subprocess.Popen(
            [SCRIPT, *flags],
            env=dict(os.environ, DABBA_SERVER=os.environ["SERVER_BINARY"], CI="true"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def read_until(self, pattern):
        """All lines up to the first that holds the pattern; fails if the output ends before."""
        lines = []
        for line in self.process.stdout:
            lines.append(line.rstrip("\n"))
            if re.search(pattern, line):
                return lines
        raise AssertionError(f"no {pattern!r} in:\n" + "\n".join(lines))

    def interrupt(self):
        """Ctrl-C; the rest of the output and the exit code."""
        self.process.send_signal(signal.SIGINT)
        rest, _ = self.process.communicate(timeout=30)
        return rest, self.process.returncode

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class RunScript(unittest.TestCase):
    def test_the_three_lines_to_try_end_in_an_assignment(self):
        with Run("--port", "0") as run:
            port = re.search(r"Listening on 127\.0\.0\.1:(\d+)", run.read_until("Listening on 127")[-1]).group(1)
            lines = [line.strip() for line in run.read_until("ASSIGN") if "redis-cli -p" in line]
            self.assertEqual(len(lines), 3)
            answers = [subprocess.run(line, shell=True, capture_output=True, text=True, check=True).stdout for line in lines]
            self.assertIn(f"-p {port} ", lines[0])
            self.assertEqual(answers[:2], ["1\n", "1\n"])
            self.assertIn("assigned", answers[2])
            _, code = run.interrupt()
            self.assertEqual(code, 0)

    def test_the_demo_shows_every_step_and_leaves_the_server_running(self):
        with Run("--port", "0", "--demo") as run:
            port = re.search(r":(\d+)$", run.read_until("Listening on 127")[-1]).group(1)
            lines = run.read_until("goes on until Ctrl-C")
            text = "\n".join(lines)
            self.assertNotIn("(error)", text)
            for step in range(1, 6):
                self.assertIn(f"STEP {step}", text)
            self.assertEqual(re.findall(r'^\d\) 1\) "(driver:D\d)"', text, re.M), ["driver:D2", "driver:D4", "driver:D7", "driver:D1"])
            self.assertEqual(re.findall(r'"state" => "(\w+)"', text), ["assigned", "offered", "offered", "assigned", "completed"])
            self.assertIn('"outcome" => "would assign driver:D30"', text)
            asked = subprocess.run(["redis-cli", "-p", port, "GET", "agent:D2:lock"], capture_output=True, text=True, check=True)
            self.assertEqual(asked.stdout, "order:ORD_2848\n")
            _, code = run.interrupt()
            self.assertEqual(code, 0)

    def test_the_demo_shows_the_same_over_http(self):
        with Run("--port", "0", "--http-port", "-1", "--demo") as run:
            page = run.read_until("^Open http")[-1].removeprefix("Open ")
            text = "\n".join(run.read_until("goes on until Ctrl-C"))
            drivers = re.findall(r'^\{"delivery_id":"DEL_(\d)","driver":\{"id":"(D\d+)"', text, re.M)
            self.assertEqual(drivers, [("4", "D1"), ("4", "D1"), ("6", "D45")])
            self.assertEqual(re.findall(r'"state":"(\w+)"', text), ["offered", "assigned", "completed"])
            self.assertIn('"chosen":"D30"', text)
            self.assertNotIn('"problem', text)
            self.assertIn(f"the rest of the console: {page}", text)
            with urllib.request.urlopen(page, timeout=10) as answer:
                self.assertEqual(answer.status, 200)

    def test_the_demo_may_be_shown_again_and_does_without_http(self):
        with Run("--port", "0", "--http-port", "0", "--demo") as run:
            port = re.search(r":(\d+)$", run.read_until("Listening on 127")[-1]).group(1)
            first = run.read_until("goes on until Ctrl-C")
            self.assertNotIn("curl", "\n".join(first))
            again = subprocess.run([DEMO, "-p", port], capture_output=True, text=True, check=True, timeout=60).stdout
            states = re.compile(r'"(?:state|driver|token)" => (.*)')
            self.assertEqual(states.findall(again), states.findall("\n".join(first)))

    def test_the_demo_comes_in_with_the_password(self):
        with Run("--port", "0", "--demo", "--requirepass", "secret") as run:
            text = "\n".join(run.read_until("goes on until Ctrl-C"))
            self.assertNotIn("NOAUTH", text)
            self.assertNotIn("not-authenticated", text)
            self.assertIn('"delivery_id":"DEL_6"', text)

    def test_a_port_that_is_taken(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            with Run("--port", str(taken.getsockname()[1])) as run:
                output, _ = run.process.communicate(timeout=30)
                self.assertEqual(run.process.returncode, 1)
                self.assertIn("in use", output)
                self.assertNotIn("Try", output)

    def test_help(self):
        done = subprocess.run([SCRIPT, "--help"], capture_output=True, text=True, check=True)
        self.assertIn("--demo", done.stdout)


if __name__ == "__main__":
    unittest.main()
