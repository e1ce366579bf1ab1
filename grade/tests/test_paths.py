# SPDX-License-Identifier: MIT
"""The tree works in any folder, with any build folder, for several users, and within a computer's usual limits."""

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from glenda import guests
from glenda.paths import BUILD, INITRD, KERNEL, ROOT

NAME = "a, b=c ü 'd"            # a folder's name that QEMU, GDB, make and the locale C must quote
SECONDS = 240                   # of real time
# These tests boot, use the second plugin, pass a file's name to QEMU, use GDB, and run `make qemu`.
SELECTION = ["test_power.py::test_shutdown", "test_latency.py::test_known_stretches",
             "test_boot.py::test_tree_without_memory", "test_gdb.py::test_printers",
             "test_gdb.py::test_in_a_user_program[1]", "test_by_hand.py::test_two_systems_for_gdb"]
CAP_DAC_OVERRIDE, CAP_SYS_ADMIN, CAP_SYS_RESOURCE = 1, 21, 24
PR_CAPBSET_DROP = 24


def environment(**changes: str) -> dict[str, str]:
    """Our environment without the variables that make and pytest have added."""
    ours = {name: value for name, value in os.environ.items()
            if not name.startswith(("PYTEST_", "MAKE", "MFLAGS", "GLENDA_"))}
    return ours | changes


def run(command: list[str], *, folder: Path = ROOT, without: tuple[int, ...] = (), **changes: str
        ) -> subprocess.CompletedProcess[str]:
    """Runs a command. `without`: Linux capabilities to drop, which only root has. The output includes the errors."""
    def drop() -> None:
        for capability in without if os.geteuid() == 0 else ():
            assert ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0
    return subprocess.run(command, cwd=folder, env=environment(**changes), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, encoding="utf-8", timeout=SECONDS, preexec_fn=drop, check=False)


# --- the tree's folder --------------------------------------------------------------------------------------

@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The tree in a folder called NAME: copies of grade/ and of the build, links to the rest."""
    there = tmp_path / NAME
    shutil.copytree(ROOT / "grade", there / "grade", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("Makefile", ".gdbinit", "kernel", "user", "lib"):
        (there / name).symlink_to(ROOT / name)
    for file in (KERNEL, INITRD, *(BUILD / "user").glob("*.elf")):
        copy = there / "build" / file.relative_to(BUILD)
        copy.parent.mkdir(parents=True, exist_ok=True)
        os.link(file, copy)         # not a symbolic link, through which a program could find the original folder
    return there


def test_a_checkout_in_an_odd_folder(checkout: Path) -> None:
    done = run([sys.executable, "-m", "pytest", "-q", "-c", "grade/pytest.ini", "-p", "no:xdist",
                *(f"grade/tests/{name}" for name in SELECTION)], folder=checkout, LC_ALL="C")
    assert done.returncode == 0 and f"{len(SELECTION)} passed" in done.stdout, done.stdout


# --- the build folder ---------------------------------------------------------------------------------------

@pytest.fixture
def build(tmp_path: Path) -> Path:
    """A folder for BUILD with the built system, and with unit tests of which one fails."""
    for file in (KERNEL, INITRD):
        copy = tmp_path / file.relative_to(BUILD)
        copy.parent.mkdir(exist_ok=True)
        os.link(file, copy)
    for name, failures in (("kernel_tests", 1), ("user_tests", 0)):
        program = tmp_path / "unit" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"""#!/bin/sh
