# SPDX-License-Identifier: MIT
"""`caps`, `cdt`, `untyped`: capabilities, their derivation, and the memory that objects are made from."""

from collections.abc import Iterator

import gdb
import kernel
import memory
import thread
import tree
from capability import Capability, size_text
from command import Command, show, table

FEW = 3         # up to this many similar ones in a row are listed one by one
MANY = ("Frame", "PageTable", "Reply")      # types of which `caps` groups runs
DEPTH = 12      # of the derivation tree; deeper parts have to be requested


def runs(items: list, key) -> Iterator[list]:
    """Groups neighbours with the same key. An item whose key is None stays alone."""
    run: list = []
    for item in items:
        if run and (key(item) is None or key(item) != key(run[-1])):
            yield run
            run = []
        run.append(item)
    if run:
        yield run


class Caps(Command):
    """caps THREAD [TYPE]: the CSpace of a thread: capability pointers and their capabilities.

    THREAD is a number from `threads`, a name, or an expression for the Tcb. TYPE (like Endpoint) selects capabilities
    of that type. Runs of Frames of one size, of PageTables and of Replies take one line, unless TYPE selects them."""

    name = "caps"
    arguments = (1, 2)

    def run(self, text: str, kind: str = "") -> None:
        each = thread.find(text)
        cap = Capability(kernel.load("Tcb", each.address)["cspace"]["cap"])
        if cap.type != "CNode":
            raise gdb.GdbError(f"thread {each.name} has no CSpace")
        show([f"CSpace of {each.name}: {cap.describe()}"])
        found = [item for item in self._walk(cap, 0, 64) if kind in ("", item[1].cap.type)]
        show(self._lines(found, bool(kind)))

    def _walk(self, cnode: Capability, prefix: int, bits: int) -> Iterator[tuple[int, tree.Slot, int]]:
        """Yields (pointer so far, slot, bits left). With 0 bits left it is a complete capability pointer."""
        guard_bits, radix = cnode.field("guard_bits"), cnode.size_bits
        if guard_bits + radix > bits:
            return
        left = bits - guard_bits - radix
        for index in tree.occupied(cnode.object, 1 << radix):
            if index == 0:
                continue
            slot = tree.Slot(cnode.object + index * kernel.type_named("Slot").sizeof)
            pointer = prefix | (cnode.field("guard") << radix | index) << left
            yield pointer, slot, left
            if left and slot.cap.type == "CNode":
                yield from self._walk(slot.cap, pointer, left)

    def _lines(self, found: list, one_by_one: bool) -> Iterator[str]:
        def key(item):
            pointer, slot, left = item
            return (slot.cap.kind(), left) if slot.cap.type in MANY and not one_by_one else None
        for run in runs(found, key):
            if len(run) > FEW:
                yield f"{run[0][0]:#18x}  ... {run[-1][0]:#x}: {len(run)} x {run[0][1].cap.kind_text()}"
                continue
            for pointer, slot, left in run:
                note = f" ({left} bits of a pointer are left: it leads on)" if left else ""
                yield f"{pointer:#18x}  {slot.cap.describe()}{note}"


class Cdt(Command):
    """cdt [SLOT]: the derivation tree, from the root slots or from one slot.

    SLOT is an expression for the slot's address, such as `&tcb->cspace`. [...] says where each slot is. Similar leaves
    in a row take one line. Revoking a capability deletes everything below it."""

    name = "cdt"
    arguments = (0, 1)
    splits = False

    def run(self, text: str = "") -> None:
        system = tree.system()
        if not text:
            show(self._lines(system, system.roots(), 0))
            return
        address = kernel.evaluate(text)
        if address not in system.slots:
            raise gdb.GdbError(f"there is no slot with a capability at {address:#x}")
        show(self._lines(system, [system.slots[address]], 0))

    def _lines(self, system: tree.System, slots: list[tree.Slot], depth: int) -> Iterator[str]:
        indent = "  " * depth

        def key(slot: tree.Slot):
            return None if slot.first_child else slot.cap.kind()
        for run in runs(slots, key):
            if len(run) > FEW:
                yield f"{indent}{len(run)} x {run[0].cap.kind_text()}  [{run[0].place} ... {run[-1].place}]"
                continue
            for slot in run:
                yield indent + slot.line()
                children = list(system.children(slot))
                if children and depth + 1 == DEPTH:
                    yield f"{indent}  {len(children)} children: `cdt {slot.address:#x}`"
                elif children:
                    yield from self._lines(system, children, depth + 1)


class Untyped(Command):
    """untyped: all Untyped capabilities: physical range, size, watermark (end of the last object), children.

    They are sorted by address. One that was made from another is below it, indented. The memory is free again when the
    last child is gone, whatever the watermark says until the next Retype."""

    name = "untyped"

    def run(self) -> None:
        system = tree.system()
        slots = sorted(system.to("Untyped"), key=lambda slot: (slot.cap.object, -slot.cap.size_bits))
        rows = [self._row(system, slot) for slot in slots]
        show(table(("Physical", "End", "Size", "Watermark", "Children", "Where"), rows))

    def _row(self, system: tree.System, slot: tree.Slot) -> tuple[object, ...]:
        cap, depth, above = slot.cap, 0, slot.parent(system)
        while above is not None:
            depth, above = depth + 1, above.parent(system)
        start = memory.to_physical(cap.object)
        used = f"{cap.field('watermark'):#x}" + (" device" if cap.is_device else "")
        return ("  " * depth + f"{start:#x}", f"{start + cap.size:#x}", size_text(cap.size), used,
                sum(1 for _ in system.children(slot)), slot.place)


Caps()
Cdt()
Untyped()
