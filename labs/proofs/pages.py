# SPDX-License-Identifier: MIT
"""A page's block, and the tree of a student who is as far as the page says."""

import os
import subprocess
from pathlib import Path

from exporter.course import Course
from exporter.grader import OF_MAKE, Grader
from exporter.mutants import mutants_of
from exporter.render import Renderer
from exporter.source import File, read_folder
from exporter.stages import Bench

from handouts.page import Page

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / os.environ.get("GLENDA_BUILD", "build")


def block(lab: int, words: str) -> list[str]:
    """The lines of the one block of a lab's page that has these words and more than one line."""
    [found] = [fence.text for fence in Page(ROOT / f"handouts/labs/lab{lab}.md").fences
               if words in fence.text and len(fence.text.splitlines()) > 1]
    return found.splitlines()


def student_tree(lab: int, solved: set[str], mistake: str = "") -> Path:
    """Writes the tree with these exercises of the lab solved, and perhaps a wrong solution in it. The proofs use the folder, too:
    what they have built is built."""
    course = Course(read_folder(ROOT))
    tree = Renderer(course).tree(f"prep{lab}", solved)
    if mistake:
        mutant = next(each for each in mutants_of(course, course.lab(lab)) if each.id == mistake)
        tree = {**tree, mutant.file: File(mutant.applied(tree).encode())}
    return Bench(Renderer(course), BUILD / "labs/check", Grader()).write(tree)


def make(lab: int, folder: Path, *arguments: str) -> str:
    """What make prints in a lab's tree, where it must succeed."""
    environment = {key: value for key, value in os.environ.items() if key not in OF_MAKE} | {"LC_ALL": "C.UTF-8"}
    done = subprocess.run(["make", "-C", str(folder), "--no-print-directory", f"-j{os.cpu_count()}", f"LAB={lab}", *arguments],
                          capture_output=True, text=True, timeout=600, env=environment, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
