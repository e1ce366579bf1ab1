# SPDX-License-Identifier: MIT
"""Where in a TOML file its tables and keys stand: the parser does not tell, and a complaint must."""

import re


class Lines:
    """Where the tables of a TOML file and their keys stand, for complaints."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        self._headers = [(number, match[1]) for number, line in enumerate(self._lines, 1)
                         if (match := re.match(r"\s*\[\[?\s*([\w.]+)\s*\]\]?", line))]

    @classmethod
    def of(cls, data: bytes) -> "Lines":
        return cls(data.decode(errors="replace"))

    def holding(self, text: str) -> int:
        """The first line that holds `text`; 1 if none does."""
        return next((number for number, line in enumerate(self._lines, 1) if text in line), 1)

    def table(self, name: str, index: int = 0) -> int:
        """The line of the header of the `index`th table `name`; 1 if there is none."""
        found = [line for line, header in self._headers if header == name]
        return found[index] if index < len(found) else 1

    def key(self, name: str, index: int, key: str) -> int:
        """The line of `key` in that table; the table's if the key is not there."""
        start = self.table(name, index)
        end = next((line for line, _ in self._headers if line > start), len(self._lines) + 1)
        pattern = re.compile(rf"\s*\"?{re.escape(key)}\"?\s*=")
        return next((line for line in range(start, end) if pattern.match(self._lines[line - 1])), start)
