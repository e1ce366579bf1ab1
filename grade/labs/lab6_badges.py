# SPDX-License-Identifier: MIT
"""What a driver's process has, and that nobody can speak for the driver that comes after it."""

import re

from lab6_system import Drivers


def run(tree) -> None:
    with Drivers(tree, clock="heir") as system:
        system.says(r"heir, when there is another: \w+", within=4.0)
        text, said = system.machine.transcript, system.said("rtc")
    for what in ("has Unicorn", "has its endpoint", "has its bell", "has nothing more"):
        assert re.search(rf": {what}: yes$", text, re.MULTILINE), f"the driver's process: `{what}` is not so"
    assert re.search(r": priority: 77$", text, re.MULTILINE), "the driver has not the priority that drivers.toml says"
    assert said.count("process serves rtc") == 2, "after the driver's end there is no other"
    heir = dict(re.findall(r": heir, ([\w ]+): ([\w ]+)$", text, re.MULTILINE))
    assert heir["while its parent is the driver"] == "has the device", "the driver's badge is not that of its device"
    for when in ("when there is none", "when there is another"):
        assert heir[when] == "PermissionDenied", f"the badge of a driver that has ended, {when}: {heir[when]}"
