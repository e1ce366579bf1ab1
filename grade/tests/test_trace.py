# SPDX-License-Identifier: MIT
"""K29: a test of the kernel's trace that needs boot options. test_kernel.py runs user/tests/ktest_trace*.cc."""

import re
from collections.abc import Callable

from glenda.machine import Machine

Boot = Callable[..., Machine]


def test_trace_from_the_boot(machine: Boot) -> None:
    """With trace=on on the kernel's command line, the first event is the start of the root task."""
    guest = machine(append="root=bin/ktest_trace trace=on", name="trace-on", harts=1)
    guest.run_to_exit(within=5)
    assert re.search(r"^ok trace_from_the_boot$", guest.transcript, re.MULTILINE)
    assert re.search(r"^ktest: \d+ passed, 0 failed$", guest.transcript, re.MULTILINE)
