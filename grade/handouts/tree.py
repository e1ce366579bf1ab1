# SPDX-License-Identifier: MIT
"""What the pages can speak of: files, names and make's targets, in the solved tree and in the trees that students get.

A student's tree has files of labs/common/ and labs/labN/tree/ at the path that they have below those folders.
"""

import re
from functools import cached_property
from pathlib import Path

SOURCES = ("kernel", "lib", "user", "grade", "labs", "handouts")
SUFFIXES = (".h", ".cc", ".S", ".ld", ".py", ".c", ".mk", ".sh", ".toml")
BOTH = ("Makefile", "kernel/build.mk", "user/build.mk", "grade/qemu.mk", "handouts/build.mk")
SOLVED = (*BOTH, "grade/build.mk", "labs/build.mk")
STUDENT = (*BOTH, "labs/common/grade/lab.mk", "labs/lab1/tree/labs/01.mk")


class Tree:
    """The solved tree at `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @cached_property
    def tops(self) -> list[Path]:
        """Where a path on a page may begin."""
        student = [self.root / "labs/common", *sorted((self.root / "labs").glob("lab*/tree"))]
        return [self.root, self.root / "kernel", *student,
                *(tree / folder for tree in student for folder in ("lab1/kernel", "lab1/user"))]

    def has_path(self, path: str) -> bool:
        """A file or folder of this name is in the solved tree or in a student's, from the top, in kernel/ or in lab 1's
        folders. `*` may stand for any text."""
        if path.startswith("/"):
            return False
        if lab := re.fullmatch(r"grade/labs/lab(\d)(?:\.hints)?\.toml", path):
            return (self.root / f"labs/lab{lab[1]}/lab.toml").exists()
        return any(next(top.glob(path.rstrip("/")), None) for top in self.tops)

    @cached_property
    def words(self) -> frozenset[str]:
        """All words of the sources, and parts of file names."""
        found: set[str] = set()
        for path in self.files:
            found |= set(re.findall(r"\w+", path.read_text(encoding="utf-8", errors="replace")))
            found |= set(re.findall(r"\w+", path.name))
        return frozenset(found)

    @cached_property
    def file_names(self) -> frozenset[str]:
        return frozenset(path.name for path in (*self.files, *(self.root / "handouts").rglob("*.md")))

    @cached_property
    def files(self) -> list[Path]:
        tops = [path for top in SOURCES for path in sorted((self.root / top).rglob("*")) if path.suffix in SUFFIXES]
        return [path for path in (*tops, self.root / "Makefile")
                if path.is_file() and "build" not in path.relative_to(self.root).parts]

    def make_text(self, files: tuple[str, ...]) -> str:
        return "\n".join((self.root / name).read_text(encoding="utf-8") for name in files if (self.root / name).exists())

    def targets(self, files: tuple[str, ...]) -> set[str]:
        """What can be made by name."""
        found: set[str] = set()
        for names in re.findall(r"^([a-z][a-z0-9 -]*):(?!=)", self.make_text(files), re.MULTILINE):
            found |= set(names.split())
        return found

    def variables(self, files: tuple[str, ...]) -> set[str]:
        """What make's files look at."""
        text = self.make_text(files)
        return set(re.findall(r"\$[({](?:\w+ )?(\w+)", text)) | set(re.findall(r"^(\w+) *[:?]?=", text, re.MULTILINE))
