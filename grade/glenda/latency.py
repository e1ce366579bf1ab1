# SPDX-License-Identifier: MIT
"""How long the kernel disables interrupts, measured on one hart by the plugin in grade/plugin/latency.c.

    with Probe() as probe, Machine(extra=probe.arguments) as machine:
        machine.run_to_exit()
        worst = probe.read()
    print(worst.bound, worst.report())

An interrupt that arrives just after a poll waits for the next poll, and then until the operation has been suspended.
No run shows the worst of both at once, so the bound adds the longest of each: no interrupt ever waits longer.

The file that the plugin writes, in words of 64 bits: the number of stretches that ended in each way (3), the number
skipped, 4 unused; then, for each way, the longest stretch: instructions, steps, polls before it, unused, and its trail
of 32768 pairs.
"""

import struct
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from . import paths, plugins, qemu, symbols
from .symbols import Frame

TRAIL = 32768
HEAD, STRETCH = 8 * 8, (4 + 2 * TRAIL) * 8
TO_POLL, WAY_OUT, TO_EXIT = range(3)

# The image of OpenSBI, where QEMU's `virt` loads it. A user program at these addresses would count as firmware.
FIRMWARE = (0x8000_0000, 0x8020_0000)
# Functions that the plugin watches, by their linker names.
POLL = "_ZN6glenda4arch17interrupt_pendingEv"
PAUSE = "_ZN6glenda10note_pauseEv"
SKIP = "_ZN6glenda16check_invariantsEv"     # MachineMethod::Check: only for tests, so it does not count
POLLING = ("interrupt_pending", "preemption_point")


class Stretch(NamedTuple):
    """Instructions run with interrupts disabled. `trail`: the address of each block and the instructions before it."""
    instructions: int = 0
    trail: tuple[tuple[int, int], ...] = ()
    kernel: Path = paths.KERNEL

    def functions(self) -> list[tuple[list[Frame], int]]:
        """For each block in turn: its functions (see symbols.frames) and its number of instructions."""
        frames = symbols.frames(self.kernel, (address for address, _ in self.trail))
        ends = [before for _, before in self.trail[1:]] + [self.instructions]
        return [(frames[address], end - before) for (address, before), end in zip(self.trail, ends, strict=True)]

    def operation(self) -> str:
        """What the kernel did: the operation, and the functions that took most of the instructions."""
        if not self.trail:
            return "nothing"
        took: Counter[str] = Counter()
        for chain, instructions in self.functions():
            took["firmware" if chain[0].function == "??" else chain[0].function] += instructions
        most = ", ".join(f"{name} {count}" for name, count in took.most_common(3))
        return f"{self._name()} ({most})"

    def _name(self) -> str:
        """The functions that decoded the call. After a poll: the function that continued the operation."""
        calls: dict[str, None] = {}
        outermost: dict[str, None] = {}
        for chain, _ in self.functions():
            for frame in reversed(chain):
                if "/kernel/call/invoke_" in frame.file or frame.function.startswith("handle_"):
                    calls[frame.function] = None
            outermost[chain[-1].function] = None
        return " ".join(list(calls)[:2]) or next(name for name in outermost if name not in POLLING)


class Worst(NamedTuple):
    """The longest stretch for each way to end, the number of stretches for each, and the number skipped."""
    stretches: tuple[Stretch, Stretch, Stretch] = (Stretch(), Stretch(), Stretch())
    counts: tuple[int, int, int] = (0, 0, 0)
    skipped: int = 0

    @property
    def bound(self) -> int:
        """The most instructions that an interrupt may have to wait."""
        to_poll, way_out, to_exit = (stretch.instructions for stretch in self.stretches)
        return max(to_exit, to_poll + way_out)

    def report(self) -> str:
        """The operations that give the bound."""
        to_poll, way_out, to_exit = self.stretches
        if to_exit.instructions == self.bound:
            return to_exit.operation()
        return f"{to_poll.operation()}; then {way_out.instructions} to give it up: {way_out.operation()}"


def merge(results: Iterable[Worst]) -> Worst:
    """The worst of several runs."""
    results = list(results)
    return Worst(tuple(max((each.stretches[kind] for each in results), key=lambda stretch: stretch.instructions)
                       for kind in range(3)),
                 tuple(sum(each.counts[kind] for each in results) for kind in range(3)),
                 sum(each.skipped for each in results))


class Probe:
    """Measures one machine. Pass `arguments` as Machine's `extra`."""

    def __init__(self, kernel: Path = paths.KERNEL, poll: str = POLL, pause: str = PAUSE, skip: str = SKIP,
                 text: tuple[str, str] = ("image_begin", "text_end")) -> None:
        paths.RESULTS.mkdir(parents=True, exist_ok=True)
        self._kernel = kernel
        self._file = tempfile.NamedTemporaryFile(dir=paths.RESULTS, prefix="latency-")
        self._file.truncate(HEAD + 3 * STRETCH)
        where = {name: f"{symbols.address(kernel, label):#x}"
                 for name, label in (("poll", poll), ("pause", pause), ("skip", skip))}
        where["kernel"] = "-".join(f"{symbols.address(kernel, label):#x}" for label in text)
        where["firmware"] = "-".join(map(hex, FIRMWARE))
        where["page"] = self._file.name
        self.arguments = ["-plugin", qemu.option(file=plugins.build("latency"), **where)]

    def __enter__(self) -> "Probe":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def read(self) -> Worst:
        """The measurements so far."""
        data = Path(self._file.name).read_bytes()
        head = struct.unpack_from("<4Q", data)
        return Worst(tuple(self._stretch(data, HEAD + kind * STRETCH) for kind in range(3)), head[:3], head[3])

    def _stretch(self, data: bytes, at: int) -> Stretch:
        instructions, steps = struct.unpack_from("<2Q", data, at)
        words = struct.unpack_from(f"<{2 * min(steps, TRAIL)}Q", data, at + 32)
        return Stretch(instructions, tuple(zip(words[::2], words[1::2], strict=True)), self._kernel)
