# SPDX-License-Identifier: MIT
"""Wrong solutions, which solutions/labN/mutants.toml keeps as replacements, as patches for instructors to apply to solN."""

import difflib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

from .course import Course
from .errors import Complaint, Problem, raise_if
from .hidden import hidden_tests
from .manifest import Lab
from .source import File, Tree
from .toml_lines import Lines


@dataclass(frozen=True)
class Mutant:
    """In `file`, `find` becomes `replace`. `expect`: tests one of which must notice. `line`: where the list says so."""

    id: str
    file: str
    find: str
    replace: str
    why: str
    expect: tuple[str, ...]
    line: int

    @property
    def exercise(self) -> str:
        """The exercise that it gets wrong: 2.1 of 2.1-rights-gained."""
        return self.id.partition("-")[0]

    def applied(self, solution: Tree) -> str:
        """The file with the mistake in it."""
        return solution[self.file].data.decode().replace(self.find, self.replace)

    def is_in(self, solution: Tree) -> int:
        """How often the text that it replaces occurs."""
        return solution[self.file].data.decode().count(self.find) if self.file in solution else 0

    def patch(self, solution: Tree) -> str:
        """The replacement as a patch, headed by why it is wrong."""
        right = solution[self.file].data.decode()
        old, new = (text.splitlines(keepends=True) for text in (right, self.applied(solution)))
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
        return [Mutant(table["id"], table["file"], table["find"], table["replace"], table["why"],
                       tuple(table["expect"]), lines.table("mutant", index)) for index, table in enumerate(tables)]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise Problem(Complaint(_list(lab), 0, f"a [[mutant]] needs id, file, find, replace, why and expect: {error}")) from None


def misfits(course: Course, lab: Lab, solution: Tree) -> Iterator[Complaint]:
    """The wrong solutions whose text is not in the solution exactly once, or that name what the lab does not have."""
    exercises = {exercise.id for exercise in lab.exercises}
    tests = {test.name for test in (*lab.tests, *hidden_tests(course, lab))}
    seen: set[str] = set()
    for mutant in mutants_of(course, lab):
        if mutant.id in seen:
            yield Complaint(_list(lab), mutant.line, f"another wrong solution is called {mutant.id}, too")
        seen.add(mutant.id)
        if mutant.exercise not in exercises:
            yield Complaint(_list(lab), mutant.line, f"{mutant.id} does not begin with an exercise of the lab and a hyphen")
        if unknown := sorted(set(mutant.expect) - tests):
            yield Complaint(_list(lab), mutant.line, f"{mutant.id} expects {unknown[0]}, which is no test of the lab")
        if (count := mutant.is_in(solution)) != 1:
            reason = f"the text that {mutant.id} replaces occurs {count} times in {mutant.file}, not once"
            yield Complaint(_list(lab), mutant.line, reason)


def patches_of(course: Course, lab: Lab, solution: Tree) -> Tree:
    """A patch for each wrong solution, as labN/mutants/ID.patch. Raises Problem if there are misfits."""
    raise_if(misfits(course, lab, solution))
    return {f"{lab.name}/mutants/{mutant.id}.patch": File(mutant.patch(solution).encode()) for mutant in mutants_of(course, lab)}
