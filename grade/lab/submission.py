# SPDX-License-Identifier: MIT
"""The student's files, and the nonce that is made from them.

A nonce is a word that a test program must know to report a success (user/tests/common). It is a hash of the submission
and a secret of the grader. So the same submission has the same nonce, and a kernel cannot know it when it is written.
"""

import hashlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from . import git

Files = dict[str, Path]     # by path below the root

NOT_SOURCES = {"build", ".git", "__pycache__", ".venv", "node_modules"}     # folders, where git does not know
ANSWERS = "answers.md"
IGNORES_ALL = b"*\n"        # .gitignore of a folder that make has built in: BUILD may have any name
MOST = 16 << 20             # bytes; a larger file is no source


def _is_built(folder: Path) -> bool:
    ignored = folder / ".gitignore"
    return ignored.is_file() and ignored.read_bytes() == IGNORES_ALL


def _names(root: Path) -> Iterator[str]:
    """Tracked and new files that git does not ignore; without git, all but those of NOT_SOURCES."""
    listed = git.files(root)
    if listed is not None:
        yield from listed
        return
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in NOT_SOURCES and not _is_built(Path(folder, name))]
        yield from (os.path.relpath(os.path.join(folder, name), root) for name in files)


def files(root: Path) -> Files:
    """The submission, sorted. Links, devices and very large files are no sources."""
    found: Files = {}
    for name in sorted(_names(root)):
        path = root / name
        if name.startswith("build/") or path.is_symlink() or not path.is_file():
            continue
        if path.stat().st_size <= MOST:
            found[name] = path
    return found


def fingerprint(submission: Files) -> str:
    """A hash of all names and contents, without the answers to a handout's questions: they change no result."""
    total = hashlib.sha256()
    for name, path in submission.items():
        if name == ANSWERS:
            continue
        total.update(os.fsencode(name) + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def secret(results: Path) -> str:
    """The grader's: GLENDA_GRADE_SECRET, or a random one that stays with what was built."""
    if given := os.environ.get("GLENDA_GRADE_SECRET"):
        return given
    path = results / "secret"
    if not path.exists():
        results.mkdir(parents=True, exist_ok=True)
        scratch = path.with_suffix(f".{os.getpid()}")
        scratch.write_text(secrets.token_hex(16) + "\n")
        os.replace(scratch, path)
    return path.read_text().strip()


def nonce(fingerprint_: str, secret_: str) -> str:
    """16 hexadecimal digits."""
    return hashlib.sha256(f"{secret_}\n{fingerprint_}".encode()).hexdigest()[:16]


def tag(nonce_: str, name: str) -> str:
    """What a program prints behind `ok NAME`: FNV-1a over "nonce:name" and a finaliser, as user/tests/common does it."""
    every = (1 << 64) - 1
    value = 0xcbf29ce484222325
    for byte in f"{nonce_}:{name}".encode():
        value = (value ^ byte) * 0x100000001b3 & every
    value ^= value >> 33
    value = value * 0xff51afd7ed558ccd & every
    value ^= value >> 33
    value = value * 0xc4ceb9fe1a85ec53 & every
    return f"{value ^ value >> 33:016x}"
