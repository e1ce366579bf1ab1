# SPDX-License-Identifier: MIT
"""The linter: what would hurt students, found in the sources. Each complaint has a rule, file, line and reason.

L1 marks, stubs, exercises and tests belong together    L6 no hole near includes or in a macro
L2 from lab to lab, files are only added                L7 sources alone, in plain text: line ends, blanks, names
L3 no change to a published file near a hole            L8 nothing of a solution is published
L4 each file belongs to one lab, or to later            L9 a lab has its size
L5 a stub says which exercise is missing                L10 a hole is in the program (proof_boots.py: it needs a build)
"""

import re
from collections.abc import Iterator

from . import hidden, leaks, lint_files, lint_trees
from .course import Course
from .errors import Complaint
from .ids import exercise_of, lab_of
from .lint_trees import NEAR
from .manifest import Lab
from .marks import Hole
from .mutants import misfits, solved_trees
from .patches import is_code, lines_to_write
from .render import Renderer
from .repository import Repository
from .toml_lines import Lines

EXERCISES, TESTS, LINES, POINTS = (5, 9), (10, 16), (150, 350), (100, 100)
INCLUDE = re.compile(r"\s*#\s*include\b")


def marks(course: Course) -> Iterator[Complaint]:
    """L1: marks are balanced, their numbers unique, each hole has a stub, an exercise and a test, and the other way round."""
    yield from course.mark_complaints
    holes: dict[str, Hole] = {}
    owners = {hole: exercise for exercise in course.exercises for hole in exercise.holes}
    for hole in (hole for holes in course.holes.values() for hole in holes):
        first = holes.setdefault(hole.id, hole)
        if first is not hole:
            yield Complaint(hole.file, hole.opened, f"hole {hole.id} is also in {first.file}:{first.opened}", "L1")
        if hole.id not in course.stubs:
            yield Complaint(hole.file, hole.opened, f"hole {hole.id} has no stub; write {hole.stub}", "L1")
        if hole.id not in owners:
            yield Complaint(hole.file, hole.opened, f"no exercise lists hole {hole.id}", "L1")
    for number, stub in course.stubs.items():
        if number not in holes:
            yield Complaint(stub.path, 0, f"there is no hole {number}", "L1")


def exercises(course: Course) -> Iterator[Complaint]:
    """L1: what the labs' tables refer to is there; names of tests are unique over all labs."""
    known = {exercise.id for exercise in course.exercises}
    holes = {hole.id for hole in course.all_holes()}
    names: dict[str, str] = {}
    for lab in course.labs:
        tested = {test.exercise for test in lab.tests}
        for exercise in lab.exercises:
            if exercise.id not in tested:
                yield Complaint(lab.path, exercise.line, f"exercise {exercise.id} has no test", "L1")
            for hole in exercise.holes:
                if hole not in holes:
                    yield Complaint(lab.path, exercise.line, f"hole {hole} is marked nowhere", "L1")
        for test in lab.tests:
            if names.setdefault(test.name, lab.name) != lab.name:
                yield Complaint(lab.path, test.line, f"{names[test.name]} has a test {test.name} too", "L1")
            for need in test.needs:
                if need not in known:
                    yield Complaint(lab.path, test.line, f"test {test.name} needs exercise {need}, which is nowhere", "L1")
            mine = {hole.file for hole in course.all_holes() if exercise_of(hole.id) == test.exercise}
            for file in sorted(set(test.table.get("about", ())) - mine):
                yield Complaint(lab.path, test.line, f"test {test.name} is `about` {file}, where exercise {test.exercise} has no hole",
                                "L1")
    for before, lab in zip([None, *course.labs], course.labs):
        line = Lines.of(course.source[lab.path].data).key("lab", 0, "carries")
        for name in sorted(set(lab.carries) - {test.name for test in before.tests} if before else lab.carries):
            yield Complaint(lab.path, line, f"`carries` lists {name}, which is no test of the lab before", "L1")


