# SPDX-License-Identifier: MIT
"""Names for addresses in any program, whichever program's symbols GDB has loaded.

All user programs are linked at the same address, so GDB can know only one of them at a time (command `program`). Tables
of all threads need more: here each program's ELF file is read directly (System V ABI, chapter 4, "Symbol Table").
"""

import bisect
import functools
import os
import re
import struct

import gdb

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, os.environ.get("GLENDA_BUILD", "build"))     # make's variable BUILD
KERNEL = os.path.join(BUILD, "kernel", "glenda.elf")
ROOT_PROGRAM = "9ball"      # what the thread named "root" runs
NOTYPE, FUNC = 0, 2
SYMTAB = 2


def quoted(path: str) -> str:
    """A file's name as one word of a GDB command, whatever is in it."""
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'


def program_file(name: str) -> str:
    """Where a user program with its symbols is, whether or not it is there."""
    return os.path.join(BUILD, "user", f"{name}.elf")


def programs() -> list[str]:
    """Names of all user programs that have been built."""
    try:
        files = sorted(os.listdir(os.path.join(BUILD, "user")))
    except OSError:
        return []
    return [file.removesuffix(".elf") for file in files if file.endswith(".elf")]


def program_of(thread_name: str) -> str:
    """The program that a thread of that name runs, as far as names tell; "" if there is none."""
    name = ROOT_PROGRAM if thread_name == "root" else thread_name
    while name and not os.path.exists(program_file(name)):
        name = name.rpartition("-")[0]      # 9ball-watch is a thread of 9ball
    return name


@functools.cache
def _functions(path: str, _mtime: int) -> list[tuple[int, int, str]]:
    """(address, size, name) of every function and assembly label, in order of address."""
    with open(path, "rb") as file:
        data = file.read()
    table, entry, count = struct.unpack_from("<Q", data, 40)[0], *struct.unpack_from("<HH", data, 58)
    sections = [struct.unpack_from("<IIQQQQIIQQ", data, table + index * entry) for index in range(count)]
    found = []
    for section in sections:
        if section[1] != SYMTAB:
            continue
        names = sections[section[6]][4]
        for at in range(section[4], section[4] + section[5], 24):
            name, info, _, index, value, size = struct.unpack_from("<IBBHQQ", data, at)
            text = data[names + name:data.index(b"\0", names + name)].decode(errors="replace")
            if info & 15 in (NOTYPE, FUNC) and 0 < index < 0xFF00 and text and text[0] not in "$.":
                found.append((value, size, text))
    return sorted(found)


@functools.cache
def _readable(name: str) -> str:
    """A C++ name without arguments, template arguments and the parts that are the same everywhere."""
    if not name.startswith("_Z"):
        return name
    text = gdb.execute(f"demangle -l c++ -- {name}", to_string=True).strip()
    text = text.replace("(anonymous namespace)::", "")
    text = re.sub(r"\(.*", "", text)
    if "operator" not in text:
        while text != (text := re.sub(r"<[^<>]*>", "", text)):
            pass
        text = text.rpartition(" ")[2]      # a template's name comes with its result type
    return text.removeprefix("glenda::")


def name_in(path: str, address: int) -> str:
    """`main+0x10` for an address in the program at `path`, "" where no function is near."""
    try:
        functions = _functions(path, os.stat(path).st_mtime_ns)
    except (OSError, struct.error, IndexError):
        return ""
    index = bisect.bisect_right(functions, (address, float("inf"), "")) - 1
    if index < 0:
        return ""
    start, size, label = functions[index]
    if address >= start + (size or 4096):      # assembly labels have no size
        return ""
    return _readable(label) + (f"+{address - start:#x}" if address > start else "")


def name_for(thread_name: str, address: int) -> str:
    """The name of an address as that thread sees it, "" if unknown."""
    if address >> 63:
        return name_in(KERNEL, address)
    program = program_of(thread_name)
    return name_in(program_file(program), address) if program else ""
