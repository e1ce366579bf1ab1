# SPDX-License-Identifier: MIT
"""The solved tree of the fixture, a course of three small labs, in a repository of its own, to be changed at will."""

import subprocess
import sys
from pathlib import Path

from exporter.course import Course
from exporter.lint import lint
from exporter.source import read_folder

FIXTURE = Path(__file__).parent / "fixture"
DATE = "2026-01-02T03:04:05+00:00"


def exporter(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs the exporter's command for the solved tree at `root`."""
    return subprocess.run([sys.executable, "-m", "exporter", "--root", str(root), *arguments], check=False, cwd=FIXTURE.parents[1],
                          capture_output=True, text=True)


class SolvedTree:
    """A working tree and its git repository."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def git(self, *arguments: str) -> str:
        environment = {"GIT_AUTHOR_DATE": DATE, "GIT_COMMITTER_DATE": DATE, "GIT_CONFIG_GLOBAL": "/dev/null",
                       "GIT_CONFIG_NOSYSTEM": "1", "PATH": "/usr/bin:/bin", "HOME": str(self.root)}
        return subprocess.run(["git", "-c", "user.name=Author", "-c", "user.email=author@example.org", *arguments],
                              cwd=self.root, check=True, capture_output=True, text=True, env=environment).stdout

    def write(self, path: str, text: str) -> None:
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)

    def read(self, path: str) -> str:
        return (self.root / path).read_text()

    def replace(self, path: str, old: str, new: str) -> None:
        text = self.read(path)
        assert text.count(old) == 1, f"{path} holds this {text.count(old)} times: {old}"
        self.write(path, text.replace(old, new))

    def commit(self, message: str = "Change") -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)

    @classmethod
    def copy(cls, root: Path) -> "SolvedTree":
        """A fresh copy of the fixture at `root`, committed."""
        tree = cls(root)
        subprocess.run(["cp", "-r", str(FIXTURE), str(root)], check=True)
        tree.git("init", "-q", "-b", "main")
        tree.commit("The solved tree")
        return tree


def complaints(solved: SolvedTree, sizes: bool = False) -> str:
    """What the linter says, a line each."""
    return "\n".join(map(str, lint(Course(read_folder(solved.root)), None, sizes)))


def line_of(solved: SolvedTree, path: str, text: str) -> int:
    """The number of the first line that holds `text`."""
    return next(number for number, line in enumerate(solved.read(path).splitlines(), 1) if text in line)
