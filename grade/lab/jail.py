# SPDX-License-Identifier: MIT
"""Host tests run the student's code on this computer. Where a whole class is graded, that code gets no hand on its own
grader: everything is read-only to it, and it sees no process that it could stop. The first system call that no test
needs ends it (see calls.py): what would do harm elsewhere shall not pass here for an honest result.

The sandbox of a submission (grade/classroom) asks for this with GLENDA_HOST_SANDBOX. A student's own `make grade` needs
no jail: it runs the student's code as the student.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from . import calls

COMMAND = ["bwrap", "--unshare-all", "--die-with-parent", "--ro-bind", "/", "/", "--dev", "/dev"]
KILLED = 128                    # and a signal's number: how bubblewrap passes it on


def is_asked_for() -> bool:
    return bool(os.environ.get("GLENDA_HOST_SANDBOX"))


@contextlib.contextmanager
def way_in() -> Iterator[tuple[list[str], tuple[int, ...]]]:
    """What to put before a command line, and the descriptors to hand down."""
    if not is_asked_for():
        yield [], ()
        return
    program = os.memfd_create("calls")
    try:
        os.write(program, rules := calls.rules())
        os.lseek(program, 0, os.SEEK_SET)
        yield [*COMMAND, *(["--seccomp", str(program)] if rules else []), "--"], (program,)
    finally:
        os.close(program)


def status_of(status: int) -> int:
    """The exit status as if there were no jail: negative if a signal ended the program."""
    return KILLED - status if is_asked_for() and status > KILLED else status


def inmate(pid: int) -> int:
    """The process whose time counts: the last of the chain that begins with `pid`, since bubblewrap forks twice."""
    if not is_asked_for():
        return pid
    try:
        while children := Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            pid = int(children[0])
    except OSError:
        pass                    # it has just ended
    return pid
