# SPDX-License-Identifier: MIT
"""All slots of the system, and the derivation tree that they form: kernel/cap/slot.h.

The kernel has no list of all objects. So we start at the root task's CNode and follow capabilities to objects that hold
slots (CNodes, threads, timers, interrupts), and the tree's links to other slots.
"""

from collections.abc import Iterator

import gdb
import kernel
import memory
from capability import Capability

MAX_SCAN = 1 << 17          # slots of one CNode that are examined
TCB_SLOTS = ("cspace", "vspace", "utcb_frame", "fault_handler", "bound_notification")


class Slot:
    """An occupied slot. `place` describes where it is."""

    def __init__(self, address: int) -> None:
        value = kernel.load("Slot", address)
        self.address = address
        self.cap = Capability(value["cap"])
        self.first_child = int(value["first_child"])
        self.next, self.previous = int(value["next"]["raw_"]), int(value["previous"]["raw_"])
        self.place = f"slot at {address:#x}"

    def relatives(self) -> list[int]:
        """The addresses of the slots that its links point to."""
        return [link & ~1 for link in (self.first_child, self.next, self.previous) if link]

    def parent(self, system: "System") -> "Slot | None":
        return system.parents.get(self.address)

    def line(self) -> str:
        return f"{self.cap.describe()}  [{self.place}]"


def occupied(cnode: int, count: int) -> Iterator[int]:
    """The indexes of the occupied slots, found without reading each slot's fields."""
    size, kind = kernel.type_named("Slot").sizeof, kernel.offset_of("Slot", "cap.type")
    count = min(count, MAX_SCAN)
    types = memory.read(cnode, count * size)[kind::size]
    return (index for index in range(count) if types[index])


class System:
    """All slots at one moment. `slots`: by address. `parents`: the parents of those that have one."""

    def __init__(self) -> None:
        self.slots: dict[int, Slot] = {}
        self.parents: dict[int, Slot] = {}
        self._todo: list[tuple[int, str]] = []
        self._scanned: set[int] = set()
        root = kernel.root_slots()
        own = Capability(kernel.load("Slot", root + kernel.type_named("Slot").sizeof)["cap"])
        self._scan_cnode(root, own.size_bits if own.type == "CNode" and own.object == root else 12)
        self._scan_irqs()
        while self._todo:
            self._visit(*self._todo.pop())
        self._name_cspaces()
        for slot in self.slots.values():
            for child in self.children(slot):
                self.parents[child.address] = slot

    def _scan_cnode(self, cnode: int, radix: int) -> None:
        size = kernel.type_named("Slot").sizeof
        self._todo += [(cnode + index * size, f"CNode {cnode:#x} slot {index:#x}")
                       for index in occupied(cnode, 1 << radix)]

    def _name_cspaces(self) -> None:
        """Names each CNode that is the root of a thread's CSpace after the thread."""
        names = {f"CNode {slot.cap.object:#x} ": slot.place.removesuffix("'s cspace") for slot in
                 sorted(self.slots.values(), key=lambda slot: -slot.address) if slot.place.endswith("'s cspace")}
        for slot in self.slots.values():
            for cnode, name in names.items():
                if slot.place.startswith(cnode):
                    slot.place = f"{name} {slot.place.removeprefix(cnode)}"

    def _scan_irqs(self) -> None:
        table = kernel.variable("irqs")
        size, offset = table.type.target().sizeof, kernel.offset_of("Irq", "notification")
        for number in range(table.type.range()[1] + 1):
            self._todo.append((kernel.address_of("irqs") + number * size + offset, f"interrupt {number}"))

    def _visit(self, address: int, place: str) -> None:
        if address in self.slots:
            if place:
                self.slots[address].place = place
            return
        try:
            slot = Slot(address)
        except memory.Unreadable:
            return
        if slot.cap.type == "Null":
            return
        self.slots[address] = slot
        if place:
            slot.place = place
        self._todo += [(relative, "") for relative in slot.relatives()]
        self._look_inside(slot.cap)

    def _look_inside(self, cap: Capability) -> None:
        """Adds the slots that the capability's object holds."""
        if cap.object in self._scanned or cap.type not in ("CNode", "Zombie", "Tcb", "Timer"):
            return
        self._scanned.add(cap.object)
        try:
            if cap.type in ("CNode", "Zombie"):
                self._scan_cnode(cap.object, cap.size_bits)
            elif cap.type == "Tcb":
                from thread import name_at
                name = name_at(cap.object)
                self._todo += [(cap.object + kernel.offset_of("Tcb", field), f"{name}'s {field}")
                               for field in TCB_SLOTS]
            else:
                self._todo.append((cap.object + kernel.offset_of("Timer", "notification"), f"timer {cap.object:#x}"))
        except memory.Unreadable:
            return

    def children(self, slot: Slot) -> Iterator[Slot]:
        """The capabilities derived from `slot`, in list order."""
        at, seen = slot.first_child, set()
        while at in self.slots and at not in seen:
            seen.add(at)
            yield self.slots[at]
            link = self.slots[at].next
            at = 0 if link & 1 else link

    def roots(self) -> list[Slot]:
        """The slots without a parent, by address."""
        return sorted((slot for slot in self.slots.values() if slot.address not in self.parents),
                      key=lambda slot: slot.address)

    def to(self, kind: str, address: int | None = None) -> list[Slot]:
        """All capabilities of a type, or only those to one object, by address of the slot."""
        return sorted((slot for slot in self.slots.values()
                       if slot.cap.type == kind and address in (None, slot.cap.object)), key=lambda slot: slot.address)

    def objects(self, kind: str) -> list[int]:
        """The addresses of all objects of a type."""
        return sorted({slot.cap.object for slot in self.to(kind)})


_system: System | None = None


def system() -> System:
    """The current System. Built again once the machine has run."""
    global _system
    if _system is None:
        _system = System()
    return _system


def forget(*_: object) -> None:
    global _system
    _system = None


for _event in (gdb.events.cont, gdb.events.memory_changed, gdb.events.new_objfile, gdb.events.exited):
    _event.connect(forget)


def find_object(kind: str, text: str) -> int:
    """The object of this type that an expression denotes. Fails with advice if there is none."""
    address = kernel.evaluate(text)
    if address not in system().objects(kind):
        raise gdb.GdbError(f"no capability leads to {'an' if kind[0] in 'AEIOU' else 'a'} {kind} at {address:#x}")
    return address
