# SPDX-License-Identifier: MIT
"""`make record TEST=name` keeps a run, and `make replay TEST=name` leads GDB through it, forwards and backwards.

QEMU writes down what is not decided by the program itself (input, times) and takes a snapshot at the start. With them
it runs again exactly as before, and GDB can go back: QEMU starts from the snapshot and stops one step earlier.
Recorded runs have one hart. A program that does not end is stopped after LIMIT seconds; the record is good up to there.

A recording has a folder of its own, with all that it needs: events and snapshot are good for one kernel and one initrd
alone, and GDB's symbols must be theirs. So these are kept too, where they lie in build/, and a later build changes nothing.
"""

import argparse
import filecmp
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from glenda import paths, qemu
from glenda.errors import Infrastructure
from glenda.process import die_with_parent

from . import config, trouble
from .boot import command_line
from .config import BadLab
from .walk import free_port

NONCE = "recorded"              # any: with one, the program does what it does when it is graded
LIMIT = 10                      # s of real time for a run that hangs
SNAPSHOT_ROOM = "64M"           # the disk that holds the snapshot, at most


@dataclass(frozen=True)
class Recording:
    """One recorded run: `folder` has its files. `append`: the kernel's command line."""

    folder: Path
    append: str

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def events(self) -> Path:
        return self.folder / "events"

    @property
    def disk(self) -> Path:
        return self.folder / "snapshots.qcow2"

    @property
    def console(self) -> Path:
        return self.folder / "console"

    @property
    def kernel(self) -> Path:
        return self.folder / "kernel" / "glenda.elf"

    @property
    def initrd(self) -> Path:
        return self.folder / "initrd.cpio"

    @property
    def line(self) -> Path:
        """A file with the command line."""
        return self.folder / "append"

    def keep(self, kernel: Path, initrd: Path) -> None:
        """Begins the recording with copies of what it runs, and of the symbols of the root task's program."""
        shutil.rmtree(self.folder, ignore_errors=True)
        for folder in (self.kernel.parent, self.folder / "user"):
            folder.mkdir(parents=True)
        shutil.copyfile(kernel, self.kernel)
        shutil.copyfile(initrd, self.initrd)
        program = kernel.parent.parent / "user" / f"{self.append.split()[0].rpartition('/')[2]}.elf"
        if program.exists():
            shutil.copyfile(program, self.folder / "user" / program.name)
        self.line.write_text(self.append + "\n", encoding="utf-8")

    def command(self, mode: str, *more: str) -> list[str]:
        """QEMU's command line. `mode`: record or replay."""
        return [*qemu.board(),
                "-serial", "file:" + str(self.console if mode == "record" else self.console.with_suffix(".again")),
                "-kernel", str(self.kernel), "-initrd", str(self.initrd), "-append", self.append,
                "-icount", qemu.option(shift=0, sleep="off", rr=mode, rrfile=self.events, rrsnapshot="init"),
                "-drive", qemu.option(file=self.disk, id="snapshots") + ",if=none", *more]


def of_folder(folder: Path) -> Recording:
    """What was recorded there. Raises Infrastructure if nothing was, or not all of it is there."""
    found = Recording(folder, "")
    if not all(path.exists() for path in (found.events, found.disk, found.kernel, found.initrd, found.line)):
        raise Infrastructure(f"{found.name} has not been recorded: make record TEST={found.name}")
    return Recording(folder, found.line.read_text(encoding="utf-8").rstrip("\n"))


def make_disk(recording: Recording) -> None:
    try:
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", str(recording.disk), SNAPSHOT_ROOM], check=True,
                       capture_output=True, text=True)
    except FileNotFoundError:
        raise Infrastructure("qemu-img is missing: sudo apt-get install qemu-utils") from None
    except subprocess.CalledProcessError as error:
        raise Infrastructure(f"{recording.disk} cannot be made: {error.stderr.strip()}") from None


