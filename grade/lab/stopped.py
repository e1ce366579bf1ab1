# SPDX-License-Identifier: MIT
"""Looks into a machine that stands still, with GDB: the stack of the hart that runs, and what each thread waits for."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from glenda.machine import Machine
from glenda.paths import ROOT

from . import places

LIMIT = 60              # s of real time for GDB, which needs less than one
SOCKET_NAME = 100       # characters that the path of a socket may have
MOST_FRAMES, MOST_CALLERS = 8, 4
MARK = "@@@"
LIBRARY = "user/libglenda/"
FRAME = re.compile(r"^#\d+ +(?:0x[0-9a-f]+ in )?(?P<function>.+?) \(.*\) at (?P<place>\S.*:\d+)$")
ENTRY = re.compile(r"trap_(?:entry|return)|_start")      # above these, GDB's frames mean nothing
REPORTING = ("halt", "end_panic", "panic")               # of the kernel: how a panic ends


@dataclass(frozen=True)
class Sight:
    """What GDB has seen: the frames of the hart, the innermost first, and a line or several on each thread."""

    frames: tuple[str, ...] = ()
    threads: tuple[str, ...] = ()


def ask(machine: Machine, kernel: Path, programs: list[Path], folder: Path, *commands: str) -> list[str]:
    """What GDB answers to each command, on a frozen machine. [] if it cannot be asked."""
    socket = folder / f"{os.getpid()}.gdb"
    ours, gdbs = os.path.relpath(socket), os.path.relpath(socket, ROOT)     # relative, for a socket's path must be short
    if shutil.which("gdb-multiarch") is None or max(len(ours), len(gdbs)) > SOCKET_NAME:
        return []
    listen = f"unix:{ours.replace(',', ',,')},server=on,wait=off"
    if "Waiting" not in (machine.monitor.human(f'gdbserver "{listen}"') or ""):
        return []
    line = ["gdb-multiarch", "-q", "-nx", "-batch", "-x", ".gdbinit", "-ex", f'file "{kernel}"',
            *(word for program in programs for word in ("-ex", f'add-symbol-file "{program}"')),
            "-ex", f"set remotetimeout {LIMIT}", "-ex", f"target remote {gdbs}"]     # a busy computer lets it wait
    for command in commands:
        line += ["-ex", f"echo {MARK}\\n", "-ex", command]
    try:
        done = subprocess.run(line, cwd=ROOT, env=os.environ | {"GLENDA_BUILD": str(kernel.parent.parent)},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=LIMIT,
                              check=False)
    except (OSError, subprocess.TimeoutExpired):
        return []
    finally:
        socket.unlink(missing_ok=True)
    answers = done.stdout.split(f"{MARK}\n")[1:]
    return answers if len(answers) == len(commands) else []


def frames(answer: str, root: Path) -> list[str]:
    """The frames of GDB's `backtrace`, as far as they have a place: `function  file:line`."""
    found = []
    for line in answer.splitlines():
        frame = FRAME.match(line)
        if not frame:
            if line.startswith("#") and found:
                break               # without a line: assembly, or nothing at all
            continue
        function = places.plain(frame["function"])
        if ENTRY.fullmatch(function):
            break
        found.append(f"{function}  {places.place(frame['place'], root)}")
    return found


def look(machine: Machine, kernel: Path, programs: list[Path], folder: Path, root: Path) -> Sight:
    """Everything about a machine that hangs. It must be frozen."""
    answers = ask(machine, kernel, programs, folder, f"backtrace -frame-arguments none {MOST_FRAMES + 2}", "threads",
                  "thread-backtrace root")
    if not answers:
        return Sight(tuple(f"{each}" for each in places.of_harts(machine, [kernel, *programs], root)))
    stack = frames(answers[0], root)[:MOST_FRAMES]
    rows = [re.split(r" {2,}", line.strip()) for line in answers[1].splitlines()[1:] if re.match(r"\d+ +0x", line)]
    threads = []
    for row in (row for row in rows if len(row) >= 7):
        threads.append(f"thread {row[2]}: {row[3]}" + (f", {row[6]}" if row[6] not in ("-", "running") else ""))
        if row[2] == "root" and row[6] != "running":
            threads += [f"  {frame}" for frame in callers(answers[2], root)]
    return Sight(tuple(places.numbered(stack)) or tuple(places.of_harts(machine, [kernel, *programs], root)), tuple(threads))


def callers(answer: str, root: Path) -> list[str]:
    """The functions in which a thread of the test waits. The way down into the kernel is always the same, so without it."""
    found = frames(answer, root)
    return [each for each in found if f"  {LIBRARY}" not in each][:MOST_CALLERS]


def of_panic(machine: Machine, kernel: Path, folder: Path, root: Path) -> list[str]:
    """The stack of a hart that has stopped itself after an assertion. It must be frozen."""
    answers = ask(machine, kernel, [], folder, f"backtrace -frame-arguments none {MOST_FRAMES + len(REPORTING)}")
    stack = frames(answers[0], root) if answers else []
    while stack and stack[0].partition("  ")[0] in REPORTING:
        stack.pop(0)
    return places.numbered(stack[:MOST_FRAMES])
