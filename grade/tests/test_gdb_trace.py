# SPDX-License-Identifier: MIT
"""GDB's `trace`: what the kernel recorded, from the running system. Shows Z9."""

import re
import time
from collections.abc import Callable

from test_gdb import SECONDS, Debugged, prompt, rows  # noqa: F401  (a fixture)

from glenda.machine import Machine

Boot = Callable[..., Machine]


def wait_until_idle(system: Debugged) -> None:
    """Waits until the traced system, which gets no more input, has nothing left to do."""
    for _ in range(SECONDS):
        last = system.gdb("trace 1")["trace 1"].rstrip()
        if re.search(r"idle runs$|  idle +interrupted by the timer$", last):    # by the last tick
            return
        time.sleep(0.1)
    raise AssertionError("the system does not come to rest")


def test_trace(machine: Boot) -> None:
    """The trace of a key press: interrupt, signal, and the messages between driver and console, in order."""
    system = Debugged(machine, append="trace=on").boot()
    wait_until_idle(system)     # otherwise the driver may get the key before the console asks for it
    system.machine.send("x")
    system.machine.expect("x")
    wait_until_idle(system)
    answers = system.gdb("trace 400", "trace", "trace 3", "trace times", "trace 0", "trace often")
    found = [(int(row[0]), row[3], row[4]) for row in rows(answers["trace 400"])]
    assert [number for number, _, _ in found] == list(range(found[0][0], found[0][0] + 400))
    assert [len(rows(answers[command])) for command in ("trace", "trace 3")] == [32, 3]
    events = [f"{name}: {text}" for _, name, text in found]
    wanted = [r"\w+: interrupted by a device.*", r"\w+: device interrupt 10", r"\w+: signal 0x1 to (uart|nobody yet)",
              r"uart: Reply Reply 0x\w+: label 0, \d words", r"uart: reply to console: label 0, \d words",
              r"uart: Call IrqHandler 0x\w+: Ack, 0 words", r"uart: Recv Endpoint 0x\w+",
              r"uart: BlockedRecv; console runs", r"console: Call Endpoint 0x\w+: label \d+, \d+ words?",
              r"console: message to uart: label \d+, \d+ words?", r"console: BlockedCall; uart runs"]
    place = 0
    for pattern in wanted:
        place = next((at for at in range(place, len(events)) if re.fullmatch(pattern, events[at])), None)
        assert place is not None, f"no {pattern} in its place in\n{answers['trace 400']}"
    assert events[-1].endswith("BlockedRecv; idle runs")
    times = {row[0]: row[1:] for row in rows(answers["trace times"])}
    assert len(times) == 8 and int(times["Call"][0]) > 100 and int(times["Call"][1]) > 100
    assert times["Yield"][0] == "0"
    for command in ("trace 0", "trace often"):
        assert "usage: trace [N], trace times" in answers[command]


def test_no_trace(prompt: Debugged) -> None:
    assert "boot with trace=on" in prompt.gdb("trace")["trace"]
