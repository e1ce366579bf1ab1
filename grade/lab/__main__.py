# SPDX-License-Identifier: MIT
"""The commands: `python3 -m lab COMMAND`, in the folder grade/. Each is a module of its own."""

import argparse
import importlib
import signal
import sys

sys.dont_write_bytecode = True      # nothing is written outside build/

# The command, its module (with `add_arguments(parser)` and `run(options) -> exit status`), and what it does.
COMMANDS = {
    "grade": ("grade", "run a lab's tests"),
    "handin": ("handin", "pack the work to hand it in"),
    "hint": ("hint", "one hint more for an exercise"),
    "progress": ("progress", "what is solved, and what comes next"),
    "next-lab": ("next_lab", "fetch the next lab and merge it into the work"),
    "doctor": ("doctor", "is this computer ready?"),
    "walk": ("walk", "GDB leads through a lab's path"),
    "replay": ("replay", "record a test, and go through it in GDB, also backwards"),
}


def main() -> int:
    sys.stdout.reconfigure(errors="replace")        # a locale without UTF-8
    sys.stderr.reconfigure(errors="replace")
    parser = argparse.ArgumentParser(prog="lab", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    name = next((word for word in sys.argv[1:] if word in COMMANDS), "")
    for command, (_, text) in COMMANDS.items():
        each = commands.add_parser(command, help=text)
        if command == name:         # only its module: a helper must not depend on what another needs
            importlib.import_module(f"lab.{COMMANDS[name][0]}").add_arguments(each)
    options = parser.parse_args()
    return importlib.import_module(f"lab.{COMMANDS[options.command][0]}").run(options)


class Stopped(BaseException):
    """A signal asks to end. What is running ends on the way out."""


SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def stop(number: int, _: object) -> None:
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)             # one is enough
    raise Stopped(number)


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)       # `make grade | head`: whoever read has left, so there is nothing to say
    for each_ in SIGNALS:
        signal.signal(each_, stop)
    try:
        sys.exit(main())
    except Stopped as stopped:
        print(f"\nStopped ({signal.Signals(stopped.args[0]).name}). Nothing is left running.", file=sys.stderr)
        sys.exit(128 + stopped.args[0])                 # as a shell counts
