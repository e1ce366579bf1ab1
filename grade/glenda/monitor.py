# SPDX-License-Identifier: MIT
"""Questions to QEMU itself, over its monitor (QMP: one JSON object a line, on a socket).

Asking does not change what the guest does. QEMU gives no answer while it starts or ends: then it is None.
"""

import json
import re
import socket

CLOCK_REGISTER = 0x200_BFF8     # `mtime` of the `virt` machine's timer device
CLOCK_PERIOD_NS = 100           # it ticks at 10 MHz


class Monitor:
    """One machine's monitor. `remote` is the end that QEMU inherits; close it here once QEMU has been started."""

    def __init__(self) -> None:
        self._socket, self.remote = socket.socketpair()
        self._socket.settimeout(5.0)
        self._lines = self._socket.makefile("rb")
        self._greeted = False

    def close(self) -> None:
        self.remote.close()
        self._lines.close()
        self._socket.close()

    def _ask(self, command: str, **arguments: object) -> object:
        self._socket.sendall(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")
        while line := self._lines.readline():
            answer = json.loads(line)
            if "return" in answer or "error" in answer:     # anything else is the greeting, or news
                return answer.get("return")
        raise ConnectionError("QEMU closed its monitor")

    def human(self, command: str) -> str | None:
        """The answer to a command of QEMU's human monitor, such as `info registers -a`."""
        try:
            if not self._greeted:
                self._ask("qmp_capabilities")
                self._greeted = True
            answer = self._ask("human-monitor-command", **{"command-line": command})
        except (OSError, ValueError):
            return None
        return answer if isinstance(answer, str) else None

    def clock(self) -> float | None:
        """Guest time since the machine was switched on, in seconds. It runs on, in jumps, while the guest is idle."""
        answer = self.human(f"xp /1gx {CLOCK_REGISTER:#x}") or ""
        value = re.search(r": (0x[0-9a-f]+)", answer)
        return int(value[1], 16) * CLOCK_PERIOD_NS / 1e9 if value else None

    def program_counters(self) -> list[int]:
        """Where each hart is, now."""
        answer = self.human("info registers -a") or ""
        return [int(value, 16) for value in re.findall(r"^\s*pc\s+([0-9a-f]+)", answer, re.MULTILINE)]
