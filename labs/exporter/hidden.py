# SPDX-License-Identifier: MIT
"""Hidden tests: in solutions/labN/hidden/, a file with [[test]] tables and beside it the files that they need, at the place
where the grader puts them into a student's tree."""

from collections.abc import Iterator

from .course import Course
from .errors import Complaint, Problem, raise_if
from .manifest import Lab, Test, read_tests
from .source import Tree

FILE_KEYS = ("source", "script")    # of a test: it names one file


def folder_of(lab: Lab) -> str:
    return f"solutions/{lab.name}/hidden/"


def hidden_files(course: Course, lab: Lab) -> Tree:
    """All files of the lab's hidden tests, by path from their folder. Empty: the lab has none."""
    folder = folder_of(lab)
    return {path.removeprefix(folder): file for path, file in course.source.items() if path.startswith(folder)}


def hidden_tests(course: Course, lab: Lab) -> tuple[Test, ...]:
    """The lab's hidden tests. Raises Problem, which names every fault of their file, or the want of one."""
    files = hidden_files(course, lab)
    if not files:
        return ()
    lists = [path for path in files if "/" not in path and path.endswith(".toml")]
    if len(lists) != 1:
        raise Problem(Complaint(folder_of(lab), 0, f"this folder must hold one file *.toml, not {len(lists)}", "L1"))
    path = folder_of(lab) + lists[0]
    return read_tests(path, files[lists[0]].data, {exercise.id for exercise in lab.exercises})


def misfits(course: Course, lab: Lab, solution: Tree) -> Iterator[Complaint]:
    """Hidden tests that the grader could not run, or not tell from others. `solution`: the lab's solved tree.
    Raises Problem if their list cannot be read."""
    tests = hidden_tests(course, lab)
    files, published = hidden_files(course, lab), {test.name for each in course.labs for test in each.tests}
    known = {exercise.id for exercise in course.exercises}
    place = next((folder_of(lab) + path for path in files if "/" not in path and path.endswith(".toml")), "")
    for path in sorted(files.keys() & solution.keys()):
        yield Complaint(folder_of(lab) + path, 0, "this would take the place of a published file, and stay behind when that "
                                                  "changes: hidden tests only add files", "L1")
    for test in tests:
        if test.name in published:
            yield Complaint(place, test.line, f"a published test is called {test.name}, too", "L1")
        if test.points:
            yield Complaint(place, test.line, f"{test.name} has points: what counts is what students have seen", "L1")
        for need in sorted(set(test.needs) - known):
            yield Complaint(place, test.line, f"test {test.name} needs exercise {need}, which is nowhere", "L1")
        for path in [test.table[key] for key in FILE_KEYS if key in test.table] + test.table.get("files", []):
            if path not in files and path not in solution:
                reason = f"test {test.name} names {path}, which is neither beside it nor in sol{lab.number}"
                yield Complaint(place, test.line, reason, "L1")
        program = test.table.get("program", "")
        if test.kind == "boot" and not any(path.endswith(f"/{program}.cc") for path in [*files, *solution]):
            yield Complaint(place, test.line, f"test {test.name} runs {program}, and there is no {program}.cc", "L1")


def require(course: Course, lab: Lab, solution: Tree) -> tuple[Test, ...]:
    """The hidden tests, which fit. Raises Problem if they do not."""
    raise_if(misfits(course, lab, solution))
    return hidden_tests(course, lab)
