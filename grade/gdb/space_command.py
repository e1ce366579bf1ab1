# SPDX-License-Identifier: MIT
"""`vspace`: the address space of a thread."""

import gdb
import kernel
import page_table
import thread
from capability import size_text
from command import Command, show, table

PARTS = {2: "1 GiB", 1: "2 MiB", 0: "4 KiB"}


class VSpace(Command):
    """vspace THREAD [ADDRESS]: a thread's address space as ranges with their flags, or the walk for one address.

    THREAD is a number from `threads`, a name, or an expression for the Tcb. Flags are those of the page table entries:
    Read Write eXecute User Global Accessed Dirty. Neighbours with the same flags are one range as long as they lie side
    by side in physical memory, too."""

    name = "vspace"
    arguments = (1, 2)

    def run(self, text: str, address: str = "") -> None:
        each = thread.find(text)
        if not each.has_space:
            raise gdb.GdbError(f"thread {each.name} has no address space of its own")
        show([f"{each.name}: space {each.satp >> 44 & 0xFFFF}, "
              f"root table at physical {page_table.root_of(each.satp):#x}"])
        if address:
            self._walk(each, kernel.evaluate(address))
        else:
            self._ranges(each)

    def _ranges(self, each: thread.Thread) -> None:
        found = page_table.ranges(each.satp)
        rows = [(f"{part.start:#x}", f"{part.end:#x}", size_text(part.end - part.start),
                 page_table.flags_text(part.flags), f"{part.physical:#x}") for part in found]
        show(table(("From", "To", "Size", "Flags", "Physical"), rows))
        pages = sum(part.end - part.start for part in found)
        both = page_table.WRITE | page_table.EXECUTE
        bad = sum(1 for part in found if part.flags & both == both)
        show([f"{size_text(pages)} in {len(found)} ranges" + (f"; {bad} WRITABLE AND EXECUTABLE" if bad else "")])

    def _walk(self, each: thread.Thread, address: int) -> None:
        if address >= 1 << 38:
            raise gdb.GdbError(f"{address:#x} is not in the user's half, which ends at {1 << 38:#x}")
        for entry in page_table.walk(each.satp, address):
            index = (entry.where & 0xFFF) // 8
            show([f"  level {entry.level} ({PARTS[entry.level]} each): entry {index:>3} at physical "
                  f"{entry.where:#x}: {entry.describe()}"])
        found = page_table.translate(each.satp, address)
        show([f"{address:#x} is physical {found[0]:#x}" if found else f"{address:#x} is not mapped"])


VSpace()
