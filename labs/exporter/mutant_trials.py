# SPDX-License-Identifier: MIT
"""Tries wrong solutions: which test notices each, and how. Several workers have a place each, and share the list."""

import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing.queues import SimpleQueue

from .manifest import Test
from .mutant_place import BUILD, Failure, Place
from .mutants import Mutant

HANG, INFRA = "HANG", "INFRA"
UNTOLD = (HANG, INFRA, BUILD)       # kinds of failures that do not say what is wrong


@dataclass(frozen=True)
class Trial:
    """What became of one wrong solution. `failures`: tests that hung, then the one that noticed, if one did, and hidden ones."""

    mutant: Mutant
    failures: tuple[Failure, ...]
    seconds: float

    @property
    def caught_by(self) -> Failure | None:
        """The test that said what is wrong. A hang says nothing."""
        return next((one for one in self.failures if one.kind not in UNTOLD), None)

    @property
    def kind(self) -> str:
        """How it ended: the kind of the last failure, or "" for none."""
        return self.failures[-1].kind if self.failures else ""

    def fault(self) -> str:
        """Why the list of wrong solutions, or the tests, must be mended; "" if all is well."""
        if self.caught_by:
            return ""
        if self.kind == BUILD:
            return f"does not build: {self.failures[-1].reason}"
        if self.kind == INFRA:
            return f"could not be judged: {self.failures[-1].test}: {self.failures[-1].reason}"
        if self.kind == HANG:
            return f"is noticed by nothing but a hang: {', '.join(one.test for one in self.failures)}"
        return "lives: no test notices it"

    def notes(self) -> Iterator[str]:
        """What is good to know about one that was caught."""
        caught = self.caught_by
        if caught is None:
            return
        for hung in self.failures[:self.failures.index(caught)]:
            yield f"hangs in {hung.test}, before {caught.test} notices it"
        if caught.test not in self.mutant.expect:
            yield f"is caught by {caught.test}; expected was {' or '.join(self.mutant.expect)}"


def in_order(mutant: Mutant, tests: Sequence[Test]) -> list[str]:
    """The tests that are expected to notice, then those of the same exercise, then all others that can be passed in its tree.
    Hidden tests come last, even if they are expected: what a published test notices is none of their wrong solutions."""
    def distance(test: Test) -> tuple[bool, bool, bool]:
        return test.hidden, test.name not in mutant.expect, test.exercise != mutant.exercise
    return [test.name for test in sorted(filter(mutant.can_be_seen_by, tests), key=distance)]


def attempt(place: Place, mutant: Mutant, tests: Sequence[Test]) -> Trial:
    """Makes the mistake, tests until one test says what is wrong, and takes the mistake back. Hidden tests that are expected
    to notice are tried in any case, which shows that they can."""
    place.change(mutant)
    begun, failures = time.monotonic(), []
    shown = {test.name for test in tests if test.hidden} & set(mutant.expect)
    try:
        for name in in_order(mutant, tests):
            is_over = any(failure.kind != HANG for failure in failures)
            is_caught = any(failure.kind not in UNTOLD for failure in failures)
            if (not is_over or is_caught and name in shown) and (failure := place.test(name)):
                failures.append(failure)
    finally:
        place.restore(mutant)
    return Trial(mutant, tuple(failures), time.monotonic() - begun)


def first_failure(place: Place, mutant: Mutant, tests: Sequence[Test]) -> Trial:
    """Makes the mistake, tests in the order of `tests` until one fails in whatever way, and takes the mistake back."""
    place.change(mutant)
    begun = time.monotonic()
    try:
        failure = next(filter(None, (place.test(test.name) for test in tests)), None)
    finally:
        place.restore(mutant)
    return Trial(mutant, (failure,) if failure else (), time.monotonic() - begun)


Opener = Callable[[int], Place]     # the place of the worker with this number
Judge = Callable[[Place, Mutant, Sequence[Test]], Trial]


class _Worker:
    """What a worker's process knows. Its first trial opens its place: then the caller hears of what goes wrong."""

    open: Opener
    judge: Judge
    number: int
    place: Place | None = None

    @classmethod
    def begin(cls, opener: Opener, judge: Judge, numbers: "SimpleQueue[int]") -> None:
        cls.open, cls.judge, cls.number, cls.place = opener, judge, numbers.get(), None

    @classmethod
    def attempt(cls, mutant: Mutant, tests: Sequence[Test]) -> Trial:
        cls.place = cls.place or cls.open(cls.number)
        return cls.judge(cls.place, mutant, tests)


def trials(mutants: Sequence[Mutant], tests: Sequence[Test], opener: Opener, workers: int,
           judge: Judge = attempt) -> Iterator[Trial]:
    """Tries all, `workers` at a time, and yields them in their order. Raises what `opener` raises."""
    fork = multiprocessing.get_context("fork")
    numbers = fork.SimpleQueue()
    for number in range(1, workers + 1):
        numbers.put(number)
    with ProcessPoolExecutor(workers, mp_context=fork, initializer=_Worker.begin, initargs=(opener, judge, numbers)) as pool:
        waiting = [pool.submit(_Worker.attempt, mutant, tests) for mutant in mutants]
        try:
            for trial in waiting:
                yield trial.result()
        finally:
            pool.shutdown(cancel_futures=True)
