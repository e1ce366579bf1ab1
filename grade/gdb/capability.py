# SPDX-License-Identifier: MIT
"""Describes a capability in one line: kernel/cap/capability.h."""

import kernel
import memory

RIGHTS = ((1, "R"), (2, "W"), (4, "G"))
SIZES = ((30, "GiB"), (20, "MiB"), (10, "KiB"), (0, "B"))
DEVICE = 1              # CapFlags
ASID_MASK = 0x3FF       # kernel/mem/address_spaces.h


def rights_text(rights: int) -> str:
    """`RW-`: read, write, grant."""
    return "".join(letter if rights & bit else "-" for bit, letter in RIGHTS)


def size_text(size: int) -> str:
    """`64 KiB`: the size in the largest unit that divides it."""
    for bits, unit in SIZES:
        if size >> bits and size % (1 << bits) == 0:
            return f"{size >> bits} {unit}"
    return f"{size} B"


class Capability:
    """A Capability with its fields as Python numbers and strings."""

    def __init__(self, value) -> None:
        self._value = value
        self.type = kernel.enumerator(value["type"])
        self.rights = int(value["rights"])
        self.size_bits = int(value["size_bits"])
        self.is_device = bool(int(value["flags"]) & DEVICE)
        self.object = int(value["object"])

    def field(self, name: str) -> int:
        """A field that only some types have, such as `badge`; see capability.h."""
        return int(self._value[name])

    @property
    def size(self) -> int:
        """The size of an Untyped or a Frame in bytes."""
        return 1 << self.size_bits

    def asid(self) -> int:
        """VSpace: its ASID. Frame, PageTable: the ASID of the address space that maps it."""
        return self.field("space") & ASID_MASK

    def kind(self) -> tuple[str, int]:
        """A key that is equal for capabilities that differ only in their objects' addresses."""
        return self.type, self.size_bits if self.type in ("Untyped", "Frame", "CNode") else 0

    def kind_text(self) -> str:
        """The type, with its size if it has one."""
        if self.type in ("Untyped", "Frame"):
            return f"{self.type} {size_text(self.size)}"
        return f"{self.type} of 2^{self.size_bits} slots" if self.type in ("CNode", "Zombie") else self.type

    def describe(self) -> str:
        """The description in one line."""
        if self.type == "Null":
            return "empty"
        special = getattr(self, f"_{self.type}".lower(), None)
        return f"{self.kind_text()} {special()}" if special is not None else f"{self.kind_text()} {self._plain()}"

    def _plain(self) -> str:
        return f"rights {rights_text(self.rights)}" + (f" at {self.object:#x}" if self.object else "")

    def _endpoint(self) -> str:
        return f"badge {self.field('badge'):#x} {self._plain()}"

    _notification = _endpoint

    def _untyped(self) -> str:
        used = size_text(self.field("watermark"))
        return f"at physical {memory.to_physical(self.object):#x}, " + ("device" if self.is_device else f"{used} used")

    def _cnode(self) -> str:
        return f"guard {self.field('guard'):#x} of {self.field('guard_bits')} bits {self._plain()}"

    def _tcb(self) -> str:
        from thread import name_at     # not above: the two modules import each other
        return f"{name_at(self.object)} {self._plain()}"

    def _mapping(self) -> str:
        at = f"mapped at {self.field('mapped_at'):#x} in space {self.asid()}"
        return at if self.field("space") else "not mapped"

    def _frame(self) -> str:
        device = "device, " if self.is_device else ""
        return (f"at physical {memory.to_physical(self.object):#x}, {device}{self._mapping()}, "
                f"rights {rights_text(self.rights)}")

    def _pagetable(self) -> str:
        level = f", level {self.size_bits - 1}" if self.field("space") else ""
        return f"{self._mapping()}{level}, at {self.object:#x}"

    def _vspace(self) -> str:
        return f"space {self.asid()} at {self.object:#x}"

    def _irqhandler(self) -> str:
        number = (self.object - kernel.address_of("irqs")) // kernel.type_named("Irq").sizeof
        return f"for interrupt {number}, rights {rights_text(self.rights)}"

    def _zombie(self) -> str:
        return f"taken apart up to slot {self.field('next')}, at {self.object:#x}"
