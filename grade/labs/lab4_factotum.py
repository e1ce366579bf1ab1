# SPDX-License-Identifier: MIT
"""What 9Ball gives Factotum: a program in its place looks at it."""

import re
import tempfile
from pathlib import Path

from glenda import images
from lab.submission import tag

CASES = ("slots", "initrd", "memory", "memory_is_usable", "first_request")
LARGE = 3 << 20     # bytes: the archive then has more than one frame


def run(tree) -> None:
    what_it_has(tree)
    what_is_left(tree)


def what_it_has(tree) -> None:
    with tempfile.TemporaryDirectory() as folder:
        program = tree.build / "initrd/bin/lab4_factotum"
        initrd = images.variant(Path(folder, "initrd.cpio"), tree=tree.build / "initrd",
                                replace={"bin/factotum": program, "nonce": tree.nonce, "large": bytes(LARGE)})
        for memory in ("128M", "300M"):
            with tree.boot(initrd=initrd, memory=memory) as machine:
                machine.run_to_exit(within=2.0)
            check(machine.transcript, tree.nonce, memory)


def what_is_left(tree) -> None:
    """9Ball's own slots: none is lost."""
    with tree.boot(append=f"root=bin/lab4_slots nonce={tree.nonce}") as machine:
        machine.run_to_exit(within=2.0)
    failure = re.search(r"^FAIL slots_given_back: (.*)$", machine.transcript, re.MULTILINE)
    assert failure is None, f"9Ball's slots, when Factotum has started: {failure[1]}"
    passed = f"ok slots_given_back {tag(tree.nonce, 'slots_given_back')}\n"
    assert passed in machine.transcript, "9Ball's slots could not be counted"


def check(console: str, nonce: str, memory: str) -> None:
    failure = re.search(r"^FAIL (.*)$", console, re.MULTILINE)
    assert failure is None, f"with {memory} of memory: {failure[1]}"
    passed = dict(re.findall(r"^ok (\w+) ([0-9a-f]{16})$", console, re.MULTILINE))
    for case in CASES:
        assert passed.get(case) == tag(nonce, case), f"with {memory} of memory: {case} was not reached"
