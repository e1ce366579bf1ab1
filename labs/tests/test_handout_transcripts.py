# SPDX-License-Identifier: MIT
"""What a lab's page shows of make is what a student's make prints, in a tree that is as far as the page says."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from exporter.course import Course
from exporter.folder import write_folder
from exporter.grader import OF_MAKE
from exporter.mutants import mutants_of
from exporter.render import Renderer
from exporter.source import File, read_folder

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / os.environ.get("GLENDA_BUILD", "build")
sys.path.insert(0, str(ROOT / "grade"))

from handouts.page import Page  # noqa: E402

# In the page of the lab: words of the block, which exercises of the lab are solved, the mistake in them, and the command.
BLOCKS = {
    (2, "$ make grade EX=2.2"): (("2.1", "2.2"), "2.2-guard-not-compared", ["grade", "EX=2.2"]),
    (2, "Exercise 2.1 is missing:"): ((), "", ["qemu"]),
}


def shown(lab: int, words: str) -> list[str]:
    """The lines of the block with these words, without the command."""
    [block] = [fence.text for fence in Page(ROOT / f"handouts/labs/lab{lab}.md").fences if words in fence.text and
               len(fence.text.splitlines()) > 1]
    return [line for line in block.splitlines() if not line.startswith("$ ")]


def printed(lab: int, solved: tuple[str, ...], mistake: str, arguments: list[str]) -> list[str]:
    """What make prints there. The tree stays, so the next time is quick."""
    course = Course(read_folder(ROOT))
    about = next(each for each in course.labs if each.number == lab)
    tree = Renderer(course).tree(f"prep{lab}", set(solved))
    if mistake:
        mutant = next(each for each in mutants_of(course, about) if each.id == mistake)
        tree = {**tree, mutant.file: File(mutant.applied(tree).encode())}
    folder = BUILD / f"labs/transcripts/lab{lab}"
    write_folder(folder, tree)
    environment = {key: value for key, value in os.environ.items() if key not in OF_MAKE} | {"LC_ALL": "C.UTF-8"}
    done = subprocess.run(["make", "-C", str(folder), "--no-print-directory", f"-j{os.cpu_count()}", f"LAB={lab}", *arguments],
                          capture_output=True, text=True, timeout=600, env=environment, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return [line.rstrip() for line in done.stdout.splitlines()]


@pytest.mark.parametrize(("lab", "words"), BLOCKS)
def test_block_is_what_make_prints(lab: int, words: str) -> None:
    expected, got = shown(lab, words), printed(lab, *BLOCKS[lab, words])
    begin = got.index(expected[0]) if expected[0] in got else 0     # the build and the firmware come before
    assert got[begin:begin + len(expected)] == expected
