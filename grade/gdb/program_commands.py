# SPDX-License-Identifier: MIT
"""`program`, `$runs`, `kernel`, `break-panic`, `glenda`: symbols of user programs, commands in the kernel's view, panics, help."""

import os

import gdb
import memory
import symbols
import thread
from command import COMMANDS, Command, offered, show
from thread_commands import ThreadInfo

SUPERVISOR_MODE = 1
_loaded = ""


class Program(Command):
    """program [NAME]: load the symbols of the user program build/user/NAME.elf; by default list all programs.

    All user programs are linked at the same address, 0x10000. So GDB knows the symbols of one at a time. Loading a
    second replaces the first, and a breakpoint at `main` of one program also stops any other program that gets to this
    address. `threads` shows which one it is. For a breakpoint in one program only, add a condition:
    `break main if $runs("console")`."""

    name = "program"
    anywhere = True
    arguments = (0, 1)

    def run(self, name: str = "") -> None:
        global _loaded
        if not name:
            show([f"loaded: {_loaded or 'none'}", "programs: " + (", ".join(symbols.programs()) or "none is built")])
            return
        path = symbols.program_file(name)
        if not os.path.exists(path):
            raise gdb.GdbError(f"there is no {os.path.relpath(path, symbols.ROOT)}; `program` alone lists what there is")
        if _loaded:
            try:
                gdb.execute(f"remove-symbol-file {symbols.quoted(symbols.program_file(_loaded))}", to_string=True)
            except gdb.error:
                pass        # the user has removed it
            _loaded = ""
        gdb.execute(f"add-symbol-file {symbols.quoted(path)}", to_string=True)
        _loaded = name
        show([f"symbols of {name}; breakpoints set by name belong to all programs that have code at that address"])


class Runs(gdb.Function):
    """$runs("NAME"): whether the selected hart runs the user program NAME or works for it: a breakpoint's condition."""

    def __init__(self) -> None:
        super().__init__("runs")

    def invoke(self, name: gdb.Value) -> bool:
        memory.forget()     # a condition is asked without the machine having stopped
        selected = gdb.selected_thread()
        current = [thread.name_at(hart.current) for hart in thread.harts() if hart.hardware + 1 == selected.num]
        return name.string() in (*current, *map(symbols.program_of, current))


class Kernel(Command):
    """kernel COMMAND: run a GDB command in the kernel's view: `kernel print *glenda::harts[0]->current`.

    While a hart runs a user program, GDB, like the program, cannot access the kernel's memory through it. This command
    puts the hart in supervisor mode while COMMAND runs."""

    name = "kernel"
    anywhere = True
    arguments = (1, 1)
    splits = False

    def run(self, text: str) -> None:
        try:
            mode = int(gdb.parse_and_eval("$priv"))
        except (gdb.error, ValueError):
            raise gdb.GdbError("GDB is not connected, or this QEMU does not tell a hart's mode") from None
        gdb.execute(f"set $priv = {SUPERVISOR_MODE}", to_string=True)
        try:
            gdb.execute(text)
        finally:
            gdb.execute(f"set $priv = {mode}", to_string=True)


class BreakPanic(Command):
    """break-panic: stop wherever a panic begins: at an assertion, a trap in the kernel, or a broken invariant.

    Of a broken invariant the checker reports, long after it was broken: `backtrace` shows the checker. In a recorded run,
    `watch` the word that is wrong and go back with `reverse-continue`."""

    name = "break-panic"
    anywhere = True
    REPORTERS = ("panic", "kernel_trap", "report_violation")       # each prints `PANIC`

    def run(self) -> None:
        found = [name for name in self.REPORTERS if gdb.lookup_static_symbol(f"glenda::{name}")
                 or gdb.lookup_global_symbol(f"glenda::{name}")]
        if not found:
            raise gdb.GdbError("no kernel is loaded: build first, and start GDB again")
        for name in found:
            gdb.execute(f"break -function glenda::{name}")


class GlendaPrefix(gdb.Command):
    """glenda help, glenda thread THREAD: list the commands for Glenda; another name for `thread-info`."""

    def __init__(self) -> None:
        super().__init__("glenda", gdb.COMMAND_DATA, prefix=True)


class GlendaHelp(Command):
    """glenda help: list the commands for Glenda, one per line."""

    name = "glenda help"
    anywhere = True

    def run(self) -> None:
        show([f"  {COMMANDS[name].usage}" for name in offered()])
        show(["`help COMMAND` says more. Values of the kernel's types print in short; `print/r` shows all fields."])


class GlendaThread(ThreadInfo):
    __doc__ = ThreadInfo.__doc__.replace("thread-info", "glenda thread", 1)

    name = "glenda thread"


Program()
Runs()
Kernel()
BreakPanic()
GlendaPrefix()
GlendaHelp()
GlendaThread()
