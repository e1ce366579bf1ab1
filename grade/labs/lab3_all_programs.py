# SPDX-License-Identifier: MIT
"""The kernel's own tests of IPC: each program twice, with the fast path and without it."""

import re

from lab.submission import tag

PROGRAMS = ("ktest_ipc", "ktest_transfer", "ktest_waits", "ktest_faults", "ktest_errors", "ktest_chains", "ktest_timers")
LIMIT = 5.0     # s of guest time; the longest needs a tenth


def run(tree) -> None:
    # Without a fast path, both runs of a program would be the same one.
    run_program(tree, "lab3_fast_path case=fast_calls")
    for program in PROGRAMS:
        for fast_path in ("on", "off"):
            run_program(tree, f"{program} fastpath={fast_path}")


def run_program(tree, words: str) -> None:
    """`words`: a program and kernel options. Raises if one of its cases fails."""
    with tree.boot(append=f"root=bin/{words} nonce={tree.nonce}") as machine:
        machine.run_to_exit(within=LIMIT)
        check(machine.transcript, words, tree.nonce)


def check(console: str, name: str, nonce: str) -> None:
    """All cases of the program have passed. Raises AssertionError, whose text says which has not."""
    failure = re.search(r"^FAIL (.*)$", console, re.MULTILINE)
    assert failure is None, f"{name}: {failure[1]}"
    summary = re.search(r"^ktest: (\d+) passed, 0 failed$", console, re.MULTILINE)
    assert summary is not None, f"{name}: it ended before the last case"
    results = re.findall(r"^ok (\w+) (\w+)$", console, re.MULTILINE)
    assert len(results) == int(summary[1]), f"{name}: {summary[0]}, but {len(results)} results"
    for case, mark in results:
        assert mark == tag(nonce, case), f"{name}: `ok {case} {mark}` does not come from the program"
