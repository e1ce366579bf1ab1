# SPDX-License-Identifier: MIT
"""The guest's output as text, without carriage returns, and searching in it.

Each search starts at `position`, which is the end of the previous match.
"""

import codecs
import re

PANIC = re.compile(r"^PANIC[^\n]*\n", re.MULTILINE)     # matches only a complete line
PANIC_END = re.compile(r"^END PANIC\n", re.MULTILINE)   # the last line of a complete report


class Transcript:
    """`most`: how many characters are kept; 0: all. What comes later is dropped, and `overflows` says so."""

    def __init__(self, most: int = 0) -> None:
        self.text, self.most, self.overflows = "", most, False
        self.position = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")

    def feed(self, data: bytes) -> None:
        if self.overflows:
            return
        self.text += self._decoder.decode(data).replace("\r", "")
        if self.most and len(self.text) > self.most:
            self.text, self.overflows = self.text[:self.most], True

    def panic(self) -> re.Match[str] | None:
        """The first line of a panic's report after `position`, if there is one."""
        return PANIC.search(self.text, self.position)

    def find(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The next match of the pattern. Moves `position` to its end.

        A match below the first line of a panic does not count. So the result does not depend on how many pieces the
        text arrived in. A test that expects a panic uses a pattern that begins in that line.
        """
        match = pattern.search(self.text, self.position)
        panic = self.panic()
        if match is None or (panic is not None and match.start() >= panic.end()):
            return None
        self.position = match.end()
        return match

    def tail(self, lines: int = 30) -> str:
        """The last lines, indented, for a message."""
        return "".join(f"    | {line}\n" for line in self.text.splitlines()[-lines:])
