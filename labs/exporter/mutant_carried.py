# SPDX-License-Identifier: MIT
"""`make check-mutants CARRIED=1`: a wrong solution of one lab, in the solved tree of the next. Do the tests that the next lab
runs again name the exercise that is wrong?"""

import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from .course import Course
from .errors import Complaint
from .ids import order
from .manifest import Lab, Test
from .mutant_place import Place
from .mutant_report import chosen
from .mutant_trials import Trial, first_failure, trials
from .mutants import Mutant, mutants_of
from .render import Renderer

AT_LEAST = 0.9      # of the wrong solutions must be named rightly


def lasting(course: Course, lab: Lab, following: Lab) -> list[Mutant]:
    """The wrong solutions that are still there in the next lab's solved tree. Lab 1's most are not: it leaves them behind. And
    what only hidden tests see is left out, for the tests that run again are published."""
    tree, published = Renderer(course).tree(f"sol{following.number}"), {test.name for test in lab.tests}
    return [mutant for mutant in mutants_of(course, lab)
            if mutant.is_in(tree) == 1 and not mutant.file.startswith(f"{lab.name}/")
            and published.intersection(mutant.expect)]


def in_screens_order(lab: Lab, names: Sequence[str]) -> list[Test]:
    """The tests with these names, as `make grade` shows them: by exercise, then by the last one that each needs."""
    tests = [test for test in lab.tests if test.name in names]
    return sorted(tests, key=lambda test: (order(test.exercise), max(map(order, test.needs))))


def named(trial: Trial, tests: Sequence[Test]) -> str:
    """The exercise that the screen names first, or "" if all tests pass."""
    return next((test.exercise for test in tests for failure in trial.failures if failure.test == test.name), "")


class Carried:
    """Tries the wrong solutions of one lab in the next."""

    def __init__(self, course: Course, folder: Path, settings: Sequence[str]) -> None:
        self.course, self.folder, self.settings = course, folder, list(settings)

    def run(self, lab: Lab, only: Sequence[str] = ()) -> list[Complaint]:
        """Prints a line each, and returns what is wrong. Raises Problem if the solution itself fails a test."""
        following = next((each for each in self.course.labs if each.number == lab.number + 1), None)
        if following is None:
            return []
        begun, tests = time.monotonic(), in_screens_order(lab, following.carries)
        mutants = chosen(lasting(self.course, lab, following), only)
        workers = max(1, min(len(os.sched_getaffinity(0)), len(mutants)))
        tree = Renderer(self.course).tree(f"sol{following.number}")

        def opener(number: int) -> Place:
            return Place(lambda _: tree, {}, lab, self.folder / f"carried-{number}", self.settings, 1)
        print(f"Lab {lab.number} in lab {following.number}: {len(mutants)} wrong solutions, {len(tests)} tests", flush=True)
        right = 0
        for trial in trials(mutants, tests, opener, workers, first_failure) if mutants else ():
            name = named(trial, tests)
            right += name == trial.mutant.exercise
            note = "" if name == trial.mutant.exercise else f"names {name}" if name else "not noticed"
            print(f"  {trial.mutant.id:<34} {note:<14} {trial.seconds:6.1f} s", flush=True)
        print(f"{right} of {len(mutants)} named rightly, {time.monotonic() - begun:.0f} s", flush=True)
        return list(complaints(lab, right, len(mutants)))


def complaints(lab: Lab, right: int, count: int) -> Iterator[Complaint]:
    if right < AT_LEAST * count:
        yield Complaint(lab.path, 1, f"in the next lab, {right} of {count} wrong solutions are named rightly; "
                                     f"it should be {AT_LEAST:.0%}")
