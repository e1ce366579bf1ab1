# SPDX-License-Identifier: MIT
"""The machine stops its services first, and no service loses what it works with."""

from lab4_system import System, service


def run(tree) -> None:
    the_machine(tree)
    side_by_side(tree)
    one_service(tree)


def the_machine(tree) -> None:
    with System(
            tree,
            service("file", needs=["disk"], actions=["ready", "stop", "work=20"]),
            service("disk", actions=["ready", "stop", "work=20"]),
            service("shop", needs=["file", "net"], actions=["ready", "stop", "work=20"]),
            service("net", actions=["ready", "stop"]),
            service("idle", restart="never", actions=["ready", "exit=0"]),
            service("off", needs=["shop"], power=True, actions=["work=20", "shutdown"])) as system:
        system.end()
    seen = system.events()
    order = [event for event in seen if event.endswith((" stop", " work")) and event != "off work"]
    for needed, user in (("file", "shop"), ("disk", "file"), ("net", "shop")):
        system.expect_order(f"{user} work", f"{needed} stop", f"{needed} is stopped while {user} still runs")
    assert sorted(order) == ["disk stop", "disk work", "file stop", "file work", "net stop", "shop stop", "shop work"]
    text = system.machine.transcript
    for name in ("file", "disk", "shop", "net"):
        assert f"9ball: {name}: stopped\n" in text
        assert f"{name}: starts again" not in text
    assert text.rstrip().endswith("9ball: switching the machine off")


def side_by_side(tree) -> None:
    """Two services that do not need each other stop at the same time, and the machine waits for both."""
    with System(
            tree,
            service("quick", actions=["ready", "stop", "work=5"]),
            service("slow", actions=["ready", "stop", "work=60"]),
            service("off", power=True, stop="50ms", actions=["work=20", "shutdown"])) as system:
        system.end()
    seen = system.events()
    for name in ("quick", "slow"):
        assert f"{name} stop" in seen, f"{name} was not asked to stop"
        assert f"{name} work" in seen and f"9ball: {name}: stopped\n" in system.machine.transcript, (
            f"the machine goes off while {name} still runs")
    system.expect_order("slow stop", "quick work", "quick and slow do not need each other, but were not asked to stop together")


def one_service(tree) -> None:
    """With a service stops what needs it, also through others, and nothing else."""
    with System(
            tree,
            service("shop", needs=["file"], actions=["ready", "stop"]),
            service("file", needs=["disk"], actions=["ready", "stop"]),
            service("disk", actions=["ready", "stop"]),
            service("net", actions=["ready", "stop"]),
            service("boss", power=True, priority=120, actions=["sleep=50", "halt=disk", "ready"])) as system:
        system.expect("disk stop")
    assert "boss halts disk Ok" in system.events(), "who has power may stop a service that it does not need"
    for needed, user in (("file", "shop"), ("disk", "file")):
        system.expect_order(f"{user} stop", f"{needed} stop", f"{needed} is stopped while {user} still runs")
    assert "net stop" not in system.events(), "net is stopped, which does not need disk"
