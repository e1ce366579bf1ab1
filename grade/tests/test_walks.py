# SPDX-License-Identifier: MIT
"""make walk: each walk through the system comes to all its stops, and shows the same each time. Shows Z9."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from glenda.paths import ROOT

WALKS = sorted((ROOT / "grade/walks").glob("lab*.toml"))


def walk(number: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "lab", "walk", "--lab", number], cwd=ROOT / "grade", env=os.environ,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("path", WALKS, ids=[path.stem for path in WALKS])
def test_a_walk_comes_to_all_its_stops(path: Path) -> None:
    number = path.stem.removeprefix("lab")
    done = walk(number)
    stops = path.read_text().count("[[stop]]")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.findall(r"^--- (\d+) of", done.stdout, re.MULTILINE) == [str(each) for each in range(1, stops + 1)]
    assert done.stdout.endswith(f"That was the walk: {stops} stops.\n")


@pytest.mark.long
@pytest.mark.parametrize("path", WALKS, ids=[path.stem for path in WALKS])
def test_a_walk_is_the_same_each_time(path: Path) -> None:
    once, again = (walk(path.stem.removeprefix("lab")) for _ in range(2))
    assert once.stdout == again.stdout


def test_a_lab_without_a_walk() -> None:
    done = walk("99")
    assert done.returncode == 1 and done.stderr == "There is no grade/walks/lab99.toml: this lab has no walk\n"
