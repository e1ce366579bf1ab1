# SPDX-License-Identifier: MIT
"""Addresses in words: functions, files and lines; and where all threads are when a machine hangs."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from glenda import symbols
from glenda.machine import Machine
from glenda.paths import ROOT

ADDRESS = re.compile(r"0x[0-9a-f]+")
LIMIT = 60              # s of real time for GDB, which needs less than one
SOCKET_NAME = 100       # characters that the path of a socket may have


def lines(program: Path, address: int, root: Path) -> list[str]:
    """`function  file:line`: the innermost first, then those into which it was inlined. [] if the program has none."""
    if symbols.name(program, address) == f"{address:#x}":
        return []
    done = subprocess.run([symbols.ADDR2LINE, "-fiC", "-e", str(program), f"{address:#x}"], capture_output=True,
                          text=True, errors="replace", check=False)
    told = done.stdout.splitlines()
    return [f"{plain(function)}  {place(where, root)}".removesuffix("  ??:?") for function, where in zip(told[::2], told[1::2])]


def plain(function: str) -> str:
    """A demangled name without namespaces, arguments and what a compiler adds."""
    name = re.sub(r"\(anonymous namespace\)::|\bglenda::|\[clone [^]]*\]", "", function)
    name = re.sub(r"\(.*|<[^<>]*>", "", name).strip()
    return name.split()[-1] if name else "?"


def place(where: str, root: Path) -> str:
    """`file:line`, below the root if it lies there. A compiler's cache may have written down another tree's root."""
    file, line = re.fullmatch(r"(.*):(\d+|\?)(?: \(discriminator \d+\))?", where).groups()
    parts = Path(file).parts
    tails = (Path(*parts[start:]) for start in range(1 if file.startswith("/") else 0, len(parts)))
    return f"{next((tail for tail in tails if (root / tail).is_file()), file)}:{line}"


def of_address(programs: Iterable[Path], address: int, root: Path) -> str:
    """One line on an address: of the first program that has it."""
    for program in programs:
        if found := lines(program, address, root):
            return found[0].replace("  ", ", ")
    return f"{address:#x}"


def of_panic(output: str, kernel: Path, root: Path) -> list[str]:
    """The addresses in a panic's report as a stack: `#0 function  file:line`."""
    report = output[re.search(r"^PANIC", output, re.MULTILINE).start():]
    told = report.partition("\n\n")[0].partition("END PANIC")[0].splitlines()[1:3]
    frames = [frame for line in told for address in re.findall(r"(?:pc|called from) (0x[0-9a-f]+)", line)
              for frame in lines(kernel, int(address, 16), root)]
    return [f"#{number} {frame}" for number, frame in enumerate(frames)]


def of_harts(machine: Machine, programs: list[Path], root: Path) -> list[str]:
    """Where each hart is. The machine should be frozen: the place of a running hart is out of date."""
    counters = machine.monitor.program_counters()
    return [f"hart {hart} is in {of_address(programs, pc, root)}" for hart, pc in enumerate(counters)]


def of_threads(machine: Machine, kernel: Path, folder: Path) -> list[str]:
    """What each thread of a frozen machine waits for, by GDB's command `threads`. [] if GDB cannot tell."""
    socket = folder / f"{os.getpid()}.gdb"
    ours, gdbs = os.path.relpath(socket), os.path.relpath(socket, ROOT)     # relative, for a socket's path must be short
    if shutil.which("gdb-multiarch") is None or max(len(ours), len(gdbs)) > SOCKET_NAME:
        return []
    if "Waiting" not in (machine.monitor.human(f"gdbserver unix:{ours},server=on,wait=off") or ""):
        return []
    command = ["gdb-multiarch", "-q", "-nx", "-batch", "-x", ".gdbinit", "-ex", f"file {kernel}",
               "-ex", f"target remote {gdbs}", "-ex", "echo @@@\\n", "-ex", "threads"]
    try:
        done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              errors="replace", timeout=LIMIT, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return []
    finally:
        socket.unlink(missing_ok=True)
    rows = [re.split(r" {2,}", line.strip()) for line in done.stdout.partition("@@@\n")[2].splitlines()[1:]
            if re.match(r"\d+ +0x", line)]
    return [f"thread {row[2]}: {row[3]}" + (f", {row[6]}" if row[6] not in ("-", "running") else "")
            for row in rows if len(row) >= 7]
