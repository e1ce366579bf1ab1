# SPDX-License-Identifier: MIT
"""The console's prompt as a function: type a command, get its output.

    shell = Shell(machine())
    assert shell.run("run hello") == "hello, world\\nprocess 7 exited with status 0\\n"
    assert shell.memory().free > 100 * 1024
"""

import re
from typing import NamedTuple

from .machine import Machine

PROMPT = "glenda% "
BOOT = 0.5              # s of guest time from power-on to the prompt: far more than needed, even with 2 GiB
HANGS = 60.0            # s: what a machine on the host's clock may take for anything, however busy the host is
LINE = 31               # characters after the prompt; a longer line scrolls, and its echo shows only part of it


class Row(NamedTuple):
    """A line of `ps`."""
    pid: int
    parent: int
    name: str
    state: str
    priority: int
    threads: int
    milliseconds: int
    kib: int


class Memory(NamedTuple):
    """The output of `mem`, in KiB."""
    total: int
    free: int
    reserved: int
    tables: int


class Shell:
    """Waits for the prompt of a machine that is starting."""

    def __init__(self, machine: Machine, within: float = BOOT) -> None:
        self.machine = machine
        self._from = 0
        self.until_prompt(within)

    def _limit(self, within: float) -> float:
        """`within` is guest time. If the guest's clock is the host's, it says nothing, and only a hang is to be noticed."""
        return within if self.machine.icount else max(within, HANGS)

    def until_prompt(self, within: float = 0.5) -> str:
        """The console's output between the last prompt and the next. A prompt is at the start of a line."""
        __tracebackhide__ = True
        match = self.machine.expect(f"^{PROMPT}", self._limit(within))
        text = match.string[self._from:match.start()]
        self._from = match.end()
        return text

    def type(self, keys: str | bytes) -> None:
        """Types these keys, without Return."""
        if isinstance(keys, str):
            self.machine.send(keys)
        else:
            self.machine._process.write(keys)       # bytes that are not text

    def run(self, command: str, within: float = 0.5) -> str:
        """Runs `command` and returns its output up to the next prompt. Checks the echo if it fits on the line."""
        __tracebackhide__ = True
        self.machine.sendline(command)
        echo, _, output = self.until_prompt(within).partition("\n")
        assert echo == command or len(command) > LINE, f"typed {command!r}, the echo is {echo!r}"
        return output

    def press(self, command: str, within: float = 0.5) -> str:
        """Like `run`, but other programs may print next to the echo, so it is part of what is returned."""
        __tracebackhide__ = True
        self.machine.sendline(command)
        return self.until_prompt(within)

    def keep_busy(self) -> int:
        """Starts a program that computes without end, and returns its number.

        An idle machine's clock jumps to the next timer as soon as nothing is left to do. So for whoever types on while a
        timer runs, the speed of the host would decide what comes first. A busy machine's clock takes its time.
        """
        __tracebackhide__ = True
        return int(re.search(r"^process (\d+) runs in the background\n", self.press("run spin &"), re.MULTILINE)[1])

    def log_with(self, text: str, within: float) -> str:
        """Waits until `text` is in the log, and returns the log. An idle machine's clock jumps to the next timer."""
        __tracebackhide__ = True
        until = self.machine.monitor.clock() + self._limit(within)
        while text not in (log := self.press("log", within=3).partition("\n")[2]):
            assert self.machine.monitor.clock() < until, log
        return log

    def saw(self, pattern: str, within: float = 0.5) -> bool:
        """Waits for output of a program in the background, unless it has been printed already."""
        __tracebackhide__ = True
        return bool(re.search(pattern, self.machine.transcript) or self.machine.expect(pattern, self._limit(within)))

    def ps(self) -> list[Row]:
        """The processes. Asserts that every line has the columns named in the first, but for reports of ended programs."""
        __tracebackhide__ = True
        head, *lines = [line for line in self.run("ps").splitlines() if not re.match(r"process \d+ ", line)]
        assert head.split() == ["PID", "PARENT", "NAME", "STATE", "PRIORITY", "THREADS", "MS", "KIB"], head
        rows = [re.fullmatch(r" *(\d+) +(\d+)  (\S+) +(run|wait|stop|zombie) +(\d+) +(\d+) +(\d+) +(\d+)", line) for line in lines]
        assert rows and None not in rows, f"lines of ps that cannot be read: {lines}"
        return [Row(int(row[1]), int(row[2]), row[3], row[4], *map(int, row.groups()[4:])) for row in rows]

    def pid(self, name: str) -> int:
        """The number of the process called `name`. Asserts that there is exactly one."""
        __tracebackhide__ = True
        rows = [row for row in self.ps() if row.name == name]
        assert len(rows) == 1, f"{len(rows)} processes are named {name}"
        return rows[0].pid

    def memory(self) -> Memory:
        __tracebackhide__ = True
        text = self.run("mem")
        values = re.fullmatch(r"total +(\d+) KiB\nfree +(\d+) KiB\nreserved +(\d+) KiB\ntables +(\d+) KiB\n", text)
        assert values, f"mem prints {text!r}"
        return Memory(*map(int, values.groups()))
