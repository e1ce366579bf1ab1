# SPDX-License-Identifier: MIT
"""Sv39 page tables as the hardware walks them (privileged specification 4.4; kernel/arch/page_table.h)."""

import struct
from collections.abc import Iterator
from typing import NamedTuple

import memory

LEVELS = (2, 1, 0)
VALID, READ, WRITE, EXECUTE, USER = 1, 2, 4, 8, 16
FLAGS = "VRWXUGAD"
USER_ENTRIES = 256          # of the root table; the others are the kernel's half


class Entry(NamedTuple):
    """A page table entry: its address and its 64 bits."""
    level: int
    where: int              # physical address of the entry itself
    raw: int

    @property
    def is_valid(self) -> bool:
        return self.raw & VALID != 0

    @property
    def is_leaf(self) -> bool:
        return self.is_valid and self.raw & (READ | WRITE | EXECUTE) != 0

    @property
    def is_table(self) -> bool:
        return self.is_valid and not self.is_leaf

    @property
    def target(self) -> int:
        """The physical address of the page or of the next table."""
        return (self.raw >> 10 & (1 << 44) - 1) << 12

    def describe(self) -> str:
        if not self.is_valid:
            return "not valid"
        kind = f"leaf of {4 << 9 * self.level} KiB" if self.is_leaf else "table"
        return f"{self.target:#x} {flags_text(self.raw)} ({kind})"


class Range(NamedTuple):
    """Adjacent pages with the same flags that are adjacent in physical memory too."""
    start: int
    end: int
    physical: int
    flags: int


def flags_text(raw: int) -> str:
    """`RWXUGAD`, with a - for each flag that is clear; without the valid bit."""
    return "".join(letter if raw >> bit & 1 else "-" for bit, letter in enumerate(FLAGS) if letter != "V")


def root_of(satp: int) -> int:
    """Physical address of the root table."""
    return (satp & (1 << 44) - 1) << 12


def size_at(level: int) -> int:
    """Bytes that one entry covers."""
    return 1 << (12 + 9 * level)


def walk(satp: int, address: int) -> Iterator[Entry]:
    """The entries on the walk to the page of `address`, from the root down to where the walk ends."""
    table = root_of(satp)
    for level in LEVELS:
        where = table + 8 * (address >> (12 + 9 * level) & 511)
        entry = Entry(level, where, struct.unpack("<Q", memory.read_physical(where, 8))[0])
        yield entry
        if not entry.is_table:
            return
        table = entry.target


def translate(satp: int, address: int) -> tuple[int, int] | None:
    """The physical address and flags, or None if nothing is mapped there."""
    *_, last = walk(satp, address)
    if not last.is_leaf:
        return None
    return last.target + address % size_at(last.level), last.raw & 0xFF


def read(satp: int, address: int, size: int) -> bytes:
    """Reads a thread's memory from `address` on, up to the first page that is not mapped."""
    data = b""
    while len(data) < size and (found := translate(satp, address + len(data))) is not None:
        rest = 4096 - (address + len(data)) % 4096
        data += memory.read_physical(found[0], min(rest, size - len(data)))
    return data


def leaves(table: int, level: int = 2, base: int = 0) -> Iterator[tuple[int, Entry]]:
    """(virtual address, entry) of every mapping in the user half, by address."""
    count = USER_ENTRIES if level == 2 else 512
    raw = struct.unpack(f"<{count}Q", memory.read_physical(table, 8 * count))
    for index in range(count):
        entry = Entry(level, table + 8 * index, raw[index])
        address = base + index * size_at(level)
        if entry.is_leaf:
            yield address, entry
        elif entry.is_table and level > 0:
            yield from leaves(entry.target, level - 1, address)


def ranges(satp: int) -> list[Range]:
    """The mappings of the user half, with adjacent pages merged."""
    found: list[Range] = []
    for address, entry in leaves(root_of(satp)):
        size, flags = size_at(entry.level), entry.raw & 0xFF
        last = found[-1] if found else None
        if last and (address, flags, entry.target) == (last.end, last.flags, last.physical + last.end - last.start):
            found[-1] = last._replace(end=address + size)
        else:
            found.append(Range(address, address + size, entry.target, flags))
    return found
