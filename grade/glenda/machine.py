# SPDX-License-Identifier: MIT
"""A machine that runs Glenda, and the dialogue with its console.

    with Machine() as machine:
        machine.expect(r"^\\$ ", within=2)          # seconds of guest time
        machine.sendline("echo hello")
        machine.expect(r"^hello\\n", within=0.5)
        machine.sendline("shutdown")
        assert machine.run_to_exit(within=1) == 0

Patterns are regular expressions in which ^ and $ match at every line. Text arrives in pieces, so a pattern should end
in something fixed, like \\n: `\\d+` may match only the first digit of a number.
A wait that fails raises one of the exceptions in errors.py, with the reason and the console's last lines. The whole
transcript is then in `build/grade/<name>.log`.
"""

import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, TypeVar

from . import counters, paths, plugins, qemu, symbols
from .errors import GuestExited, GuestFlood, Infrastructure, KernelPanic
from .monitor import Monitor
from .process import Process
from .transcript import PANIC_END, Transcript
from .watch import GuestWatch, Watch, wall_watch

PANIC_SILENCE = 5.0     # s of real time without output after which the report of a panic counts as cut off
Found = TypeVar("Found")


class Machine:
    """`icount` applies only with one hart, see qemu.py. `name` names the transcript. `extra`: arguments for QEMU.
    `exact`: instructions are counted one by one. Without that, a block of them that is left early counts whole; with
    several harts it always does.
    `held_at`: instructions after which the harts are held, from power-on; 0: not at all. See Counters.limit.
    `most_output`: characters that the guest may print; a wait then fails with GuestFlood. 0: as many as it likes."""

    def __init__(self, kernel: str | os.PathLike = paths.KERNEL, initrd: str | os.PathLike | None = paths.INITRD, *,
                 harts: int = 1, memory: str = "128M", append: str = "", icount: bool = True, exact: bool = True,
                 held_at: int = 0, most_output: int = 0,
                 extra: list[str] | tuple[str, ...] = (), name: str = "machine") -> None:
        self.kernel, self.harts, self.icount, self.name = Path(kernel), harts, icount and harts == 1, name
        files = [self.kernel] + ([Path(initrd)] if initrd is not None else [])
        for file in files:
            if not file.exists():
                raise Infrastructure(f"{file} does not exist: run `make` first")
        plugin = plugins.build("deadline")
        self.exit_status: int | None = None
        self._transcript = Transcript(most_output)
        self._ended = False
        self.counters: counters.Counters | None = None
        self.monitor: Monitor | None = None
        self._process: Process | None = None
        try:
            self.counters = counters.Counters()
            self.counters.limit(held_at)
            self.monitor = Monitor()
            command = qemu.command(kernel=self.kernel, initrd=Path(initrd) if initrd is not None else None, harts=harts,
                                   memory=memory, append=append, icount=self.icount,
                                   plugin=qemu.option(file=plugin, page=self.counters.path,
                                                      **({"exact": "on"} if exact else {})),
                                   monitor=self.monitor.remote.fileno(), extra=list(extra))
            self._process = Process(command, (self.counters.fd, self.monitor.remote.fileno()), batch=self.harts == 1)
            self.monitor.remote.close()
        except OSError as error:
            self.close()
            raise Infrastructure(f"QEMU does not start: {error}") from None     # for example: too many open files
        except BaseException:
            self.close()
            raise

    @property
    def pid(self) -> int:
        """QEMU's."""
        return self._process.pid

    def __enter__(self) -> "Machine":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Kills QEMU and saves the transcript. A second call has no effect."""
        if self._process is not None:
            self._read()
            self._process.close()
            self._process = None
            self._save()
        if self.counters is not None:
            self.counters.close()
            self.counters = None
        if self.monitor is not None:
            self.monitor.close()
            self.monitor = None

    @property
    def transcript(self) -> str:
        """The console's output so far, without carriage returns."""
        if self._process is not None:
            self._read()
        return self._transcript.text

    def has_ended(self) -> bool:
        """Whether the machine is switched off."""
        self._read()
        return self._ended

    @property
    def log(self) -> Path:
        return paths.RESULTS / f"{self.name}.log"

    def instructions(self) -> list[int]:
        """Instructions executed so far, by hart. Slightly too high, unless the machine is `exact`."""
        return self.counters.instructions()

    def send(self, text: str) -> None:
        """Types `text` on the console."""
        self._process.write(text.encode())

    def sendline(self, text: str = "") -> None:
        """Types `text` and the Return key, which sends a carriage return."""
        self.send(text + "\r")

    def expect(self, pattern: str | re.Pattern[str], within: float = 5.0) -> re.Match[str]:
        """Waits for a match after the last one. `within`: seconds of guest time, see watch.py."""
        __tracebackhide__ = True
        compiled = re.compile(pattern, re.MULTILINE)
        return self._wait(lambda: self._transcript.find(compiled), f"waiting for {compiled.pattern!r}", within)

    def run_to_exit(self, within: float = 5.0, *, from_power_on: bool = False) -> int:
        """Waits until the machine is switched off and returns QEMU's exit status. `from_power_on`: `within` counts from
        there instead of from now; with the same in `held_at`, a run that does not end is the same every time."""
        __tracebackhide__ = True
        self._wait(lambda: self._ended or None, "waiting for the machine to be switched off", within, from_power_on)
        if self.counters.total() == 0:
            self._fail_ended("waiting for the machine to be switched off")
        return self.exit_status

    def freeze(self) -> None:
        """Stops the harts for good, so that their registers and the memory can be looked at. A hart that is held at its
        limit has to leave its block for that."""
        self.monitor.stop(release=lambda: self.counters.limit(0))

    def _watch(self, within: float, from_power_on: bool) -> Watch:
        if not self.icount:
            return wall_watch(within)
        return GuestWatch(self.counters, self.monitor, self._process.pid, self._process.unread, within,
                          from_power_on=from_power_on)

    def _wait(self, found: Callable[[], Found | None], purpose: str, within: float,
              from_power_on: bool = False) -> Found:
        """Reads the console until `found` returns something, or fails. All reasons to stop waiting are decided here."""
        __tracebackhide__ = True
        if self._process is None:
            raise ValueError("this machine has been closed")
        watch = self._watch(within, from_power_on)
        try:
            while True:
                verdict = watch.verdict()       # before reading the console, so that output that came in time counts
                self._read()
                if self._transcript.overflows:
                    self._fail(GuestFlood, f"the guest has printed more than {self._transcript.most} characters, {purpose}")
                if (result := found()) is not None:
                    return result
                if self._transcript.panic() is not None:
                    self._panic(purpose)
                if self._ended:
                    self._fail_ended(purpose)
                if verdict is not None:
                    self._fail(verdict[0], f"{verdict[1]}, {purpose}{self._where()}")
                self._process.wait_output(watch.pause)
        finally:
            watch.close()

    def _read(self) -> None:
        """Reads new output of the console."""
        if self._ended:
            return
        data = self._process.read()
        if data is None:
            self._ended = True
            self.exit_status = self._process.status()
        else:
            self._transcript.feed(data)

    def _panic(self, purpose: str) -> NoReturn:
        """Waits for the end of the panic's report, then fails with it."""
        __tracebackhide__ = True
        start, seen, moved = self._transcript.panic().start(), 0, time.monotonic()
        while not self._ended and not PANIC_END.search(self._transcript.text, start):
            self._process.wait_output(Watch.pause)
            self._read()
            now = time.monotonic()
            if len(self._transcript.text) > seen:
                seen, moved = len(self._transcript.text), now
            elif now - moved > PANIC_SILENCE:
                break
        self._fail(KernelPanic, f"the kernel panicked, {purpose}:\n{self._transcript.text[start:]}")

    def _fail_ended(self, purpose: str) -> NoReturn:
        __tracebackhide__ = True
        errors = self._process.errors().strip()
        if self.counters.total() == 0:
            self._fail(Infrastructure, plugins.refusal(errors) or
                       f"QEMU ended before it began, with status {self.exit_status}: {errors}")
        complaint = f"; QEMU said: {errors}" if self.exit_status != 0 and errors else ""
        self._fail(GuestExited, f"the machine went off (QEMU's exit status {self.exit_status}), {purpose}{complaint}")

    def _where(self) -> str:
        """Where each hart is: the first clue to the cause of a hang."""
        places = [symbols.name(self.kernel, pc) for pc in self.monitor.program_counters()]
        return "".join(f"\n    hart {hart} is at {place}" for hart, place in enumerate(places))

    def _fail(self, kind: type[Exception], reason: str) -> NoReturn:
        __tracebackhide__ = True
        self._save()
        log = os.path.relpath(self.log, paths.ROOT)
        raise kind(f"{reason}\nThe console's last lines (all of them: {log}):\n{self._transcript.tail()}")

    def _save(self) -> None:
        paths.RESULTS.mkdir(parents=True, exist_ok=True)
        self.log.write_text(self._transcript.text, encoding="utf-8")
