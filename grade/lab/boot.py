# SPDX-License-Identifier: MIT
"""Runs one boot test: one machine, one program, its verdict.

The time of the guest starts at power-on, and it is held at an exact instruction when it is over. So a run that hangs is
the same each time, however slow this computer is.
"""

import os
import re

from glenda import paths
from glenda.errors import GuestDeadline, GuestExited, GuestFlood, GuestIdle, GuestStuck, KernelPanic
from glenda.machine import Machine
from glenda.watch import ASLEEP_LIMIT

from . import places, stopped, verdict
from .config import BadLab, Test
from .setting import Outcome, Setting
from .verdict import Run, Stop

MOST_OUTPUT = 256 * 1024        # characters; the longest test prints a few thousand
COMMAND_LINE = 127              # characters that the kernel hands on to a program
STOPS = {GuestDeadline: Stop.BUSY, GuestStuck: Stop.STUCK, GuestIdle: Stop.IDLE, GuestFlood: Stop.FLOOD,
         KernelPanic: Stop.PANIC, GuestExited: Stop.EXIT}


def command_line(test: Test, nonce: str) -> str:
    """The kernel's options."""
    cases = f"case={','.join(test.cases)}" if test.cases else ""
    line = " ".join(word for word in (f"root=bin/{test.program}", f"nonce={nonce}", cases, test.options) if word)
    if len(line) > COMMAND_LINE:
        raise BadLab(f"test {test.name}: its kernel options have {len(line)} characters, {COMMAND_LINE} at most are possible")
    return line


def run(setting: Setting, test: Test) -> Outcome:
    """Raises Infrastructure if QEMU does not do its part."""
    name = os.path.relpath(setting.results / test.name, paths.RESULTS)
    with Machine(setting.kernel, setting.initrd, append=command_line(test, setting.nonce), name=name,
                 held_at=int(test.limit * 1e9), most_output=MOST_OUTPUT) as machine:
        seen = watch(machine, test.limit, setting, test.program)
        seconds = machine.instructions()[0] / 1e9
    limit = ASLEEP_LIMIT if seen.stop == Stop.ASLEEP else test.limit
    found = verdict.of_boot(test, seen, setting.nonce, f"{limit:g} s of the guest's time")
    return Outcome(test.name, found, seen.output, guest_seconds=seconds)


def watch(machine: Machine, limit: float, setting: Setting, program: str) -> Run:
    """Runs the machine to its end or its limit, and then looks where it is."""
    stop = Stop.EXIT
    try:
        machine.run_to_exit(within=limit, from_power_on=True)
    except tuple(STOPS) as failure:
        stop = STOPS[type(failure)]
        if stop == Stop.BUSY and (not machine.counters.held() or (machine.monitor.clock() or 0.0) > ASLEEP_LIMIT):
            stop = Stop.ASLEEP
    output = without_firmware(machine.transcript)
    if verdict.PANIC.search(output):        # however much came after it until it was seen
        stop, output = Stop.PANIC, re.sub(r"(^END PANIC\n).*", r"\1", output, flags=re.MULTILINE | re.DOTALL)
    return Run(output, stop, look(machine, stop, output, setting, program))


def without_firmware(transcript: str) -> str:
    """What came after OpenSBI's last line. All that is judged is below it, so its own words cannot matter."""
    last = [found.end() for found in re.finditer(r"^Boot HART MEDELEG .*\n", transcript, re.MULTILINE)][:1]
    return transcript[last[0]:] if last else transcript


def look(machine: Machine, stop: Stop, output: str, setting: Setting, program: str) -> list[str]:
    """Where the machine is, in words: the stack of a panic or a hang, and the threads of a hang."""
    if stop == Stop.PANIC and (frames := places.of_panic(output, setting.kernel, setting.tree)):
        return frames       # of a trap, whose report has the addresses
    if stop in (Stop.EXIT, Stop.FLOOD, Stop.ASLEEP):
        return []           # in the last two it is not the same place each time
    if stop == Stop.PANIC and verdict.PANIC.search(output)["what"].startswith(verdict.VIOLATED):
        return []           # the checker has reported, and the system has gone on
    machine.freeze()
    if stop == Stop.PANIC:
        return stopped.of_panic(machine, setting.kernel, setting.results, setting.tree)
    seen = stopped.look(machine, setting.kernel, setting.programs(program), setting.results, setting.tree)
    return [*(seen.frames if stop in (Stop.BUSY, Stop.STUCK) else ()), *seen.threads]
