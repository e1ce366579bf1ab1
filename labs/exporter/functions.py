# SPDX-License-Identifier: MIT
"""Which C++ function a hole is in. The layout, which clang-format keeps, says it: what encloses a line is indented less."""

import re
from collections.abc import Iterator, Sequence

from .marks import Hole

CONTROL = re.compile(r"(?:\} *)?(?:if|else|for|while|do|switch|case|default|try|catch)\b|[{}]|#|//|\w+:$")
CLASS = re.compile(r"(?:class|struct|union)\s+(?:\[\[.*?\]\]\s*|alignas\(.*?\)\s*)*([\w:]+)[^;(]*\{")
NOISE = re.compile(r"\[\[.*?\]\]|alignas\([^)]*\)|__attribute__\(\(.*?\)\)|decltype\(.*?\)|\brequires\b.*?\)")
NAME = re.compile(r"((?:[\w~]+::)*(?:operator *[^\s\w(]+|operator *\(\)|[\w~]+))\s*\(")
SOURCES = (".cc", ".h")


def _width(line: str) -> int:
    return len(line) - len(line.lstrip())


def _enclosing(lines: Sequence[str], index: int, width: int) -> Iterator[int]:
    """Indices of the lines that enclose the line `index`, which is indented by `width`; innermost first."""
    for above in range(index - 1, -1, -1):
        line = lines[above]
        if line.strip() and _width(line) < width and not line.startswith("#"):
            width = _width(line)
            yield above


def _header(lines: Sequence[str], start: int) -> str:
    """The declaration that begins on the line `start`, up to its opening brace, on one line."""
    text = ""
    for line in lines[start:start + 12]:
        text += line.strip() + " "
        if line.rstrip().endswith(("{", ";", "}")):
            break
    return text


def function_of(hole: Hole, lines: Sequence[str]) -> str | None:
    """The name of the function around `hole`, such as find_slot or Slot::take. None if there is none."""
    if not hole.file.endswith(SOURCES):
        return None
    if not hole.indent:     # the hole holds whole functions: the first counts
        heads = (_header(lines, index) for index in range(hole.opened, hole.closed - 1)
                 if lines[index] and not lines[index][0].isspace() and not CONTROL.match(lines[index]))
        names = (NAME.search(NOISE.sub("", head)) for head in heads if head.rstrip().endswith(("{", "}")))
        return next((match[1] for match in names if match), None)
    name = None
    for index in _enclosing(lines, hole.opened - 1, len(hole.indent)):
        stripped = lines[index].strip()
        if CONTROL.match(stripped) or stripped.startswith("namespace"):
            continue
        header = _header(lines, index)
        if inside := CLASS.match(header):
            return f"{inside[1]}::{name}" if name else None
        if name is None and (match := NAME.search(NOISE.sub("", header))):
            name = match[1]
    return name
