# SPDX-License-Identifier: MIT
"""The solved tree, read whole: as it lies in the folder, or as the last commit has it."""

import hashlib
import io
import os
import stat
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

from .errors import Problem

NOT_SOURCES = {".git", "build", "__pycache__"}
IGNORES_ALL = b"*\n"        # .gitignore of a folder that make has built in


@dataclass(frozen=True)
class File:
    """A file's contents and whether it can be executed."""

    data: bytes
    executable: bool = False

    @property
    def is_text(self) -> bool:
        return b"\0" not in self.data[:8000]


Tree = dict[str, File]      # a folder, by path from its root


def blob_id(data: bytes) -> str:
    """The name that git gives to a file's contents."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def _run_git(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", "-c", f"safe.directory={root}", "-C", str(root), *arguments], capture_output=True, check=False)


def git(root: Path, *arguments: str) -> bytes:
    """What git prints about the repository of the solved tree. Raises Problem if git refuses."""
    done = _run_git(root, *arguments)
    if done.returncode:
        raise Problem(f"git {' '.join(arguments)}, in {root}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def git_succeeds(root: Path, *arguments: str) -> bool:
    """Whether git says yes, by its exit status."""
    return _run_git(root, *arguments).returncode == 0


def _is_built(folder: Path) -> bool:
    """Whether make has built in the folder: BUILD may have any name."""
    ignored = folder / ".gitignore"
    return ignored.is_file() and ignored.read_bytes() == IGNORES_ALL


def _in_folder(root: Path) -> list[str]:
    """The paths of all sources below `root`: what git tracks or would track, or all if the tree is a plain copy."""
    if (root / ".git").exists():
        listed = git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard").decode()
        return sorted(set(listed.split("\0")) - {""})
    paths = []
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in set(folders) - NOT_SOURCES if not _is_built(Path(folder, name)))
        paths += [os.path.relpath(os.path.join(folder, file), root) for file in files]
    return sorted(paths)


def read_folder(root: Path) -> Tree:
    """The tree as it lies in the folder `root`, with changes that are not committed."""
    tree = {}
    for path in _in_folder(root):
        place = root / path
        try:
            mode = place.lstat().st_mode
        except FileNotFoundError:
            continue        # deleted, but not committed yet
        if stat.S_ISREG(mode):
            tree[path] = File(place.read_bytes(), bool(mode & 0o100))
        elif stat.S_ISLNK(mode):
            raise Problem(f"{path}: this is a symbolic link, and links are not published")
    return tree


def read_commit(root: Path, commit: str = "HEAD") -> Tree:
    """The tree as `commit` has it."""
    tree = {}
    with tarfile.open(fileobj=io.BytesIO(git(root, "archive", "--format=tar", commit))) as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isfile() else None
            if content is not None:
                tree[member.name] = File(content.read(), bool(member.mode & 0o100))
            elif not member.isdir():
                raise Problem(f"{member.name}: this is a link, and links are not published")
    return tree


def commit_date(root: Path) -> str:
    """When the last commit was made, as git wants it back."""
    return git(root, "show", "--no-patch", "--format=%cd", "--date=raw", "HEAD").decode().strip()


def has_history(root: Path) -> bool:
    """Whether the tree is a git repository of its own with a commit."""
    return (root / ".git").exists() and git_succeeds(root, "rev-parse", "--verify", "-q", "HEAD")


def uncommitted(root: Path) -> list[str]:
    """The paths of what is not committed."""
    listed = git(root, "status", "--porcelain", "-z", "--no-renames", "--untracked-files=all").decode(errors="replace")
    return [row[3:] for row in listed.split("\0") if row]
