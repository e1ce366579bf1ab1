# SPDX-License-Identifier: MIT
"""What the tests of lab 4 that boot the system share: an init.toml of actors (user/tests/lab4_actor.cc), and what they did.

    with System(tree, service("file", needs=["disk"], actions=["ready"]), service("disk", actions=["ready"])) as system:
        system.expect("file ready")
    assert system.events() == ["disk starts", "disk ready", "file starts", "file ready"]
"""

import re
import tempfile
from collections.abc import Callable
from pathlib import Path

from glenda import images
from glenda.errors import GuestDeadline, GuestIdle
from lab.submission import tag

LIMIT = 2.0     # s of guest time; a system of actors needs a tenth


def service(name: str, *, actions: list[str], **keys: object) -> str:
    """A [[service]] of init.toml, an actor. `keys`: as in init.toml; console = true unless they say otherwise."""
    def value(one: object) -> str:
        if isinstance(one, bool):
            return str(one).lower()
        if isinstance(one, (int, str)):
            return f'"{one}"' if isinstance(one, str) else str(one)
        return "[" + ", ".join(map(value, one)) + "]"
    keys = {"name": name, "path": "bin/lab4_actor", "args": [name, "NONCE", *actions], "console": True} | keys
    return "[[service]]\n" + "".join(f"{key} = {value(one)}\n" for key, one in keys.items())


def init_toml(tree, *services: str) -> str:
    return "\n".join(services).replace("NONCE", tree.nonce)


class System:
    """A machine whose services are actors."""

    def __init__(self, tree, *services: str) -> None:
        self.nonce = tree.nonce
        self._folder = tempfile.TemporaryDirectory()
        initrd = images.variant(Path(self._folder.name, "initrd.cpio"), tree=tree.build / "initrd",
                                replace={"init.toml": init_toml(tree, *services)})
        self.machine = tree.boot(initrd=initrd)

    def __enter__(self) -> "System":
        return self

    def __exit__(self, *_: object) -> None:
        self.machine.close()
        self._folder.cleanup()

    def expect(self, event: str, within: float = LIMIT) -> None:
        """Waits until an actor has done this, such as "disk ready". Raises AssertionError if that never comes."""
        self._wait(f"`{event}` does not happen", self.machine.expect,
                   rf"^actor {re.escape(event)} {tag(self.nonce, event)}$", within=within)

    def says(self, text: str, within: float = LIMIT) -> re.Match:
        """Waits until 9Ball has said a line that matches."""
        return self._wait(f"9Ball does not say `{text}`", self.machine.expect, rf"^9ball: {text}$", within=within)

    def end(self, within: float = LIMIT) -> None:
        """Waits until the machine is off."""
        self._wait("the machine does not go off", self.machine.run_to_exit, within=within)

    @staticmethod
    def _wait(otherwise: str, wait: Callable, *arguments: str, within: float) -> re.Match | int:
        try:
            return wait(*arguments, within=within)
        except GuestIdle:
            raise AssertionError(f"{otherwise}: everything waits, and nothing will wake it") from None
        except GuestDeadline:
            raise AssertionError(f"{otherwise}: not in {within:g} s") from None

    def events(self) -> list[str]:
        """What actors have done, in order. Raises AssertionError if somebody else has printed such a line."""
        found = re.findall(r"^actor (.*) ([0-9a-f]{16})$", self.machine.transcript, re.MULTILINE)
        for event, mark in found:
            assert mark == tag(self.nonce, event), f"`actor {event}` does not come from the program"
        return [event for event, _ in found]

    def expect_order(self, first: str, then: str, otherwise: str) -> None:
        """Asserts that both have happened, in this order. `otherwise`: what is wrong if the order is another."""
        seen = self.events()
        for event in (first, then):
            assert event in seen, f"`{event}` has not happened"
        assert seen.index(first) < seen.index(then), otherwise
