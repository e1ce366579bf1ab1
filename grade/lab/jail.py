# SPDX-License-Identifier: MIT
"""Host tests run the student's code on this computer. Where a whole class is graded, that code gets no hand on its own
grader: everything is read-only to it, and it sees no process that it could stop.

The sandbox of a submission (grade/classroom) asks for this with GLENDA_HOST_SANDBOX. A student's own `make grade` needs
no jail: it runs the student's code as the student.
"""

import os
from pathlib import Path

COMMAND = ["bwrap", "--unshare-all", "--die-with-parent", "--ro-bind", "/", "/", "--dev", "/dev", "--"]


def command() -> list[str]:
    """What to put before a command line."""
    return COMMAND if os.environ.get("GLENDA_HOST_SANDBOX") else []


def inmate(pid: int) -> int:
    """The process whose time counts: the last of the chain that begins with `pid`, since bubblewrap forks twice."""
    if not os.environ.get("GLENDA_HOST_SANDBOX"):
        return pid
    try:
        while children := Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            pid = int(children[0])
    except OSError:
        pass                    # it has just ended
    return pid
