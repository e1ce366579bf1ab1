# SPDX-License-Identifier: MIT
"""What the tests of lab 5 that boot the system share: 9Ball, Factotum, and a graded program as the only service.

    run_cases(tree, "lab5_forks", ["values", "counts"])
"""

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from glenda import images
from glenda.errors import GuestDeadline, GuestIdle
from lab.submission import tag

from lab4_system import init_toml, service

LIMIT = 2.0     # s of guest time for a case; most need a hundredth


def run_cases(tree, program: str, cases: Sequence[str], within: float = LIMIT, memory: str = "128M",
              others: Sequence[str] = (), **keys: object) -> str:
    """Runs cases of a program (user/tests/lab5_case.h), and returns the console's output. `keys`: as in init.toml;
    `others`: services beside it. Raises AssertionError with what the program says is wrong."""
    keys = {"path": f"bin/{program}", "args": [tree.nonce, *cases], "console": True, "power": True, "restart": "never"} | keys
    with tempfile.TemporaryDirectory() as folder:
        initrd = images.variant(Path(folder, "initrd.cpio"), tree=tree.build / "initrd",
                                replace={"init.toml": init_toml(tree, *others, service("test", actions=[], **keys))})
        with tree.boot(initrd=initrd, memory=memory) as machine:
            for case in cases:
                wait_for(machine, case, tree.nonce, within)
            return machine.transcript


def wait_for(machine, case: str, nonce: str, within: float) -> None:
    """Waits until a case has passed."""
    try:
        seen = machine.expect(rf"^(?:ok {case} (?P<mark>\S+)|FAIL \w+: (?P<failure>[^\n]*)"
                              r"|9ball: test: (?P<end>process [^\n]*))\n", within=within)
    except GuestIdle:
        raise AssertionError(f"in case {case} everything waits, and nothing will wake it") from None
    except GuestDeadline:
        raise AssertionError(f"case {case} has not come to an end in {within:g} s") from None
    if seen["failure"]:
        raise AssertionError(re.sub(r"^(\S+:\d+): ", r"\1  ", seen["failure"]) + f" (case {case})")
    assert not seen["end"], f"in case {case} the program ended: {seen['end']}"
    assert seen["mark"] == tag(nonce, case), f"`ok {case}` does not come from the program"
