# SPDX-License-Identifier: MIT
"""Transcripts of GDB in a page, run anew.

A block with `<!-- gdb: COMMAND LINE -->` in the line above it is the transcript of one GDB, attached to a machine that
boots with that kernel command line and has not executed an instruction. What was typed follows "(gdb) ". The machine is
the grader's, so it does the same each time. With `replay:` in place of `gdb:` the run is first recorded, as by `make
record`, and the transcript is that of `make replay`.

Compared is what a reader would compare; plain() leaves out the rest. A line "..." stands for any lines.
"""

import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from glenda import paths
from glenda.machine import Machine
from glenda.process import die_with_parent
from lab.replay import Recording, record
from lab.walk import free_port

from .page import Fence, Page

PREFIX = "(gdb) "
MARK = "@@@ "
SECONDS = 60                    # of real time for one GDB
ANY = "..."


def sessions(page: Page) -> list[Fence]:
    return [fence for fence in page.fences if fence.note.startswith(("gdb:", "replay:"))]


def parts(text: str) -> list[tuple[str, list[str]]]:
    """Each command with the lines that answer it."""
    found: list[tuple[str, list[str]]] = []
    for line in text.rstrip("\n").split("\n"):
        if line.startswith(PREFIX):
            found.append((line.removeprefix(PREFIX), []))
        elif found:
            found[-1][1].append(line)
        else:
            raise ValueError(f"a transcript begins with a command, not with {line!r}")
    return found


def plain(line: str) -> str:
    """Without what differs between compilers and kernels: addresses, slots, lines, frames, cycles."""
    line = re.sub(r"^(\w* ?[Bb]reakpoint \d+) at .*", r"\1", line)
    line = re.sub(r"^#\d+ +(?:0x\w+ in )?", "# ", line)         # a frame; inlined functions have no address
    line = re.sub(r"^\d+ +\+?\d+ +(\d)", r"# \1", line)        # an event of the trace: number and cycles
    line = re.sub(r"(\.(?:cc|h|S)):\d+", r"\1", line)
    line = re.sub(r"\+0x\w+>", ">", line)
    line = re.sub(r"0x[0-9a-f]{2,}", "#", line)
    return re.sub(r"\s+", " ", line).strip()


def agree(expected: list[str], got: list[str]) -> bool:
    """Whether the lines are those; ANY stands for any number of them."""
    if not expected:
        return not got
    if expected[0].strip() == ANY:
        return any(agree(expected[1:], got[skip:]) for skip in range(len(got) + 1))
    return bool(got) and plain(expected[0]) == plain(got[0]) and agree(expected[1:], got[1:])


@contextmanager
def waiting(kind: str, options: str, port: int) -> Iterator[None]:
    """A machine that waits for GDB, before its first instruction."""
    if kind == "gdb":
        with Machine(name="handouts_gdb", append=options, extra=["-S", "-gdb", f"tcp:127.0.0.1:{port}"]):
            yield
        return
    with tempfile.TemporaryDirectory() as folder:
        recording = Recording(Path(folder, "run"), options)
        record(recording, paths.KERNEL, paths.INITRD)
        guest = subprocess.Popen(recording.command("replay", "-S", "-gdb", f"tcp:127.0.0.1:{port}"),
                                 stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=die_with_parent)
        try:
            yield
        finally:
            guest.kill()
            guest.wait()


def run(kind: str, options: str, commands: list[str]) -> list[list[str]]:
    """What GDB answers to each command."""
    port = free_port()
    line = ["gdb-multiarch", "-q", "-nx", "-batch", "-x", ".gdbinit", "-ex", "set tcp connect-timeout 30",
            "-ex", f"target remote 127.0.0.1:{port}"]
    for command in commands:
        line += ["-ex", f"echo {MARK}\\n", "-ex", command]
    with waiting(kind, options, port):
        done = subprocess.run([*line, "-ex", f"echo {MARK}\\n"], cwd=paths.ROOT, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", timeout=SECONDS,
                              check=False)
    answers = done.stdout.split(f"{MARK}\n")[1:]
    if len(answers) <= len(commands):
        raise RuntimeError(f"GDB has ended early:\n{done.stdout[-2000:]}")
    return [[each for each in answer.split("\n") if each.strip()] for answer in answers[:len(commands)]]


def check(fence: Fence) -> list[str]:
    """Where a new run differs from the transcript, with what it said."""
    wanted = parts(fence.text)
    kind, _, options = fence.note.partition(":")
    answers = run(kind, options.strip(), [command for command, _ in wanted])
    complaints = []
    for (command, lines), got in zip(wanted, answers):
        if not agree([each for each in lines if each.strip()], got):
            complaints.append(f"{fence.line}: ({command}) now says:\n" + "\n".join(got))
    return complaints
