# SPDX-License-Identifier: MIT
"""Patterns of paths: `*` and `?` stay within a folder, `**` crosses folders."""

import re
from collections.abc import Iterable


def _expression(pattern: str) -> str:
    parts = {"**/": r"(?:[^/]+/)*", "**": r".*", "*": r"[^/]*", "?": r"[^/]"}
    return "".join(parts.get(part) or re.escape(part) for part in re.split(r"(\*\*/|\*\*|\*|\?)", pattern))


class Globs:
    """A list of patterns."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self.patterns = tuple(patterns)
        self._expressions = [(pattern, re.compile(_expression(pattern))) for pattern in self.patterns]

    def find(self, path: str) -> str | None:
        """The first pattern that `path` matches, or None."""
        return next((pattern for pattern, expression in self._expressions if expression.fullmatch(path)), None)

    def unused(self, paths: Iterable[str]) -> list[str]:
        """The patterns that no path matches."""
        paths = list(paths)
        return [pattern for pattern, expression in self._expressions
                if not any(expression.fullmatch(path) for path in paths)]
