# SPDX-License-Identifier: MIT
"""Symbolic names of kernel addresses for messages. Without pyelftools or symbols, an address is shown as a number."""

import bisect
import functools
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

try:
    from elftools.common.exceptions import ELFError
    from elftools.elf.elffile import ELFFile
except ImportError:
    ELFFile = None

ADDR2LINE = "riscv64-linux-gnu-addr2line"


@functools.cache
def _functions(path: Path) -> list[tuple[int, int, str]]:
    """(address, size, name) of every function and assembly label, in order of address."""
    if ELFFile is None:
        return []
    try:
        with open(path, "rb") as file:
            table = ELFFile(file).get_section_by_name(".symtab")
            return sorted((symbol["st_value"], symbol["st_size"], symbol.name) for symbol in table.iter_symbols()
                          if symbol["st_info"]["type"] in ("STT_FUNC", "STT_NOTYPE") and symbol.name
                          and symbol["st_shndx"] not in ("SHN_UNDEF", "SHN_ABS") and symbol.name[0] not in "$.")
    except (OSError, ELFError, AttributeError):
        return []


def name(path: Path, address: int) -> str:
    """`0x80200010 (main+0x10)`, or just the number if no function of the file at `path` contains the address."""
    functions = _functions(path)
    index = bisect.bisect_right(functions, (address, float("inf"), "")) - 1
    if index >= 0:
        start, size, label = functions[index]
        if address < start + (size or 4096):      # assembly labels have no size
            return f"{address:#x} ({label}+{address - start:#x})"
    return f"{address:#x}"


def address(path: Path, label: str) -> int:
    """The address of the function or label with this linker name. Raises KeyError if there is none."""
    for start, _, name_ in _functions(path):
        if name_ == label:
            return start
    raise KeyError(f"{path.name} has no {label}")


def has_function(path: Path, name_: str) -> bool:
    """Whether there is a C++ function of this name, such as glenda::fork, whatever its arguments."""
    mangled = "_ZN" + "".join(f"{len(part)}{part}" for part in name_.split("::")) + "E"
    return any(label.startswith(mangled) for _, _, label in _functions(path))


class Frame(NamedTuple):
    """A function, without namespaces and arguments, and its source file."""
    function: str
    file: str


def frames(path: Path, addresses: Iterable[int]) -> dict[int, list[Frame]]:
    """For each address its functions: the innermost first, then those into which it was inlined."""
    wanted = sorted(set(addresses))
    done = subprocess.run([ADDR2LINE, "-afiC", "-e", str(path)], input="".join(f"{each:#x}\n" for each in wanted),
                          capture_output=True, text=True, check=True)
    found: dict[int, list[Frame]] = {}
    lines = iter(done.stdout.splitlines())
    for line in lines:
        if line.startswith("0x"):
            chain = found[int(line, 16)] = []
        else:
            plain = re.sub(r"\(anonymous namespace\)::|\w+::|<.*>|\(.*", "", line)
            chain.append(Frame(plain.split()[-1], next(lines).split(":")[0]))
    return found
