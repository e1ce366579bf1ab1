# SPDX-License-Identifier: MIT
"""The page of counters that the plugin in grade/plugin/deadline.c shares with us, and the building of that plugin.

Both sides map the same page, so reading it costs nothing and never disturbs the guest. Its layout, in words of 64 bits:
0 harts, 1 limit, then from word 8 on eight words a hart: instructions, idle, held.
"""

import mmap
import os
import subprocess
from pathlib import Path

from .errors import Infrastructure
from .paths import RESULTS, ROOT

SOURCES = [ROOT / "grade" / "plugin" / name for name in ("deadline.c", "qemu_plugin.h")]
FLAGS = ["-shared", "-fPIC", "-O2", "-std=c17", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror"]


def plugin() -> Path:
    """The plugin as a shared object, compiled now if it is older than its sources.

    Two test processes may come here at once: each builds under a name of its own, and the renaming is atomic.
    """
    target = RESULTS / "deadline.so"
    newest = max(source.stat().st_mtime_ns for source in SOURCES)
    if target.exists() and target.stat().st_mtime_ns > newest:
        return target
    RESULTS.mkdir(parents=True, exist_ok=True)
    scratch = RESULTS / f"deadline.{os.getpid()}.so"
    try:
        subprocess.run(["gcc", *FLAGS, str(SOURCES[0]), "-o", str(scratch)], check=True, capture_output=True, text=True)
    except FileNotFoundError:
        raise Infrastructure("gcc is missing: the Debian package `gcc` has it") from None
    except subprocess.CalledProcessError as error:
        raise Infrastructure(f"grade/plugin/deadline.c does not compile:\n{error.stderr}") from None
    os.replace(scratch, target)
    return target


class Counters:
    """One machine's page of counters. `fd` must be passed on to QEMU, whose plugin opens `path`."""

    SIZE = 4096

    def __init__(self) -> None:
        self.fd = os.memfd_create("glenda-counters")      # a file without a name: nothing to clean up
        os.ftruncate(self.fd, self.SIZE)
        self.path = f"/proc/self/fd/{self.fd}"
        self._map = mmap.mmap(self.fd, self.SIZE)
        self._words = memoryview(self._map).cast("Q")     # reads and writes one whole word at a time

    def close(self) -> None:
        self._words.release()
        self._map.close()
        os.close(self.fd)

    @property
    def harts(self) -> int:
        """How many harts the machine has; 0 as long as the plugin has not been loaded."""
        return self._words[0]

    def instructions(self) -> list[int]:
        """Instructions executed so far, by hart."""
        return [self._words[8 + 8 * hart] for hart in range(self.harts)]

    def total(self) -> int:
        """Instructions executed so far, on all harts."""
        return sum(self.instructions())

    def idle(self) -> list[bool]:
        """Which harts are in `wfi`. QEMU 7.2 tells only without -icount; with it, all are False."""
        return [self._words[9 + 8 * hart] != 0 for hart in range(self.harts)]

    def limit(self, count: int) -> None:
        """Hold every hart that has executed `count` instructions since it was switched on. 0: no limit."""
        self._words[1] = count

    def held(self) -> bool:
        """Whether a hart has reached the limit and stands still."""
        limit = self._words[1]      # a hart that has been released may not know it yet: its count tells
        return limit != 0 and any(self._words[10 + 8 * hart] != 0 and self._words[8 + 8 * hart] >= limit
                                  for hart in range(self.harts))
