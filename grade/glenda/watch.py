# SPDX-License-Identifier: MIT
"""Decides when to stop waiting for the guest. Each wait has its own watch.

With one hart, time is guest time, so a slow host makes no difference:
- the plugin holds the hart when it has executed `within` x 10^9 instructions, at one nanosecond each;
- a guest that mostly sleeps executes few instructions, so the machine's clock counts as well;
- a guest that is idle while no timer is armed, so that its clock cannot jump to one, will never do anything again;
- nor will one whose trap handler cannot be fetched: it takes exceptions for ever, and executes no instruction;
- one that only takes exceptions, or flushes its TLB, executes some: at a pace at which it would not come to its limit today.
A guest that has switched its machine off has no time to use any more: QEMU is asked before a wait fails. The hart runs on
until QEMU's main thread stops it, which on a busy host may take all the time that the wait had left, or sleep for ever.
Time starts when QEMU has read the last byte that the test sent, because how long that takes depends on the host.

With several harts QEMU's clock is the host's, and a hart may spin for another that the host does not run. Instructions
then say nothing about progress. So the limit is on real time, and generous: a slow host must not fail a good kernel.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

from .counters import Counters
from .errors import GuestDeadline, GuestIdle, GuestStuck, Infrastructure
from .monitor import Monitor

Verdict = tuple[type[Exception], str]

WALL_LIMIT = 600.0          # s of real time that a single wait may take
INPUT_LIMIT = 10.0          # s of real time for the guest to read its input before its time starts anyway
IDLE_SAMPLES = 20           # the guest is idle if it is asleep this many times in a row, IDLE_INTERVAL s apart
IDLE_INTERVAL = 0.1
STUCK_LIMIT = 2.0           # s of QEMU's processor time for which the guest executes nothing
PACE_WINDOW = 5.0           # s of QEMU's processor time for which a guest is awake and executes
LEAST_PACE = 3e6            # instructions per second of it; with fewer than this a guest of a test gets nowhere
ASLEEP_LIMIT = 60.0         # s that a machine's clock may show in a wait that counts instructions from power-on
CENTURY = 3e9             # s; a clock later than this has jumped to the end of time
END_LIMIT = 20.0            # s of real time in which QEMU ends once the machine is off
SMP_START = 20.0            # s of real time with several harts, plus SMP_FACTOR for each s of guest time
SMP_FACTOR = 10.0


class Watch:
    """A watch on real time, and the common part of all watches."""

    pause = 0.02            # s between two checks

    def __init__(self, wall: float, kind: type[Exception]) -> None:
        self._wall, self._kind = wall, kind
        self._begin = time.monotonic()

    def verdict(self) -> Verdict | None:
        """The reason to stop now, or None. Read the console before acting on it: output that came in time counts."""
        if time.monotonic() - self._begin > self._wall:
            return self._kind, f"{self._wall:.0f} s on the wall have passed"
        return None

    def close(self) -> None:
        """Called at the end of the wait."""


def wall_watch(within: float) -> Watch:
    """The watch for several harts. `within`: seconds of guest time."""
    return Watch(min(SMP_START + SMP_FACTOR * within, WALL_LIMIT), GuestDeadline)


class GuestWatch(Watch):
    """The watch for one hart with -icount. `unread`: the number of bytes that QEMU has yet to read. `pid`: QEMU's.
    `from_power_on`: the guest's time has started with the machine, so a guest that spins is always held at the same
    instruction. Its clock is then looked at for ASLEEP_LIMIT alone: how soon one looks depends on the host."""

    def __init__(self, counters: Counters, monitor: Monitor, pid: int, unread: Callable[[], int],
                 within: float, *, from_power_on: bool = False) -> None:
        super().__init__(WALL_LIMIT, Infrastructure)
        self._counters, self._monitor, self._pid, self._unread, self._within = counters, monitor, pid, unread, within
        self._from_power_on = from_power_on
        self._longest = ASLEEP_LIMIT if from_power_on else within
        self._awaits_input = False
        self._asleep, self._next_look, self._seen = 0, self._begin + IDLE_INTERVAL, -1
        self._moved_at = 0.0        # QEMU's processor time when the guest was last seen to have executed something
        self._is_off = False
        self._window = (0.0, 0, 0.0)    # where its pace is measured from: QEMU's processor time, instructions, its clock
        self._restart()

    def _restart(self) -> None:
        """Starts the guest's time."""
        self._clock = 0.0 if self._from_power_on else None      # None: read at the first check, for a query is slow
        begin = 0 if self._from_power_on else self._counters.total()
        self._counters.limit(begin + max(1, int(self._within * 1e9)))

    def close(self) -> None:
        if not self._from_power_on:     # else the hart stays held, for whoever looks at it
            self._counters.limit(0)

    def verdict(self) -> Verdict | None:
        if self._is_off:
            return super().verdict()
        stop = self._judge()
        if stop is not None and self._monitor.goes_off():
            self._is_off = True
            self._counters.limit(0)         # QEMU waits for a hart that is held
            self._begin, self._wall = time.monotonic(), END_LIMIT
            return None
        return stop

    def _judge(self) -> Verdict | None:
        """The reason to stop now, or None, as far as can be seen without asking whether the machine is still on."""
        now = time.monotonic()
        awaited, self._awaits_input = self._awaits_input, self._unread() > 0
        if not self._from_power_on and (awaited or self._awaits_input) and now - self._begin < INPUT_LIMIT:
            self._restart()
            self.pause = 0.002
        elif self._counters.held():
            return GuestDeadline, f"the guest has used its {self._within:g} s ({self._within * 1e9:.0f} instructions)"
        else:
            self.pause = 0.02
        if now >= self._next_look:
            self._next_look = now + IDLE_INTERVAL
            if stop := self._look():
                return stop
        return super().verdict()

    def _look(self) -> Verdict | None:
        """Checks what the instruction limit does not cover: a guest that sleeps, or that executes nothing."""
        seen, self._seen = self._seen, self._counters.total()
        used = processor_time(self._pid)
        if self._seen != seen:
            self._asleep, self._moved_at = 0, used
            clock = self._monitor.clock()
            if self._clock is None:
                self._clock = clock
            elif clock is not None and self._longest < clock - self._clock < CENTURY:
                return GuestDeadline, f"the guest has used its {self._longest:g} s, most of them asleep"
            return self._look_at_pace(used, clock or 0.0)
        if self._seen > 0 and used - self._moved_at > STUCK_LIMIT:
            return GuestStuck, "the guest takes exceptions without end: its trap handler is at an address that is not mapped"
        self._asleep = self._asleep + 1 if self._seen > 0 and sleeps(self._pid) else 0
        if self._asleep >= IDLE_SAMPLES:
            left, clock = self._unread(), self._monitor.clock() or 0.0
            return GuestIdle, "the guest waits, and nothing will wake it" + (
                f" (it has left {left} bytes of input unread)" if left else "") + (
                " (its timer was set to the end of time, where its clock is now: see grade/glenda/qemu.py)"
                if clock > CENTURY else "")
        return None

    def _look_at_pace(self, used: float, clock: float) -> Verdict | None:
        """A guest that is awake, and for which QEMU works, gets on. Its clock tells whether it is awake."""
        since, instructions, time_ = self._window
        if used - since < PACE_WINDOW:
            return None
        done, passed = self._seen - instructions, clock - time_
        self._window = (used, self._seen, clock)
        if done < LEAST_PACE * (used - since) and passed < 2e-9 * done + 0.001:
            return GuestStuck, (f"the guest gets nowhere: in {used - since:.0f} s of the processor's time it has executed "
                                f"{done} instructions, such as exceptions and fences")
        return None


def processor_time(pid: int) -> float:
    """Processor time in seconds of a process, its threads and the children it has waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def sleeps(pid: int) -> bool:
    """Whether all threads of a process sleep. Reliable on a slow host too, where a runnable thread is not asleep."""
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            state = (task / "stat").read_text().rpartition(")")[2].split()[0]
            if state != "S":
                return False
    except OSError:
        return False
    return True
