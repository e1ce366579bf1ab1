# SPDX-License-Identifier: MIT
"""The first two proofs. A tree with stubs builds without a warning, boots, and says which exercise comes next; each stage of a
lab scores what the handout promises, the solution everything."""

import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from .course import Course
from .grader import Result, score
from .hidden import hidden_tests
from .ids import exercise_of, lab_of, order
from .lint_trees import hole_lines
from .manifest import Lab
from .render import Renderer
from .stages import Bench, Stage, stages

LINE = re.compile(r"^(?P<file>\S+?)\s+(?P<line>\d+)\s+0x(?P<address>[0-9a-f]+)")
HEADING = re.compile(r"^(?P<path>\S+):$")


def speaks(course: Course, exercise: str) -> bool:
    """Whether a stub of the exercise says that it is missing."""
    silent = {hole for lab in course.labs for hole in lab.silent}
    return any(exercise_of(hole.id) == exercise and hole.id not in silent for hole in course.all_holes())


def code_lines(kernel: Path) -> set[tuple[str, int]]:
    """The lines of sources that a linked kernel or program has code for: path as the compiler saw it, or the bare name, and number."""
    output = subprocess.run(["riscv64-linux-gnu-objdump", "--dwarf=decodedline", str(kernel)], capture_output=True, text=True,
                            errors="replace", check=True)
    lines, path = set(), ""
    for line in output.stdout.splitlines():
        if heading := HEADING.match(line):
            path = heading["path"].removeprefix("./")
        elif (row := LINE.match(line)) and int(row["address"], 16):
            lines.add((path, int(row["line"])))
    return lines


def unused_holes(renderer: Renderer, lab: Lab, kernel: Path) -> Iterator[str]:
    """L10: the solved kernel, or a program, has code for each hole of the lab. What nothing uses, nobody would miss."""
    _, solved = renderer.solved_in(f"sol{lab.number}")
    unseen = {}
    for path in renderer.course.holes:
        names = (path, path.rpartition("/")[2])
        for hole, start, end in hole_lines(renderer, path, solved):
            if lab_of(hole.id) == lab.number:
                unseen[hole] = {(name, number) for name in names for number in range(start + 1, end + 1)}
    for built in (kernel, *sorted(kernel.parent.parent.glob("user/**/*.elf"))):
        if unseen:
            lines = code_lines(built)
            unseen = {hole: inside for hole, inside in unseen.items() if lines.isdisjoint(inside)}
    for hole in unseen:
        yield f"{hole.file}:{hole.opened}: L10: the kernel of lab {lab.number} has no code for hole {hole.id}: nothing uses it"


def check_start(bench: Bench, lab: Lab) -> Iterator[str]:
    """labN, with earlier labs unsolved too: no warning, and what is missing is said."""
    tree = bench.renderer.tree(lab.name)
    built = bench.build(lab, tree)
    yield from (f"{lab.name}: {warning}" for warning in built.warnings)
    if lab.number == bench.renderer.course.labs[0].number:
        return      # the same tree as prepN
    results = bench.grader.grade(bench.place, lab.number)
    if not any(result.missing for result in results):
        yield f"{lab.name}: no test says which exercise is missing"
    if score(results) > lab.scores.get("start", 0):
        yield f"{lab.name} scores {score(results):g}, more than with the earlier labs solved ({lab.scores.get('start', 0):g})"


def check_stage(course: Course, lab: Lab, stage: Stage, results: Sequence[Result]) -> Iterator[str]:
    """What the results of a stage must be."""
    name = f"lab {lab.number} solved up to {stage.key}" if stage.solved else f"prep{lab.number}"
    solved = {exercise.id for exercise in course.exercises if lab_of(exercise.id) < lab.number} | set(stage.solved)
    needs = {test.name: test.needs for test in lab.tests}
    if others := {result.name for result in results} ^ needs.keys():
        yield f"{name}: graded were other tests than lab.toml lists: {', '.join(sorted(others))}"
        return
    for result in results:
        if solved.issuperset(needs[result.name]) and not result.is_full:
            yield f"{name}: {result.name} needs nothing more, but it ends with {result.kind}"
        if result.missing in solved:
            yield f"{name}: {result.name} says that exercise {result.missing} is missing, which is solved"
    missing = sorted({result.missing for result in results if result.missing}, key=order)
    if stage.next and speaks(course, stage.next) and missing[:1] != [stage.next]:
        yield f"{name}: the first exercise that is said to be missing is {missing[0] if missing else 'none'}, not {stage.next}"
    if stage.key not in lab.scores:
        yield f"{lab.path}: [scores] has no \"{stage.key}\"; `make calibrate` writes it"
    elif score(results) != lab.scores[stage.key]:
        lost = ", ".join(f"{one.name} {one.kind}" for one in results if not one.is_full)
        yield f"{name} scores {score(results):g}; [scores] says {lab.scores[stage.key]:g} (not full: {lost or 'none'})"


def check_solution(lab: Lab, results: Sequence[Result]) -> Iterator[str]:
    """The solution has full marks."""
    most = sum(test.points for test in lab.tests)
    if score(results) != most:
        yield f"sol{lab.number} scores {score(results):g} of {most}"


def check_hidden(bench: Bench, lab: Lab) -> Iterator[str]:
    """The solution passes the hidden tests, and with their files in the tree the published ones."""
    hidden = hidden_tests(bench.renderer.course, lab)
    if not hidden:
        return
    results = bench.grade_hidden(lab)
    if others := {result.name for result in results} ^ {test.name for test in (*lab.tests, *hidden)}:
        yield f"sol{lab.number} with hidden tests: graded were other tests than listed: {', '.join(sorted(others))}"
    for result in results:
        if not result.is_full:
            yield f"sol{lab.number} with hidden tests: {result.name} ends with {result.kind}"


def check_lab(bench: Bench, lab: Lab, quick: bool) -> Iterator[str]:
    """Both proofs for one lab. `quick`: the first and the last stage alone."""
    if not quick:
        yield from check_start(bench, lab)
    course = bench.renderer.course
    for stage in stages(lab):
        if quick and stage.next and stage.solved:
            continue
        if not stage.solved:
            built = bench.build(lab, bench.renderer.tree(f"prep{lab.number}"))
            yield from (f"prep{lab.number}: {warning}" for warning in built.warnings)
        results = bench.grade(lab, stage)
        yield from check_stage(course, lab, stage, results)
        if stage.next is None:
            yield from check_solution(lab, results)
            yield from unused_holes(bench.renderer, lab, bench.grader.build(bench.place, lab.number).kernel)
            yield from check_hidden(bench, lab)
