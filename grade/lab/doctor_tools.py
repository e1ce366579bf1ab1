# SPDX-License-Identifier: MIT
"""What `make doctor` says about this computer: its tools, and itself."""

import importlib.util
import locale
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Finding:
    """What was looked at and what was seen. `mend`: the command that makes it good, or "" if it is good."""

    subject: str
    text: str
    mend: str = ""


Check = Callable[[Path], Iterator[Finding]]


def answer(*command: str) -> str | None:
    """What the command prints, or None if it cannot be run or fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=60,
                              stdin=subprocess.DEVNULL, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


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


def check_locale(_: Path) -> Iterator[Finding]:
    name = locale.getpreferredencoding(False)
    yield Finding("locale", f"{name}" if name.upper() == "UTF-8" else
                  f"{name}, not UTF-8: the labs work, but characters of your own in names may look odd")


def check_processors(_: Path) -> Iterator[Finding]:
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    yield Finding("processors", f"{count}, load {os.getloadavg()[0]:.1f}: a busy computer changes how long you wait, "
                                "not what you score")


CHECKS: tuple[Check, ...] = (check_tools, check_compilers, check_firmware, check_python, check_locale, check_processors)
