#!/usr/bin/python3
"""The Debian package, what the container is built of, and the shell of the GitHub Action.

SERVER_BINARY names the server, BUILD_FOLDER the folder it was built in.
"""

import configparser
import os
import pathlib
import re
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

from server_process import ServerProcess, wait_until

BINARY = os.path.abspath(os.environ["SERVER_BINARY"])
BUILD = pathlib.Path(os.environ["BUILD_FOLDER"])
PROJECT = pathlib.Path(__file__).resolve().parents[2]
PACKAGES = PROJECT / "scripts" / "test_double"


def run(*command, **options):
    """What the command prints; it must end well."""
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout


class InFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="dabba-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)


class DebianPackage(InFolder):
    """Packed once, and unpacked into a folder."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="dabba-test-")
        cls.addClassCleanup(folder.cleanup)
        run("cpack", "-G", "DEB", "--config", str(BUILD / "CPackConfig.cmake"), "-B", folder.name)
        (cls.package,) = pathlib.Path(folder.name).glob("*.deb")
        cls.root = pathlib.Path(folder.name) / "root"
        run("dpkg-deb", "--extract", str(cls.package), str(cls.root))

    def unit(self):
        unit = configparser.ConfigParser(strict=False)
        unit.optionxform = str
        unit.read(self.root / "lib/systemd/system/dabba-server.service")
        return unit

    def test_it_holds_what_belongs_into_it(self):
        files = {str(path.relative_to(self.root)) for path in self.root.rglob("*") if path.is_file()}
        self.assertEqual(
            files,
            {
                "usr/bin/dabba-server",
                "lib/systemd/system/dabba-server.service",
                "etc/dabba/dabba.conf",
                "usr/share/doc/dabba-server/README.md",
                "usr/share/doc/dabba-server/copyright",
            },
        )
        self.assertIn("libc6", run("dpkg-deb", "--field", str(self.package), "Depends"))

    def test_dpkg_would_keep_settings_that_were_changed(self):
        run("dpkg-deb", "--control", str(self.package), str(self.folder / "control"))
        self.assertEqual((self.folder / "control/conffiles").read_text(), "/etc/dabba/dabba.conf\n")

    def test_the_unit_starts_a_server_that_says_when_it_is_ready(self):
        command = shlex.split(self.unit()["Service"]["ExecStart"])
        self.assertEqual(self.unit()["Service"]["Type"], "notify")
        command[:2] = [str(self.root) + command[0], str(self.root) + command[1]]
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.settimeout(30)
            manager.bind(str(self.folder / "notify"))
            server = subprocess.Popen(
                command + ["--port", "0", "--dir", str(self.folder)],
                env=dict(os.environ, NOTIFY_SOCKET=str(self.folder / "notify")),
                stdout=subprocess.DEVNULL,
            )
            try:
                self.assertIn(b"READY=1", manager.recv(1000))
            finally:
                server.send_signal(signal.SIGTERM)
                self.assertEqual(server.wait(30), 0)


class Container(unittest.TestCase):
    def instructions(self):
        text = (PACKAGES / "docker" / "Dockerfile").read_text().replace("\\\n", " ")
        return [line.split(maxsplit=1) for line in text.splitlines() if line and not line.startswith("#")]

    def test_what_it_copies_is_there(self):
        copied = []
        for word, rest in self.instructions():
            if word == "COPY" and not rest.startswith("--from"):
                copied += rest.split()[:-1]
        self.assertIn("server", copied)
        for path in copied:
            self.assertTrue((PROJECT / path).exists(), path)

    def test_it_copies_what_the_build_asks_for(self):
        text = (PROJECT / "CMakeLists.txt").read_text().split("if(DABBA_BUILD_TESTS)")[0]
        copied = " ".join(rest for word, rest in self.instructions() if word == "COPY").split()
        for path in re.findall(r"^(?:add_subdirectory|include)\((\S+)\)", text, re.MULTILINE):
            self.assertTrue(any(path == known or path.startswith(known + "/") for known in copied), path)

    def test_it_installs_what_the_server_is_built_with(self):
        script = 'source scripts/lib.sh; echo "${build_packages[@]}"'
        needed = run("bash", "-c", script, cwd=PROJECT).split()
        installed = " ".join(rest for word, rest in self.instructions() if word == "RUN").split()
        self.assertLessEqual(set(needed), set(installed))

    def test_its_flags_start_a_server_that_says_what_testcontainers_waits_for(self):
        words = []
        for word, rest in self.instructions():
            if word in ("ENTRYPOINT", "CMD"):
                words += [each.strip(' "') for each in rest.strip("[]").split(",")]
        self.assertEqual(words[0], "/usr/bin/dabba-server")
        flags = [word if word != "0.0.0.0" else "127.0.0.1" for word in words[1:]]
        with ServerProcess(BINARY, *flags) as server:
            wait_until(lambda: "Ready to accept connections" in server.log())


class Action(InFolder):
    def start(self, **environment):
        return subprocess.run(
            [str(PACKAGES / "action" / "start")],
            env=dict(
                os.environ,
                DABBA_SERVER=BINARY,
                GITHUB_OUTPUT=str(self.folder / "output"),
                GITHUB_ENV=str(self.folder / "env"),
                RUNNER_TEMP=str(self.folder),
                **environment,
            ),
            capture_output=True,
            text=True,
            check=False,
        )

    def test_it_tells_where_the_server_is(self):
        started = self.start(DABBA_FLAGS="--workspaces yes --enable-test-commands yes")
        self.assertEqual(started.returncode, 0, started.stderr)
        output = dict(line.split("=", 1) for line in (self.folder / "output").read_text().splitlines())
        pid = int(pathlib.Path(output["pid-file"]).read_text())
        try:
            with socket.create_connection(("127.0.0.1", int(output["port"])), timeout=30) as client:
                client.sendall(b"WORKSPACE CURRENT\r\n")
                self.assertEqual(client.recv(100), b"$0\r\n\r\n")
            self.assertEqual((self.folder / "env").read_text(), f"REDIS_URL={output['url']}\n")
        finally:
            os.kill(pid, signal.SIGTERM)
            wait_until(lambda: not pathlib.Path(output["pid-file"]).exists(), "the server ends")

    def test_a_server_that_does_not_start_fails_the_step(self):
        started = self.start(DABBA_FLAGS="--no-such-flag yes")
        self.assertEqual(started.returncode, 1)
        self.assertIn("no-such-flag", started.stderr)

    def test_its_step_runs_the_script_with_what_it_was_given(self):
        text = (PACKAGES / "action" / "action.yml").read_text()
        self.assertIn("$GITHUB_ACTION_PATH/start", text)
        for name in re.findall(r"^\s+(DABBA_\w+):", text, re.MULTILINE):
            self.assertIn("${" + name, (PACKAGES / "action" / "start").read_text())
        for name in re.findall(r"steps\.start\.outputs\.([\w-]+)", text):
            self.assertIn(f'echo "{name}=', (PACKAGES / "action" / "start").read_text())


if __name__ == "__main__":
    unittest.main(argv=sys.argv)
