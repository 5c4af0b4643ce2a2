"""A process of a storm, which can be killed and followed by another one."""

import signal
import subprocess
import sys


class ClientProcess:
    """`script arguments... DIARY [DIARIES OF KILLED PREDECESSORS ...]`, run again after each kill.

    The diaries are files that begin with `diary`; who goes on reads what the predecessors did.
    """

    def __init__(self, script, arguments, diary):
        self._command = [sys.executable, str(script), *map(str, arguments)]
        self._name = str(diary)
        self.killed = []
        self._start()

    @property
    def diaries(self):
        return [*self.killed, self._diary]

    def kill(self):
        """kill -9, and another one goes on. False if it had finished before."""
        self._process.send_signal(signal.SIGKILL)
        if self._process.wait() != -signal.SIGKILL:
            return False
        self.killed.append(self._diary)
        self._start()
        return True

    def wait(self, patience_s):
        return self._process.wait(patience_s)

    def stop(self):
        self._process.kill()
        self._process.wait()

    def _start(self):
        self._diary = f"{self._name}.{len(self.killed)}"
        self._process = subprocess.Popen([*self._command, self._diary, *self.killed])
