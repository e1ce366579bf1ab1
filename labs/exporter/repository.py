# SPDX-License-Identifier: MIT
"""A bare git repository, written without a work tree."""

import os
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from .errors import Problem
from .source import File, Tree, blob_id

AUTHOR = {f"GIT_{role}_{part}": value for role in ("AUTHOR", "COMMITTER")
          for part, value in (("NAME", "Glenda Labs"), ("EMAIL", "labs@glenda.invalid"))}
# What a home directory or the system configures must not matter.
ALONE = AUTHOR | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8"}


class Repository:
    """The repository in the folder `path`, which is created if it is not there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        if not (path / "HEAD").exists():
            path.mkdir(parents=True, exist_ok=True)
            self.git("init", "-q", "--bare", "--initial-branch=lab1")

    def run(self, *arguments: str, data: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
        """Runs git here, whatever its exit status."""
        clean = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
        return subprocess.run(["git", "-c", f"safe.directory={self.path}", "--git-dir", str(self.path), *arguments], input=data,
                              capture_output=True, check=False, env=clean | ALONE | environment)

    def git(self, *arguments: str, data: bytes = b"", **environment: str) -> str:
        """What git prints, without the last line end. Raises Problem if it fails."""
        done = self.run(*arguments, data=data, **environment)
        if done.returncode:
            raise Problem(f"git {' '.join(arguments)}, in {self.path}: {done.stderr.decode(errors='replace').strip()}")
        return done.stdout.decode(errors="replace").rstrip("\n")

    # --- reading ----------------------------------------------------------------------------------------------

    def tip(self, branch: str) -> str | None:
        """The newest commit of `branch`, or None if there is no such branch."""
        return self.git("for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}") or None

    def tree_of(self, commit: str) -> str:
        """The name of a commit's tree."""
        return self.git("rev-parse", f"{commit}^{{tree}}")

    def is_ancestor(self, old: str, new: str) -> bool:
        """Whether `new` is `old` or descends from it."""
        return self.run("merge-base", "--is-ancestor", old, new).returncode == 0

    def read(self, commit: str) -> Tree:
        """All files of a commit or tree."""
        entries = [entry.split("\t", 1) for entry in self.git("ls-tree", "-r", "-z", commit).split("\0") if entry]
        names = [about.split()[2] for about, _ in entries]
        output = self.run("cat-file", "--batch", data="".join(f"{name}\n" for name in names).encode()).stdout
        tree, position = Tree(), 0
        for about, path in entries:
            end = output.index(b"\n", position)
            size = int(output[position:end].split()[2])
            tree[path] = File(output[end + 1:end + 1 + size], about.startswith("100755"))
            position = end + size + 2
        return tree

    # --- writing ----------------------------------------------------------------------------------------------

    def _store_blobs(self, contents: Iterable[bytes]) -> None:
        """Stores the contents that are not here yet."""
        by_name = {blob_id(data): data for data in contents}
        known = self.git("cat-file", "--batch-check", data="".join(f"{name}\n" for name in by_name).encode())
        missing = [line.split()[0] for line in known.splitlines() if line.endswith(" missing")]
        if missing:
            self.git("fast-import", "--quiet", data=b"".join(b"blob\ndata %d\n%s\n" % (len(by_name[name]), by_name[name])
                                                             for name in missing))

    def store(self, tree: Tree) -> str:
        """Stores a tree; returns its name."""
        self._store_blobs(file.data for file in tree.values())
        index = str(self.path / "exporter-index")
        lines = "".join(f"{100755 if file.executable else 100644} {blob_id(file.data)}\t{path}\0" for path, file in tree.items())
        try:
            self.git("read-tree", "--empty", GIT_INDEX_FILE=index)
            self.git("update-index", "-z", "--index-info", data=lines.encode(), GIT_INDEX_FILE=index)
            return self.git("write-tree", GIT_INDEX_FILE=index)
        finally:
            Path(index).unlink(missing_ok=True)

    def commit(self, tree: str, parents: Sequence[str], message: str, date: str) -> str:
        """Makes a commit; returns its name. `date`: seconds and time zone, as in `1767322245 +0000`."""
        sides = [argument for parent in parents for argument in ("-p", parent)]
        return self.git("commit-tree", tree, *sides, data=message.encode(), GIT_AUTHOR_DATE=date, GIT_COMMITTER_DATE=date)

    def move(self, branch: str, new: str) -> None:
        """Lets `branch` end at `new`, which must descend from where it ends now."""
        old = self.tip(branch)
        if old is not None and not self.is_ancestor(old, new):
            raise Problem(f"{self.path}: {branch} would lose commits")
        self.git("update-ref", f"refs/heads/{branch}", new, old or "0" * 40)
