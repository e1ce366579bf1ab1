# SPDX-License-Identifier: MIT
"""A driver that ends is started again, after pauses that grow; after five that were never ready its device is given up."""

from lab4_system import service
from lab6_system import Drivers

STARTED = "bin/drivers/{} started as process"
PAUSES = [f"starts again in {pause} ms" for pause in (100, 200, 400, 800)]


def run(tree) -> None:
    failing(tree)
    killed(tree)


def failing(tree) -> None:
    with Drivers(tree, clock="never", serial="late") as system:
        system.says(r"rtc@101000: given up: its driver does not become ready")
        never = system.said("rtc")
        system.says(r"process \d+ serves rtc", within=30.0)
        late = system.said("serial")
    expected = []
    for pause in PAUSES:
        expected += [STARTED.format("never"), "process exited with status 3", pause]
    expected += [STARTED.format("never"), "process exited with status 3", "given up: its driver does not become ready"]
    assert never == expected, f"the device of a driver that is never ready: {'; '.join(never)}"
    assert late.count(STARTED.format("late")) == 9, f"of a driver that is sometimes ready, {late.count(STARTED.format('late'))} were started"
    assert not any(line.startswith("given up") for line in late), "a device is given up whose driver was ready in between"


def killed(tree) -> None:
    """Whoever kills a driver at work wants another one: that is no failure, and costs no time."""
    killer = service("reaper", path="bin/reaper", args=["rtc", "4"], needs=["unicorn"], uses=["devices"], power=True,
                     priority=101, restart="never", console=False, actions=[])
    commander = service("commander", power=True, actions=["ready"])     # else the machine goes off when the reaper ends
    with Drivers(tree, "stays", "", killer, commander) as system:
        system.says(r"4 drivers killed")
        said = system.said("rtc")
    assert said.count("process was killed") == 4
    pauses = [line for line in said if line.startswith("starts again")]
    assert pauses[:3] == [PAUSES[0]] * 3, f"after drivers were killed at work: {'; '.join(pauses)}"
