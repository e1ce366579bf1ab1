# SPDX-License-Identifier: MIT
"""One file with holes as a student has it: text around holes, edited in the ways that students edit."""

import random
from dataclasses import dataclass

from .marks import Hole
from .render import Renderer
from .source import File

PRINT = '    print("here\\n");'


@dataclass
class Part:
    """Lines of a file. `hole`: which hole they fill, or None for text between holes."""

    hole: Hole | None
    lines: list[str]


def _reindented(lines: list[str], dice: random.Random) -> list[str]:
    unit = dice.choice(["\t", "  ", "        "])
    return [unit * ((len(line) - len(line.lstrip())) // 4) + line.lstrip() for line in lines]


def _longer(lines: list[str], dice: random.Random) -> list[str]:
    indent = lines[0][:len(lines[0]) - len(lines[0].lstrip())] if lines else ""
    filled = [extra for line in lines for extra in (line, *([f"{indent}// next"] * dice.randrange(2)))]
    return [f"{indent}// My solution, at length.", *filled]


def _spaced(lines: list[str], dice: random.Random) -> list[str]:
    return [extra for line in lines for extra in (line, *([""] * dice.randrange(2)))]


def _printing(lines: list[str], dice: random.Random) -> list[str]:
    return [PRINT, *lines]


def _helper(name: str, hole: Hole) -> list[str]:
    return [f"// My helper for {hole.id}.", f"static int {name}_{hole.id.replace('.', '_')}() {{", "    return 1;", "}", ""]


HARMLESS = (_reindented, _longer, _spaced)      # the code stays the same
BODIES = (*HARMLESS, _printing)


class StudentFile:
    """A file whose holes are stubs at first."""

    def __init__(self, renderer: Renderer, path: str) -> None:
        self.path = path
        self.whole = "plain"        # what an editor did to every line: crlf, trailing, tabs
        lines, position = renderer.course.lines[path], 0
        self.parts: list[Part] = []
        for hole in renderer.course.holes[path]:
            self.parts += [Part(None, lines[position:hole.opened - 1]), Part(hole, renderer.filling(hole, frozenset()))]
            position = hole.closed
        self.parts.append(Part(None, lines[position:]))

    def _index(self, hole: Hole) -> int:
        return next(index for index, part in enumerate(self.parts) if part.hole and part.hole.id == hole.id)

    def fill(self, hole: Hole, lines: list[str]) -> None:
        """Puts these lines into the hole, and nothing else."""
        self.parts[self._index(hole)].lines = lines

    # --- what students do at a hole ---------------------------------------------------------------------------

    def solve(self, hole: Hole, solution: list[str], dice: random.Random, how_often: float = 0.5) -> None:
        """Writes the solution into the hole, each variation with the probability `how_often`."""
        index = self._index(hole)
        body = solution
        for vary in BODIES:
            if dice.random() < how_often:
                body = vary(body, dice)
        kept = [line for line in self.parts[index].lines if line.lstrip().startswith("//")] if dice.random() < how_often else []
        self.fill(hole, kept + body)
        for edit in (self._helper_above, self._helper_below, self._signature):
            if dice.random() < how_often / 2:
                edit(index, hole)

    def _helper_above(self, index: int, hole: Hole) -> None:
        text = self.parts[index - 1].lines
        place = max((number for number, line in enumerate(text, 1) if not line.strip()), default=0)
        text[place:place] = _helper("helper", hole)

    def _helper_below(self, index: int, hole: Hole) -> None:
        text = self.parts[index + 1].lines
        place = next((number for number, line in enumerate(text, 1) if not line.strip()), len(text))
        text[place:place] = _helper("another", hole)

    def _signature(self, index: int, hole: Hole) -> None:
        text = self.parts[index - 1].lines
        if text and text[-1].endswith("{"):
            text[-1] += f"  // mine: {hole.id}"

    # --- and anywhere -----------------------------------------------------------------------------------------

    def edit(self, dice: random.Random) -> None:
        """An include, a print or a comment, somewhere between the holes."""
        part = dice.choice([part for part in self.parts if part.hole is None])
        kind = dice.choice(["include", "print", "comment"])
        if kind == "include":
            lines = self.parts[0].lines
            place = max((number for number, line in enumerate(lines, 1) if line.startswith("#include")), default=0)
            lines.insert(place, "#include <array>")
        elif kind == "print":
            places = [number for number, line in enumerate(part.lines, 1) if line.endswith((";", "{"))]
            if places:
                part.lines.insert(dice.choice(places), PRINT)
        else:
            places = [number for number, line in enumerate(part.lines) if line.lstrip().startswith("//")]
            if places:
                part.lines[dice.choice(places)] += " (understood)"

    def render(self) -> File:
        """The file as it is now."""
        lines = [line for part in self.parts for line in part.lines]
        if self.whole == "tabs":
            lines = ["\t" * ((len(line) - len(line.lstrip(" "))) // 4) + line.lstrip(" ") for line in lines]
        end = {"crlf": "\r\n", "trailing": "  \n"}.get(self.whole, "\n")
        return File("".join(line + end for line in lines).encode())
