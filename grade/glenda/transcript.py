# SPDX-License-Identifier: MIT
"""What the guest has written: the bytes as text, with carriage returns removed, and the search in it.

`position` is where the next search begins: each search goes on behind what the one before has found.
"""

import codecs
import re

PANIC = re.compile(r"^PANIC[^\n]*\n", re.MULTILINE)     # only when its line is complete
PANIC_END = re.compile(r"^END PANIC\n", re.MULTILINE)   # the last line of a report that did not break off


class Transcript:
    def __init__(self) -> None:
        self.text = ""
        self.position = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")

    def feed(self, data: bytes) -> None:
        self.text += self._decoder.decode(data).replace("\r", "")

    def panic(self) -> re.Match[str] | None:
        """The first line of a panic's report, if one has come since `position`."""
        return PANIC.search(self.text, self.position)

    def find(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Where the pattern is next, and move `position` behind it.

        What stands below a line of panic does not count, so that the same text has the same result whether it came in
        one piece or in many. A test that wants a panic has a pattern that begins in that line.
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
