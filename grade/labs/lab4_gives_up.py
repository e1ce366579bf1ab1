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

    with System(tree, service("once_up", restart="always", actions=["ready", "exit=1"])) as system:
        system.says(r"once_up: starts again in 3200 ms", within=8.0)
    assert "does not run" not in system.machine.transcript, "a service was given up that was up each time"
