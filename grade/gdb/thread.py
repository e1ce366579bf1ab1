# SPDX-License-Identifier: MIT
"""Threads: where they are, what they do, and how commands name them. kernel/object/tcb.h"""

import gdb
import kernel
import memory
import page_table
import symbols
import tree

REGISTERS = ("pc ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 "
             "s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6").split()
USER_MODE = 0
STACK_WORDS = 256           # words of a stack that are searched for return addresses


def name_at(address: int) -> str:
    """The name of the Tcb at `address`."""
    try:
        raw = memory.read(address + kernel.offset_of("Tcb", "name"), 16)
    except memory.Unreadable:
        return "?"
    return raw.split(b"\0")[0].decode(errors="replace") or "(no name)"


def queue(head: int) -> list[int]:
    """The threads of the TcbQueue whose first thread is `head`."""
    found: list[int] = []
    while head and head not in found and len(found) < 4096:
        found.append(head)
        head = int(kernel.load("Tcb", head)["links"]["next"])
    return found


class Hart:
    """A hart: kernel/sched/hart.h."""

    def __init__(self, address: int) -> None:
        value = kernel.load("Hart", address)
        self.address = address
        self.idle = address + kernel.offset_of("Hart", "idle")
        self.index, self.hardware = int(value["index"]), int(value["hardware"])
        self.current, self.fpu_owner = int(value["current"]), int(value["fpu_owner"])
        self.satp, self.next_tick = int(value["satp"]), int(value["next_tick"])
        queues = value["ready"]["queues_"]
        heads = [(priority, int(queues[priority]["head_"])) for priority in range(queues.type.range()[1] + 1)]
        self.ready = [(priority, queue(head)) for priority, head in reversed(heads) if head]

    def user_registers(self) -> dict[str, int] | None:
        """The registers of the hart if it runs a user program; None if it is in the kernel or the firmware."""
        selected = gdb.selected_thread()
        try:
            for each in gdb.selected_inferior().threads():
                if each.num == self.hardware + 1:       # QEMU numbers its harts from 1
                    each.switch()
                    frame = gdb.newest_frame()
                    if int(frame.read_register("priv")) != USER_MODE:
                        return None
                    return {name: int(frame.read_register(name)) & (1 << 64) - 1 for name in REGISTERS}
        except (gdb.error, ValueError):
            pass        # an older QEMU does not tell the mode
        finally:
            if selected is not None and selected.is_valid():
                selected.switch()
        return None


def harts() -> list[Hart]:
    return [Hart(address) for address in kernel.harts()]


class Thread:
    """A thread. Its registers are the saved ones, unless it is running a user program."""

    def __init__(self, address: int) -> None:
        value = kernel.load("Tcb", address)
        self.value, self.address, self.name = value, address, name_at(address)
        self.state = kernel.enumerator(value["state"])
        self.priority, self.max_priority = int(value["priority"]), int(value["max_priority"])
        self.satp = int(value["satp"])
        self.hart = int(value["hart"])
        self.endpoint, self.notification = int(value["endpoint"]), int(value["notification"])
        self.reply = int(value["reply"])
        saved = value["registers"]
        self.registers = {"pc": int(saved["pc"])} | {name: int(saved["x"][i]) for i, name in enumerate(REGISTERS[1:])}
        self.is_running, self.is_live = False, False

    def note_running(self, hart: Hart) -> None:
        """Called for the current thread of `hart`."""
        self.is_running = self.state == "Ready"
        live = hart.user_registers()
        if live is not None:
            self.registers, self.is_live = live, True

    @property
    def has_space(self) -> bool:
        """Whether it has an address space of its own."""
        return self.satp != int(kernel.variable("kernel_satp"))

    def place(self, address: int) -> str:
        """An address in this thread's program, with its symbol."""
        symbol = symbols.name_for(self.name, address)
        return f"{address:#x}" + (f" <{symbol}>" if symbol else "")

    def call_before(self, address: int) -> str:
        """A return address, with the function that made the call: a call that never returns may be the last thing in it,
        so that what follows is another function."""
        symbol, _, offset = symbols.name_for(self.name, address - 1).partition("+")
        return f"{address:#x}" + (f" <{symbol}+{int(offset or '0', 16) + 1:#x}>" if symbol else "")

    def waits_on(self) -> str:
        """What the thread waits for, or ""."""
        if self.state == "Ready":
            return "running" if self.is_running else "its turn"
        if self.endpoint:
            return f"endpoint {self.endpoint:#x}"
        if self.notification:
            return f"notification {self.notification:#x}"
        if self.reply and self.state in ("BlockedCall", "BlockedFault"):
            return f"the reply, in {self.reply:#x}"
        return ""

    def guess_callers(self) -> list[int]:
        """Return addresses on the stack: words that point after a call. Some may be left over from earlier calls."""
        if not self.has_space:
            return []
        stack = page_table.read(self.satp, self.registers["sp"], 8 * STACK_WORDS)
        words = [int.from_bytes(stack[at:at + 8], "little") for at in range(0, len(stack) - 7, 8)]
        return [word for word in words if self._is_behind_call(word)]

    def _is_behind_call(self, address: int) -> bool:
        found = page_table.translate(self.satp, address - 4) if 4 <= address < 1 << 38 and address % 2 == 0 else None
        if found is None or not found[1] & page_table.EXECUTE:
            return False
        code = page_table.read(self.satp, address - 4, 4)
        word, half = int.from_bytes(code, "little"), int.from_bytes(code[2:], "little")
        is_long = word & 0xFFF in (0x0EF, 0x0E7)                    # jal ra, ...; jalr ra, ...
        is_short = half & 0xF07F == 0x9002 and half & 0x0F80 != 0   # c.jalr
        return is_long or is_short


def all_threads() -> list[Thread]:
    """All threads, by address: those with a capability, those in ready queues, and those that run."""
    running = {hart.current: hart for hart in harts()}
    found = set(tree.system().objects("Tcb")) | {address for address in running if address}
    for hart in running.values():
        found |= {address for _, line in hart.ready for address in line}
    found -= {hart.idle for hart in running.values()}
    threads = [Thread(address) for address in sorted(found)]
    for thread in threads:
        if thread.address in running:
            thread.note_running(running[thread.address])
    return threads


def find(text: str) -> Thread:
    """The thread with this number in `threads`, this name, or this address. Fails with advice."""
    threads = all_threads()
    if text.isdecimal() and 1 <= int(text) <= len(threads):
        return threads[int(text) - 1]
    named = [thread for thread in threads if thread.name == text]
    if len(named) > 1:
        raise gdb.GdbError(f"{len(named)} threads are named {text}: give a number, as `threads` shows it")
    if named:
        return named[0]
    try:
        address = kernel.evaluate(text)
    except gdb.GdbError:
        address = 0
    for thread in threads:
        if thread.address == address:
            return thread
    raise gdb.GdbError(f"no thread has the number, name or address {text}: `threads` lists all")
