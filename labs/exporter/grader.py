# SPDX-License-Identifier: MIT
"""Builds and grades a tree as a student does: with make, in a folder of its own."""

import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .errors import Problem

# Of the make that runs the exporter: a tree's make has its own.
OF_MAKE = {"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "GLENDA_BUILD", "BUILD", "LAB", "SMP", "APPEND"}
BUILD_LIMIT, GRADE_LIMIT = 1800, 1800   # s of real time: a hang, however busy the computer is
TAIL = 1500                             # characters of make's output in a complaint
BUILT = re.compile(r"^built (?P<kernel>\S+) (?P<initrd>\S+)$", re.MULTILINE)
WARNING = re.compile(r"^.*\bwarning: .*$", re.MULTILINE)
MISSING = re.compile(r"[Ee]xercise (\d+\.\d+) is missing")


@dataclass(frozen=True)
class Result:
    """What became of one test. `missing`: the exercise that the kernel said is missing, or ""."""

    name: str
    exercise: str
    score: float
    max_score: float
    kind: str
    missing: str
    guest_seconds: float | None

    @property
    def is_full(self) -> bool:
        return self.kind.lower() == "ok" and self.score == self.max_score


@dataclass(frozen=True)
class Built:
    """`kernel`: the program that was built; `warnings`: what the compiler warned of, a line each."""

    kernel: Path
    warnings: list[str]


def environment() -> dict[str, str]:
    """What a command in a tree inherits."""
    return {key: value for key, value in os.environ.items() if key not in OF_MAKE} | {"LC_ALL": "C.UTF-8"}


class Grader:
    """Runs make in trees. `settings`: what to add to make's command line, such as HOST_CXX=g++."""

    def __init__(self, settings: tuple[str, ...] = ()) -> None:
        self.settings = settings

    def make(self, tree: Path, *arguments: str, limit: int = BUILD_LIMIT) -> str:
        """Runs make in a tree, and returns what it printed. Raises Problem if it fails."""
        command = ["make", "-C", str(tree), f"-j{os.cpu_count()}", *self.settings, *arguments]
        try:
            done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False, timeout=limit,
                                  env=environment(), stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            raise Problem(f"{' '.join(command)}: not finished after {limit} s") from None
        if done.returncode:
            raise Problem(f"{' '.join(command)}: exit status {done.returncode}\n{(done.stdout + done.stderr)[-TAIL:]}")
        return done.stdout + done.stderr

    def build(self, tree: Path, lab: int) -> Built:
        """Builds all of a tree. Raises Problem if that fails."""
        output = self.make(tree, f"LAB={lab}", "lab-built")
        found = BUILT.search(output)
        if found is None:
            raise Problem(f"make lab-built, in {tree}, does not say where the kernel is")
        return Built(tree / found["kernel"], WARNING.findall(output))

    def grade(self, tree: Path, lab: int, hidden: Path | None = None) -> list[Result]:
        """Grades a tree, also with the hidden tests in a folder. Raises Problem if that could not be done, whatever the
        score."""
        folder = tree / f"build/grade/lab{lab}"
        (folder / "results.json").unlink(missing_ok=True)   # an old one must not count
        self.make(tree, f"LAB={lab}", "grade", *([f"HIDDEN={hidden}"] if hidden else ()), limit=GRADE_LIMIT)
        try:
            tests = json.loads((folder / "results.json").read_text())["tests"]
            times = json.loads((folder / "times.json").read_text()) if (folder / "times.json").exists() else {}
            return [self._result(test, times.get(test["name"], {}).get("guest_s")) for test in tests]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Problem(f"{folder}/results.json: no results that can be read ({error!r})") from None

    @staticmethod
    def _result(test: dict, seconds: float | None) -> Result:
        extra = test.get("extra_data") or {}
        found = MISSING.search(test.get("output") or "")
        return Result(test["name"], test.get("number", ""), test["score"], test["max_score"], extra.get("kind", ""),
                      extra.get("missing") or (found[1] if found else ""), seconds)


def score(results: list[Result]) -> float:
    """The sum of all points."""
    return sum(result.score for result in results)
