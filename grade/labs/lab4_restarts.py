# SPDX-License-Identifier: MIT
"""What happens when a service ends is what init.toml says, and each pause is longer than the one before."""

import re

from lab4_system import System, service


def starts(system: System, name: str) -> int:
    return system.events().count(f"{name} starts")


def run(tree) -> None:
    with System(
            tree,
            service("always", restart="always", actions=["ready", "exit=0"]),
            service("failing", restart="on-failure", actions=["ready", "exit=3"]),
            service("succeeding", restart="on-failure", actions=["ready", "exit=0"]),
            service("never", restart="never", actions=["ready", "crash"]),
            service("trying", ready="exit", actions=["exit=1"]),
            service("short", actions=["sleep=50", "ready"]),
            service("long", actions=["sleep=400", "ready"]),
            service("done", ready="exit", actions=["exit=0"]),
            service("after", needs=["done"], actions=["ready"])) as system:
        system.says(r"always: starts again in 800 ms")
        system.says(r"always: starts again in 1600 ms")
    text = system.machine.transcript
    for name in ("always", "failing"):
        pauses = re.findall(rf"^9ball: {name}: starts again in (\d+) ms$", text, re.MULTILINE)
        assert pauses[:4] == ["100", "200", "400", "800"], f"{name}: the pauses are {', '.join(pauses) or 'none'}"
        assert starts(system, name) >= 4, f"{name} was started {starts(system, name)} times"
    for name in ("succeeding", "never", "done"):
        assert starts(system, name) == 1, f"{name} was started {starts(system, name)} times"
    assert starts(system, "trying") > 1, "`trying` has not done its work, and was not started again"
    order = [event for event in system.events() if event in ("failing starts", "short ready", "long ready")]
    assert order[:2] == ["failing starts", "short ready"], "the first pause of `failing` was shorter than 50 ms"
    assert order[2] == "failing starts", "the first pause of `failing` was longer than 400 ms"
    assert "after ready" in system.events(), "`done` has done its work, but what needs it was not started"
    assert "9ball: failing: process " in text and " exited with status 3\n" in text
    assert re.search(r"^9ball: never: process \d+ crashed: ", text, re.MULTILINE), "the crash of `never` is not reported"
