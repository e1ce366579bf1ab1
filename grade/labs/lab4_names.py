# SPDX-License-Identifier: MIT
"""Who may ask for what: a service for what its `uses` say, and so may what it starts; nobody for anything else."""

from lab4_system import System, service

CLOCK, VAULT, FAKE = 40, 41, 42


def run(tree) -> None:
    with System(
            tree,
            service("clock", provides="time", protocol=CLOCK, actions=["serve=time"]),
            service("vault", provides="gold", protocol=VAULT, actions=["serve=gold"]),
            service("liar", provides="tin", protocol=FAKE, actions=["serve=gold"]),
            service("nobody", actions=["serve="]),
            service("banker", needs=["vault", "clock"], uses=["gold"],
                    actions=[f"ask-now={VAULT}", f"ask-now={CLOCK}", f"child={VAULT}", "ready"]),
            service("thief", needs=["vault", "banker"], actions=[f"ask-now={VAULT}", f"ask={VAULT}", f"child={VAULT}", "ready"])
            ) as system:
        system.expect("thief ready")
    seen = system.events()
    for event, why in (
            ("liar serves gold PermissionDenied", "a service registers what its `provides` says, and nothing else"),
            ("nobody serves  PermissionDenied", "who provides nothing registers nothing, not even the empty name"),
            ("vault serves gold Ok", "a service may register what its `provides` says"),
            (f"banker asks {VAULT} as itself", "a service gets what its `uses` say, with its own badge"),
            (f"banker asks {CLOCK} PermissionDenied", "a service does not get what its `uses` do not say"),
            (f"banker-child asks {VAULT} as itself", "what a service starts may ask for the same"),
            (f"thief asks {VAULT} PermissionDenied", "who uses nothing gets nothing"),
            (f"thief-child asks {VAULT} PermissionDenied", "nor does what it starts")):
        assert event in seen, f"{why}: `{event}` is missing; asked were {', '.join(one for one in seen if ' asks ' in one)}"
    assert seen.count(f"thief asks {VAULT} PermissionDenied") == 2
    assert "9ball: vault: serves gold\n" in system.machine.transcript, "9Ball does not say that vault serves gold"