echo '<testsuites tests="5" failures="{failures}"><testsuite tests="5" failures="{failures}"/></testsuites>' > "${{1#*xml:}}"
exit {failures}
""")
        program.chmod(0o755)
    return tmp_path


def make(target: str, build: Path, *variables: str) -> subprocess.CompletedProcess[str]:
    relative = os.path.relpath(build, ROOT)
    built = (f"{relative}/{name}" for name in ("kernel/glenda.elf", "initrd.cpio", "unit/kernel_tests", "unit/user_tests"))
    return run(["make", target, f"BUILD={relative}", *variables, *(word for file in built for word in ("-o", file))])


def test_unit_tests_of_another_build(build: Path) -> None:
    done = make("unit", build)
    assert done.returncode != 0 and "9 passed, 1 failed\n" in done.stdout, done.stdout
    assert sorted(file.name for file in (build / "results").iterdir()) == ["kernel_tests.xml", "user_tests.xml"]


def test_fuzzing_another_build(build: Path) -> None:
    done = make("fuzz-calls", build, "CALLS=1000")
    assert done.returncode == 0, done.stdout
    assert "kfuzz: ok\n" in (build / "grade" / "fuzz-1.log").read_text()


def test_gdb_on_another_build(build: Path) -> None:
    """GDB uses the kernel of that build, and only programs of that build."""
    (build / "user").mkdir()
    (build / "user" / "only.elf").touch()
    done = run(["gdb-multiarch", "-q", "-nx", "-batch", "-x", ".gdbinit", "-ex", "program", "-ex", "info files"],
               GLENDA_BUILD=os.path.relpath(build, ROOT))
    assert "programs: only\n" in done.stdout
    assert f'Symbols from "{build}/kernel/glenda.elf"' in done.stdout


def test_a_build_folder_that_make_cannot_name() -> None:
    done = run(["make", "unit", "BUILD=a b"])
    assert done.returncode != 0 and "BUILD is 'a b', but make needs one name without blanks" in done.stdout


# --- the owner ----------------------------------------------------------------------------------------------

@pytest.fixture(params=[".", "results", "grade/old.log", "pytest_cache/v/cache"])
def foreign(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """Part of a BUILD that this user may not write, as after a run by root. BUILD is `build` next to it."""
    part = tmp_path / "build" / request.param
    if part.suffix:
        part.parent.mkdir(parents=True)
        part.touch()
    else:
        part.mkdir(parents=True)
    part.chmod(0o500)
    yield part
    part.chmod(0o700)


@pytest.mark.parametrize("command", [["grade/run.py", "unit"], ["grade/run.py", "grade"], ["grade/fuzz/calls.py"],
                                     ["grade/bench/run.py"], ["-m", "pytest", "-c", "grade/pytest.ini", "grade/tests"]],
                         ids=["unit", "grade", "fuzz", "bench", "pytest"])
def test_files_of_another_user(tmp_path: Path, foreign: Path, command: list[str]) -> None:
    """The message names such files and says what to do."""
    done = run([sys.executable, *command], without=(CAP_DAC_OVERRIDE,), GLENDA_BUILD=str(tmp_path / "build"))
    assert done.returncode != 0
    assert f"{foreign} belongs to " in done.stdout and "sudo chown -R " in done.stdout
    assert "Traceback" not in done.stdout and "INTERNALERROR" not in done.stdout


# --- limits on resources ------------------------------------------------------------------------------------

COMMON = """
import fcntl, os, resource, sys
sys.path.insert(0, "grade")
from glenda import plugins
from glenda.errors import Infrastructure
from glenda.machine import Machine
plugins.build("deadline")

def boot():
    with Machine(kernel=sys.argv[1], initrd=None, name="test_paths") as machine:
        machine.expect("^hello")
        print("booted")
"""
NO_LARGE_PIPES = """
pipes = []
try:
    while True:
        pipes.append(os.pipe())
        fcntl.fcntl(pipes[-1][0], fcntl.F_SETPIPE_SZ, 1 << 20)
except PermissionError:
    print(len(pipes), "pipes")
boot()
"""
FEW_FILES = """
most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
for limit in (*range(4, 16), 64):
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, most))
    try:
        boot()
    except Infrastructure as error:
        print(str(error).splitlines()[0])
"""


def script(text: str) -> list[str]:
    done = run([sys.executable, "-c", COMMON + text, str(guests.build("echo"))],
               without=(CAP_SYS_ADMIN, CAP_SYS_RESOURCE))
    assert done.returncode == 0, done.stdout
    return done.stdout.splitlines()


def test_many_machines_of_one_user() -> None:
    """Linux allows a user about 64 large pipes. Further pipes stay small."""
    pipes, end = script(NO_LARGE_PIPES)
    assert pipes.endswith(" pipes") and end == "booted"


def test_too_many_open_files() -> None:
    """Wherever the limit is hit, the message blames this computer, not the guest."""
    *refusals, last = script(FEW_FILES)
    assert len(refusals) == 12 and last == "booted"
    assert set(refusals) == {"QEMU does not start: [Errno 24] Too many open files"}
