# SPDX-License-Identifier: MIT
"""A service that does not stop in its time is killed, one that waits for its next start stays away, and both at once."""

from lab4_system import System, service


def run(tree) -> None:
    the_machine(tree)
    in_its_pause(tree)


def the_machine(tree) -> None:
    with System(
            tree,
            service("stubborn", stop="300ms", actions=["ready", "sleep=800"]),
            service("crashed", restart="always", priority=120, actions=["ready", "exit=1"]),
            service("other", actions=["ready", "stop", "sleep=200"]),
            service("clock", actions=["ready", "stop", "sleep=400"]),
            service("off", needs=["stubborn", "crashed"], power=True, priority=120, actions=["sleep=150", "shutdown"])) as system:
        system.end()
    text, seen = system.machine.transcript, system.events()
    assert "9ball: stubborn: has not stopped in 300 ms; killed\n" in text
    assert "actor off shutdown" in text and text.rstrip().endswith("9ball: switching the machine off")
    after = text[text.index("actor off shutdown"):]
    assert "crashed starts" not in after, "crashed was started while the machine stopped"
    assert seen.count("off starts") == 1
    assert "clock sleep" in seen and text.index("9ball: stubborn: has not stopped") < text.index("actor clock sleep "), (
        "stubborn has more than its 300 ms: another service has ended meanwhile, and stubborn was asked once more")


def in_its_pause(tree) -> None:
    """A service that is stopped while it waits for its next start has no deadline any more: 9Ball goes on as before, and
    others that are to stop keep theirs."""
    with System(
            tree,
            service("crashed", restart="always", actions=["ready", "exit=1"]),
            service("deaf", stop="100ms", actions=["ready"]),
            service("boss", power=True,
                    actions=["sleep=50", "halt=crashed", "state=crashed", "sleep=300", "state=crashed", "halt=deaf", "sleep=200",
                             "ready"])) as system:
        system.expect("boss ready", within=1.0)
    seen = system.events()
    assert "boss halts crashed Ok" in seen, "who has power may stop a service that waits for its next start"
    states = [event for event in seen if event.startswith("boss sees ")]
    assert states == ["boss sees crashed Stopped 1"] * 2, f"crashed is to be Stopped, at once and for ever: {', '.join(states)}"
    assert seen.count("crashed starts") == 1, "crashed was started after it had been stopped"
    before, _, _ = system.machine.transcript.partition("actor boss ready ")
    assert "9ball: deaf: has not stopped in 100 ms; killed\n" in before, "deaf was not killed when its time to stop was over"
