# SPDX-License-Identifier: MIT
"""What the tests of lab 6 that boot share: a program in Unicorn's place, and a system with devices and a shell."""

import contextlib
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from glenda import devices, images
from glenda.errors import GuestDeadline, GuestExited, GuestFlood, GuestIdle
from glenda.shell import Shell
from glenda.systems import BLOCK
from lab.submission import tag
from lab4_system import init_toml, service

BLOCKS = 4096       # of the disk
STOPS = (GuestDeadline, GuestExited, GuestFlood, GuestIdle)


def in_place_of_unicorn(tree, program: str, *cases: str) -> None:
    """Boots for each case, with a program of user/tests as the only service."""
    for case in cases:
        init = init_toml(tree, service("unicorn", path=f"bin/{program}", devices=True, power=True, actions=[case]))
        with tempfile.TemporaryDirectory() as folder:
            initrd = images.variant(Path(folder, "initrd.cpio"), tree=tree.build / "initrd", replace={"init.toml": init})
            with tree.boot(initrd=initrd, extra=devices.arguments(["rng"])) as machine:
                try:
                    machine.run_to_exit(within=2.0)
                except STOPS:
                    pass
        failure = re.search(r"^FAIL (.*)$", machine.transcript, re.MULTILINE)
        assert failure is None, failure[1]
        passed = re.search(rf"^ok {case} ([0-9a-f]{{16}})$", machine.transcript, re.MULTILINE)
        assert passed is not None and passed[1] == tag(tree.nonce, case), f"{case} does not come to its end"


class Drivers:
    """A machine whose drivers are user/tests/lab6_driver.cc, and which has nothing else: `clock` and `serial` say which of
    them drives that device, or "" for none. A service shows the log on the kernel's console."""

    def __init__(self, tree, clock: str = "", serial: str = "", *services: str) -> None:
        self._folder = tempfile.TemporaryDirectory()
        program = tree.build / "initrd/bin/lab6_driver"
        init = init_toml(tree, service("unicorn", path="bin/unicorn", devices=True, provides="devices", protocol=3,
                                       priority=210, console=False, args=[], actions=[]),
                         service("logger", path="bin/logger", logger=True, args=[], actions=[]), *services)
        table = "".join(f'[[driver]]\ncompatible = "{device}"\npath = "bin/drivers/{name}"\nclass = "rtc"\ndma = 1\n'
                        f"priority = 77\n" for device, name in (("google,goldfish-rtc", clock), ("ns16550a", serial)) if name)
        drivers = {f"bin/drivers/{name}": program for name in (clock, serial) if name}
        initrd = images.variant(Path(self._folder.name, "initrd.cpio"), tree=tree.build / "initrd",
                                replace={"init.toml": init, "drivers.toml": table, **drivers})
        self.machine = tree.boot(initrd=initrd)

    def __enter__(self) -> "Drivers":
        return self

    def __exit__(self, *_: object) -> None:
        self.machine.close()
        self._folder.cleanup()

    def says(self, line: str, within: float = 4.0) -> None:
        """Waits until somebody has said a line that ends like this."""
        try:
            self.machine.expect(rf"^\[.*: {line}\n", within=within)
        except STOPS as error:
            reason = "everything waits" if isinstance(error, GuestIdle) else f"not in {within:g} s"
            raise AssertionError(f"nobody says `{line}`: {reason}") from None

    def said(self, device: str) -> list[str]:
        """What Unicorn has said about a device, in order, without pids."""
        found = re.findall(rf"^\[ *[\d.]+\] unicorn: {device}@\w+: (.*)$", self.machine.transcript, re.MULTILINE)
        return [re.sub(r"\bprocess \d+", "process", line) for line in found]


def shell_of(tree, names: tuple[str, ...] = (), disk: Path | None = None, replace: dict | None = None, within: float = 2.0,
             **options: object) -> Shell:
    """The prompt of a machine with these devices (glenda/devices.py). If it does not come, and something is missing, the
    log is on the kernel's console."""
    folder = tempfile.TemporaryDirectory()
    if replace:
        options["initrd"] = images.variant(Path(folder.name, "initrd.cpio"), tree=tree.build / "initrd", replace=replace)
    if disk is not None:
        devices.make_disk(disk, BLOCKS * BLOCK)
    machine = tree.boot(extra=devices.arguments(list(names), disk=disk), **options)
    try:
        shell = Shell(machine, within=within)
    except STOPS:
        raise AssertionError("the shell's prompt does not come") from None
    shell.folder = folder       # it goes with the shell
    return shell


@contextlib.contextmanager
def session_of(*arguments: object, **options: object) -> Iterator[Shell]:
    """The same, for what is typed there. If that fails, the end of the log is on the kernel's console: a driver says
    there what it misses."""
    shell = shell_of(*arguments, **options)
    try:
        yield shell
    except (AssertionError, *STOPS) as error:
        with contextlib.suppress(AssertionError, *STOPS):
            shell.type("\x03")
            shell.machine.sendline("log")
            shell.machine.expect("nothing is printed", within=0.5)
        if isinstance(error, AssertionError):
            raise
        raise AssertionError(f"a program does not come to its end: {str(error).partition(chr(10))[0]}") from None
    shell.machine.close()


def differing(image: Path, expected: dict[int, bytes]) -> list[int]:
    """The numbers of the disk's blocks that are not as expected; those that are not named are zero."""
    data, zero = image.read_bytes(), bytes(BLOCK)
    return [number for number in range(BLOCKS)
            if data[number * BLOCK:(number + 1) * BLOCK] != expected.get(number, zero)]
