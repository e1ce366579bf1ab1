# SPDX-License-Identifier: MIT
"""Services start when what they need is up, and those that do not need each other start beside each other."""

from lab4_system import System, service


def run(tree) -> None:
    with System(
            tree,
            service("shop", needs=["net", "file"], actions=["ready"]),
            service("stall", needs=["file", "net"], actions=["ready"]),
            service("file", needs=["disk"], actions=["work=5", "ready"]),
            service("disk", actions=["work=20", "ready"]),
            service("net", actions=["work=10", "ready"])) as system:
        system.expect("shop ready")
        system.expect("stall ready")
    seen = system.events()
    for name, need in (("file", "disk ready"), ("shop", "file ready"), ("shop", "net ready"),
                       ("stall", "file ready"), ("stall", "net ready")):
        system.expect_order(need, f"{name} starts", f"{name} starts before `{need}`")
    system.expect_order("net starts", "disk ready", "net waits for disk, which it does not need")
    assert [seen.count(event) for event in seen if event.endswith(" starts")] == [1] * 5, "a service was started twice"
