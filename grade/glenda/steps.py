# SPDX-License-Identifier: MIT
"""A run looked at in steps, so that two runs can be compared to the last instruction.

The count at the very end does not serve for that. A machine that is switched off goes on until QEMU's main thread has
heard of it, and how far it comes until then is the host's affair.
"""

import time
from typing import NamedTuple

from .errors import Infrastructure
from .machine import Machine

PATIENCE = 60.0         # s on the wall for one step


class Step(NamedTuple):
    """What there is to see when the hart is held."""
    instructions: int
    program_counter: int
    transcript: str


def run(machine: Machine, length: int, last_words: str) -> list[Step]:
    """Holds the one hart after each `length` instructions until it has said its last words, then lets it run on."""
    steps: list[Step] = []
    while _held(machine, (len(steps) + 1) * length) and last_words not in machine.transcript:
        steps.append(Step(machine.instructions()[0], machine.monitor.program_counters()[0], machine.transcript))
    machine.counters.limit(0)
    return steps


def _held(machine: Machine, limit: int) -> bool:
    """Run on to `limit` instructions. False: the machine was switched off before."""
    machine.counters.limit(limit)
    end = time.monotonic() + PATIENCE
    while not machine.counters.held():
        if machine.has_ended():
            return False
        if time.monotonic() > end:
            raise Infrastructure(f"{limit} instructions have not been reached in {PATIENCE:.0f} s")
        time.sleep(0.001)
    return True
