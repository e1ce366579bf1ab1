# SPDX-License-Identifier: MIT
"""The page of counters shared with the plugin in grade/plugin/deadline.c.

Both sides map the same page, so reading it costs nothing and never disturbs the guest. Its layout, in words of 64 bits:
word 0: number of harts; word 1: limit; from word 8 on, eight words per hart: instructions, idle, held.
"""

import mmap
import os


class Counters:
    """One machine's page of counters. `fd` must be passed on to QEMU, whose plugin opens `path`."""

    SIZE = 4096

    def __init__(self) -> None:
        self._file = open(os.memfd_create("glenda-counters"), "rb")     # a file without a name: nothing to clean up
        self.fd = self._file.fileno()
        os.ftruncate(self.fd, self.SIZE)
        self.path = f"/proc/self/fd/{self.fd}"
        self._map = mmap.mmap(self.fd, self.SIZE)
        self._words = memoryview(self._map).cast("Q")     # reads and writes one whole word at a time

    def close(self) -> None:
        self._words.release()
        self._map.close()
        self._file.close()

    @property
    def harts(self) -> int:
        """The number of harts; 0 until QEMU has loaded the plugin."""
        return self._words[0]

    def instructions(self) -> list[int]:
        """Instructions executed so far, by hart."""
        return [self._words[8 + 8 * hart] for hart in range(self.harts)]

    def total(self) -> int:
        """Instructions executed so far, on all harts."""
        return sum(self.instructions())

    def idle(self) -> list[bool]:
        """Which harts are in `wfi`. QEMU 7.2 reports this only without -icount; with -icount all are False."""
        return [self._words[9 + 8 * hart] != 0 for hart in range(self.harts)]

    def limit(self, count: int) -> None:
        """Stops every hart that has executed `count` instructions since power-on. 0: no limit."""
        self._words[1] = count

    def held(self) -> bool:
        """Whether a hart has stopped at the limit."""
        limit = self._words[1]      # a hart that was just released may still be marked as held, so compare its count
        return limit != 0 and any(self._words[10 + 8 * hart] != 0 and self._words[8 + 8 * hart] >= limit
                                  for hart in range(self.harts))
