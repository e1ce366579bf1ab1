# SPDX-License-Identifier: MIT
"""Scratch copies of the tree, in which faults are put and built.

A copy keeps the times of its files, so that make finds everything built that was built where it comes from. Restoring a
tree after a fault is the same copying again: sources and objects are then as they were, and nothing is built twice.
"""

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from .faults import Fault

# The programs of user/ are not built anew: no fault is put there, so they are the working tree's.
SOURCES = ("Makefile", "kernel", "lib", "user", "grade")
INITRD = Path("build/initrd.cpio")
KERNEL = Path("build/kernel/glenda.elf")
UNIT_TESTS = Path("build/unit/kernel_tests")
# A stub uses neither its arguments nor the helpers of the function; and most of the time here is the compiler's.
VARIABLES = ("WARNINGS=-w", "HOST_OPTIMIZE=-O0", "BUILD=build")
BUILD_LIMIT = 1800.0        # s on the wall


class BuildFailed(Exception):
    """The tree does not build. The text is the compiler's."""


def _files(folder: Path) -> dict[str, os.DirEntry]:
    found, folders = {}, [folder]
    while folders:
        for entry in os.scandir(folders.pop()):
            if entry.is_dir(follow_symlinks=False):
                folders.append(Path(entry.path))
            else:
                found[os.path.relpath(entry.path, folder)] = entry
    return found


def mirror(source: Path, target: Path) -> None:
    """Make a folder, or a file, the same as `source`, times included."""
    if source.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)
        return
    target.mkdir(parents=True, exist_ok=True)
    wanted, there = _files(source), _files(target)
    for name in there.keys() - wanted.keys():
        os.unlink(there[name])
    for name, entry in wanted.items():
        new, old = entry.stat(), there[name].stat() if name in there else None
        if old is None or (old.st_size, old.st_mtime_ns) != (new.st_size, new.st_mtime_ns):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(entry, target / name)


def variables_of_make() -> list[str]:
    """What the user gave the make that runs this, as HOST_CXX="ccache g++"; but not its options."""
    words = shlex.split(os.environ.get("MAKEFLAGS", ""))
    return [word for word in words if "=" in word and not word.startswith("-")]


class Tree:
    """A scratch copy at `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def copy_sources(self, tree: Path, initrd: Path) -> None:
        """Take the sources of a working tree, and its programs if they are built; what is built here stays."""
        for name in SOURCES:
            mirror(tree / name, self.root / name)
        if initrd.exists():
            mirror(initrd, self.root / INITRD)

    def copy_of(self, other: "Tree") -> None:
        """Become the same as another tree, what is built there included."""
        mirror(other.root, self.root)

    def apply(self, fault: Fault) -> int:
        """Put a fault into its file. The line where it is."""
        path = self.root / fault.file
        text, line = fault.apply(path.read_text(encoding="utf-8"))
        path.write_text(text, encoding="utf-8")
        return line

    def build_kernel(self, jobs: int = 1) -> None:
        self._make([str(KERNEL)], jobs)

    def build_unit_tests(self, tests: Iterable[Path], jobs: int = 1) -> None:
        """Link the kernel's unit tests with no other test sources than these."""
        (self.root / UNIT_TESTS).unlink(missing_ok=True)    # make does not see that the list is another one
        self._make([str(UNIT_TESTS), "UNIT_CASES=" + " ".join(map(str, tests))], jobs)

    def _make(self, arguments: list[str], jobs: int) -> None:
        environment = {key: value for key, value in os.environ.items()
                       if key not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES")}
        command = ["make", "--no-print-directory", f"-j{jobs}", *variables_of_make(), *VARIABLES, *arguments]
        try:
            done = subprocess.run(command, cwd=self.root, env=environment, stdin=subprocess.DEVNULL, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=BUILD_LIMIT, check=False)
        except subprocess.TimeoutExpired:
            raise BuildFailed(f"not built in {BUILD_LIMIT:.0f} s") from None
        if done.returncode != 0:
            raise BuildFailed(done.stdout)
