# SPDX-License-Identifier: MIT
"""What happens when a service ends is what init.toml says, and each pause is longer than the one before."""

import re

from lab4_system import System, service


def starts(system: System, name: str) -> int:
    return system.events().count(f"{name} starts")


def run(tree) -> None:
    by_its_rule(tree)
    pauses(tree)


def by_its_rule(tree) -> None:
    with System(
            tree,
            service("always", restart="always", actions=["ready", "exit=0"]),
            service("failing", restart="on-failure", actions=["ready", "exit=3"]),
            service("succeeding", restart="on-failure", actions=["ready", "exit=0"]),
            service("never", restart="never", actions=["ready", "crash"]),
            service("crashing", actions=["ready", "crash"]),
            service("trying", ready="exit", actions=["exit=1"]),
            service("short", actions=["sleep=50", "ready"]),
            service("long", actions=["sleep=400", "ready"]),
            service("done", ready="exit", actions=["exit=0"]),
            service("after", needs=["done"], actions=["ready"]),
            service("unready", actions=["exit=0"]),
            service("misled", needs=["unready"], actions=["ready"]),
            service("witness", actions=["sleep=1000", "state=always", "state=done", "state=unready", "state=succeeding", "ready"])
            ) as system:
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
    assert starts(system, "crashing") > 1, "`crashing` has crashed, and that is no success, but it was not started again"
    order = [event for event in system.events() if event in ("failing starts", "short ready", "long ready")]
    assert order[:2] == ["failing starts", "short ready"], "the first pause of `failing` was shorter than 50 ms"
    assert order[2] == "failing starts", "the first pause of `failing` was longer than 400 ms"
    for name, wanted, why in (
            ("done", "Done 0", "it is ready when it ends with success, and has"),
            ("unready", "Stopped 0", "it has ended with success, but `ready` does not say that it has to: it is not Done"),
            ("succeeding", "Stopped 0", "it has ended with success, but `ready` does not say that it has to: it is not Done"),
            ("always", "BackingOff 4", "after 1000 ms it has ended four times, and each time a restart is counted")):
        sees = [event for event in system.events() if event.startswith(f"witness sees {name} ")]
        assert sees == [f"witness sees {name} {wanted}"], f"{name}: {why}; {sees[0] if sees else 'the witness sees nothing'}"
    assert "misled starts" not in system.events(), "`misled` was started, but `unready`, which it needs, has never been up"
    assert "9ball: misled: does not run: it needs unready\n" in text, (
        "`unready` will never be up, but 9Ball does not give `misled` up")
    assert "after ready" in system.events(), (
        "`done` is Done, but `after`, which needs it, was not started\n"
        "exercise 4.5: `needs_are_up` and `failed_need` ask `is_up()` of a service that is over")
    assert "9ball: failing: process " in text and " exited with status 3\n" in text
    assert re.search(r"^9ball: never: process \d+ crashed: ", text, re.MULTILINE), "the crash of `never` is not reported"


def pauses(tree) -> None:
    """After a long run the pauses begin anew. How long the system has been running does not matter."""
    with System(
            tree,
            service("lasting", restart="always", actions=["ready", "sleep=11000", "exit=0"]),
            service("quick", restart="always", actions=["ready", "exit=0"])) as system:
        for _ in range(2):
            system.says(r"lasting: starts again in \d+ ms", within=15.0)
    text = system.machine.transcript
    for name, wanted, why in (("lasting", ["100", "100"], "each run was longer than 10 s"),
                              ("quick", ["100", "200", "400", "800", "1600", "3200", "6400", "6400"], "each run was short")):
        seen = re.findall(rf"^9ball: {name}: starts again in (\d+) ms$", text, re.MULTILINE)[:len(wanted)]
        assert seen == wanted, f"{name}: {why}, but the pauses are {', '.join(seen)}"
