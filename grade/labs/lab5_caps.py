# SPDX-License-Identifier: MIT
"""Factotum hands out capabilities to services: to whom 9Ball says, as soon as they are there, with the client's badge.

The services are the actors of lab 4 (user/tests/lab4_actor.cc); 9Ball and its policy are those of your lab 4.
"""

from lab4_system import System, service

CLOCK, VAULT, LATE = 40, 41, 42


def run(tree) -> None:
    with System(
            tree,
            service("vault", provides="gold", protocol=VAULT, actions=["serve=gold"]),
            service("first", uses=["dawn"], actions=["sleep=5", f"ask={LATE}", "ready"]),
            service("second", uses=["dawn"], actions=["sleep=5", f"ask={LATE}", "ready"]),
            service("hasty", uses=["dawn"], actions=[f"ask-now={LATE}", "ready"]),
            service("banker", needs=["vault"], uses=["gold"], actions=[f"ask-now={VAULT}", f"ask={VAULT}", "ready"]),
            service("thief", needs=["vault"], uses=["dawn"], actions=[f"ask-now={VAULT}", f"ask={VAULT}", "ready"]),
            service("late", provides="dawn", protocol=LATE, actions=["sleep=60", "serve=dawn"]),
            service("end", needs=["first", "second", "hasty", "banker", "thief"], actions=["ready"])) as system:
        system.expect("end ready")
        seen = system.events()
    for event, why in (
            (f"banker asks {VAULT} as itself", "who may have a service that is there gets it, with its own badge"),
            (f"thief asks {VAULT} PermissionDenied", "who has not been granted a service is denied, although it is there"),
            (f"hasty asks {LATE} NotFound", "who does not wait is told that the service is not there"),
            (f"first asks {LATE} as itself", "who waits gets the service when it is offered"),
            (f"second asks {LATE} as itself", "all that wait get the service when it is offered")):
        assert event in seen, f"{why}: `{event}` is missing; asked were {', '.join(one for one in seen if ' asks ' in one)}"
    assert seen.count(f"banker asks {VAULT} as itself") == 2, "Wait makes no difference if the service is there"
    assert seen.count(f"thief asks {VAULT} PermissionDenied") == 2, "who may not have a service may not wait for it either"
    gone(tree)


def gone(tree) -> None:
    """A service that has ended is gone, and not unknown; when it is there again, it can be had."""
    with System(
            tree,
            service("clock", provides="time", protocol=CLOCK, restart="always", actions=["serve=time"]),
            service("client", uses=["time"], power=True,
                    actions=[f"ask={CLOCK}", "halt=clock", f"ask-now={CLOCK}", "ready"])) as system:
        system.expect("client ready")
        seen = [event for event in system.events() if event.startswith("client asks")]
    assert seen[0] == f"client asks {CLOCK} as itself", f"the service is there, but `{seen[0]}`"
    assert seen[1] == f"client asks {CLOCK} Broken", f"the service has ended, but `{seen[1]}`"
