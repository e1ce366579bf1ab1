# SPDX-License-Identifier: MIT
"""`make check-mutants`: tries the wrong solutions of a lab, and says which test catches which."""

import json
import os
import textwrap
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from .course import Course
from .errors import Problem, raise_if
from .hidden import hidden_files, require
from .ids import order
from .manifest import Lab, Test
from .mutant_place import Place
from .mutant_trials import Trial, trials
from .mutants import Mutant, misfits, mutants_of, solved_trees
from .render import Renderer

AT_LEAST = 4        # wrong solutions of each exercise
WIDTH = 120


class Check:
    """Tries the wrong solutions of a course's labs in folders below `folder`."""

    def __init__(self, course: Course, folder: Path, settings: Sequence[str]) -> None:
        self.course, self.folder, self.settings = course, folder, list(settings)
        self.renderer = Renderer(course)

    def run(self, lab: Lab, only: Sequence[str] = ()) -> int:
        """Tries all of a lab, or those with the ids `only`. Prints a line each, then a table.
        Returns the number of complaints. Raises Problem if the solution itself fails a test."""
        begun = time.monotonic()
        trees = solved_trees(self.renderer, lab)
        raise_if(misfits(self.course, lab, trees))
        tests, hidden = [*lab.tests, *require(self.course, lab, trees(""))], hidden_files(self.course, lab)
        mutants = chosen(mutants_of(self.course, lab), only)
        cores = len(os.sched_getaffinity(0))
        workers = max(1, min(cores, len(mutants)))

        def opener(number: int) -> Place:
            return Place(trees, hidden, lab, self.folder / f"worker-{number}", self.settings, max(1, cores // workers))
        print(f"Lab {lab.number}: {len(mutants)} wrong solutions, {len(tests)} tests", flush=True)
        done = []
        for trial in trials(mutants, tests, opener, workers) if mutants else ():
            done.append(trial)
            print(line(trial), flush=True)
        wrong = [f"{trial.mutant.id} {fault}" for trial in done if (fault := trial.fault())]
        wrong += [] if only else [*too_few(lab, mutants), *never_failed(tests, done)]
        seconds = time.monotonic() - begun
        print("\n".join(summary(done, tests, wrong, seconds)), flush=True)
        report = self.folder / f"{lab.name}.json"
        report.write_text(json.dumps(as_json(lab, done, wrong, seconds), indent=1) + "\n")
        return len(wrong)


def chosen(mutants: list[Mutant], only: Sequence[str]) -> list[Mutant]:
    """Those with the ids `only`, or all; those in the same tree one after the other. Raises Problem for an id that none has."""
    if unknown := sorted(set(only) - {mutant.id for mutant in mutants}):
        raise Problem(f"there is no wrong solution {unknown[0]}")
    return sorted((mutant for mutant in mutants if not only or mutant.id in only),
                  key=lambda one: order(one.after) if one.after else ())


def too_few(lab: Lab, mutants: list[Mutant]) -> Iterator[str]:
    for exercise in lab.exercises:
        if (count := sum(mutant.exercise == exercise.id for mutant in mutants)) < AT_LEAST:
            yield f"exercise {exercise.id} has {count} wrong solutions, and should have {AT_LEAST}"


def never_failed(tests: Sequence[Test], done: Sequence[Trial]) -> Iterator[str]:
    failed = {failure.test for trial in done for failure in trial.failures}
    for test in tests:
        if test.name not in failed:
            yield f"{test.name} never failed: one of the wrong solutions should expect it, to show that it can"


def line(trial: Trial) -> str:
    """A trial in one line."""
    test = trial.caught_by.test if trial.caught_by else "NOT CAUGHT"
    return f"  {trial.mutant.id:<34} {test:<24} {trial.kind or '-':<8} {trial.seconds:6.1f} s"


def summary(done: Sequence[Trial], tests: Sequence[Test], wrong: Sequence[str], seconds: float) -> Iterator[str]:
    """Which test caught which, what is good to know, and what is wrong."""
    yield ""
    for test in tests:
        caught = [trial.mutant.id for trial in done if trial.caught_by and trial.caught_by.test == test.name]
        yield from textwrap.wrap(" ".join(caught), WIDTH, initial_indent=f"  {test.name:<24} {len(caught):3}  ",
                                 subsequent_indent=" " * 31, break_on_hyphens=False) or [f"  {test.name:<24}   0"]
    yield from _listed("Notes", (f"{trial.mutant.id} {note}" for trial in done for note in trial.notes()))
    yield from _listed("Complaints", wrong)
    yield ""
    caught = sum(trial.caught_by is not None for trial in done)
    yield f"{caught} of {len(done)} caught, {len(wrong)} complaints, {seconds:.0f} s"


def _listed(title: str, texts: Iterable[str]) -> Iterator[str]:
    if found := list(texts):
        yield from ("", f"{title}:", *(f"  {text}" for text in found))


def as_json(lab: Lab, done: Sequence[Trial], wrong: Sequence[str], seconds: float) -> dict:
    """What LAB.json holds."""
    return {"lab": lab.number, "seconds": round(seconds, 1), "complaints": list(wrong), "mutants": [
        {"id": trial.mutant.id, "exercise": trial.mutant.exercise, "file": trial.mutant.file,
         "expect": list(trial.mutant.expect), "caught_by": trial.caught_by.test if trial.caught_by else None,
         "fault": trial.fault(), "notes": list(trial.notes()), "seconds": round(trial.seconds, 1),
         "failures": [vars(failure) for failure in trial.failures]} for trial in done]}
