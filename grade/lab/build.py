# SPDX-License-Identifier: MIT
"""Builds the tree that is graded, and finds the compiler's first error.

All that can be compiled is (`make -k`), so which error is the first does not depend on the order of parallel jobs.
"""

import contextlib
import os
import re
import resource
import select
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from glenda.errors import Infrastructure
from glenda.process import die_with_parent

from . import trouble

GOAL = "lab-built"      # of grade/lab.mk: builds all, then prints where kernel and initrd are
SKEW = "Clock skew detected"    # make's words if a file is from the future
TOOLS = {"make": "make", "gcc": "gcc", "riscv64-linux-gnu-g++": "g++-riscv64-linux-gnu", "g++": "g++"}
LIMIT = 1800            # s of real time
MOST_OUTPUT = 8 << 20   # bytes
MOST_IN_FILE = 64 << 20
MOST_MEMORY = 4 << 30   # of address space, of each process
MOST_SECONDS = 300      # of the processor's time, of each process
ERROR = re.compile(r"^(?P<file>[^\s:]+):(?P<line>\d+):(?:\d+:)? (?:fatal )?error: (?P<text>.*)$", re.MULTILINE)
LINKER = re.compile(r"^(?:\S*ld: )?(?P<file>[^\s:]+):(?P<line>\d+): (?P<text>undefined reference .*|multiple definition .*)$",
                    re.MULTILINE)
ASSEMBLY = re.compile(r"/\S*/cc\w{6}\.s(?=:)")        # the compiler's own file, of another name each time
OTHER = re.compile(r"^.*(?:\*\*\*|[Ee]rror|undefined reference|No rule).*$", re.MULTILINE)


@dataclass(frozen=True)
class Build:
    """`error`: "" if everything was built, else the first one in a few lines."""

    kernel: Path
    initrd: Path
    error: str
    output: str


def first_error(output: str) -> str:
    """The first error in make's output: of the smallest file and line, one in the tree before one of a library."""
    for pattern in (ERROR, LINKER):
        found = sorted(pattern.finditer(output), key=lambda at: (at["file"].startswith("/"), at["file"], int(at["line"])))
        if found:
            where = found[0]
            rest = output[where.end():].split("\n")[1:3]
            excerpt = [line for line in rest if re.match(r" *\d* \|", line)]
            return "\n".join([f"{where['file']}:{where['line']}  {where['text']}", *excerpt])
    line = OTHER.search(output)
    return line[0].strip() if line else "make failed and does not say why"


def check_tools() -> None:
    """Raises Infrastructure if a tool is missing: that is no fault of the student's code."""
    for tool, package in TOOLS.items():
        if shutil.which(tool) is None:
            raise Infrastructure(f"{tool} is missing: the Debian package `{package}` has it (make doctor checks all)")


def environment() -> dict[str, str]:
    """Without what `make grade` hands down: its jobs and variables are its own."""
    dull = {"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "GLENDA_BUILD", "GLENDA_GRADE_SECRET", "BUILD"}
    return {key: value for key, value in os.environ.items() if key not in dull} | {"LC_ALL": "C"}


def run(tree: Path, lab: int, jobs: int, variables: list[str]) -> Build:
    """Builds everything. `variables`: more for make, such as BUILD=/tmp/x."""
    check_tools()
    command = ["make", "--no-print-directory", "-k", "-O", f"-j{jobs}", f"LAB={lab}", *variables, GOAL]
    output, status, stopped = follow(command, tree)
    built = re.search(r"^built (\S+) (\S+)$", output, re.MULTILINE)
    if status == 0 and built:
        return Build(tree / built[1], tree / built[2], "", output)
    if trouble.FULL_SIGN in output:
        raise Infrastructure(trouble.FULL)
    return Build(Path(), Path(), stopped or first_error(output), output)


def restrain() -> None:
    """In a process that builds, and for all that it starts: a source can make a compiler run, print and grow without end.
    `make -O` keeps a job's output in a file, so the size of files bounds that too."""
    die_with_parent()
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_IN_FILE, MOST_IN_FILE))


def follow(command: list[str], tree: Path) -> tuple[str, int, str]:
    """Runs make. Returns its output, its exit status, and why it was stopped, if it was."""
    try:
        child = subprocess.Popen(command, cwd=tree, env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=restrain)
    except OSError as error:
        raise Infrastructure(f"make does not start: {error}") from None
    output, begun, stopped, ended = bytearray(), time.monotonic(), "", False
    try:
        while not stopped:
            if select.select([child.stdout], [], [], 1.0)[0]:
                if ended := not (data := os.read(child.stdout.fileno(), 1 << 16)):
                    break
                output += data
            if len(output) > MOST_OUTPUT:
                stopped = "the build prints without end"
            elif time.monotonic() - begun > LIMIT:
                stopped = f"the build has not come to its end in {LIMIT} s"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, 0 if ended else signal.SIGKILL)
        child.stdout.close()
    status = child.wait()
    if status != 0 and not output and not stopped:      # make could not even say that
        stopped = f"the build prints without end, or makes a file of more than {MOST_IN_FILE >> 20} MiB"
    return lasting(output[:MOST_OUTPUT].decode(errors="replace")), status, stopped


def lasting(output: str) -> str:
    """What a compiler printed, without what is different each time."""
    return ASSEMBLY.sub("assembly", output)
