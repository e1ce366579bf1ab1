# SPDX-License-Identifier: MIT
"""`make doctor`: is this computer ready for the labs? Prints the command that mends each thing that isn't.

Needs no network, changes nothing, and uses nothing beyond Python itself: it must run where the tools are missing.
"""

import argparse
import importlib.util
import locale
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

FEW = 3                         # files that a complaint names
ROOM = 1 << 30                  # bytes that a build and its logs may take
SLOW = 2.0                      # s for MANY_FILES small files: a build writes some 1,000
MANY_FILES = 200
AHEAD = 60                      # s that a file may be from the future: clocks of shared folders differ


@dataclass(frozen=True)
class Finding:
    """What was looked at and what was seen. `mend`: the command that makes it good, or "" if it is good."""

    subject: str
    text: str
    mend: str = ""


Check = Callable[[Path], Iterator[Finding]]


def answer(*command: str, folder: Path | None = None) -> str | None:
    """What the command prints, or None if it cannot be run or fails."""
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace", timeout=60,
                              stdin=subprocess.DEVNULL, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


# --- tools --------------------------------------------------------------------------------------------------------

# The command, the oldest version that works, and Debian's package.
TOOLS = {"make": ((4, 3), "make"), "git": ((2, 30), "git"), "gcc": ((12,), "gcc"), "g++": ((12,), "g++"),
         "riscv64-linux-gnu-g++": ((12,), "g++-riscv64-linux-gnu"), "qemu-system-riscv64": ((7, 2), "qemu-system-misc"),
         "gdb-multiarch": ((13,), "gdb-multiarch")}
MODULES = {"pexpect": "python3-pexpect", "elftools": "python3-pyelftools"}
OLDEST_PYTHON = (3, 11)


def install(package: str) -> str:
    return f"sudo apt-get install {package}" if shutil.which("apt-get") else f"install {package} (see the page Set-up)"


def dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def version_in(text: str) -> tuple[int, ...] | None:
    """The version in the first line of what `--version` prints. GCC and GDB have it last, behind their packager's."""
    first = re.sub(r"\(.*?\)", "", text.partition("\n")[0])
    found = re.search(r"\d+(?:\.\d+)+", first)
    return tuple(int(part) for part in found[0].split(".")) if found else None


def check_tools(_: Path) -> Iterator[Finding]:
    for name, (oldest, package) in TOOLS.items():
        command = os.environ.get("QEMU", name) if name.startswith("qemu") else name
        printed = answer(command, "--version")
        found = version_in(printed) if printed else None
        if printed is None:
            yield Finding(command, "is missing", install(package))
        elif found is None:
            yield Finding(command, f"does not tell its version: {printed[:60]!r}", install(package))
        elif found < oldest:
            yield Finding(command, f"{dotted(found)} is too old; {dotted(oldest)} or later is needed", install(package))
        else:
            yield Finding(command, dotted(found))


def check_compilers(_: Path) -> Iterator[Finding]:
    """Compilers that are there but lack a library fail in the middle of a build."""
    with tempfile.TemporaryDirectory() as scratch:
        for command, flags, header, package in (
                ("riscv64-linux-gnu-g++", ["-ffreestanding", "-c"], "expected", "g++-riscv64-linux-gnu"),
                ("g++", ["-fsanitize=address,undefined"], "vector", "g++")):
            source = Path(scratch) / "probe.cc"
            source.write_text(f"#include <{header}>\nint main() {{}}\n")
            if shutil.which(command) is None:
                continue
            if answer(command, "-std=c++23", *flags, str(source), "-o", str(source.with_suffix(".o"))) is None:
                yield Finding(command, f"cannot compile a program that includes <{header}>",
                              install(f"--reinstall {package}"))


def check_firmware(_: Path) -> Iterator[Finding]:
    """QEMU starts OpenSBI, which Debian has in a package of its own."""
    names = ("opensbi-riscv64-generic-fw_dynamic.bin", "opensbi-riscv64-generic-fw_dynamic.elf")
    qemu = shutil.which(os.environ.get("QEMU", "qemu-system-riscv64"))
    if qemu is None:
        return
    folders = [Path(line) for line in (answer(qemu, "-L", "help") or "").splitlines()]
    if any((folder / name).exists() for folder in folders for name in names):
        yield Finding("OpenSBI", "is there")
    else:
        yield Finding("OpenSBI", "is missing: QEMU has no firmware to boot", install("opensbi"))


def check_python(_: Path) -> Iterator[Finding]:
    here = sys.version_info[:2]
    if here < OLDEST_PYTHON:
        yield Finding("Python", f"{dotted(here)} is too old; {dotted(OLDEST_PYTHON)} or later is needed", install("python3"))
    else:
        yield Finding("Python", f"{dotted(here)}, {sys.executable}")
    for module, package in MODULES.items():
        if importlib.util.find_spec(module) is None:
            yield Finding("Python", f"{sys.executable} has no module {module}", install(package))
    first = shutil.which("python3")
    if first and os.path.realpath(first) != os.path.realpath(sys.executable):
        yield Finding("Python", f"{first} comes first on the path; the labs use {sys.executable} all the same")


