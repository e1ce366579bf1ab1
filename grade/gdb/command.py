# SPDX-License-Identifier: MIT
"""Common parts of all commands: arguments, messages, tables. A command's docstring is its help; line 1 is its usage."""

from collections.abc import Iterable

import gdb
import kernel
import memory
import tree

MAX_LINES = 400
COMMANDS: dict[str, "Command"] = {}     # by name, in the order of `glenda help`


class Command(gdb.Command):
    """A GDB command, described by its class attributes. Subclasses define `run`."""

    name = ""
    arguments = (0, 0)          # how many arguments: at least, at most
    splits = True               # split the arguments into words; if False, they are one
    anywhere = False            # works in any kernel, also in that of lab 1, which has no capabilities

    def __init__(self) -> None:
        super().__init__(self.name, gdb.COMMAND_DATA)
        COMMANDS[self.name] = self

    @property
    def usage(self) -> str:
        return (self.__doc__ or "").strip().splitlines()[0]

    def works_here(self) -> bool:
        """Whether the kernel that GDB has loaded is one for this command."""
        return self.anywhere or kernel.has_capabilities()

    def invoke(self, text: str, from_tty: bool) -> None:
        """Called by GDB. GDB shows only the message of a GdbError, but a traceback of any other exception."""
        self.dont_repeat()
        words = gdb.string_to_argv(text) if self.splits else [text.strip()] if text.strip() else []
        least, most = self.arguments
        if not least <= len(words) <= most:
            raise gdb.GdbError(f"usage: {self.usage}")
        if not self.works_here():
            raise gdb.GdbError(f"`{self.name}` is for kernels from lab 2 on; in this one there are {', '.join(offered())}")
        memory.forget()
        tree.forget()
        try:
            self.run(*words)
        except gdb.error as error:
            raise gdb.GdbError(str(error)) from None

    def run(self, *words: str) -> None:
        raise NotImplementedError


def offered() -> list[str]:
    """The names of the commands that work in this kernel, without `glenda ...`."""
    return [name for name, command in COMMANDS.items() if not name.startswith("glenda") and command.works_here()]


def show(lines: Iterable[str], most: int = MAX_LINES) -> None:
    """Prints lines, up to a limit."""
    for count, line in enumerate(lines):
        if count == most:
            gdb.write(f"... there is more; this list ends after {most} lines\n")
            return
        gdb.write(line.rstrip() + "\n")


def table(header: tuple[str, ...], rows: list[tuple[object, ...]]) -> list[str]:
    """Formats rows in columns as wide as their contents."""
    cells = [tuple(map(str, row)) for row in [header, *rows]]
    widths = [max(map(len, column)) for column in zip(*cells)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)) for row in cells]
