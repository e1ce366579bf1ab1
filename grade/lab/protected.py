# SPDX-License-Identifier: MIT
"""Grades the student's kernel with the course's tests, whatever became of the student's copy of them.

What the course published is known from git: the commit where the student's work left origin/labN. Without that, from
grade/labs/labN.manifest, one for each lab, whose lines are `BLOB PATH`: git's number of the file's contents, by which git
may still find them. If nothing protected was edited, the tree is graded where it is. Else a copy is laid out below build/,
and only what differs in it is built anew.
"""

import fnmatch
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from . import config, git
from .submission import Files

PROTECTED = ("grade/*", "user/tests/*", "kernel/check/*", "kernel/debug/exercise.*",
             "lab1/abi.h", "lab1/kernel/selftest*", "lab1/user/lib/*", "lab1/user/tests/*",     # * matches / too
             "lib/*", "user/libglenda/*",                                       # the tests' programs are made of them
             "Makefile", "labs/*.mk", "kernel/*.mk", "user/*.mk", "lab1/*.mk", "kernel/*.ld", "lab1/*.ld")
OWN_PROGRAMS = ("user/tests", "lab1/user/tests")    # a new program of one's own right here touches nobody else's
MANIFESTS = "grade/labs/*.manifest"
SEEDS = ("kernel", "user", "initrd", "initrd.cpio", "lab1")     # of build/: what a copy need not build again
FEW = 4


@dataclass
class Differences:
    """`edited`: the course's files that are changed or gone. `added`: files where only the course's belong.
    `is_known`: something was there to compare with. `lost`: edited, and the course's contents cannot be found."""

    is_known: bool = False
    blobs: dict[str, str] = field(default_factory=dict)
    edited: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    @property
    def not_used(self) -> list[str]:
        return sorted({*self.edited, *self.added} - set(self.lost))

    def notes(self) -> list[str]:
        """For the screen."""
        if not self.is_known:
            return ["nothing is at hand to compare the tests with: neither a branch origin/labN nor " + MANIFESTS]
        notes = []
        if self.not_used:
            notes.append(f"the course's files were used, not yours: {few(self.not_used)}")
        if self.lost:
            notes.append(f"edited, and no copy of the course's is at hand (git fetch origin): {few(self.lost)}")
        return notes


def few(names: list[str]) -> str:
    return ", ".join(names[:FEW]) + (f" and {len(names) - FEW} more" if len(names) > FEW else "")


def is_protected(path: str) -> bool:
    return any(fnmatch.fnmatchcase(path, pattern) for pattern in PROTECTED)


def is_own_program(path: str) -> bool:
    return os.path.dirname(path) in OWN_PROGRAMS and path.endswith(".cc")


def blob(data: bytes) -> str:
    """Git's number of these contents."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def published(root: Path) -> dict[str, str] | None:
    """The course's protected files: the number of each one's contents. None if nobody knows."""
    newest = config.newest(root)
    base = git.text(root, "merge-base", "HEAD", f"origin/lab{newest}")
    listed = git.data(root, "ls-tree", "-r", "-z", "--full-tree", base) if base else None
    if listed is not None:
        rows = (row.partition(b"\t") for row in listed.split(b"\0") if row)
        found = {os.fsdecode(name): about.split()[2].decode() for about, _, name in rows if about.split()[1] == b"blob"}
    elif manifests := sorted(path for path in root.glob(MANIFESTS) if path.is_file()):
        lines = (line for path in manifests for line in path.read_text(encoding="utf-8", errors="replace").splitlines())
        rows = (line.partition(" ") for line in lines if line and line[0] != "#")
        found = {name.strip(): number for number, _, name in rows}
    else:
        return None
    return {name: number for name, number in found.items() if is_protected(name)}


def compare(root: Path, submission: Files) -> Differences:
    """What the student's copy of the course's files differs in."""
    blobs = published(root)
    if blobs is None:
        return Differences()
    found = Differences(True, blobs)
    for name, number in sorted(blobs.items()):
        if name not in submission or blob(submission[name].read_bytes()) != number:
            found.edited.append(name)
            if git.data(root, "cat-file", "-e", number) is None:
                found.lost.append(name)
    found.added = [name for name in submission if is_protected(name) and name not in blobs
                   and not fnmatch.fnmatch(name, MANIFESTS) and not is_own_program(name)]
    return found


def lay_out(root: Path, submission: Files, found: Differences, hidden: Files, tree: Path) -> None:
    """Makes `tree` hold the submission with the course's files in place of the edited ones, and those of hidden tests."""
    is_new = not tree.exists()
    if is_new:
        seed(root, tree)
    contents: dict[str, Path | bytes] = {name: path for name, path in submission.items() if name not in found.not_used}
    for name in set(found.edited) - set(found.lost):
        contents[name] = git.data(root, "cat-file", "blob", found.blobs[name]) or b""
    contents |= hidden
    for name, content in contents.items():
        target = tree / name
        data = content if isinstance(content, bytes) else content.read_bytes()
        if target.is_file() and not target.is_symlink() and target.read_bytes() == data:
            continue
        remove(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        if is_new and isinstance(content, Path) and name not in hidden:
            shutil.copystat(content, target)        # so that what was seeded is not older
    for folder, folders, files in os.walk(tree):
        if Path(folder) == tree and "build" in folders:
            folders.remove("build")
        names = (os.path.relpath(os.path.join(folder, name), tree) for name in files)
        drop(tree, (name for name in names if name not in contents))


def drop(tree: Path, names: Iterable[str]) -> None:
    for name in names:
        remove(tree / name)


def remove(path: Path) -> None:
    """Removes a file, a link, or a folder where a file is to be."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def seed(root: Path, tree: Path) -> None:
    """Starts a tree with what is built already."""
    (tree / "build").mkdir(parents=True)
    built = [str(root / "build" / name) for name in SEEDS if (root / "build" / name).exists()]
    if built:
        subprocess.run(["cp", "-a", *built, str(tree / "build")], check=True, capture_output=True)
