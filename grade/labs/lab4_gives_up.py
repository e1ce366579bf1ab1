# SPDX-License-Identifier: MIT
"""A service that ends again and again before it is up is given up, and with it what needs it. One that was up is not."""

from lab4_system import System, service


def run(tree) -> None:
    with System(
            tree,
            service("broken", restart="always", actions=["exit=1"]),
            service("user", needs=["broken"], actions=["ready"])) as system:
        system.says(r"user: does not run: it needs broken", within=4.0)
    text, seen = system.machine.transcript, system.events()
    assert "9ball: broken: does not run: it has ended 5 times before it was up\n" in text
    assert seen.count("broken starts") == 5, f"broken was started {seen.count('broken starts')} times"
    assert "user starts" not in seen

    with System(
            tree,
            service("each_time", restart="always", actions=["ready", "exit=1"]),
            service("second_time", restart="always", actions=["ready-at=2", "exit=1"])) as system:
        system.says(r"second_time: does not run: it has ended 5 times before it was up", within=12.0)
    seen = system.events()
    assert "9ball: each_time: does not run" not in system.machine.transcript, "a service was given up that was up each time"
    assert "second_time ready-at" in seen, "second_time was given up before its second start"
    assert seen.count("second_time starts") == 7, (
        "second_time was up in its second start, so the count begins anew: it is given up after its seventh start, "
        f"not after number {seen.count('second_time starts')}")
