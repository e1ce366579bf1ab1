# SPDX-License-Identifier: MIT
"""Runs tests side by side, each in a process of its own: a test that breaks its process costs only itself."""

import contextlib
import ctypes
import multiprocessing
import os
import signal
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from glenda.errors import Infrastructure

from . import trouble
from .config import BadLab, Test
from .setting import Outcome
from .verdict import Kind, Verdict

WALL_LIMIT = 900.0          # s of real time for one test, whose own limits come long before
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE)     # those that __main__ handles
_fork = multiprocessing.get_context("fork")

Runner = Callable[[Test], Outcome]


def _work(runner: Runner, test: Test, answer: Connection) -> None:
    """In the new process. Its own group, so that all that it starts can be ended with it."""
    os.setpgid(0, 0)
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN if number == signal.SIGPIPE else signal.SIG_DFL)   # a machine's console may close
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)      # PR_SET_PDEATHSIG: it ends with the grader
    begun = time.monotonic()
    try:
        outcome = runner(test)
    except (Infrastructure, BadLab, OSError) as error:
        told = trouble.in_words(error) or type(error).__name__
        outcome = Outcome(test.name, Verdict(Kind.INFRA, told.partition("\n")[0]), told)
    except Exception:       # a fault of the grader
        told = traceback.format_exc()
        outcome = Outcome(test.name, Verdict(Kind.INFRA, f"the grader failed: {told.splitlines()[-1]}"), told)
    answer.send(Outcome(outcome.name, outcome.verdict, outcome.log, outcome.guest_seconds, time.monotonic() - begun))


def run(tests: Sequence[Test], runner: Runner, jobs: int) -> Iterator[Outcome]:
    """The outcomes, in the order of `tests`, each as soon as it and those before it are there."""
    waiting, running, done = list(tests), {}, {}
    place = 0
    try:
        while place < len(tests):
            while waiting and len(running) < max(1, jobs):
                test = waiting.pop(0)
                process, answer = _start(runner, test)
                running[answer] = (test, process, time.monotonic())
            _collect(running, done)
            while place < len(tests) and tests[place].name in done:
                yield done.pop(tests[place].name)
                place += 1
    finally:
        for answer, (_, process, _) in running.items():
            _end(process, answer)


def _start(runner: Runner, test: Test) -> tuple[BaseProcess, Connection]:
    ours, theirs = _fork.Pipe(duplex=False)
    process = _fork.Process(target=_work, args=(runner, test, theirs))
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)       # until it has its own handlers
    process.start()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    theirs.close()
    return process, ours


def _collect(running: dict[Connection, tuple[Test, BaseProcess, float]], done: dict[str, Outcome]) -> None:
    """Moves tests that have ended from `running` to `done`; waits for one if there is none."""
    ready = wait(list(running), timeout=1.0)
    now = time.monotonic()
    for answer, (test, process, begun) in list(running.items()):
        if answer in ready:
            try:
                done[test.name] = answer.recv()
            except (EOFError, OSError):
                done[test.name] = Outcome(test.name, Verdict(Kind.INFRA, "the process that ran this test was ended"))
        elif now - begun > WALL_LIMIT:
            done[test.name] = Outcome(test.name, Verdict(Kind.INFRA, f"not finished after {WALL_LIMIT:.0f} s on the wall"))
        else:
            continue
        del running[answer]
        _end(process, answer)


def _end(process: BaseProcess, answer: Connection) -> None:
    """Ends a process and all that it has started."""
    for end in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            end(process.pid, signal.SIGKILL)
    process.join()
    answer.close()
