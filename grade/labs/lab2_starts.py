# SPDX-License-Identifier: MIT
"""The root task starts. It can print nothing yet, so the kernel's report of its end is read: `ra` has the verdict."""

import re

from lab.submission import tag

FAULTS = {1: "BootInfo is not where it should be", 2: "BootInfo names no memory", 3: "argv is not its name",
          4: "the UTCB is not where it should be", 5: "the UTCB does not keep what is written to it"}


def run(tree) -> None:
    with tree.boot(append=f"root=bin/lab2_starts nonce={tree.nonce}") as machine:
        end = machine.expect(r"^kernel: thread (\w+) stopped: (.*) with no handler, pc 0x\w+, ra 0x(\w+),.*\n", within=0.3)
    name, what, verdict = end[1], end[2], int(end[3], 16)
    assert name == "root", f"thread {name} stopped, not root"
    assert what == "unknown system call", f"the root task stopped: {re.sub(r' +', ' ', what)}"
    assert verdict not in FAULTS, FAULTS[verdict]
    assert verdict == int(tag(tree.nonce, "root_starts"), 16), "the root task did not come to its end"
