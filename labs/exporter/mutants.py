# SPDX-License-Identifier: MIT
"""Wrong solutions, which solutions/labN/mutants.toml keeps as replacements, as patches for instructors to apply to solN.

One with `after = "1.5"` is a mistake in the tree where the exercises up to 1.5 are solved, and none behind it: lab 1 deletes
in its last exercises what was written in the first.
"""

import difflib
import functools
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .course import Course
from .errors import Complaint, Problem, raise_if
from .hidden import hidden_tests
from .ids import order
from .manifest import Lab, Test
from .render import Renderer
from .source import File, Tree
from .toml_lines import Lines

Trees = Callable[[str], Tree]       # the solved tree after an exercise, or after all for ""


def solved_trees(renderer: Renderer, lab: Lab) -> Trees:
    """The trees in which the mistakes of a lab are made."""
    @functools.cache
    def tree(after: str) -> Tree:
        if not after:
            return renderer.tree(f"sol{lab.number}")
        return renderer.tree(f"prep{lab.number}", {each.id for each in lab.exercises if order(each.id) <= order(after)})
    return tree


@dataclass(frozen=True)
class Mutant:
    """In `file`, `find` becomes `replace`. `expect`: tests one of which must notice. `line`: where the list says so.
    `after`: the exercise up to which the tree is solved that it is in; "" for all."""

    id: str
    file: str
    find: str
    replace: str
    why: str
    expect: tuple[str, ...]
    line: int
    after: str = ""

    @property
    def exercise(self) -> str:
        """The exercise that it gets wrong: 2.1 of 2.1-rights-gained."""
        return self.id.partition("-")[0]

    def can_be_seen_by(self, test: Test) -> bool:
        """Whether the test needs nothing that is not solved yet."""
        return not self.after or all(order(need) <= order(self.after) for need in test.needs)

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
        where = f"(in the tree that is solved up to exercise {self.after})\n" if self.after else ""
        return f"{self.why}\n{where}\n" + "".join(lines)


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
                       tuple(table["expect"]), lines.table("mutant", index), table.get("after", ""))
                for index, table in enumerate(tables)]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise Problem(Complaint(_list(lab), 0, f"a [[mutant]] needs id, file, find, replace, why and expect: {error}")) from None


def misfits(course: Course, lab: Lab, trees: Trees) -> Iterator[Complaint]:
    """The wrong solutions whose text is not in the solution exactly once, or that name what the lab does not have."""
    exercises = {exercise.id for exercise in lab.exercises}
    tests = {test.name: test for test in (*lab.tests, *hidden_tests(course, lab))}
    seen: set[str] = set()
    for mutant in mutants_of(course, lab):
        if mutant.id in seen:
            yield Complaint(_list(lab), mutant.line, f"another wrong solution is called {mutant.id}, too")
        seen.add(mutant.id)
        if mutant.exercise not in exercises:
            yield Complaint(_list(lab), mutant.line, f"{mutant.id} does not begin with an exercise of the lab and a hyphen")
        if mutant.after and mutant.after not in exercises:
            yield Complaint(_list(lab), mutant.line, f"{mutant.id} is after {mutant.after}, which is no exercise of the lab")
            continue
        if unknown := sorted(set(mutant.expect) - tests.keys()):
            yield Complaint(_list(lab), mutant.line, f"{mutant.id} expects {unknown[0]}, which is no test of the lab")
        elif early := [name for name in mutant.expect if not mutant.can_be_seen_by(tests[name])]:
            yield Complaint(_list(lab), mutant.line, f"{mutant.id} expects {early[0]}, which needs more than {mutant.after}")
        if (count := mutant.is_in(trees(mutant.after))) != 1:
            reason = f"the text that {mutant.id} replaces occurs {count} times in {mutant.file}, not once"
            yield Complaint(_list(lab), mutant.line, reason)


def patches_of(course: Course, lab: Lab, trees: Trees) -> Tree:
    """A patch for each wrong solution, as labN/mutants/ID.patch. Raises Problem if there are misfits."""
    raise_if(misfits(course, lab, trees))
    return {f"{lab.name}/mutants/{mutant.id}.patch": File(mutant.patch(trees(mutant.after)).encode())
            for mutant in mutants_of(course, lab)}
