# SPDX-License-Identifier: MIT
"""What is not there yet: clients that wait get it when it comes. A service is up once it has registered."""

from lab4_system import System, service

LATE = 40


def run(tree) -> None:
    with System(
            tree,
            service("a", uses=["late"], actions=[f"ask-now={LATE}", f"ask={LATE}", "ready"]),
            service("b", uses=["late"], actions=[f"ask={LATE}", "ready"]),
            service("c", uses=["late"], needs=["server"], actions=[f"ask-now={LATE}", "ready"]),
            service("server", provides="late", protocol=LATE, actions=["sleep=30", "serve=late"]),
            service("end", needs=["a", "b", "c"], actions=["ready"])) as system:
        system.expect("end ready")
    assert f"a asks {LATE} NotFound" in system.events(), "who does not wait is told that it is not there"
    for name in ("a", "b"):
        system.expect_order("server serves late Ok", f"{name} asks {LATE} as itself", "it was there before its server")
    system.expect_order("server sleep", "c starts", "c was started before what it needs had registered")
