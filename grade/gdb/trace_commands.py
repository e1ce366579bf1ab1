# SPDX-License-Identifier: MIT
"""`trace`: the kernel's latest events. kernel/debug/trace.h"""

import gdb
import kernel
import memory
import thread
from command import Command, show, table

USUAL = 32                  # number of events shown by default
SOURCES = ((1, "another hart"), (2, "the timer"), (4, "a device"))     # TraceInterrupt
WORDS_MASK, CAPS_SHIFT, CAPS_MASK, LABEL_SHIFT = 0xFF, 8, 0xF, 16       # Tag


class Event:
    """A TraceEvent, and its description in words."""

    def __init__(self, number: int, value: gdb.Value) -> None:
        self.number, self.cycle, self.hart = number, int(value["cycle"]), int(value["hart"])
        self.kind = kernel.enumerator(value["kind"])
        self.thread, self.detail = int(value["thread"]), int(value["detail"])
        self.first, self.second = int(value["first"]), int(value["second"])

    def text(self) -> str:
        """The description. `_syscall` and the others below are named after the enumerators of TraceKind."""
        return getattr(self, "_" + self.kind.lower(), lambda: f"unknown: {self.kind}")()

    def _syscall(self) -> str:
        kind = kernel.name_in("CapType", self.detail >> 8)
        ordinal = self.detail & 0xFF
        name = kernel.name_in("Syscall", -ordinal) if ordinal else "unknown negative system call"
        if name == "Yield":
            return name
        if name in ("Recv", "NBRecv"):
            return f"{name} {kind} {self.first:#x}"
        return f"{name} {kind} {self.first:#x}: {tag_text(self.second, kind)}"

    def _refused(self) -> str:
        return f"refused: {kernel.name_in('Error', self.detail)}"

    def _message(self) -> str:
        return f"message to {name_of(self.first)}: {tag_text(self.second)}"

    def _reply(self) -> str:
        return f"reply to {name_of(self.first)}: {tag_text(self.second)}"

    def _signal(self) -> str:
        return f"signal {self.second:#x} to {name_of(self.first) if self.first else 'nobody yet'}"

    def _fault(self) -> str:
        kind = kernel.name_in("FaultKind", self.detail & 0xFF)
        what = f"a7 {self.second}" if kind == "UnknownSyscall" else f"address {self.second:#x}, cause {self.detail >> 8}"
        return f"fault {kind} at {self._place()}, {what}"

    def _interrupt(self) -> str:
        sources = " and ".join(name for bit, name in SOURCES if self.detail & bit)
        return f"interrupted by {sources}" + (f" at {self._place()}" if self.thread else "")

    def _device(self) -> str:
        return f"device interrupt {self.first}"

    def _switch(self) -> str:
        return f"{kernel.name_in('ThreadState', self.detail)}; {name_of(self.first)} runs"

    def _place(self) -> str:
        address = address_of(self.thread)
        return thread.Thread(address).place(self.first) if self.thread else f"{self.first:#x}"


def address_of(number: int) -> int:
    """The Tcb of the thread with this number: number_of in kernel/object/tcb.h."""
    return memory.DIRECT_MAP + (number << 10)


def name_of(number: int) -> str:
    return thread.name_at(address_of(number)) if number else "idle"


def tag_text(raw: int, kind: str = "") -> str:
    """`label 7, 2 words`; for a kernel object with the method's name instead of the label."""
    label, words, caps = raw >> LABEL_SHIFT, raw & WORDS_MASK, raw >> CAPS_SHIFT & CAPS_MASK
    method = kernel.name_in(f"{kind}Method", label, "") if kind else ""
    text = f"{method or f'label {label}'}, {words} word{'' if words == 1 else 's'}"
    return text + (f", {caps} capabilit{'y' if caps == 1 else 'ies'}" if caps else "")


def events(most: int) -> list[Event]:
    """The newest events, in order."""
    trace, ring = kernel.variable("trace"), kernel.variable("trace_ring")
    size = ring.type.range()[1] + 1
    end = int(trace["next_"])
    first = max(int(trace["begin_"]), end - size, end - most)
    return [Event(number, ring[number % size]) for number in range(first, end)]


class Trace(Command):
    """trace [N]: the last N events (32) of the kernel's trace; `trace times`: how long system calls took.

    trace=on on the kernel's command line turns the trace on, and so can a program. While it is on, no system call takes
    the fast path. Each line has the number of the event, cycles since the previous one, hart, thread and event. A
    thread's name is read from its Tcb now. This command replaces GDB's own `trace`, which QEMU does not support."""

    name = "trace"
    arguments = (0, 1)

    def run(self, text: str = str(USUAL)) -> None:
        kernel.harts()
        if text == "times":
            return show(self._times())
        if not text.isdecimal() or int(text) == 0:
            raise gdb.GdbError("usage: trace [N], trace times")
        found = events(int(text))
        if not found:
            raise gdb.GdbError("nothing has been traced: boot with trace=on on the kernel's command line "
                               "(make qemu-gdb APPEND=trace=on)")
        show(self._lines(found), most=len(found) + 1)

    def _lines(self, found: list[Event]) -> list[str]:
        before = [None, *found]
        rows = [(each.number, f"+{each.cycle - last.cycle}" if last else each.cycle, each.hart, name_of(each.thread),
                 each.text()) for last, each in zip(before, found)]
        return table(("No", "Cycles", "Hart", "Thread", "Event"), rows)

    def _times(self) -> list[str]:
        times = kernel.variable("trace")["times_"]
        rows = []
        for i in range(times.type.range()[1] + 1):
            count, cycles, longest = (int(times[i][field]) for field in ("count", "sum", "longest"))
            rows.append((kernel.name_in("Syscall", -1 - i), count, cycles // count if count else "-", longest))
        return table(("Call", "Count", "Mean cycles", "Longest"), rows)


Trace()
