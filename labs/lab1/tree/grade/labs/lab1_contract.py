# SPDX-License-Identifier: MIT
"""contract: there is no Process any more, and a program that asks for one stops, alone."""

from pathlib import Path

from elftools.elf.elffile import ELFFile
from glenda import paths, structures
from glenda.machine import Machine
from glenda.session import expect, session
from glenda.shell import Shell

TYPES = ("Process", "ProcessState", "OpenFile")
# Parts of linker names: functions and variables of a kernel that has processes.
SYMBOLS = ("PROC_TABLE", "process_table", "fork", "exec_program", "sbrk", "mmap")


def symbols() -> list[str]:
    with open(paths.KERNEL, "rb") as file:
        return [symbol.name for symbol in ELFFile(file).get_section_by_name(".symtab").iter_symbols()]


def run(tree: Path) -> None:
    types = [name for name in TYPES if structures.find(paths.KERNEL, name) is not None]
    assert not types, f"the kernel still has the type {types[0]}"
    left = [symbol for symbol in symbols() for name in SYMBOLS if name in symbol]
    assert not left, f"the kernel still has {left[0]}"
    with Machine(name="contract") as machine:
        shell = Shell(machine)
        session(shell)
        for program in ("forktree", "memory", "sleepers"):
            expect(shell.run(program), rf".* stopped: unknown system call \d+.*\n{program} was stopped\n", program)
        expect(shell.run("hello"), "hello, world\nhello exited with status 0\n", "hello")
