# SPDX-License-Identifier: MIT
"""Names of addresses in any program, whichever program's symbols GDB has loaded.

All user programs are linked at the same address, so GDB can have the symbols of only one (command `program`). Tables of
all threads need more, so this module reads each program's ELF file itself (System V ABI, chapter 4, "Symbol Table").
"""

import bisect
import functools
import os
import re
import struct

import gdb
import kernel
import memory

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, os.environ.get("GLENDA_BUILD", "build"))     # make's variable BUILD
KERNEL = os.path.join(BUILD, "kernel", "glenda.elf")
ROOT_PROGRAM = "9ball"      # what the thread named "root" runs, unless the kernel option root= names another
BOOT_INFO_SLOT = 8          # kRootBootInfoFrame, abi/boot_info.h
NOTYPE, FUNC = 0, 2
SYMTAB = 2


def quoted(path: str) -> str:
    """Quotes a file's name as one word of a GDB command, whatever characters it contains."""
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'


def program_file(name: str) -> str:
    """The path of a user program or driver with its symbols, whether or not the file exists."""
    path, driver = (os.path.join(BUILD, "user", *folder, f"{name}.elf") for folder in ((), ("drivers",)))
    return driver if os.path.exists(driver) and not os.path.exists(path) else path


def programs() -> list[str]:
    """The names of all user programs that have been built."""
    try:
        files = sorted(os.listdir(os.path.join(BUILD, "user")))
    except OSError:
        return []
    return [file.removesuffix(".elf") for file in files if file.endswith(".elf")]


def root_program() -> str:
    """The program of the thread named "root"."""
    try:
        slot = kernel.load("Slot", kernel.root_slots() + BOOT_INFO_SLOT * kernel.type_named("Slot").sizeof)
        line = kernel.load("BootInfo", int(slot["cap"]["object"]))["command_line"].string()
    except (gdb.error, memory.Unreadable):
        return ROOT_PROGRAM
    named = [word.removeprefix("root=") for word in line.split() if word.startswith("root=")]
    return named[0].rpartition("/")[2] if named else ROOT_PROGRAM


def program_of(thread_name: str) -> str:
    """The program that a thread of this name probably runs, or ""."""
    name = root_program() if thread_name == "root" else thread_name
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
    """A C++ name without arguments, template arguments and the project's namespaces."""
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
    """`main+0x10` for an address in the program at `path`, or "" if no function contains it."""
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
    """The name of an address in the view of this thread, or "" if unknown."""
    if address >> 63:
        return name_in(KERNEL, address)
    program = program_of(thread_name)
    return name_in(program_file(program), address) if program else ""
