# SPDX-License-Identifier: MIT
"""A name that is not there yet: waiting clients get it when it comes, and again when its server has been replaced."""

from lab4_system import System, service


def run(tree) -> None:
    with System(
            tree,
            service("a", uses=["late"], actions=["ask-now=late", "ask=late", "ready"]),
            service("b", uses=["late"], actions=["ask=late", "ready"]),
            service("c", uses=["late"], needs=["a", "b"], actions=["ask-now=late", "ready"]),
            service("server", provides="late", actions=["work=30", "serve=late"])) as system:
        system.expect("c ready")
    seen = system.events()
    assert "a asks late NotFound" in seen, "who does not wait is told that the name is not there"
    for name in ("a", "b", "c"):
        assert f"{name} asks late as pid" in seen, f"{name} has not got the name"
    for name in ("a", "b"):
        system.expect_order("server serves late Ok", f"{name} asks late as pid", "a name was there before its server")
