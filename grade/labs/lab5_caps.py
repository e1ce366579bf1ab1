# SPDX-License-Identifier: MIT
"""Factotum hands out capabilities to services: to whom 9Ball says, as soon as they are there, with the client's badge.

The services are the actors of lab 4 (user/tests/lab4_actor.cc), and user/tests/lab5_caps.cc; 9Ball and its policy are those
of your lab 4.
"""

from lab4_system import System, service
from lab5_system import run_cases

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
    for who in ("first", "second"):
        assert seen.count(f"{who} starts") == 1, f"{who} was not served when the service was offered, but later, when it asked again"
    assert seen.count(f"banker asks {VAULT} as itself") == 2, "Wait makes no difference if the service is there"
    assert seen.count(f"thief asks {VAULT} PermissionDenied") == 2, "who may not have a service may not wait for it either"
    gone(tree)
    one_client(tree)


def gone(tree) -> None:
    """A service that has ended is gone, and not unknown."""
    with System(
            tree,
            service("clock", provides="time", protocol=CLOCK, restart="always", actions=["serve=time"]),
            service("client", uses=["time"], power=True,
                    actions=[f"ask={CLOCK}", "halt=clock", f"ask-now={CLOCK}", "ready"])) as system:
        system.expect("client ready")
        seen = [event for event in system.events() if event.startswith("client asks")]
    assert seen[0] == f"client asks {CLOCK} as itself", f"the service is there, but `{seen[0]}`"
    assert seen[1] == f"client asks {CLOCK} Broken", f"the service has ended, but `{seen[1]}`"


def one_client(tree) -> None:
    """All that can come of a request, one after the other."""
    def server(name: str, provides: str, protocol: int, badge: int = 0, **keys: object) -> str:
        return service(name, provides=provides, protocol=protocol, actions=[], path="bin/lab5_caps",
                       args=["serve", provides, str(badge)], **keys)
    run_cases(tree, "lab5_caps", ["to_speak", "own_badge", "refusals", "comes_again", "many_times"],
              others=[server("vault", "gold", 41), server("marked", "silver", 42, badge=77),
                      server("brief", "time", 43, restart="always"), server("closed", "lead", 45),
                      service("late", provides="dawn", protocol=44, actions=[]),
                      service("never", provides="dusk", protocol=46, actions=[])],
              uses=["gold", "silver", "time", "dawn"])
