# SPDX-License-Identifier: MIT
"""Reads the machine's memory, whatever the harts are doing.

GDB sees memory through the selected hart: while that runs a user program, the kernel's half is inaccessible, and in the
firmware every address is physical. So these commands ask QEMU for physical memory (`pmemsave` of its monitor, into a
file: GDB's own packets take 0.2 ms for each 2 KiB) and translate kernel addresses themselves, by subtraction:

    from ffff'ffc0'0000'0000     the direct map: physical addresses from 0
    from ffff'ffff'8020'0000     the kernel's image: physical addresses from 8020'0000

Reading does not change the machine. Contents are cached until the machine runs again.
"""

import os
import tempfile

import gdb

DIRECT_MAP = 0xFFFF_FFC0_0000_0000      # kernel/arch/direct_map.h
DIRECT_MAP_END = DIRECT_MAP + (128 << 30)
KERNEL_OFFSET = 0xFFFF_FFFF_0000_0000   # kernel/arch/memory_map.h
IMAGE = KERNEL_OFFSET + 0x8020_0000
CHUNK = 1 << 20                         # size of one read

_chunks: dict[int, bytes] = {}


class Unreadable(gdb.GdbError):
    """The memory does not exist. GDB shows the message of a GdbError without a traceback."""


def forget(*_: object) -> None:
    """Clears the cache, because memory may have changed."""
    _chunks.clear()


for _event in (gdb.events.cont, gdb.events.memory_changed, gdb.events.new_objfile, gdb.events.exited):
    _event.connect(forget)


def to_physical(address: int) -> int:
    """The physical address of the kernel's address `address`."""
    if DIRECT_MAP <= address < DIRECT_MAP_END:
        return address - DIRECT_MAP
    if IMAGE <= address < 1 << 64:
        return address - KERNEL_OFFSET
    raise Unreadable(f"{address:#x} is no address of the kernel's")


def is_kernel_address(address: int) -> bool:
    return DIRECT_MAP <= address < DIRECT_MAP_END or IMAGE <= address < 1 << 64


def _chunk(start: int) -> bytes:
    if start not in _chunks:
        if not isinstance(gdb.selected_inferior().connection, gdb.RemoteTargetConnection):
            raise Unreadable("GDB is not connected: run `make qemu-gdb` in one terminal and `make gdb` in another")
        _chunks[start] = _save(start)
    return _chunks[start]


def _save(start: int) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "memory")
        try:
            said = gdb.execute(f'monitor pmemsave {start:#x} {CHUNK:#x} "{path}"', to_string=True).strip()
            with open(path, "rb") as file:
                data = file.read()
        except (gdb.error, OSError) as error:
            raise Unreadable(f"what GDB is connected to is no QEMU of this machine: {error}") from None
    if len(data) != CHUNK:
        raise Unreadable(f"there is no memory at physical address {start:#x}{': ' if said else ''}{said}")
    return data


def read_physical(address: int, size: int) -> bytes:
    """Reads `size` bytes of RAM."""
    first, last = address & ~(CHUNK - 1), (address + size - 1) & ~(CHUNK - 1)
    data = b"".join(_chunk(start) for start in range(first, last + 1, CHUNK))
    return data[address - first:address - first + size]


def read(address: int, size: int) -> bytes:
    """Reads `size` bytes at the kernel's address `address`."""
    return read_physical(to_physical(address), size)
