# SPDX-License-Identifier: MIT
"""K29: the kernel's trace, where it takes more than one run of user/tests/ktest_trace*.cc: those are in test_kernel.py."""

import re
from collections.abc import Callable

from glenda.machine import Machine

Boot = Callable[..., Machine]


def test_trace_from_the_boot(machine: Boot) -> None:
    """trace=on on the kernel's command line: the first event is the start of the root task."""
    guest = machine(append="root=bin/ktest_trace trace=on", name="trace-on", harts=1)
    guest.run_to_exit(within=5)
    assert re.search(r"^ok trace_from_the_boot$", guest.transcript, re.MULTILINE)
    assert re.search(r"^ktest: \d+ passed, 0 failed$", guest.transcript, re.MULTILINE)
