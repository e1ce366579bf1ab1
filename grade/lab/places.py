# SPDX-License-Identifier: MIT
"""Addresses in words: functions, files and lines. `stopped` asks GDB for whole stacks."""

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

from glenda import symbols
from glenda.machine import Machine

AFTER_CALL = 1          # a return address is behind its call, which may be the next line's: one byte less is within it


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
    found = [(word, int(address, 16)) for line in told
             for word, address in re.findall(r"(pc|called from) (0x[0-9a-f]+)", line)]
    return numbered(frame for word, address in found for frame in lines(kernel, address - (word != "pc") * AFTER_CALL, root))


def numbered(frames: Iterable[str]) -> list[str]:
    return [f"#{number} {frame}" for number, frame in enumerate(frames)]


def of_harts(machine: Machine, programs: list[Path], root: Path) -> list[str]:
    """Where each hart is. The machine should be frozen: the place of a running hart is out of date."""
    counters = machine.monitor.program_counters()
    return [f"hart {hart} is in {of_address(programs, pc, root)}" for hart, pc in enumerate(counters)]