def record(recording: Recording, kernel: Path, initrd: Path) -> str:
    """Runs the machine to its end, or to LIMIT. Returns what its console said."""
    recording.keep(kernel, initrd)
    make_disk(recording)
    child = subprocess.Popen(recording.command("record"), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                             preexec_fn=die_with_parent)
    try:
        _, errors = child.communicate(timeout=LIMIT)
    except subprocess.TimeoutExpired:
        child.send_signal(signal.SIGTERM)       # QEMU then writes the rest of the events
        _, errors = child.communicate(timeout=LIMIT)
    if not recording.events.exists() or recording.events.stat().st_size == 0:
        raise Infrastructure(f"QEMU has not recorded anything: {errors.strip()}")
    return recording.console.read_text(errors="replace")


def replay(root: Path, recording: Recording, *more: str, batch: bool = False) -> int:
    """GDB at the first instruction of the recorded run. `more`: commands for GDB; `batch`: and end then.
    For GDB's own commands the recording is the build: all symbols are those of the run."""
    port = free_port()
    guest = subprocess.Popen(recording.command("replay", "-S", "-gdb", f"tcp:127.0.0.1:{port}"), stdin=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL, preexec_fn=die_with_parent)
    line = ["gdb-multiarch", "-q", "-nx", *(["-batch"] if batch else []), "-x", ".gdbinit",
            "-ex", f"target remote 127.0.0.1:{port}"]
    for command in more:
        line += ["-ex", command]
    old = signal.signal(signal.SIGINT, signal.SIG_IGN)      # Ctrl-C is for GDB
    try:
        return subprocess.run(line, cwd=root, env=os.environ | {"GLENDA_BUILD": str(recording.folder)}, check=False).returncode
    except FileNotFoundError:
        raise Infrastructure("gdb-multiarch is missing: sudo apt-get install gdb-multiarch") from None
    finally:
        signal.signal(signal.SIGINT, old)
        guest.kill()
        guest.wait()


USAGE = """  break find_slot      stop there            reverse-stepi        one instruction back
  continue             forwards              reverse-continue     back to the breakpoint before
  glenda help          the system's own commands"""


# Why a test of this kind has no recording, and what to do in its place.
NO_RECORD = {
    "script": "types commands while the system runs, so it cannot be recorded. What it typed and what it saw is in {log}.\n"
              "Type the same yourself: make qemu-gdb, and make gdb in another terminal",
    "host": "runs on this computer, without a machine that could be recorded. What it printed is in {log}"}


def log_of(name: str, lab: int) -> str:
    """Where `make grade` leaves what a test printed."""
    return f"build/grade/lab{lab}/{name}.log"


def recording_of(name: str) -> Recording:
    """The recording of a graded test of any lab of this tree. Raises BadLab if there is none of that name."""
    for lab in reversed(config.load_all(paths.ROOT)):
        for test in lab.tests:
            if test.name == name:
                if test.kind != "boot":
                    raise BadLab(f"{name} {NO_RECORD[test.kind].format(log=log_of(name, lab.number))}")
                return Recording(paths.RESULTS / "recordings" / name, command_line(test, NONCE))
    if not name:
        raise BadLab("say which test: make record TEST=name, with a name as `make grade` shows it")
    raise BadLab(f"no test is called {name!r}: see make grade")


def is_current(recording: Recording) -> bool:
    """Whether what was recorded is what is built now."""
    return all(built.exists() and filecmp.cmp(built, kept, shallow=False)
               for built, kept in ((paths.KERNEL, recording.kernel), (paths.INITRD, recording.initrd)))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--test", metavar="NAME", required=True, help="a graded test")
    parser.add_argument("--record", action="store_true", help="run it and write down what happens")


def run(options: argparse.Namespace) -> int:
    try:
        recording = recording_of(options.test)
        if not options.record:
            recording = of_folder(recording.folder)
            print(USAGE)
            if not is_current(recording):
                print("  You have built since. This is the recorded run, with its symbols; but GDB shows today's sources.")
            return replay(paths.ROOT, recording)
        said = record(recording, paths.KERNEL, paths.INITRD)
    except (Infrastructure, BadLab, OSError) as error:
        print(trouble.in_words(error), file=sys.stderr)
        return 2
    print("".join(f"  {line}\n" for line in said.splitlines()[-12:]), end="")
    print(f"Recorded. Look at it with: make replay TEST={recording.name}")
    return 0
