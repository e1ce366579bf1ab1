# SPDX-License-Identifier: MIT
"""Names for the kernel's addresses, for messages. Without pyelftools, or without symbols, an address stays a number."""

import bisect
import functools
from pathlib import Path

try:
    from elftools.common.exceptions import ELFError
    from elftools.elf.elffile import ELFFile
except ImportError:
    ELFFile = None


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
    """`0x80200010 (main+0x10)`, or the bare number where no function of the file at `path` is near."""
    functions = _functions(path)
    index = bisect.bisect_right(functions, (address, float("inf"), "")) - 1
    if index >= 0:
        start, size, label = functions[index]
        if address < start + (size or 4096):      # assembly labels have no size
            return f"{address:#x} ({label}+{address - start:#x})"
    return f"{address:#x}"
