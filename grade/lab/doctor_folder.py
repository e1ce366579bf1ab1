# SPDX-License-Identifier: MIT
"""What `make doctor` says about the student's folder: its files, where it lies, and git."""

import os
import shlex
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from . import git
from .doctor_tools import Check, Finding, answer

FEW = 3                         # files that a complaint names
ROOM = 1 << 30                  # bytes that a build and its logs may take
SLOW = 2.0                      # s for MANY_FILES small files: a build writes some 1,000
MANY_FILES = 200
AHEAD = 60                      # s that a file may be from the future: clocks of shared folders differ


def check_clock(root: Path) -> Iterator[Finding]:
    """Make compares times: a clock that is wrong builds everything each time, or nothing at all."""
    now = time.time()
    ahead = [path for path in sources(root) if path.stat().st_mtime > now + AHEAD]
    committed = git.text(root, "log", "-1", "--format=%ct")
    if committed and committed.isdigit() and int(committed) > now + 86400:
        yield Finding("clock", f"it is {time.strftime('%Y-%m-%d', time.localtime(now))} here, but the newest commit is "
                               "from a later day", "sudo date --set 'the right date and time'")
    elif ahead:
        yield Finding("clock", f"{names(ahead, root)} from the future: make would build too much or too little",
                      "git ls-files -z | xargs -0 touch")
    else:
        yield Finding("clock", "no file is from the future")


def sources(root: Path) -> list[Path]:
    """The files that git tracks, or all but what is built where git does not know."""
    listed = git.data(root, "ls-files", "-z")
    if listed is not None:
        paths = [root / os.fsdecode(name) for name in listed.split(b"\0") if name]
    else:
        paths = [path for path in root.rglob("*") if "build" not in path.parts and ".git" not in path.parts]
    return [path for path in paths if path.is_file()]


def names(paths: list[Path], root: Path) -> str:
    """The first few, in words."""
    shown = ", ".join(str(path.relative_to(root)) for path in paths[:FEW])
    if len(paths) == 1:
        return f"{shown} is"
    return f"{shown}{f' and {len(paths) - FEW} more' if len(paths) > FEW else ''} are"


def has_crlf(path: Path) -> bool:
    """A text with CRLF. A file with a zero byte is no text."""
    start = path.read_bytes()[:65536]
    return b"\r\n" in start and b"\0" not in start


def check_line_endings(root: Path) -> Iterator[Finding]:
    crlf = [path for path in sources(root) if has_crlf(path)]
    if crlf:
        yield Finding("line endings", f"{names(crlf, root)} written with CRLF: scripts trip over that, and so do merges",
                      "git grep -lIz $'\\r' | xargs -0 sed -i 's/\\r$//'      # and tell your editor: LF")
    else:
        yield Finding("line endings", "LF everywhere")


def check_path(root: Path) -> Iterator[Finding]:
    text = str(root)
    if "\n" in text or ":" in text:
        yield Finding("path", f"{text!r} has a character that make and the shell's lists cannot hold",
                      "move the folder: mv ... ~/glenda")
    else:
        yield Finding("path", f"{text}")


def check_file_system(root: Path) -> Iterator[Finding]:
    if not keeps_names(root):
        yield Finding("file system", "it shows all names in lower case: make does not find `Makefile` there",
                      "move the folder to your home folder, and clone it anew")
    where = root / "build"
    probe = where if where.is_dir() else root
    try:
        with tempfile.TemporaryDirectory(dir=probe, prefix="doctor-") as scratch:
            yield from look_at_file_system(Path(scratch))
    except OSError as error:
        yield Finding("file system", f"nothing can be written below {probe}: {error.strerror}",
                      f"sudo chown -R $(id -un) '{probe}'")


def keeps_names(root: Path) -> bool:
    """Some drivers for the disks of Windows do not: a file opens by any spelling, and is listed by one that nobody gave."""
    return "Makefile" in os.listdir(root) or not (root / "Makefile").exists()


def look_at_file_system(scratch: Path) -> Iterator[Finding]:
    (scratch / "Name").write_text("")
    if (scratch / "name").exists():
        yield Finding("file system", "it takes Name and name for one file: the labs have no such pair, but keep your own "
                                     "names lower-case")
    script = scratch / "run"
    script.write_text("#!/bin/sh\nexit 0\n")
    script.chmod(0o755)
    if answer(str(script)) is None:
        yield Finding("file system", "programs cannot be run here (mounted with noexec?), so host tests cannot either",
                      "move the folder to your home folder")
    free = shutil.disk_usage(scratch).free
    if free < ROOM:
        yield Finding("file system", f"only {free >> 20} MiB are free; a build takes up to {ROOM >> 20}", "make clean")
    begun = time.monotonic()
    for number in range(MANY_FILES):
        (scratch / f"{number}.o").write_text("x" * 1000)
    taken = time.monotonic() - begun
    if taken > SLOW:
        yield Finding("file system", f"slow: {MANY_FILES} small files took {taken:.1f} s; a network or shared folder?",
                      "build elsewhere: make BUILD=/tmp/glenda-build ...")
    else:
        yield Finding("file system", "quick enough, and programs run from it")


def check_ownership(root: Path) -> Iterator[Finding]:
    """A build by root leaves files that you may not replace."""
    build = root / "build"
    if os.geteuid() == 0 or not build.is_dir():
        return
    for folder, _, _ in os.walk(build):
        if not os.access(folder, os.W_OK):
            yield Finding("build folder", f"{Path(folder).relative_to(root)} belongs to somebody else",
                          "sudo chown -R $(id -un) build")
            return


def check_repository(root: Path) -> Iterator[Finding]:
    if b"safe.directory" in git.run(root, "rev-parse", "--show-prefix").stderr:
        yield Finding("git", "the folder belongs to somebody else (a shared one?), and git does not trust it",
                      f"git config --global --add safe.directory {shlex.quote(str(root))}")
        return
    if not git.is_top(root):
        yield Finding("git", "this folder is no clone, so `make next-lab` and `make handin` cannot work",
                      "git clone the course's repository, and copy your work into the clone")
        return
    if git.text(root, "rev-parse", "--is-shallow-repository") == "true":
        yield Finding("git", "the clone is shallow: a merge would not know what you changed", "git fetch --unshallow")
    if git.text(root, "remote", "get-url", "origin") and "*" not in (
            git.text(root, "config", "--get-all", "remote.origin.fetch") or ""):
        yield Finding("git", "the clone follows a single branch, so it would never see the next lab",
                      "git remote set-branches origin '*' && git fetch")
    remotes = (git.text(root, "remote") or "").split()
    if "origin" not in remotes:
        yield Finding("git", f"no remote is called origin (there is: {', '.join(remotes) or 'none'}): the next lab comes "
                             "from there", "git remote add origin ADDRESS")
    for key, value in (("user.name", "Your Name"), ("user.email", "you@example.org")):
        if not git.text(root, "config", key):
            yield Finding("git", f"it does not know your {key}: commits and merges need it",
                          f"git config --global {key} '{value}'")
    branch = git.text(root, "branch", "--show-current")
    yield Finding("git", f"branch {branch}" if branch else "no branch is checked out",
                  "" if branch else "git switch -c work")


CHECKS: tuple[Check, ...] = (check_clock, check_line_endings, check_path, check_file_system, check_ownership,
                             check_repository)
