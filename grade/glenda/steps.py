# SPDX-License-Identifier: MIT
"""Observes a run in steps, so that two runs can be compared instruction by instruction.

The count at the very end is no use for that. A machine that is switched off runs on until QEMU's main thread notices,
and how far it gets depends on the host.
"""

import time
from typing import NamedTuple

from .errors import Infrastructure
from .machine import Machine

PATIENCE = 60.0         # s of real time for one step


class Step(NamedTuple):
    """The observable state when the hart is held."""
    instructions: int
    program_counter: int
    transcript: str


def run(machine: Machine, length: int, last_words: str) -> list[Step]:
    """Holds the only hart after every `length` instructions until `last_words` are printed, then lets it run on.

    The machine must have been started with held_at=`length`: however slow the host is, it has not gone further.
    """
    steps: list[Step] = []
    while _held(machine, (len(steps) + 1) * length) and last_words not in machine.transcript:
        steps.append(Step(machine.instructions()[0], machine.monitor.program_counters()[0], machine.transcript))
    machine.counters.limit(0)
    return steps


def _held(machine: Machine, limit: int) -> bool:
    """Runs up to `limit` instructions. Returns False if the machine was switched off before that."""
    machine.counters.limit(limit)
    end = time.monotonic() + PATIENCE
    while not machine.counters.held():
        if machine.has_ended():
            return False
        if time.monotonic() > end:
            raise Infrastructure(f"{limit} instructions have not been reached in {PATIENCE:.0f} s")
        time.sleep(0.001)
    return True
