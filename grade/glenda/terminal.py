# SPDX-License-Identifier: MIT
"""Runs a command on a terminal of its own, as a person would, for tests of `make qemu` and similar commands."""

import contextlib
import os
import pty
import re
import select
import signal
import time
from pathlib import Path

from .paths import ROOT

PATIENCE = 120.0        # s of real time


class Terminal:
    """`command` runs in a session of its own, as the first process of a window does."""

    def __init__(self, command: list[str]) -> None:
        self.text = ""
        self._at = 0
        self.session, self._master = pty.fork()
        if self.session == 0:
            signal.signal(signal.SIGHUP, signal.SIG_DFL)    # nohup, say, may have us ignore it, but a window does not
            os.chdir(ROOT)
            os.execvp(command[0], command)

    def expect(self, pattern: str) -> re.Match[str]:
        """Waits for text after the last match."""
        begin = time.monotonic()
        while not (match := re.compile(pattern, re.MULTILINE).search(self.text, self._at)):
            assert self._read(), f"ended, and no {pattern!r} came:\n{self.text}"
            assert time.monotonic() - begin < PATIENCE, f"no {pattern!r} has come:\n{self.text}"
        self._at = match.end()
        return match

    def _read(self) -> bool:
        """Reads new output. Returns whether more may come."""
        if not select.select([self._master], [], [], 1.0)[0]:
            return True
        try:
            data = os.read(self._master, 1 << 16)
        except OSError:         # no process has the terminal open any more
            return False
        self.text += data.decode(errors="replace").replace("\r", "")
        return bool(data)

    def type(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def wait(self) -> int:
        """Waits for the end of the command and returns its exit status."""
        while self._read():
            pass
        return os.waitstatus_to_exitcode(os.waitpid(self.session, 0)[1])

    def hang_up(self) -> None:
        """Closes the terminal, as when its window is closed."""
        os.close(self._master)

    def kill(self) -> None:
        """Kills all processes that are left, and waits for their end: they hold locks."""
        begin = time.monotonic()
        while left := self.processes():
            assert time.monotonic() - begin < PATIENCE, left
            for number in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(number, signal.SIGKILL)
            time.sleep(0.01)

    def processes(self) -> dict[int, str]:
        """The processes of the session except zombies: numbers and command lines."""
        found = {}
        for process in Path("/proc").glob("[0-9]*"):
            try:
                fields = (process / "stat").read_text().rpartition(")")[2].split()
                if int(fields[3]) == self.session and fields[0] != "Z":
                    line = (process / "cmdline").read_bytes().replace(b"\0", b" ")
                    found[int(process.name)] = line.decode(errors="replace")
            except OSError:
                pass            # it has just ended
        return found
