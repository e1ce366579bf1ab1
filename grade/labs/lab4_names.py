# SPDX-License-Identifier: MIT
"""Who may have which name: what init.toml says, for services; what is public, for everybody, and marked as strangers."""

from lab4_system import System, service


def run(tree) -> None:
    with System(
            tree,
            service("clock", provides="time", public=True, actions=["work=20", "serve=time"]),
            service("vault", provides="gold", actions=["serve=gold"]),
            service("early", uses=["time"], actions=["ask=time", "ready"]),
            service("banker", needs=["vault"], uses=["gold"], actions=["ask-now=gold", "ask-now=time", "ask-now=silver", "ready"]),
            service("thief", needs=["vault", "clock"], actions=["ask-now=gold", "ask=gold", "ask=time", "child=time", "child=gold",
                                                                "ready"])) as system:
        system.expect("thief ready")
    seen = system.events()
    for event, why in (
            ("early asks time as pid", "a service that waits for a name gets it, with its own badge"),
            ("banker asks gold as pid", "a service gets what its `uses` says"),
            ("banker asks silver PermissionDenied", "whether an unknown name is there is nobody's business"),
            ("thief asks gold PermissionDenied", "a name that is not public, and not in `uses`, is refused"),
            ("thief asks time as stranger", "a service is a stranger to what it does not use"),
            ("thief-child asks time as stranger", "a program that is no service gets what is public"),
            ("thief-child asks gold PermissionDenied", "and nothing else")):
        assert event in seen, f"{why}: `{event}` is missing; asked were {', '.join(one for one in seen if ' asks ' in one)}"
    assert seen.count("thief asks gold PermissionDenied") == 2
    system.expect_order("clock serves time Ok", "early asks time as pid", "a name was there before its server")
