# SPDX-License-Identifier: MIT
"""What needs a service that cannot run does not run either, and says why; the rest of the system does, if there is any."""

from lab4_system import System, service


def run(tree) -> None:
    some_fail(tree)
    all_fail(tree)
    never_up(tree)


def some_fail(tree) -> None:
    with System(
            tree,
            service("good", actions=["ready"]),
            service("last", needs=["middle"], actions=["ready"]),
            service("middle", needs=["good", "absent"], actions=["ready"]),
            service("absent", path="bin/is_not_there", actions=["ready"])) as system:
        system.says(r"last: does not run: it needs middle")
        before, _, _ = system.machine.transcript.partition("9ball: last: does not run")
        assert "actor good ready" not in before, "last is given up when another service is up, not at once"
        system.expect("good ready")
    text = system.machine.transcript
    assert "9ball: absent: does not run: its program cannot be run\n" in text
    assert "9ball: middle: does not run: it needs absent\n" in text
    assert all(event.startswith("good ") for event in system.events()), "a service runs whose need has failed"


def all_fail(tree) -> None:
    """Nobody is left, so the machine goes off, and says why."""
    with System(
            tree,
            service("user", needs=["absent"], actions=["ready"]),
            service("absent", path="bin/is_not_there", actions=["ready"])) as system:
        system.says("no service is left")
        system.end()
    assert "9ball: user: does not run: it needs absent\n" in system.machine.transcript


def never_up(tree) -> None:
    """Who is not up in time is killed: 9Ball wakes by itself, for nothing else happens."""
    with System(tree, service("mute", actions=["work=1"])) as system:
        system.says("mute: has not said that it is ready for 5 s; killed", within=8.0)