# --- this computer ------------------------------------------------------------------------------------------------

def check_locale(_: Path) -> Iterator[Finding]:
    name = locale.getpreferredencoding(False)
    yield Finding("locale", f"{name}" if name.upper() == "UTF-8" else
                  f"{name}, not UTF-8: the labs work, but characters of your own in names may look odd")


def check_processors(_: Path) -> Iterator[Finding]:
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    yield Finding("processors", f"{count}, load {os.getloadavg()[0]:.1f}: a busy computer changes how long you wait, "
                                "not what you score")


def check_clock(root: Path) -> Iterator[Finding]:
    """Make compares times: a clock that is wrong builds everything each time, or nothing at all."""
    now = time.time()
    ahead = [path for path in sources(root) if path.stat().st_mtime > now + AHEAD]
    committed = answer("git", "log", "-1", "--format=%ct", folder=root)
    if committed and committed.strip().isdigit() and int(committed) > now + 86400:
        yield Finding("clock", f"it is {time.strftime('%Y-%m-%d', time.localtime(now))} here, but the newest commit is "
                               "from a later day", "sudo date --set 'the right date and time'")
    elif ahead:
        yield Finding("clock", f"{names(ahead, root)} from the future: make would build too much or too little",
                      "git ls-files -z | xargs -0 touch")
    else:
        yield Finding("clock", "no file is from the future")


# --- this folder --------------------------------------------------------------------------------------------------

def sources(root: Path) -> list[Path]:
    """The files that git tracks, or all but what is built where git does not know."""
    listed = answer("git", "ls-files", "-z", folder=root)
    if listed is not None:
        paths = [root / name for name in listed.split("\0") if name]
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
    where = root / "build"
    probe = where if where.is_dir() else root
    try:
        with tempfile.TemporaryDirectory(dir=probe, prefix="doctor-") as scratch:
            yield from look_at_file_system(Path(scratch))
    except OSError as error:
        yield Finding("file system", f"nothing can be written below {probe}: {error.strerror}",
                      f"sudo chown -R $(id -un) '{probe}'")


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
    top = answer("git", "rev-parse", "--show-toplevel", folder=root)
    if top is None or Path(top.rstrip("\n")).resolve() != root.resolve():
        yield Finding("git", "this folder is no clone, so `make next-lab` and `make handin` cannot work",
                      "git clone the course's repository, and copy your work into the clone")
        return
    if answer("git", "rev-parse", "--is-shallow-repository", folder=root) == "true\n":
        yield Finding("git", "the clone is shallow: a merge would not know what you changed", "git fetch --unshallow")
    if answer("git", "remote", "get-url", "origin", folder=root) and "*" not in (
            answer("git", "config", "--get-all", "remote.origin.fetch", folder=root) or ""):
        yield Finding("git", "the clone follows a single branch, so it would never see the next lab",
                      "git remote set-branches origin '*' && git fetch")
    remotes = (answer("git", "remote", folder=root) or "").split()
    if "origin" not in remotes:
        yield Finding("git", f"no remote is called origin (there is: {', '.join(remotes) or 'none'}): the next lab comes "
                             "from there", "git remote add origin ADDRESS")
    for key, value in (("user.name", "Your Name"), ("user.email", "you@example.org")):
        if not answer("git", "config", key, folder=root):
            yield Finding("git", f"it does not know your {key}: commits and merges need it",
                          f"git config --global {key} '{value}'")
    branch = (answer("git", "branch", "--show-current", folder=root) or "").strip()
    yield Finding("git", f"branch {branch}" if branch else "no branch is checked out",
                  "" if branch else "git switch -c work")


# --- all of it ----------------------------------------------------------------------------------------------------

CHECKS: tuple[Check, ...] = (check_tools, check_compilers, check_firmware, check_python, check_locale, check_processors,
                             check_clock, check_line_endings, check_path, check_file_system, check_ownership,
                             check_repository)


def examine(root: Path, checks: tuple[Check, ...] = CHECKS) -> list[Finding]:
    return [finding for check in checks for finding in check(root)]


def report(findings: list[Finding]) -> str:
    """One line each; below what needs mending, the command."""
    lines = []
    for finding in findings:
        lines.append(f"  {'MEND' if finding.mend else 'ok':<6} {finding.subject}: {finding.text}")
        if finding.mend:
            lines.append(f"         {finding.mend}")
    wrong = sum(bool(finding.mend) for finding in findings)
    lines.append(f"{wrong} thing{'s' if wrong != 1 else ''} to mend." if wrong else
                 "This computer is ready. Next: make qemu, then make grade.")
    return "\n".join(lines)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tree", type=Path, default=Path(__file__).resolve().parents[2], help="the tree to look at")


def run(options: argparse.Namespace) -> int:
    findings = examine(options.tree.resolve())
    print(report(findings))
    return 1 if any(finding.mend for finding in findings) else 0
