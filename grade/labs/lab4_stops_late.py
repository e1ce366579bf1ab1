# SPDX-License-Identifier: MIT
"""A service that does not stop in its time is killed, one that waits for its next start stays away, and both at once."""

from lab4_system import System, service


def run(tree) -> None:
    with System(
            tree,
            service("stubborn", stop="300ms", actions=["ready", "sleep=800"]),
            service("crashed", restart="always", priority=120, actions=["ready", "exit=1"]),
            service("off", needs=["stubborn", "crashed"], power=True, priority=120, actions=["sleep=150", "shutdown"])) as system:
        system.end()
    text, seen = system.machine.transcript, system.events()
    assert "9ball: stubborn: has not stopped in 300 ms; killed\n" in text
    assert "actor off shutdown" in text and text.rstrip().endswith("9ball: switching the machine off")
    after = text[text.index("actor off shutdown"):]
    assert "crashed starts" not in after, "crashed was started while the machine stopped"
    assert seen.count("off starts") == 1
