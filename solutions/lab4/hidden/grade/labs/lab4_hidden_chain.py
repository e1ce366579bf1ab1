# SPDX-License-Identifier: MIT
"""Sixteen services, as many as there can be, each of which needs the next one in the file: they start from the last to the
first, and stop the other way round."""

from lab4_system import System, service

COUNT = 16


def run(tree) -> None:
    names = [f"link{i}" for i in range(COUNT)]
    chain = [service(name, needs=[need], actions=["ready", "stop"]) for name, need in zip(names[1:], names[2:])]
    chain.append(service(names[-1], actions=["ready", "stop"]))
    first = service(names[0], needs=[names[1]], power=True, stop="50ms", actions=["ready", "work=5", "shutdown"])
    with System(tree, first, *chain) as system:
        system.end(within=4.0)
    seen = system.events()
    started = [event for event in seen if event.endswith(" starts")]
    assert started == [f"{name} starts" for name in reversed(names)], f"the services start as {', '.join(started)}"
    stopped = [event for event in seen if event.endswith(" stop")]
    assert stopped == [f"{name} stop" for name in names[1:]], f"the services stop as {', '.join(stopped)}"
