# SPDX-License-Identifier: MIT
"""When to stop waiting for the guest. One watch belongs to one wait.

With one hart, time is the guest's own, so a slow host changes nothing:
- the plugin holds the hart when it has executed `within` x 10^9 instructions, at one nanosecond each;
- a guest that mostly sleeps executes few, so the clock of the machine counts as well;
- a guest that is idle, and whose clock cannot jump to a timer since none is armed, will never do anything again.
The time starts when QEMU has taken the last byte that the test sent: how long that takes is the host's affair.

With several harts QEMU's clock is the host's, and a hart may spin for another that the host does not run. Instructions
then say nothing about progress, so the limit is on the wall, and generous: a slow host must not fail a good kernel.
"""

import time
from collections.abc import Callable
from pathlib import Path

from .counters import Counters
from .errors import GuestDeadline, GuestIdle, Infrastructure
from .monitor import Monitor

Verdict = tuple[type[Exception], str]

WALL_LIMIT = 300.0          # s on the wall that any one wait may take
INPUT_LIMIT = 10.0          # s on the wall for the guest to take what was sent, before its time runs all the same
IDLE_SAMPLES = 20           # how often in a row, IDLE_INTERVAL s apart, the guest must be found asleep
IDLE_INTERVAL = 0.1
CENTURY = 3e9             # s; a clock beyond it has jumped there
SMP_START = 20.0            # with several harts, s on the wall: this, and SMP_FACTOR for each s of guest time
SMP_FACTOR = 10.0


class Watch:
    """The wall alone. What the two kinds of watch share."""

    pause = 0.02            # s between two looks

    def __init__(self, wall: float, kind: type[Exception]) -> None:
        self._wall, self._kind = wall, kind
        self._begin = time.monotonic()

    def verdict(self) -> Verdict | None:
        """Why to stop now, or None. Read the console between asking and acting: what came in time counts."""
        if time.monotonic() - self._begin > self._wall:
            return self._kind, f"{self._wall:.0f} s on the wall have passed"
        return None

    def close(self) -> None:
        """The wait is over."""


def wall_watch(within: float) -> Watch:
    """For several harts. `within` s of guest time."""
    return Watch(min(SMP_START + SMP_FACTOR * within, WALL_LIMIT), GuestDeadline)


class GuestWatch(Watch):
    """For one hart with -icount. `unread`: how many sent bytes QEMU has not taken yet. `pid`: QEMU's."""

    def __init__(self, counters: Counters, monitor: Monitor, pid: int, unread: Callable[[], int],
                 within: float) -> None:
        super().__init__(WALL_LIMIT, Infrastructure)
        self._counters, self._monitor, self._pid, self._unread, self._within = counters, monitor, pid, unread, within
        self._awaits_input = False
        self._asleep, self._next_look, self._seen = 0, self._begin + IDLE_INTERVAL, -1
        self._restart()

    def _restart(self) -> None:
        """The guest's time runs from here."""
        self._clock = None          # read at the first look: asking QEMU on every wait would be slow
        self._counters.limit(self._counters.total() + max(1, int(self._within * 1e9)))

    def close(self) -> None:
        self._counters.limit(0)

    def verdict(self) -> Verdict | None:
        now = time.monotonic()
        awaited, self._awaits_input = self._awaits_input, self._unread() > 0
        if (awaited or self._awaits_input) and now - self._begin < INPUT_LIMIT:
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
        """What the instruction limit does not see: a guest that sleeps."""
        seen, self._seen = self._seen, self._counters.total()
        if self._seen != seen:
            self._asleep = 0
            clock = self._monitor.clock()
            if self._clock is None:
                self._clock = clock
            elif clock is not None and self._within < clock - self._clock < CENTURY:
                return GuestDeadline, f"the guest has used its {self._within:g} s, most of them asleep"
            return None
        self._asleep = self._asleep + 1 if self._seen > 0 and sleeps(self._pid) else 0
        if self._asleep >= IDLE_SAMPLES:
            left, clock = self._unread(), self._monitor.clock() or 0.0
            return GuestIdle, "the guest waits, and nothing will wake it" + (
                f" (it has left {left} bytes of input unread)" if left else "") + (
                " (its timer was set to the end of time, where its clock is now: see grade/glenda/qemu.py)"
                if clock > CENTURY else "")
        return None


def sleeps(pid: int) -> bool:
    """Whether all threads of a process sleep. A slow host's runnable thread is not asleep, so this is no guess."""
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            state = (task / "stat").read_text().rpartition(")")[2].split()[0]
            if state != "S":
                return False
    except OSError:
        return False
    return True
