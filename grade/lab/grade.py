# SPDX-License-Identifier: MIT
"""`make grade`: builds the tree, runs the lab's tests, says what became of each and what to do next.

Exit status: 0 if every test could be run, whatever the score; 2 if this computer did not do its part; with --strict, 1
below full marks.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NoReturn

from glenda import paths, plugins, qemu
from glenda.errors import Infrastructure

from . import boot, build, carried, config, host, pool, protected, results, script, submission, trouble
from .config import BadLab, Lab, Test
from .results import Graded
from .screen import Screen
from .setting import Outcome, Setting
from .submission import Files
from .verdict import Kind, of_build

RUNNERS = {"boot": boot.run, "host": host.run, "script": script.run}
GRADER = ("grade/glenda/", "grade/lab/", "grade/plugin/", "grade/gdb/")
HIDDEN_FOLDERS = ("user", "grade", "kernel", "lab1")    # of a folder of hidden tests: files that go into the tree


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lab", type=int, help="its number; the newest if not given")
    parser.add_argument("--test", metavar="NAME", help="this test alone")
    parser.add_argument("--ex", metavar="N.M", help="the tests of this exercise alone")
    parser.add_argument("-j", type=int, default=len(os.sched_getaffinity(0)), dest="jobs", help="tests at a time")
    parser.add_argument("--hidden", type=Path, metavar="PATH", help="more tests: a file like labN.toml, or its folder")
    parser.add_argument("--strict", action="store_true", help="exit with 1 below full marks")
    parser.add_argument("--make", action="append", default=[], metavar="VARIABLE=VALUE", help="for make")
    parser.add_argument("--tree", type=Path, default=paths.ROOT, help="the tree to grade, if not this one")
    parser.add_argument("--results", type=Path, help="the folder for results")
    # For the grader itself, when it goes on in a tree that it has laid out:
    parser.add_argument("--as-is", metavar="FINGERPRINT", help=argparse.SUPPRESS)
    parser.add_argument("--secret-in", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--shown", help=argparse.SUPPRESS)
    parser.add_argument("--note", action="append", default=[], help=argparse.SUPPRESS)


def run(options: argparse.Namespace) -> int:
    try:
        return grade(options)
    except (Infrastructure, BadLab, OSError, subprocess.CalledProcessError) as error:
        print(f"make grade: {trouble.in_words(error)}", file=sys.stderr)
        return 2


def grade(options: argparse.Namespace) -> int:
    begun = time.monotonic()
    root = options.tree.resolve()
    number = options.lab or config.newest(root)
    folder = (options.results or results_of(root, number)).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    tree, mark, notes = root, options.as_is, list(options.note)
    if mark is None:
        files = submission.files(root)
        mark = submission.fingerprint(files)
        found = protected.compare(root, files)
        notes += found.notes()
        hidden = hidden_files(options.hidden)
        if found.not_used or hidden:
            tree = folder.parent / "tree"
            protected.lay_out(root, files, found, hidden, tree)
        if root == paths.ROOT and any(name.startswith(GRADER) for name in found.not_used):
            go_on_in(tree, options, folder, mark, notes)
    lab = config.load(tree, number)
    tests = choose(lab, options)
    nonce = submission.nonce(mark, submission.secret(options.secret_in or folder.parent))
    whole = options.test is None and options.ex is None
    text, graded, earlier = grade_tree(lab, tests, tree, folder, nonce, options, notes, whole=whole)
    name = options.shown or shown(folder, root)
    results.write_all(folder, lab, graded, earlier, text, whole=whole, fingerprint=mark, log=name)
    print(f"  {time.monotonic() - begun:.1f} s    {name}/results.json, results.txt, junit.xml", flush=True)
    if any(outcome.verdict.kind == Kind.INFRA for _, outcome in [*graded, *earlier]):
        return 2
    return int(options.strict and any(outcome.verdict.kind != Kind.OK for test, outcome in graded if test.points))


def results_of(root: Path, number: int) -> Path:
    """build/grade/labN."""
    return (paths.RESULTS if root == paths.ROOT else root / "build" / "grade") / f"lab{number}"


def shown(folder: Path, root: Path) -> str:
    return os.path.relpath(folder, root) if folder.is_relative_to(root) else str(folder)


def hidden_files(path: Path | None) -> Files:
    """The files of hidden tests that go into the tree: those of a folder, below user/, grade/ and so on."""
    if path is None:
        return {}
    folder = path if path.is_dir() else path.parent
    return {each.relative_to(folder).as_posix(): each for top in HIDDEN_FOLDERS
            for each in sorted((folder / top).rglob("*")) if each.is_file()}


def go_on_in(tree: Path, options: argparse.Namespace, folder: Path, mark: str, notes: list[str]) -> NoReturn:
    """Becomes the course's grader, which does the rest, because the student's is another."""
    command = [sys.executable, "-m", "lab", "grade", f"--tree={tree}", f"--results={folder}", f"--as-is={mark}",
               f"--secret-in={folder.parent}", f"--shown={shown(folder, options.tree.resolve())}", f"-j{options.jobs}",
               *(f"--note={note}" for note in notes),
               *(f"--make={each}" for each in options.make), *(["--strict"] if options.strict else []),
               *(f"--{key}={value}" for key, value in (("lab", options.lab), ("test", options.test), ("ex", options.ex),
                                                       ("hidden", options.hidden and options.hidden.resolve())) if value)]
    environment = {key: value for key, value in os.environ.items() if key != "GLENDA_BUILD"}
    os.chdir(tree / "grade")
    os.execve(sys.executable, command, environment)


def choose(lab: Lab, options: argparse.Namespace) -> list[Test]:
    """The tests that are asked for."""
    tests = [*lab.tests, *(config.load_hidden(options.hidden) if options.hidden else ())]
    chosen = [test for test in tests if (options.test is None or test.name == options.test)
              and (options.ex is None or test.exercise == options.ex)]
    if not chosen:
        what, names = (f"test {options.test}", [test.name for test in tests]) if options.test else (
            f"exercise {options.ex}", sorted({test.exercise for test in tests}))
        raise BadLab(f"lab {lab.number} has no {what}; it has {', '.join(names)}")
    return chosen


def grade_tree(lab: Lab, tests: list[Test], tree: Path, folder: Path, nonce: str, options: argparse.Namespace,
               notes: list[str], *, whole: bool) -> tuple[str, Graded, Graded]:
    """Builds, runs, prints. Returns what was printed, the outcomes, and those of tests of the lab before."""
    text: list[str] = []

    def say(lines: Iterable[str]) -> None:
        for line in lines:
            print(line, flush=True)
            text.append(line + "\n")

    if sys.stderr.isatty():
        print("building ...", end="\r", file=sys.stderr, flush=True)
    built = build.run(tree, lab.number, options.jobs, options.make)
    results.write(folder / "build.log", built.output)
    if build.SKEW in built.output:
        print("note: files are from the future, so make cannot tell what is new. Is the clock right? make doctor says which.",
              file=sys.stderr, flush=True)
    screen = Screen(lab, results=options.shown or shown(folder, options.tree.resolve()))
    say(screen.head(notes, as_published=not notes))
    if built.error:
        say(screen.build(built.error))
    else:
        qemu.find()
        plugins.build("deadline")       # once, before the tests need it side by side
    graded, earlier = [], []
    for test, outcome in run_tests(tests, Setting(tree, folder, built.kernel, built.initrd, nonce), built, options.jobs):
        graded.append((test, outcome))
        say(screen.test(test, outcome))
    if whole and not built.error and (again := carried.choose(tree, lab)):
        before, tests = again
        built = carried.build_for(tree, before, options.jobs, options.make)
        setting = Setting(tree, folder / "carried", built.kernel, built.initrd, nonce)
        setting.results.mkdir(exist_ok=True)
        earlier = list(run_tests(tests, setting, built, options.jobs))
        say(screen.carried(before, earlier))
    say(screen.foot(graded, earlier, whole=whole))
    return "".join(text), graded, earlier


def run_tests(tests: list[Test], setting: Setting, built: build.Build, jobs: int) -> Iterator[tuple[Test, Outcome]]:
    """The tests with their outcomes, in order. Keeps their logs."""
    def runner(test: Test) -> Outcome:
        if built.error and test.kind != "host":
            return Outcome(test.name, of_build(built.error))
        return RUNNERS[test.kind](setting, test)

    for test, outcome in zip(tests, pool.run(tests, runner, jobs)):
        results.write(setting.results / f"{test.name}.log", outcome.log)
        yield test, outcome


