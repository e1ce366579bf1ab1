# SPDX-License-Identifier: MIT
"""`make qemu` and `make qemu-gdb`: the system on this terminal.

    boot.py [--gdb PORT_FILE] [--devices "NAME..." --disk FILE --share FOLDER] -- ARGUMENTS OF QEMU

It ends with the terminal, so that a closed window leaves no QEMU behind. If standard input is a file or a pipe, it ends
when that has ended and the system has done nothing for a while: nobody could type Ctrl-A X. Its exit status is not 0 if
the system could not start, or the kernel panicked: OpenSBI ends QEMU with 0 whatever the reason, so what the console
said decides.
"""

import argparse
import contextlib
import fcntl
import os
import re
import select
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from glenda import devices, qemu
from glenda.errors import Infrastructure
from glenda.process import die_with_parent
from glenda.watch import processor_time, sleeps

PATIENCE = 2.0          # s that QEMU may take to exit when told to
QUIET = 5.0             # s without output or work, after which a system that gets no input any more will not go on
PACE = 0.25             # s between two looks at it
BUSY = 0.1              # part of the time that a system works which is not at rest
FAILED = re.compile(rb"^(?:kernel: cannot start: |PANIC: |9ball: the system cannot go on)", re.MULTILINE)


@contextlib.contextmanager
def gdb_port(file: Path) -> Iterator[int]:
    """Yields a free port and writes it to `file` for `make gdb`. Locks the file, so only one system can run.

    The file stays, empty. If it were removed, a second process could hold a lock on a file that no one else can open.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with open(file, "a+", encoding="ascii") as locked:
        try:
            fcntl.flock(locked, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Infrastructure(f"Another `make qemu-gdb` runs in this folder; {file} names its port. "
                                 "End it, or build a second system with BUILD=other.") from None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        locked.truncate(0)
        print(port, file=locked, flush=True)
        try:
            yield port
        finally:
            locked.truncate(0)


@contextlib.contextmanager
def attached(names: list[str], disk: Path, share: Path) -> Iterator[list[str]]:
    """Yields QEMU's arguments for these devices. Makes disk and folder if they are missing.

    A disk belongs to one system at a time: a second one that is booted meanwhile does without.
    """
    devices.check(names)
    with contextlib.ExitStack() as open_files:
        if "p9" in names:
            share.mkdir(parents=True, exist_ok=True)
        if "blk" in names:
            devices.make_disk(disk)
            file = open_files.enter_context(open(disk, "rb"))
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                print(f"  DISK     another system uses {disk}: this one has no disk (DISK=other.img gives it one)", flush=True)
                names = [name for name in names if name != "blk"]
        yield devices.arguments(names, disk=disk, share=share) if names else []


def console(copy: int) -> list[str]:
    """QEMU's options for a console on this terminal, with the monitor on Ctrl-A. `copy` gets all output too."""
    return ["-display", "none", "-serial", "chardev:console", "-mon", "chardev=console", "-chardev",
            "stdio," + qemu.option(id="console", mux="on", signal="off", logfile=f"/proc/self/fd/{copy}")]


def end(child: subprocess.Popen) -> None:
    """Ends QEMU, which restores the terminal's settings if it can."""
    child.terminate()
    try:
        child.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()


class Rest:
    """Tells whether a system has been at rest for QUIET seconds: it neither prints nor works."""

    def __init__(self, pid: int, copy: int) -> None:
        self._pid, self._copy = pid, copy
        self._printed, self._worked, self._looks = -1, 0.0, 0

    def is_long(self) -> bool:
        """To be asked every PACE seconds."""
        try:
            printed, worked, is_asleep = os.fstat(self._copy).st_size, processor_time(self._pid), sleeps(self._pid)
        except (OSError, IndexError):       # it has just ended
            return False
        rests = is_asleep and printed == self._printed and worked - self._worked < BUSY * PACE
        self._looks = self._looks + 1 if rests else 0
        self._printed, self._worked = printed, worked
        return self._looks * PACE >= QUIET


def can_hang_up(number: int) -> bool:
    """Whether the file is an open terminal or has another end, so that input may come until poll() reports its end."""
    kind = os.fstat(number).st_mode
    return os.isatty(number) or stat.S_ISFIFO(kind) or stat.S_ISSOCK(kind)


def wait(child: subprocess.Popen, rest: Rest | None) -> int:
    """Waits for QEMU's exit status. Ends QEMU if the terminal is closed; without a terminal, if there will be no more
    input and the system rests, unless `rest` is None."""
    ended, given = os.pidfd_open(child.pid), sys.stdin.fileno()
    events = select.poll()
    events.register(ended, select.POLLIN)
    # A terminal that has been closed by now is none for isatty(). Of the character devices, only terminals hang up.
    may_be_terminal, has_input = stat.S_ISCHR(os.fstat(given).st_mode), can_hang_up(given)
    events.register(given, 0)               # only POLLHUP, which is always reported
    while ended not in (seen := dict(events.poll(PACE * 1000))):
        if given in seen:
            has_input = False
            events.unregister(given)
            if may_be_terminal:
                end(child)
        elif rest is not None and not has_input and rest.is_long():
            print("\n  QEMU     ends: standard input has ended, and the system waits", flush=True)
            end(child)
    os.close(ended)
    return child.wait()


def boot(arguments: list[str], *, waits_for_gdb: bool = False) -> int:
    """Runs QEMU to its end and returns its exit status."""
    copy = os.memfd_create("console")
    child = subprocess.Popen([qemu.find(), *arguments, *console(copy)], stdin=sys.stdin, pass_fds=(copy,),
                             preexec_fn=die_with_parent)
    for number in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, lambda *_: end(child))
    for number in (signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)       # these keys are for the guest
    status = wait(child, None if waits_for_gdb else Rest(child.pid, copy))
    said = os.pread(copy, os.fstat(copy).st_size, 0)
    if FAILED.search(said):         # what make adds to the exit status would else be the last word
        print("\n  QEMU     has ended: the system failed, and its last lines say why", flush=True)
        return 1
    return 1 if status != 0 else 0


def main() -> int:
    parser = argparse.ArgumentParser(description="Boot the system on this terminal.")
    parser.add_argument("--gdb", metavar="PORT_FILE", type=Path, help="wait for GDB before the first instruction")
    parser.add_argument("--devices", metavar="NAMES", default="", help="virtio devices, see glenda/devices.py")
    parser.add_argument("--disk", metavar="FILE", type=Path, default=Path("disk.img"), help="of the device blk")
    parser.add_argument("--share", metavar="FOLDER", type=Path, default=Path("share"), help="of the device p9")
    parser.add_argument("qemu", nargs="+", metavar="ARGUMENT", help="of QEMU, after --")
    options = parser.parse_args()
    sys.stdin = sys.stdin or open(os.devnull, encoding="ascii")     # `<&-` is as good as `</dev/null`
    try:
        with attached(options.devices.split(), options.disk, options.share) as hardware:
            if options.gdb is None:
                return boot([*options.qemu, *hardware])
            with gdb_port(options.gdb) as port:
                print(f"  QEMU     waits for GDB on port {port}: run 'make gdb' in another terminal", flush=True)
                return boot([*options.qemu, *hardware, "-S", "-gdb", f"tcp:127.0.0.1:{port}"],
                            waits_for_gdb=True)
    except (Infrastructure, OSError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
