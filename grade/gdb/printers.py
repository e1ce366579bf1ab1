# SPDX-License-Identifier: MIT
"""Pretty printers: how `print` and backtraces show the kernel's types. `print/r` shows the raw fields.

To add one, write a class with `to_string` and add a line to PRINTERS.
"""

import gdb
import kernel
import memory
import page_table
import thread
from capability import Capability, rights_text

MASK = (1 << 64) - 1


class Printer:
    """The base class, which holds the value."""

    def __init__(self, value: gdb.Value) -> None:
        self.value = value

    def field(self, name: str) -> int:
        return int(self.value[name]) & MASK


class AddressPrinter(Printer):
    """PhysAddr and VirtAddr: the number, in hexadecimal."""

    def to_string(self) -> str:
        return f"{self.field('value'):#x}"


class CapabilityPrinter(Printer):
    def to_string(self) -> str:
        return Capability(self.value).describe()


def link_text(raw: int) -> str:
    if raw == 0:
        return "none"
    return f"{'parent' if raw & 1 else 'sibling'} {raw & ~1:#x}"


class LinkPrinter(Printer):
    def to_string(self) -> str:
        return link_text(self.field("raw_"))


class SlotPrinter(Printer):
    """The capability, and its links in the derivation tree that are not null."""

    def to_string(self) -> str:
        links = [f"{name} {link_text(int(self.value[name]['raw_']))}" for name in ("previous", "next")
                 if int(self.value[name]["raw_"])]
        links += [f"{name} {self.field(name):#x}" for name in ("first_child", "last_child") if self.field(name)]
        return Capability(self.value["cap"]).describe() + (f" ({', '.join(links)})" if links else "")


class TcbPrinter(Printer):
    def to_string(self) -> str:
        name = bytes(int(self.value["name"][i]) & 0xFF for i in range(16)).split(b"\0")[0].decode(errors="replace")
        return (f"thread {name or '(no name)'}: {kernel.enumerator(self.value['state'])}, "
                f"priority {self.field('priority')}")


def who(address: int) -> str:
    """The name and address of a thread, to which the pointer may be null."""
    return f"{thread.name_at(address)} ({address:#x})" if address else "nobody"


def queue_text(value: gdb.Value) -> str:
    return "[" + ", ".join(who(address) for address in thread.queue(int(value["head_"]))) + "]"


class QueuePrinter(Printer):
    def to_string(self) -> str:
        return queue_text(self.value)


class EndpointPrinter(Printer):
    def to_string(self) -> str:
        waiting = kernel.enumerator(self.value["waiting"])
        return "nobody waits" if waiting == "Nobody" else f"{waiting} {queue_text(self.value['queue'])}"


class NotificationPrinter(Printer):
    def to_string(self) -> str:
        return (f"flags {self.field('flags'):#x}, waiters {queue_text(self.value['waiters'])}, "
                f"bound to {who(self.field('bound'))}")


class ReplyPrinter(Printer):
    def to_string(self) -> str:
        return f"caller {who(self.field('caller'))}, brought by {who(self.field('receiver'))}"


class PtePrinter(Printer):
    def to_string(self) -> str:
        raw = self.field("raw_")
        if not raw & page_table.VALID:
            return "not valid"
        target = (raw >> 10 & (1 << 44) - 1) << 12
        return f"{target:#x} {page_table.flags_text(raw)}"


class TagPrinter(Printer):
    """abi/message.h"""

    def to_string(self) -> str:
        raw = self.field("raw_")
        if raw & 1 << 12:
            return "notification"
        if raw & 1 << 13:
            error = gdb.Value(raw >> 16).cast(kernel.type_named("Error"))
            return f"error {kernel.enumerator(error)}"
        return f"label {raw >> 16:#x}, {raw & 0xFF} words, {raw >> 8 & 0xF} caps"


class ErrorPrinter(Printer):
    def to_string(self) -> str:
        number = int(self.value)
        return f"{kernel.enumerator(self.value)} ({number})"


class RightsPrinter(Printer):
    def to_string(self) -> str:
        return rights_text(int(self.value))


class MapFlagsPrinter(Printer):
    def to_string(self) -> str:
        return page_table.flags_text(int(self.value) << 1)[:3]


# SHARED types are the same in user programs; the others are only the kernel's, and but for Pte those of kernels from lab 2 on.
SHARED = {"glenda::Address<glenda::PhysicalKind>": AddressPrinter,
          "glenda::Address<glenda::VirtualKind>": AddressPrinter,
          "glenda::Tag": TagPrinter, "glenda::Error": ErrorPrinter,
          "glenda::Rights": RightsPrinter, "glenda::MapFlags": MapFlagsPrinter}
PRINTERS = {"glenda::Capability": CapabilityPrinter, "glenda::Slot": SlotPrinter, "glenda::Tcb": TcbPrinter,
            "glenda::Link": LinkPrinter, "glenda::Pte": PtePrinter, "glenda::TcbQueue": QueuePrinter,
            "glenda::Endpoint": EndpointPrinter, "glenda::Notification": NotificationPrinter,
            "glenda::Reply": ReplyPrinter}


class Guarded:
    """A printer that never shows a traceback, but a message if memory cannot be read."""

    def __init__(self, printer: Printer) -> None:
        self._printer = printer

    def to_string(self) -> str:
        try:
            return self._printer.to_string()
        except (gdb.GdbError, gdb.error, memory.Unreadable) as error:
            return f"<{error}>"


def find_printer(value: gdb.Value) -> Guarded | None:
    """Called by GDB for every value that it shows."""
    kind = value.type.unqualified().strip_typedefs()
    printer = SHARED.get(kind.name)
    if printer is None and kind.name in PRINTERS and kernel.is_kernel_type(kind):
        if PRINTERS[kind.name] is PtePrinter or kernel.has_capabilities():
            printer = PRINTERS[kind.name]
    return Guarded(printer(value)) if printer is not None else None


find_printer.name = "glenda"
gdb.pretty_printers.insert(0, find_printer)