def stubs(course: Course) -> Iterator[Complaint]:
    """L5: a stub names its exercise, and calls missing_exercise unless the lab lists it as silent."""
    silent = {hole for lab in course.labs for hole in lab.silent}
    for number, stub in course.stubs.items():
        text, exercise = "\n".join(stub.lines), exercise_of(number)
        if f"Exercise {exercise}" not in text:
            yield Complaint(stub.path, 1, f"the text does not say `Exercise {exercise}`", "L5")
        calls = re.findall(r"missing_exercise\(\"([^\"]*)\"", text)
        if number in silent and calls:
            yield Complaint(stub.path, 1, f"hole {number} is listed as silent, but its stub calls missing_exercise", "L5")
        if number not in silent and not calls:
            call = f'missing_exercise("{exercise}", ...)'
            yield Complaint(stub.path, 1, f"the stub does not call {call}, and hole {number} is not in `silent`", "L5")
        for call in calls:
            if call != exercise:
                yield Complaint(stub.path, 1, f"the stub says that exercise {call} is missing; it is {exercise}", "L5")
    for lab in course.labs:
        line = Lines.of(course.source[lab.path].data).key("lab", 0, "silent")
        for hole in sorted(set(lab.silent) - course.stubs.keys()):
            yield Complaint(lab.path, line, f"`silent` lists {hole}, which has no stub", "L5")


def surroundings(course: Course) -> Iterator[Complaint]:
    """L6: students add includes, so a hole stands clear of them; a macro cannot hold one."""
    for path, holes in course.holes.items():
        lines = course.lines[path]
        includes = [number for number, line in enumerate(lines, 1) if INCLUDE.match(line)]
        for hole in holes:
            if any(hole.opened < number < hole.closed for number in includes):
                yield Complaint(path, hole.opened, f"hole {hole.id} holds an include", "L6")
            elif near := [number for number in includes if 0 < max(hole.opened - number, number - hole.closed) < NEAR]:
                reason = f"hole {hole.id} is less than {NEAR} lines from the include in line {near[-1]}"
                yield Complaint(path, hole.opened, reason, "L6")
            if any(line.endswith("\\") for line in lines[max(0, hole.opened - 2):hole.closed]):
                yield Complaint(path, hole.opened, f"hole {hole.id} is in a macro", "L6")


def size(course: Course, lab: Lab) -> Iterator[Complaint]:
    """L9: a lab is neither too small nor too large."""
    wanted = sum(is_code(line) for hole in course.all_holes() if lab_of(hole.id) == lab.number
                 for line in course.lines[hole.file][hole.opened:hole.closed - 1])
    wanted += lines_to_write(course, lab)
    counts = {"exercises": (len(lab.exercises), EXERCISES), "tests": (len(lab.tests), TESTS),
              "lines to write": (wanted, LINES), "points": (sum(test.points for test in lab.tests), POINTS)}
    for what, (count, (least, most)) in counts.items():
        if not least <= count <= most:
            bounds = f"{least}" if least == most else f"{least} to {most}"
            yield Complaint(lab.path, 1, f"lab {lab.number} has {count} {what}; it should have {bounds}", "L9")


def lint(course: Course, public: Repository | None = None, with_sizes: bool = True) -> list[Complaint]:
    """All complaints about the course. `public`: what is published already, for L3."""
    found = [*marks(course), *exercises(course), *stubs(course), *surroundings(course),
             *lint_files.ownership(course), *lint_files.sources_alone(course), *lint_files.plain_text(course)]
    if with_sizes:
        found += [complaint for lab in course.labs for complaint in size(course, lab)]
    if not any(complaint.rule == "L1" for complaint in found):     # else there are no trees
        renderer = Renderer(course)
        found += [*lint_trees.only_added(renderer), *leaks.search(renderer)]
        for lab in course.labs:
            found += misfits(course, lab, solved_trees(renderer, lab))
            found += hidden.misfits(course, lab, renderer.tree(f"sol{lab.number}"))
        if public:
            found += lint_trees.near_holes(renderer, public)
    return sorted(set(found))
