# SPDX-License-Identifier: MIT
"""Wrong solutions, which solutions/labN/mutants.toml keeps as replacements, as patches for instructors to apply to solN."""

import difflib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

from .course import Course
from .errors import Complaint, Problem, raise_if
from .manifest import Lab, Lines
from .source import File, Tree


@dataclass(frozen=True)
class Mutant:
    """In `file`, `find` becomes `replace`. `line`: where the list says so."""

    id: str
    file: str
    find: str
    replace: str
    why: str
    line: int

    def is_in(self, solution: Tree) -> int:
        """How often the text that it replaces occurs."""
        return solution[self.file].data.decode().count(self.find) if self.file in solution else 0

    def patch(self, solution: Tree) -> str:
        """The replacement as a patch, headed by why it is wrong."""
        right = solution[self.file].data.decode()
        old, new = (text.splitlines(keepends=True) for text in (right, right.replace(self.find, self.replace)))
        lines = difflib.unified_diff(old, new, f"a/{self.file}", f"b/{self.file}")
        return f"{self.why}\n\n" + "".join(lines)


def _list(lab: Lab) -> str:
    return f"solutions/{lab.name}/mutants.toml"


def mutants_of(course: Course, lab: Lab) -> list[Mutant]:
    """The wrong solutions of a lab. Raises Problem if their list cannot be read."""
    source = course.source.get(_list(lab))
    if source is None:
        return []
    try:
        tables = tomllib.loads(source.data.decode()).get("mutant", [])
        lines = Lines.of(source.data)
        return [Mutant(table["id"], table["file"], table["find"], table["replace"], table["why"], lines.table("mutant", index))
                for index, table in enumerate(tables)]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise Problem(Complaint(_list(lab), 0, f"a [[mutant]] needs id, file, find, replace and why: {error}")) from None


def misfits(course: Course, lab: Lab, solution: Tree) -> Iterator[Complaint]:
    """The wrong solutions whose text is not in the solution exactly once."""
    for mutant in mutants_of(course, lab):
        if (count := mutant.is_in(solution)) != 1:
            reason = f"the text that {mutant.id} replaces occurs {count} times in {mutant.file}, not once"
            yield Complaint(_list(lab), mutant.line, reason)


def patches_of(course: Course, lab: Lab, solution: Tree) -> Tree:
    """A patch for each wrong solution, as labN/mutants/ID.patch. Raises Problem if there are misfits."""
    raise_if(misfits(course, lab, solution))
    return {f"{lab.name}/mutants/{mutant.id}.patch": File(mutant.patch(solution).encode()) for mutant in mutants_of(course, lab)}
