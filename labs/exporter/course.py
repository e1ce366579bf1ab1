# SPDX-License-Identifier: MIT
"""The course as the solved tree describes it: its labs, their holes and stubs, and which lab publishes which file."""

import re
import tomllib
from dataclasses import dataclass

from .errors import Complaint, Problem, raise_if
from .globs import Globs
from .ids import lab_of, order
from .manifest import Exercise, Lab, read_lab
from .marks import Hole, find_holes
from .source import File, Tree

COMMON = "labs/common/"
LATER = "labs/later.toml"
LAB_TOML = re.compile(r"labs/lab(\d+)/lab\.toml")
STUB = re.compile(r"labs/lab(\d+)/stubs/(\d+\.\d+[a-z]?)\.\w+")


@dataclass(frozen=True)
class Stub:
    """What stands in place of a hole; `lines` are not indented."""

    path: str
    lines: tuple[str, ...]


class Course:
    """All that the exporter knows. Reading raises Problem for what would make every tree wrong; lint.py finds the rest."""

    def __init__(self, source: Tree) -> None:
        self.source = source
        self.labs = self._read_labs()
        self.later = self._read_later()
        self.stubs = self._read_stubs()
        self.home: dict[str, int] = {}              # which lab publishes a file of the solved tree
        for path in source:
            if (lab := next((lab.number for lab in self.labs if self._firsts[lab.number].find(path)), None)) is not None:
                self.home[path] = lab
        self.mark_complaints: list[Complaint] = []
        self.holes: dict[str, list[Hole]] = {}      # by file
        self.lines: dict[str, list[str]] = {}       # of the files with holes
        for path in self.home:
            self._read_marks(path)

    def _read_labs(self) -> list[Lab]:
        labs = []
        for path, match in ((path, LAB_TOML.fullmatch(path)) for path in self.source):
            if match:
                lab = read_lab(path, self.source[path].data)
                if lab.number != int(match[1]):
                    reason = f"this is lab {lab.number} by its `number`, but lab {match[1]} by its folder"
                    raise Problem(Complaint(path, 0, reason))
                labs.append(lab)
        if not labs:
            raise Problem("there is no labs/labN/lab.toml: no lab is described here")
        labs.sort(key=lambda lab: lab.number)
        self._firsts = {lab.number: Globs(lab.first) for lab in labs}
        return labs

    def _read_later(self) -> Globs:
        file = self.source.get(LATER)
        if file is None:
            return Globs(())
        try:
            return Globs(tomllib.loads(file.data.decode())["later"])
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
            raise Problem(Complaint(LATER, 0, f"write `later = [\"a/**\", ...]` here ({error})")) from None

    def _read_stubs(self) -> dict[str, Stub]:
        stubs: dict[str, Stub] = {}
        complaints = []
        for path, match in ((path, STUB.fullmatch(path)) for path in self.source):
            if match is None:
                continue
            if match[2] in stubs:
                complaints.append(Complaint(path, 0, f"{stubs[match[2]].path} is a stub of the same hole", "L1"))
            if lab_of(match[2]) != int(match[1]):
                reason = f"the stub of a hole of lab {lab_of(match[2])} is in the folder of lab {match[1]}"
                complaints.append(Complaint(path, 0, reason, "L1"))
            stubs[match[2]] = Stub(path, tuple(self.source[path].data.decode().splitlines()))
        raise_if(complaints)
        return stubs

    def _read_marks(self, path: str) -> None:
        file = self.source[path]
        if b"lab" not in file.data or not file.is_text:
            return
        try:
            lines = file.data.decode().splitlines()
        except UnicodeDecodeError:
            return
        holes, complaints = find_holes(path, lines)
        self.mark_complaints += complaints
        if holes:
            self.holes[path], self.lines[path] = holes, lines

    def lab(self, number: int) -> Lab:
        """The lab with this number. Raises Problem if there is none."""
        for lab in self.labs:
            if lab.number == number:
                return lab
        raise Problem(f"there is no lab {number}; there are {', '.join(lab.name for lab in self.labs)}")

    @property
    def exercises(self) -> list[Exercise]:
        """The exercises of all labs, in order."""
        return [exercise for lab in self.labs for exercise in sorted(lab.exercises, key=lambda one: order(one.id))]

    def all_holes(self) -> list[Hole]:
        """The holes of all files, in the order of their numbers."""
        return sorted((hole for holes in self.holes.values() for hole in holes), key=lambda hole: order(hole.id))

    def published(self, number: int) -> Tree:
        """The files of the solved tree that lab `number` and those before it publish, as they are."""
        return {path: self.source[path] for path, home in self.home.items() if home <= number}

    def overlay(self, number: int) -> Tree:
        """The files that the labs up to `number` publish and the solved tree does not have at their place."""
        first, files = self.labs[0].number, Tree()
        prefixes = [(COMMON, first)] + [(f"labs/{lab.name}/tree/", lab.number) for lab in self.labs]
        for prefix, lab in prefixes:
            if lab > number:
                continue
            for path, file in self.source.items():
                if path.startswith(prefix):
                    place = path.removeprefix(prefix)
                    if place in files or place in self.home:
                        raise Problem(Complaint(path, 0, f"another file is published as {place}"))
                    files[place] = file
        return files

    def solved_by(self, text: str) -> frozenset[str]:
        """The exercises that `text` names: `2.1..2.4`, `2.3`, `all`, or several of these with commas between.
        Raises Problem if there is no such exercise."""
        numbers = [exercise.id for exercise in self.exercises]
        chosen: set[str] = set()
        for part in filter(None, text.split(",")):
            if part == "all":
                chosen.update(numbers)
                continue
            first, _, last = part.partition("..")
            for end in (first, last or first):
                if end not in numbers:
                    raise Problem(f"there is no exercise {end}; there are {numbers[0]}..{numbers[-1]}")
            chosen.update(numbers[numbers.index(first):numbers.index(last or first) + 1])
        return frozenset(chosen)


def text_file(lines: list[str]) -> File:
    """A file of these lines, each with its end."""
    return File("".join(line + "\n" for line in lines).encode())
