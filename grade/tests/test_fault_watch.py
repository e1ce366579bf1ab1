# SPDX-License-Identifier: MIT
"""A fault of 9Ball itself is reported, and the machine goes off, whatever 9Ball was in the middle of. Shows B9."""

from collections.abc import Callable

from test_gdb import Debugged

from glenda.machine import Machine

Boot = Callable[..., Machine]
JOURNAL = "'glenda::nineball::(anonymous namespace)::the_journal'"


def test_a_fault_in_the_log_ring(machine: Boot) -> None:
    """The first thread jumps to nowhere while the ring it writes to is in disorder: whoever reads that does not end."""
    system = Debugged(machine, extra=["-S"], icount=False)
    system.gdb("program 9ball", f'thbreak glenda::nineball::Log::append if $runs("9ball") && {JOURNAL}.log_.end_ > 250',
               "continue", f"set variable {JOURNAL}.unseen_ = 1", f"set variable {JOURNAL}.log_.rings_[0].end_ = -1",
               "set variable $pc = 0", "continue")
    assert system.machine.run_to_exit(within=5) == 0
    assert system.machine.transcript.endswith("9ball: 9ball faulted: jump, address 0x0, at pc 0x0\n"
                                              "9ball: the system cannot go on: switching the machine off\n")
