# SPDX-License-Identifier: MIT
"""A page of the handouts, picked apart. What Markdown means here is what MkDocs makes of it (mkdocs.yml)."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

FENCE = re.compile(r"^(?P<indent> *)```(?P<kind>\w*)\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^(#+) (.+?)(?:\s+\{\s*#([\w-]+)\s*\})?$", re.MULTILINE)
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^()\s]+)\)")


def slug(title: str) -> str:
    """The anchor that Python-Markdown makes of a title."""
    plain = re.sub(r"[`*]", "", title)
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", plain).strip().lower())


@dataclass(frozen=True)
class Fence:
    """A block of code. `note`: what the HTML comment in the line above says, or ""."""

    kind: str
    text: str
    line: int
    note: str


class Page:
    """`text` is Markdown. `path` tells where links begin."""

    def __init__(self, path: Path, text: str | None = None) -> None:
        self.path = path
        self.text = path.read_text(encoding="utf-8") if text is None else text

    @cached_property
    def prose(self) -> str:
        """The text without blocks of code and comments. Lines keep their numbers."""
        def blank(match: re.Match[str]) -> str:
            return "\n" * match[0].count("\n")
        return re.sub(r"<!--.*?-->", blank, FENCE.sub(blank, self.text), flags=re.DOTALL)

    @cached_property
    def fences(self) -> list[Fence]:
        found = []
        for match in FENCE.finditer(self.text):
            above = self.text[:match.start()].rstrip("\n").rpartition("\n")[2].strip()
            note = re.fullmatch(r"<!--\s*(.*?)\s*-->", above)
            text = re.sub(rf"^{match['indent']}", "", match["text"], flags=re.MULTILINE)
            found.append(Fence(match["kind"], text, self.line_at(match.start()), note[1] if note else ""))
        return found

    @cached_property
    def anchors(self) -> dict[str, str]:
        """Titles by anchor, in the order of the page. A second heading of a name gets a number."""
        found: dict[str, str] = {}
        for match in HEADING.finditer(self.prose):
            anchor, count = match[3] or slug(match[2]), 0
            while (name := f"{anchor}_{count}" if count else anchor) in found:
                count += 1
            found[name] = match[2]
        return found

    def section(self, anchor: str) -> str:
        """The text below a heading, up to the next of its level or above. Code included."""
        headings = [match for match in HEADING.finditer(self.prose)]
        for match, name in zip(headings, self.anchors):
            if name == anchor:
                begin = self.prose.count("\n", 0, match.end()) + 1
                level = len(match[1])
                after = next((self.prose.count("\n", 0, other.start()) for other in headings
                              if other.start() > match.start() and len(other[1]) <= level), None)
                return "\n".join(self.text.split("\n")[begin:after])
        return ""

    @cached_property
    def links(self) -> list[tuple[int, bool, str]]:
        """Line, whether it is a picture, and target."""
        return [(self.line_at(match.start(), self.prose), match[1] == "!", match[3]) for match in LINK.finditer(self.prose)]

    @cached_property
    def spans(self) -> list[tuple[int, str]]:
        """Line and text of each piece of code within a sentence."""
        return [(self.line_at(match.start(), self.prose), re.sub(r"\s+", " ", match[1]))
                for match in re.finditer(r"(?<!`)`([^`]+)`(?!`)", self.prose)]

    @cached_property
    def words(self) -> int:
        """As a reader counts: without code, and without what links lead to."""
        plain = LINK.sub(r"\2", self.prose)
        return sum(1 for word in plain.split() if re.search(r"\w", word))

    def table(self, first_cell: str) -> list[list[str]]:
        """The rows of the table whose header begins with this cell."""
        rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in self.prose.splitlines()
                if line.startswith("|")]
        begin = next((index for index, row in enumerate(rows) if row[0] == first_cell), None)
        if begin is None:
            return []
        width, found = len(rows[begin]), []
        for row in rows[begin + 2:]:
            if len(row) != width or set("".join(row)) <= set("-: "):
                break
            found.append(row)
        return found

    def line_at(self, place: int, text: str | None = None) -> int:
        return (self.text if text is None else text).count("\n", 0, place) + 1
