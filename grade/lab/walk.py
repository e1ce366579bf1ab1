# SPDX-License-Identifier: MIT
"""`make walk LAB=n`: GDB leads through the lab's path, stop by stop. PAUSE=1 waits for Enter at each.

The walk of lab n is grade/walks/labn.toml; grade/gdb/walk.py says what stands there. At the top, `append` is the
kernel's command line. `init` may be an init.toml in place of the tree's, and `devices` what the machine has. `needs` may
name a function: a kernel without it takes the walk in the file `otherwise`, beside this one. Instructions are counted as on the
grader's machine, so a walk shows the same each time.
"""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from glenda import devices, images, paths, qemu, symbols
from glenda.errors import Infrastructure
from glenda.process import die_with_parent

PATIENCE = 120                  # s for a walk that does not pause


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def machine(kernel: Path, initrd: Path, head: dict, port: int, disk: Path) -> list[str]:
    """QEMU's command line, stopped before the first instruction. `head`: what stands at the top of the walk's file.

    The clock does not jump over idle time (`sleep=off`): it would also jump whenever GDB stops the machine, to the next timer,
    and what waits for an answer would be told that its time is up."""
    if "devices" in head:
        devices.make_disk(disk)
    return [*qemu.board(), "-serial", "null", "-kernel", str(kernel), "-initrd", str(initrd), "-append", head["append"],
            *devices.arguments(head.get("devices", []), disk=disk), "-icount", "shift=0", "-S", "-gdb", f"tcp:127.0.0.1:{port}"]


def lead(root: Path, walk: Path, kernel: Path, initrd: Path) -> int:
    """The exit status is 0 if all stops were reached and shown."""
    if not walk.exists():
        print(f"There is no {walk.relative_to(root)}: this lab has no walk", file=sys.stderr)
        return 1
    head = tomllib.loads(walk.read_text(encoding="utf-8"))
    if "needs" in head and not symbols.has_function(kernel, head["needs"]):
        return lead(root, walk.with_name(head["otherwise"]), kernel, initrd)
    if "init" in head:
        with tempfile.TemporaryDirectory() as folder:
            changed = images.variant(Path(folder, initrd.name), tree=initrd.with_name("initrd"), replace={"init.toml": head["init"]})
            return follow(root, walk, kernel, changed, head)
    return follow(root, walk, kernel, initrd, head)


def follow(root: Path, walk: Path, kernel: Path, initrd: Path, head: dict) -> int:
    """The same, for a machine that begins with this initrd."""
    port = free_port()
    with tempfile.TemporaryDirectory() as scratch:
        try:
            command = machine(kernel, initrd, head, port, Path(scratch, "disk.img"))
        except (OSError, Infrastructure) as error:
            print(error, file=sys.stderr)
            return 2
        return beside_gdb(root, walk, kernel, command, port)


def beside_gdb(root: Path, walk: Path, kernel: Path, command: list[str], port: int) -> int:
    """Runs GDB with QEMU, whose command line is `command`."""
    try:
        guest = subprocess.Popen(command, stdin=subprocess.DEVNULL, preexec_fn=die_with_parent)
    except OSError as error:
        print(f"QEMU does not start: {error}", file=sys.stderr)
        return 2
    pause = os.environ.get("GLENDA_PAUSE")
    try:
        return subprocess.run(
            ["gdb-multiarch", "-q", "-nx", "-batch", "-x", ".gdbinit", "-ex", "set tcp connect-timeout 30",
             "-ex", f"file {kernel.relative_to(root)}" if kernel.is_relative_to(root) else f"file {kernel}",
             "-ex", f"target remote 127.0.0.1:{port}", "-ex", "source grade/gdb/walk.py"],
            cwd=root, env=os.environ | {"GLENDA_WALK": str(walk)}, stdin=subprocess.DEVNULL,
            timeout=None if pause else PATIENCE, check=False).returncode
    except subprocess.TimeoutExpired:
        print(f"The walk took more than {PATIENCE} s", file=sys.stderr)
        return 1
    except FileNotFoundError:
        print("gdb-multiarch is missing: sudo apt-get install gdb-multiarch", file=sys.stderr)
        return 2
    finally:
        guest.kill()
        guest.wait()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lab", type=int, required=True, help="whose path to walk")


def run(options: argparse.Namespace) -> int:
    return lead(paths.ROOT, paths.ROOT / "grade" / "walks" / f"lab{options.lab}.toml", paths.KERNEL, paths.INITRD)
