# SPDX-License-Identifier: MIT
"""How many pages are free in lab 1's kernel: read in the running machine, from the variable that counts them (pages.cc)."""

import re
from pathlib import Path

from elftools.elf.elffile import ELFFile

from .errors import Infrastructure
from .machine import Machine

COUNTER = "_ZN6glenda12_GLOBAL__N_110free_countE"


def _address(kernel: Path) -> int:
    """The physical address of the counter."""
    with open(kernel, "rb") as file:
        elf = ELFFile(file)
        found = elf.get_section_by_name(".symtab").get_symbol_by_name(COUNTER)
        assert found, "lab1/kernel/pages.cc has no variable free_count any more: it tells the tests how many pages are free"
        address = found[0]["st_value"]
        return next(address - segment["p_vaddr"] + segment["p_paddr"] for segment in elf.iter_segments("PT_LOAD")
                    if 0 <= address - segment["p_vaddr"] < segment["p_memsz"])


def free_pages(machine: Machine) -> int:
    """The number of free pages. The guest does not notice."""
    told = machine.monitor.human(f"xp /1gx {_address(machine.kernel):#x}") or ""
    value = re.search(r": (0x[0-9a-f]+)", told)
    if value is None:
        raise Infrastructure(f"the pages cannot be counted: QEMU says {told.strip()!r}")
    return int(value[1], 16)


def expect_pages(machine: Machine, before: int, what: str) -> None:
    """Asserts that as many pages are free as `before`."""
    now = free_pages(machine)
    assert now == before, f"{what} must give back all pages: {before} were free before, and {now} are now"
