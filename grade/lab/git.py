# SPDX-License-Identifier: MIT
"""Asks git about a student's tree. Git may be missing, and the tree need not be a clone: both are answers."""

import os
import subprocess
from pathlib import Path

MISSING = 127           # the status if there is no git, as a shell has it


def run(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Runs git in `root`. It asks for a password on the terminal alone."""
    command = ["git", *arguments]
    try:
        return subprocess.run(command, cwd=root, capture_output=True, stdin=subprocess.DEVNULL, check=False)
    except OSError as error:
        return subprocess.CompletedProcess(command, MISSING, b"", str(error).encode())


def data(root: Path, *arguments: str) -> bytes | None:
    """What git prints, or None if it is missing or fails."""
    done = run(root, *arguments)
    return done.stdout if done.returncode == 0 else None


def text(root: Path, *arguments: str) -> str | None:
    """The same in words, without the last line's end."""
    printed = data(root, *arguments)
    return printed.decode(errors="replace").rstrip("\n") if printed is not None else None


def is_top(root: Path) -> bool:
    """Whether `root` is the top of a clone; it might also lie somewhere in another's."""
    return text(root, "rev-parse", "--show-prefix") == ""


def files(root: Path) -> list[str] | None:
    """The tracked and the new files that git does not ignore. None if `root` is not the top of a clone."""
    listed = data(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard") if is_top(root) else None
    return None if listed is None else sorted({os.fsdecode(name) for name in listed.split(b"\0") if name})
