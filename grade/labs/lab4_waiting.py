# SPDX-License-Identifier: MIT
"""What is not there yet: clients that wait get it when it comes. A service is up once it has registered."""

from lab4_system import System, service

LATE, EARLY = 40, 41


def run(tree) -> None:
    with System(
            tree,
            service("a", uses=["late"], actions=[f"ask-now={LATE}", f"ask={LATE}", "ready"]),
            service("b", uses=["late"], actions=[f"ask={LATE}", "ready"]),
            service("c", uses=["late"], needs=["server"], actions=[f"ask-now={LATE}", "ready"]),
            service("server", provides="late", protocol=LATE, actions=["sleep=30", "serve=late"]),
            service("early", provides="early", protocol=EARLY, ready="ready", actions=["serve=early"]),
            service("never", needs=["early"], actions=["ready"]),
            service("end", needs=["a", "b", "c"], actions=["ready"])) as system:
        system.expect("end ready")
    assert f"a asks {LATE} NotFound" in system.events(), "who does not wait is told that it is not there"
    assert "early serves early Ok" in system.events(), "early may register"
    assert "never starts" not in system.events(), "early is up once it says that it is ready, not once it has registered"
    for name in ("a", "b"):
        system.expect_order("server serves late Ok", f"{name} asks {LATE} as itself", "it was there before its server")
    system.expect_order("server sleep", "c starts", "c was started before what it needs had registered")
