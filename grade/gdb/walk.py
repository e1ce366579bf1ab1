# SPDX-License-Identifier: MIT
"""A guided walk, inside GDB: from stop to stop, saying what happens there and showing it.

grade/lab/walk.py starts it, with the walk's file in the environment variable GLENDA_WALK. The file is TOML:

    [[stop]]
    at = "find_slot"                    # where, as GDB's `break` takes it
    say = "..."                         # what a reader sees here
    show = ["info args", ["print a", "print b"]]    # GDB commands; of those in a list of their own, the first that works
    when = "pointer == 5"               # may be absent: stop only where this holds
    program = "9ball"                   # may be absent: stop only in this user program, whose symbols `at` then knows
"""

import os
import sys
import tomllib

import gdb

WIDTH = 100


class Stray(Exception):
    """The system did not come to the next stop."""


def fill(text: str) -> str:
    """The text in lines that a projector shows."""
    lines, line = [], ""
    for word in text.split():
        if len(line) + 1 + len(word) > WIDTH - 4:
            lines.append(line)
            line = ""
        line += (" " if line else "") + word
    return "\n".join("    " + each for each in [*lines, line])


def go_to(stop: dict) -> None:
    """Runs to the stop. Raises Stray if the system ends or panics before."""
    conditions = [f"({stop['when']})"] if "when" in stop else []
    if "program" in stop:
        gdb.execute(f"program {stop['program']}", to_string=True)
        conditions.insert(0, f'$runs("{stop["program"]}")')
    breakpoint_ = gdb.Breakpoint(stop["at"], internal=True)
    if breakpoint_.pending:
        raise Stray(f"there is no {stop['at']} in this program")
    breakpoint_.condition = " && ".join(conditions) or None
    try:
        gdb.execute("continue", to_string=True)
    except gdb.error as error:
        raise Stray(f"the system ended before it came to {stop['at']} ({error})") from None
    if breakpoint_.hit_count == 0:
        raise Stray(f"the system did not come to {stop['at']}")
    breakpoint_.delete()


def show(number: int, total: int, stop: dict) -> None:
    frame = gdb.selected_frame()
    line = frame.find_sal()
    place = f"{line.symtab.filename}:{line.line}" if line.symtab else f"{frame.pc():#x}"
    print(f"\n--- {number} of {total}: {frame.name() or stop['at']}, {place}")
    print(fill(stop["say"]))
    for each in stop.get("show", []):
        command, answer = first_that_works(number, [each] if isinstance(each, str) else each)
        print(f"(gdb) {command}\n{answer}")


def first_that_works(number: int, commands: list[str]) -> tuple[str, str]:
    """A command, and what GDB answers to it. Raises Stray if none works."""
    for command in commands:
        try:
            return command, gdb.execute(command, to_string=True).rstrip()
        except gdb.error as error:
            problem = Stray(f"the command {command!r} of stop {number} does not work: {error}")
    raise problem


def pause() -> None:
    sys.stdout.flush()
    if os.environ.get("GLENDA_PAUSE"):
        try:
            with open("/dev/tty", encoding="utf-8") as terminal:
                print("    [Enter goes on]", end="", flush=True)
                terminal.readline()
        except OSError:
            print("    (no terminal: going on)")


def walk() -> None:
    gdb.execute("set print entry-values no")        # what an argument was at first depends on the caller
    with open(os.environ["GLENDA_WALK"], "rb") as file:
        stops = tomllib.load(file)["stop"]
    for number, stop in enumerate(stops, start=1):
        go_to(stop)
        show(number, len(stops), stop)
        pause()
    print(f"\nThat was the walk: {len(stops)} stops.")


def end() -> None:
    try:
        gdb.execute("kill", to_string=True)
    except gdb.error:
        pass            # the machine has ended already


try:
    walk()
except (Stray, gdb.error) as problem:
    print(f"\nThe walk ends here: {problem}.", flush=True)
    end()
    os._exit(1)     # GDB would report success
end()
