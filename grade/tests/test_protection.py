# SPDX-License-Identifier: MIT
"""K3: in the running system, no part of the kernel's address space is both writable and executable."""

import re
import subprocess
from collections.abc import Callable
from typing import NamedTuple

import pytest
from elftools.elf.elffile import ELFFile
from test_gdb import Debugged

from glenda.errors import KernelPanic
from glenda.machine import Machine
from glenda.paths import KERNEL

DIRECT_MAP = 0xffff_ffc0_0000_0000
OFFSET = 0xffff_ffff_0000_0000      # the image's virtual addresses minus its physical ones
STORE, FETCH = 15, 12               # causes of page faults

Boot = Callable[..., Machine]


class Mapping(NamedTuple):
    virtual: int
    physical: int
    size: int
    flags: str

    def holds(self, address: int) -> bool:
        return self.virtual <= address < self.virtual + self.size


def mappings(machine: Machine) -> list[Mapping]:
    """The first hart's current translations, as QEMU finds them in the page tables."""
    text = machine.monitor.human("info mem")
    found = re.findall(r"^([0-9a-f]{16}) ([0-9a-f]{16}) ([0-9a-f]{16}) ([rwxugad-]{7})\s*$", text, re.MULTILINE)
    return [Mapping(*(int(number, 16) for number in numbers), flags) for *numbers, flags in found]


@pytest.fixture(scope="module")
def symbols() -> dict[str, int]:
    with open(KERNEL, "rb") as file:
        table = ELFFile(file).get_section_by_name(".symtab")
        return {symbol.name: symbol["st_value"] for symbol in table.iter_symbols()}


@pytest.mark.parametrize(("harts", "memory"), [(1, "128M"), (2, "3G")])
def test_no_page_is_writable_and_executable(machine: Boot, symbols: dict[str, int], harts: int, memory: str) -> None:
    """No memory is writable and executable, neither through one address nor through two."""
    guest = machine(harts=harts, memory=memory)
    guest.expect("^glenda% ")
    found = mappings(guest)
    kernel = [each for each in found if each.virtual >= DIRECT_MAP]
    assert len(kernel) >= 6
    assert all(("u" in each.flags) != (each in kernel) for each in found)
    assert not [each for each in found if "w" in each.flags and "x" in each.flags]

    code = [each for each in kernel if "x" in each.flags]
    assert sum(each.size for each in code) == symbols["text_end"] - symbols["text_begin"]
    assert all(symbols["text_begin"] <= each.virtual < symbols["text_end"] for each in code)
    writable = [each for each in kernel if "w" in each.flags]
    for one in code:
        for other in writable:
            assert one.physical + one.size <= other.physical or other.physical + other.size <= one.physical
    for address in range(symbols["text_end"], symbols["rodata_end"], 4096):
        flags, = {each.flags[:3] for each in kernel if each.holds(address)}
        assert flags == "r--"


PLACES = {
    "text": lambda symbols: symbols["enter_syscall"],
    "constants": lambda symbols: symbols["rodata_end"] - 8,
    "text, directly mapped": lambda symbols: symbols["enter_syscall"] - OFFSET + DIRECT_MAP,
}


@pytest.mark.parametrize("place", PLACES)
def test_a_write_traps(machine: Boot, symbols: dict[str, int], place: str) -> None:
    """GDB redirects one of the kernel's memset calls."""
    address = PLACES[place](symbols)
    report = panic(machine, "tbreak memset", "continue", f"set $a0 = {address:#x}", "set $a2 = 8")
    assert re.search(rf"^PANIC: trap in the kernel: cause {STORE}, address {address:#x}\n", report, re.MULTILINE)


def test_data_is_no_code(machine: Boot, symbols: dict[str, int]) -> None:
    address = symbols["image_end"] - 4096
    report = panic(machine, "tbreak memset", "continue", f"set $pc = {address:#x}")
    assert re.search(rf"^PANIC: trap in the kernel: cause {FETCH}, address {address:#x}\n", report, re.MULTILINE)


def panic(machine: Boot, *commands: str) -> str:
    """The kernel's panic report after GDB has run these commands while the kernel made the root task."""
    system = Debugged(machine, extra=["-S"])
    system.gdb("tbreak glenda::start_root_task", "continue", *commands)
    with pytest.raises(KernelPanic) as caught:
        system.machine.run_to_exit(within=2)
    return str(caught.value)


def test_a_reservation_ends_with_the_switch() -> None:
    """What a thread has reserved (lr) must not let the store-conditional of the next one succeed.

    QEMU ends a reservation at every trap by itself, and hardware need not. No program can tell here, so this looks at
    the code: between resume_user and its sret the next thread's registers are loaded; an sc there ends the reservation.
    """
    listing = subprocess.run(["riscv64-linux-gnu-objdump", "--disassemble=resume_user", "--no-show-raw-insn", KERNEL],
                             capture_output=True, text=True, check=True).stdout
    way_out = re.findall(r"^\w+:\s+(\S+)", listing, re.MULTILINE)
    assert "sret" in way_out
    assert {"sc.w", "sc.d"} & set(way_out[:way_out.index("sret")]), f"no sc before sret in\n{listing}"
