# SPDX-License-Identifier: MIT
"""Commits for trials, many at once, and their merges: a merge is tried without a work tree."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from .repository import Repository
from .source import File, Tree

WHO = "committer Student <student@glenda.invalid> 1767322245 +0000\n"


@dataclass(frozen=True)
class Merged:
    """What a merge gave: the tree's name, and the paths in conflict."""

    tree: str
    conflicts: tuple[str, ...]


class History:
    """Gathers commits, which `write` stores in one go."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self._stream: list[bytes] = []
        self._count = 0

    def commit(self, parents: Iterable[str], before: Tree, after: Tree) -> str:
        """A commit whose first parent has the tree `before`. Returns its mark, which `write` turns into a name."""
        self._count += 1
        lines = [f"commit refs/trials/{self._count}\nmark :{self._count}\n{WHO}data 0\n".encode()]
        for word, parent in zip(("from", "merge", "merge"), parents):
            lines.append(f"{word} {parent}\n".encode())
        for path in sorted(before.keys() - after.keys()):
            lines.append(f"D {path}\n".encode())
        for path, file in sorted(after.items()):
            if before.get(path) != file:
                lines.append(_line(path, file))
        self._stream += [*lines, b"\n"]
        return f":{self._count}"

    def write(self) -> dict[str, str]:
        """Stores all commits; returns the name of each mark."""
        marks = self.repository.path / "trial-marks"
        self.repository.git("fast-import", "--quiet", "--force", f"--export-marks={marks}", data=b"".join(self._stream))
        return dict(line.split() for line in marks.read_text().splitlines())

    def merge(self, ours: str, theirs: str) -> Merged:
        """Merges two commits, as `git merge` does, without a work tree."""
        done = self.repository.run("merge-tree", "--write-tree", "--name-only", "--no-messages", ours, theirs)
        lines = done.stdout.decode(errors="replace").splitlines()
        if done.returncode not in (0, 1) or not lines:
            return Merged("", (done.stderr.decode(errors="replace").strip() or "git merge-tree has failed",))
        return Merged(lines[0], tuple(line for line in lines[1:] if line) if done.returncode else ())

    def merge_all(self, pairs: list[tuple[str, str]]) -> list[Merged]:
        """Merges each pair."""
        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(lambda pair: self.merge(*pair), pairs))


def _line(path: str, file: File) -> bytes:
    return f"M {100755 if file.executable else 100644} inline {path}\ndata {len(file.data)}\n".encode() + file.data + b"\n"
