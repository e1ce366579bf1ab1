# SPDX-License-Identifier: MIT
"""Queries QEMU itself through its monitor (QMP: one JSON object per line, on a socket).

A query does not affect the guest. QEMU does not respond while it starts or ends; the result is then None.
"""

import json
import re
import socket
import time
from collections.abc import Callable

CLOCK_REGISTER = 0x200_BFF8     # `mtime` of the `virt` machine's timer device
CLOCK_PERIOD_NS = 100           # it ticks at 10 MHz
STOPPING = 0.2                  # s in which QEMU tells its harts to stop, even on a busy host


class Monitor:
    """One machine's monitor. `remote` is the end of the socket that QEMU inherits; close it once QEMU has started."""

    def __init__(self) -> None:
        self._socket, self.remote = socket.socketpair()
        self._socket.settimeout(5.0)
        self._lines = self._socket.makefile("rb")
        self._greeted = self._ends = False

    def close(self) -> None:
        self.remote.close()
        self._lines.close()
        self._socket.close()

    def _ask(self, command: str, **arguments: object) -> object:
        self._tell(command, **arguments)
        return self._answer()

    def _tell(self, command: str, **arguments: object) -> None:
        self._socket.sendall(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")

    def _answer(self) -> object:
        while line := self._lines.readline():
            response = json.loads(line)
            if "return" in response or "error" in response:     # anything else is the greeting or an event
                return response.get("return")
            if response.get("event") == "SHUTDOWN":
                break
        raise ConnectionError("QEMU ends")

    def _greet(self) -> None:
        if not self._greeted:
            self._ask("qmp_capabilities")
            self._greeted = True

    def stop(self, release: Callable[[], None]) -> bool:
        """Stops the harts. One that the plugin holds can only stop after `release`; it then executes one more block.
        Returns whether they have stopped."""
        try:
            self._greet()
            self._tell("stop")
            time.sleep(STOPPING)
            release()
            self._answer()
        except (OSError, ValueError):
            return False
        return True

    def goes_off(self) -> bool:
        """Whether the guest has switched its machine off, though QEMU still runs. QEMU looks for that each time that it
        has answered a question; it then says so, and answers no other."""
        for _ in range(2):
            if self.clock() is None and self._ends:
                return True
        return False

    def human(self, command: str) -> str | None:
        """Runs a command of QEMU's human monitor, such as `info registers -a`, and returns its output."""
        try:
            self._greet()
            output = self._ask("human-monitor-command", **{"command-line": command})
        except (OSError, ValueError) as error:
            self._ends |= isinstance(error, ConnectionError)
            return None
        return output if isinstance(output, str) else None

    def clock(self) -> float | None:
        """Guest time since power-on in seconds. While the guest is idle, it advances in jumps."""
        output = self.human(f"xp /1gx {CLOCK_REGISTER:#x}") or ""
        value = re.search(r": (0x[0-9a-f]+)", output)
        return int(value[1], 16) * CLOCK_PERIOD_NS / 1e9 if value else None

    def program_counters(self) -> list[int]:
        """The current pc of each hart."""
        output = self.human("info registers -a") or ""
        return [int(value, 16) for value in re.findall(r"^\s*pc\s+([0-9a-f]+)", output, re.MULTILINE)]
