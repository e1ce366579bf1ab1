# SPDX-License-Identifier: MIT
"""`threads`, `thread-info`, `thread-backtrace`, `harts`: which threads run, which wait, and for what."""

import gdb
import kernel
import page_table
import thread
import tree
from command import Command, show, table

NEVER = (1 << 64) - 1


def hart_names() -> dict[int, int]:
    """The index of each hart, by the address of its object."""
    return {hart.address: hart.index for hart in thread.harts()}


class Threads(Command):
    """threads: every thread: number, address, name, state, priority, hart, what it waits on, where it is.

    The number names the thread in other commands, until threads are created or deleted. For a thread that is running a
    user program, `At` is its current pc; for the others it is where they entered the kernel."""

    name = "threads"

    def run(self) -> None:
        names = hart_names()
        rows = [(number, f"{each.address:#x}", each.name, each.state, each.priority, names.get(each.hart, "?"),
                 each.waits_on() or "-", each.place(each.registers["pc"]))
                for number, each in enumerate(thread.all_threads(), start=1)]
        show(table(("No", "Tcb", "Name", "State", "Prio", "Hart", "Waits on", "At"), rows))


class ThreadInfo(Command):
    """thread-info THREAD: everything about a thread: wait, registers, its own capabilities, callers.

    THREAD is a number from `threads`, a name, or an expression for the Tcb. `glenda thread THREAD` is the same.
    The callers are a guess: addresses on the stack that follow a call, some of them left over from earlier calls. For a
    real backtrace: `program NAME`, `thread-backtrace THREAD`."""

    name = "thread-info"
    arguments = (1, 1)

    def run(self, text: str) -> None:
        each = thread.find(text)
        show(self._summary(each))
        show(self._registers(each))
        show(self._slots(each))
        show(self._callers(each))

    def _summary(self, each: thread.Thread) -> list[str]:
        names = hart_names()
        waits, run_time = each.waits_on(), int(each.value["run_time"])
        lines = [f"thread {each.name} at {each.address:#x}: {each.state}" + (f", {waits}" if waits else ""),
                 f"  priority {each.priority} (may give {each.max_priority}), hart {names.get(each.hart, '?')}, "
                 f"ran for {run_time} ticks of the timebase, turn: {int(each.value['turn_end']) - run_time} of "
                 f"{int(each.value['slice'])} left"]
        if each.state in ("BlockedSend", "BlockedCall", "BlockedFault") and each.endpoint:
            lines.append(f"  its message: badge {int(each.value['pending']['badge']):#x}")
        if each.state == "BlockedFault":
            fault = each.value["fault"]
            lines.append(f"  its fault: {kernel.enumerator(fault['kind'])}, address {int(fault['address']):#x}, "
                         f"cause {int(fault['cause'])}")
        if each.reply:
            holders = [slot.place for slot in tree.system().to("Reply", each.reply)]
            lines.append(f"  reply {each.reply:#x}: in {', '.join(holders) or 'no slot'}")
        if int(each.value["utcb"]):
            lines.append(f"  UTCB: {int(each.value['utcb_address']['value']):#x} in its space, "
                         f"{int(each.value['utcb']):#x} in the kernel's")
        return lines

    def _registers(self, each: thread.Thread) -> list[str]:
        source = "now, in the hart" if each.is_live else "as saved when it entered the kernel"
        cells = [f"  {name:<3} {value:016x}" for name, value in each.registers.items()]
        return [f"registers, {source}:"] + ["".join(cells[at:at + 4]) for at in range(0, len(cells), 4)]

    def _slots(self, each: thread.Thread) -> list[str]:
        rows = []
        for field in tree.TCB_SLOTS:
            slot = tree.Slot(each.address + kernel.offset_of("Tcb", field))
            rows.append(f"  {field:<18} {slot.cap.describe()}")
        return ["slots of its own:", *rows]

    def _callers(self, each: thread.Thread) -> list[str]:
        places = [("pc", each.place(each.registers["pc"])), ("ra", each.call_before(each.registers["ra"]))]
        places += [("stack", each.call_before(address)) for address in each.guess_callers()]
        return ["callers, perhaps:"] + [f"  {where:<5} {place}" for where, place in places[:24]]


class ThreadBacktrace(Command):
    """thread-backtrace THREAD: the functions that a thread is in, also while it waits.

    Needs the symbols of the thread's program: `program NAME`. The hart looks through the thread's eyes meanwhile: it gets
    the thread's registers and address space, and then its own again."""

    name = "thread-backtrace"
    arguments = (1, 1)

    def run(self, text: str) -> None:
        each = thread.find(text)
        if not each.has_space:
            raise gdb.GdbError(f"{each.name} has no address space")
        wanted = each.registers | {"satp": each.satp, "priv": thread.USER_MODE}
        own = {name: int(gdb.parse_and_eval(f"(unsigned long) ${name}")) for name in wanted}
        try:
            self._set(wanted)
            gdb.execute("backtrace -frame-arguments none")
        finally:
            self._set(own)

    def _set(self, registers: dict[str, int]) -> None:
        for name, value in registers.items():
            gdb.execute(f"set ${name} = {value:#x}", to_string=True)


class Harts(Command):
    """harts: each hart: current thread, ready queues, address space, FPU owner, next tick."""

    name = "harts"

    def run(self) -> None:
        lock = kernel.variable("big_lock")
        waiting = int(lock["waiting_"])
        show([f"the big lock is {'held' if int(lock['is_taken_']) else 'free'}"
              + (f", {waiting} waiting" if waiting else "")])
        for hart in thread.harts():
            show(self._lines(hart))

    def _lines(self, hart: thread.Hart) -> list[str]:
        def who(address: int) -> str:
            return "idle" if address == hart.idle else f"{thread.name_at(address)} at {address:#x}"
        root = page_table.root_of(hart.satp)
        asid = hart.satp >> 44 & 0xFFFF
        tick = "never, for nobody waits for a turn" if hart.next_tick == NEVER else f"at time {hart.next_tick}"
        place = "in a user program" if hart.user_registers() is not None else "in the kernel or the firmware"
        lines = [f"hart {hart.index} (hardware {hart.hardware}), Hart at {hart.address:#x}: {place}",
                 f"  current    {who(hart.current)}",
                 f"  satp       {hart.satp:#x}: space {asid}, root table at physical {root:#x}"
                 + ("" if asid else ", the kernel's own"),
                 f"  FPU owner  {who(hart.fpu_owner) if hart.fpu_owner else 'nobody'}",
                 f"  next tick  {tick}"]
        lines += [f"  ready at {priority:>3}: {', '.join(map(who, line))}" for priority, line in hart.ready]
        return lines if hart.ready else [*lines, "  ready      nobody"]


Threads()
ThreadInfo()
ThreadBacktrace()
Harts()
