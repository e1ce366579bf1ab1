# SPDX-License-Identifier: MIT
"""Tests of the lab before, which each whole grading runs again. They have no points here. But when this lab's tests fail, they
tell whether that is this lab's fault, and name the exercise if it is not."""

from dataclasses import replace
from pathlib import Path

from . import build, config
from .build import Build
from .config import Lab, Test

APART = 1       # the lab with a kernel of its own, in lab1/. One may delete that when it is done.


def choose(tree: Path, lab: Lab) -> tuple[Lab, list[Test]] | None:
    """The lab before `lab`, and those of its tests that are run again; None if there are none, or what they need is gone."""
    number = lab.number - 1
    if not lab.carries or number not in config.numbers(tree) or number == APART and not (tree / "lab1/kernel").is_dir():
        return None
    before = config.load(tree, number)
    return before, [replace(test, points=0) for test in before.tests if test.name in lab.carries]


def build_for(tree: Path, before: Lab, jobs: int, variables: list[str]) -> Build:
    """What those tests boot: the system of the lab before, in which programs of later labs are ready to run."""
    return build.run(tree, before.number, jobs, variables)
