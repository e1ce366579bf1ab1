# SPDX-License-Identifier: MIT
"""What all commands share: arguments, messages, tables. A command's docstring is its help, the first line its use."""

from collections.abc import Iterable

import gdb
import memory
import tree

MAX_LINES = 400
COMMANDS: dict[str, str] = {}       # name: what it is for, in the order of `glenda help`


class Command(gdb.Command):
    """A GDB command of its class attributes' name, use and arguments. Subclasses define `run`."""

    name = ""
    arguments = (0, 0)          # how many it takes: at least, at most
    splits = True               # arguments are words; if not, all is one

    def __init__(self) -> None:
        super().__init__(self.name, gdb.COMMAND_DATA)
        COMMANDS[self.name] = (self.__doc__ or "").strip().splitlines()[0]

    def invoke(self, text: str, from_tty: bool) -> None:
        """Called by GDB. A GdbError is shown as its message alone; any other exception as a traceback."""
        self.dont_repeat()
        words = gdb.string_to_argv(text) if self.splits else [text.strip()] if text.strip() else []
        least, most = self.arguments
        if not least <= len(words) <= most:
            raise gdb.GdbError(f"usage: {COMMANDS[self.name]}")
        memory.forget()
        tree.forget()
        try:
            self.run(*words)
        except gdb.error as error:
            raise gdb.GdbError(str(error)) from None

    def run(self, *words: str) -> None:
        raise NotImplementedError


def show(lines: Iterable[str], most: int = MAX_LINES) -> None:
    """Print lines, but not without end."""
    for count, line in enumerate(lines):
        if count == most:
            gdb.write(f"... there is more; this list ends after {most} lines\n")
            return
        gdb.write(line.rstrip() + "\n")


def table(header: tuple[str, ...], rows: list[tuple[object, ...]]) -> list[str]:
    """Columns as wide as their contents."""
    cells = [tuple(map(str, row)) for row in [header, *rows]]
    widths = [max(map(len, column)) for column in zip(*cells)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)) for row in cells]
