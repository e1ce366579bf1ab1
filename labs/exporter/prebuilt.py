# SPDX-License-Identifier: MIT
"""Programs that a lab publishes ready to run, because their sources belong to a later lab: `prebuilt` in its lab.toml.

They are built from the solved tree and lie in labN/prebuilt/. Built twice, they are the same byte for byte: so publishing
again without a change adds nothing, and the proof tries it.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from .course import Course
from .folder import write_folder
from .grader import Grader
from .manifest import Lab
from .source import File, Tree

SOLVED = "main"         # the folder of the solved tree, in the folder where it is built


def place(lab: Lab, program: str) -> str:
    """Where the solved tree would have the program, were it a source."""
    return f"labs/{lab.name}/tree/{lab.name}/prebuilt/{program}"


class Prebuilt:
    """Builds the programs of a course in the folder `folder`, which keeps what was built."""

    def __init__(self, folder: Path, grader: Grader) -> None:
        self.folder, self.grader = folder, grader

    def added_to(self, source: Tree) -> Tree:
        """The solved tree with the programs that its labs publish ready to run. Raises Problem if one cannot be built."""
        labs = [lab for lab in Course(source).labs if lab.prebuilt]
        programs = [program for lab in labs for program in lab.prebuilt]
        built = self._build(source, programs) if programs else {}
        return source | {place(lab, program): built[program] for lab in labs for program in lab.prebuilt}

    def _build(self, source: Tree, programs: list[str]) -> dict[str, File]:
        tree = self.folder / SOLVED
        write_folder(tree, source)
        self.grader.make(tree, *(f"build/initrd/{program}" for program in programs))
        return {program: File((tree / "build/initrd" / program).read_bytes()) for program in programs}

    def differences(self, source: Tree, complete: Tree) -> Iterator[str]:
        """Which programs of the tree `complete` are others when they are built again, in another folder. Each is a complaint."""
        with tempfile.TemporaryDirectory(prefix="labs-again-") as folder:
            again = Prebuilt(Path(folder), self.grader).added_to(source)
        for path in sorted(again.keys() - source.keys()):
            if again[path] != complete.get(path):
                yield f"{path}: built in another folder, this program has other bytes"
