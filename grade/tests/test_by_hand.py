# SPDX-License-Identifier: MIT
"""`make qemu` and `make qemu-gdb` as a person at a terminal sees them: exit status, port, and a window that closes.

Shows Z1.
"""

import os
import pty
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from glenda import guests, images
from glenda.paths import BUILD, INITRD, KERNEL, ROOT
from glenda.terminal import PATIENCE, Terminal

PROMPT = r"^glenda% $"


def make(target: str, *variables: str, build: Path = BUILD) -> list[str]:
    """The command. It must not rebuild anything, because other tests use the build at the same time."""
    relative = os.path.relpath(build, ROOT)
    built = [f"{relative}/{file.relative_to(BUILD)}" for file in (KERNEL, INITRD)]
    return ["make", target, f"BUILD={relative}", *variables, *(word for file in built for word in ("-o", file))]


@pytest.fixture
def terminal() -> Iterator[Callable[..., Terminal]]:
    started: list[Terminal] = []

    def start(*arguments: object, shell: bool = False, **options: object) -> Terminal:
        command = make(*arguments, **options)
        started.append(Terminal(["sh", "-c", f"{shlex.join(command)}; true"] if shell else command))
        return started[-1]
    yield start
    for each in started:
        each.kill()


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """A folder for BUILD that contains the built system."""
    for folder in ("kernel", "user"):
        (tmp_path / folder).symlink_to(BUILD / folder)
    (tmp_path / "initrd.cpio").symlink_to(INITRD)
    return tmp_path


@pytest.mark.parametrize("keys, last", [("shutdown\r", "9ball: switching the machine off\n"), ("\x01x", "QEMU: Terminated")],
                         ids=["shutdown", "control-a-x"])
def test_leaving_is_no_error(terminal: Callable[..., Terminal], keys: str, last: str) -> None:
    window = terminal("qemu")
    window.expect(PROMPT)
    window.type("run hello there\r")
    window.expect(r"^there\n")
    window.type("\x03")         # Control-C is a key for the guest
    window.type("run hello again\r")
    window.expect(r"^again\n")
    window.expect(PROMPT)
    window.type(keys)
    assert window.wait() == 0
    assert last in window.text


def test_a_system_that_cannot_start_is_an_error() -> None:
    done = subprocess.run(make("qemu", "APPEND=root=bin/nonexistent"), cwd=ROOT, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, text=True, timeout=PATIENCE, check=False)
    assert "kernel: cannot start: initrd bin/nonexistent: the archive holds no file of that name\n" in done.stdout
    assert done.returncode != 0


@pytest.mark.parametrize("keys, redirection", [("run hello there\n", ""), ("", "</dev/null"), ("", "<&-")],
                         ids=["pipe", "file", "closed"])
def test_a_system_ends_with_its_input(keys: str, redirection: str) -> None:
    """Of a file, as with `make qemu </dev/null`, or of a pipe. What came is still done. There may be no input at all."""
    command = shlex.join([*make("qemu"), "--no-print-directory"])
    system = subprocess.Popen(["sh", "-c", f"exec {command} {redirection}"], cwd=ROOT, stdout=subprocess.PIPE, text=True,
                              stdin=subprocess.PIPE)
    while keys and "type help" not in system.stdout.readline():     # it loses what comes while it boots
        assert system.poll() is None
    said, _ = system.communicate(keys or None, timeout=PATIENCE)
    assert system.returncode == 0, said
    assert "standard input has ended, and the system waits" in said.splitlines()[-1], said
    assert not keys or re.search("^there$", said, re.MULTILINE), said


def boot(kernel: Path, *arguments: str) -> subprocess.Popen[str]:
    """Does what `make qemu` does, with another kernel or initrd."""
    return subprocess.Popen([sys.executable, "grade/boot.py", "--", "-machine", "virt", "-kernel", kernel, *arguments], cwd=ROOT,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_a_system_that_gives_up_is_an_error(tmp_path: Path) -> None:
    """9Ball finds no Factotum."""
    system = boot(KERNEL, "-initrd", str(images.variant(tmp_path / "initrd.cpio", remove=["bin/factotum"])))
    said, _ = system.communicate(timeout=PATIENCE)
    assert "9ball: the system cannot go on: switching the machine off\n" in said
    assert said.endswith("\n  QEMU     has ended: the system failed, and its last lines say why\n")
    assert system.returncode != 0


def test_a_panic_is_an_error() -> None:
    system = boot(guests.build("panic"))
    while "END PANIC" not in system.stdout.readline():
        assert system.poll() is None
    system.communicate("\x01x", timeout=PATIENCE)
    assert system.returncode != 0


def test_a_qemu_that_is_too_old_is_named(tmp_path: Path) -> None:
    old = tmp_path / "old-qemu"
    old.write_text("#!/bin/sh\necho QEMU emulator version 6.2.0\n")
    old.chmod(0o755)
    done = subprocess.run(make("qemu", f"QEMU={old}"), cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=PATIENCE, check=False)
    assert done.returncode != 0 and all(word in done.stderr for word in (str(old), "6.2", "7.2"))


@pytest.mark.parametrize("target, begun, shell", [("qemu", PROMPT, False), ("qemu", PROMPT, True),
                                                 ("qemu-gdb", "waits for GDB", False), ("soak", "^Glenda", True)])
def test_nothing_outlives_the_terminal(terminal: Callable[..., Terminal], build: Path, target: str, begun: str,
                                       shell: bool) -> None:
    """`shell`: a shell runs between terminal and make. Without it, no process passes on the hangup."""
    window = terminal(target, shell=shell, build=build)
    window.expect(begun)
    while not any("-kernel" in line and "boot.py" not in line for line in window.processes().values()):
        time.sleep(0.1)
    window.hang_up()
    begin = time.monotonic()
    while left := window.processes():
        assert time.monotonic() - begin < PATIENCE, left
        time.sleep(0.1)


def test_a_terminal_may_be_closed_while_make_starts(tmp_path: Path) -> None:
    """QEMU has just started, and nobody has looked at the terminal yet."""
    master, terminal = pty.openpty()
    os.close(master)
    system = subprocess.Popen([sys.executable, "grade/boot.py", "--gdb", tmp_path / "port", "--", "-machine", "virt", "-kernel",
                               KERNEL], cwd=ROOT, stdin=terminal, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    os.close(terminal)
    try:
        said, _ = system.communicate(timeout=PATIENCE)
    finally:
        system.kill()
    assert said.startswith("  QEMU     waits for GDB"), said


def test_two_systems_for_gdb(terminal: Callable[..., Terminal], build: Path) -> None:
    """The second is refused and the first keeps its port. However the first ends, no port remains."""
    first = terminal("qemu-gdb", build=build)
    port = first.expect(r"waits for GDB on port (\d+): ")[1]
    second = subprocess.run(make("qemu-gdb", build=build), cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True,
                            text=True, timeout=PATIENCE, check=False)
    assert second.returncode != 0 and "Another `make qemu-gdb` runs in this folder" in second.stderr
    assert (build / "gdb-port").read_text() == f"{port}\n"
    attached = subprocess.run(make("gdb", build=build), cwd=ROOT, input="print $pc\ndetach\nquit\n", capture_output=True,
                              text=True, timeout=PATIENCE, check=False)
    assert "$1 = (void (*)()) 0x1000\n" in attached.stdout
    first.expect(PROMPT)
    first.kill()
    none = subprocess.run(make("gdb", build=build), cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert none.returncode != 0 and "run 'make qemu-gdb' in another terminal first" in none.stdout
