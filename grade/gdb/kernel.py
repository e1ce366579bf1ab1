# SPDX-License-Identifier: MIT
"""The kernel's types and variables, by name.

Layouts come from the debug information, so none is repeated here. User programs have different types of the same names
(there `glenda::Tcb` is a handle), so types are looked up in the file that defines KERNEL_SOURCE.
"""

import gdb
import memory

ELF = "glenda.elf"
KERNEL_SOURCE = "glenda::big_lock"      # defined in boot/enter.cc, which includes every object


def objfile() -> gdb.Objfile:
    """The kernel's symbols."""
    try:
        return gdb.lookup_objfile(ELF)
    except ValueError:
        raise gdb.GdbError("the kernel's symbols are not loaded: run `make`, and start GDB again") from None


def has_capabilities() -> bool:
    """Whether the kernel is one from lab 2 on. Without symbols nobody knows, and it is taken for one."""
    try:
        return gdb.lookup_objfile(ELF).lookup_global_symbol("glenda::root_slots") is not None
    except ValueError:
        return True


def _variable(name: str) -> gdb.Symbol:
    symbol = objfile().lookup_global_symbol(f"glenda::{name}")
    if symbol is None:
        raise gdb.GdbError(f"the kernel that was built has no variable `{name}`: is it as old as grade/gdb?")
    return symbol


def type_named(name: str) -> gdb.Type:
    """The kernel's type `glenda::name`."""
    block = _variable(KERNEL_SOURCE.removeprefix("glenda::")).symtab.static_block()
    return gdb.lookup_type(f"glenda::{name}", block)


def is_kernel_type(kind: gdb.Type) -> bool:
    return kind.objfile is not None and kind.objfile.filename.endswith(ELF)


def load(kind: gdb.Type | str, address: int) -> gdb.Value:
    """A copy of the object at `address`: its fields can be read, but it has no address."""
    if isinstance(kind, str):
        kind = type_named(kind)
    return gdb.Value(memory.read(address, kind.sizeof), kind)


def variable(name: str) -> gdb.Value:
    """A copy of the kernel's variable `glenda::name`."""
    symbol = _variable(name)
    return load(symbol.type, address_of(name))


def address_of(name: str) -> int:
    return int(_variable(name).value().address)


def offset_of(kind: str, field: str) -> int:
    """The offset of `field` in the kernel's type, in bytes. `field` may be a path like "cap.type"."""
    at, offset = type_named(kind), 0
    for part in field.split("."):
        offset += at[part].bitpos // 8
        at = at[part].type
    return offset


def enumerator(value: gdb.Value) -> str:
    """`BlockedRecv` for glenda::ThreadState::BlockedRecv; the number if no enumerator has this value."""
    number = int(value)
    for field in value.type.strip_typedefs().fields():
        if field.enumval == number:
            return field.name.rpartition("::")[2]
    return str(number)


def name_in(kind: str, number: int, otherwise: str = "?") -> str:
    """The name of the enumerator with this value in one of the kernel's enumerations, or `otherwise`."""
    try:
        fields = type_named(kind).fields()
    except gdb.error:
        return otherwise
    return next((field.name.rpartition("::")[2] for field in fields if field.enumval == number), otherwise)


def harts() -> list[int]:
    """The addresses of the Hart objects. Fails with advice until the kernel has made them."""
    count = int(variable("hart_count"))
    table = variable("harts")
    found = [int(table[i]) for i in range(min(count, table.type.range()[1] + 1))]
    if not found or not all(map(memory.is_kernel_address, found)):
        raise gdb.GdbError("the kernel has not started yet: `continue`, stop it with Ctrl-C, and try again")
    return found


def root_slots() -> int:
    """The address of the root task's CNode."""
    harts()
    address = int(variable("root_slots"))
    if not memory.is_kernel_address(address):
        raise gdb.GdbError("the kernel has not made the root task yet: `continue`, stop it with Ctrl-C, and try again")
    return address


def evaluate(text: str) -> int:
    """The value of an expression as a number or address: `0x...`, `tcb`, `*tcb`, `$a0`, ..."""
    try:
        value = gdb.parse_and_eval(text)
        if value.type.strip_typedefs().code in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION):
            value = value.address
        if value is None:
            raise gdb.GdbError(f"{text} is a value without an address")
        return int(value) & (1 << 64) - 1
    except gdb.error as error:
        raise gdb.GdbError(f"{text}: {error}") from None
