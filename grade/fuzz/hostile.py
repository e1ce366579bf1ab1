# SPDX-License-Identifier: MIT
"""Attacks the servers: `make soak`, or python3 grade/fuzz/hostile.py --seconds N --seed S, on one hart and on four.

user/hostile sends a server random messages with random capabilities, the same for each seed; to a driver with sessions it
writes random requests, and into its ring whatever it likes. After each attack all memory is back, the other services run,
and the books of Factotum and of the kernel are in order.
"""

import argparse
import os
import re
import shutil
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from glenda import devices, images, paths, plugins  # noqa: E402  (after the path above)
from glenda.errors import GuestFailure, Infrastructure  # noqa: E402
from glenda.machine import Machine  # noqa: E402
from glenda.shell import Shell  # noqa: E402
from glenda.systems import BLOCK, listed  # noqa: E402

INIT = (paths.ROOT / "user" / "init.toml").read_text()
AUDIT = '\n[[service]]\nname = "audit"\npath = "bin/audit"\nneeds = ["console"]\npower = true\nrestart = "never"\n'
WRONG = "the kernel's invariants do not hold"
MESSAGES = 100_000
TARGETS = ("factotum", "9ball", "serial", "unicorn", "clock")
# The device that each driver is for. Those in REAL_TIME wait for the host: a clock that jumps while they do would leave no
# time for anything.
DEVICES = {"block": "blk", "9p": "p9", "net": "net", "input": "input", "gpu": "gpu"}
REAL_TIME = {"block", "9p", "net"}


def image(folder: Path, services: str = "", harts: int = 1) -> Path:
    """An initrd with the service `audit`, and more services. Several harts wait for each other, and so for a busy host:
    heartbeats may then take longer."""
    init = INIT if harts == 1 else INIT.replace('heartbeat = "2s"', 'heartbeat = "60s"')
    return images.variant(folder / "initrd.cpio", replace={"init.toml": init + AUDIT + services})


def names(shell: Shell) -> list[str]:
    return sorted(row.name for row in shell.ps())


def kill_stopped(shell: Shell) -> None:
    """What was spawned for a debugger, and is nobody's now, stays stopped until somebody with power ends it."""
    for row in shell.ps():
        if row.state == "stop":
            shell.type(f"kill {row.pid}\r")
            shell.until_prompt(within=2)


def in_use(shell: Shell) -> int:
    """KiB in use by processes, but for the console, which keeps the pages of its longest list. What Factotum's tables
    have grown by for many processes at once stays, too."""
    console = sum(row.kib for row in shell.ps() if row.name == "console")
    memory = shell.memory()
    return memory.total - memory.free - memory.tables - console


def settle(shell: Shell) -> None:
    """Waits until every driver is up: one whose device has given up pauses."""
    until = shell.machine.monitor.clock() + shell._limit(20)
    while any(device.state not in ("up", "empty", "no driver") for device in listed(shell)):
        assert shell.machine.monitor.clock() < until, listed(shell)
        shell.run("run spin 20", within=2)


def attack(shell: Shell, target: str, seed: int, messages: int) -> set[int]:
    """Returns the methods, or operations, that have answered without an error."""
    shell.run("run empty", within=2)
    before, living = in_use(shell), names(shell)
    output = shell.run(f"run hostile {target} {seed} {messages}", within=120)
    found = re.search(rf"hostile: (\d+) messages to {target}, \d+ answered without error, \d+ lives, \d+ killed in "
                      r"mid-call\nhostile: methods:([ \d]*)\n", output)
    assert found and int(found[1]) >= messages, output[-2000:]
    pages = re.search(r"hostile: sessions of (\d+) pages before, (\d+) after\n", output)
    assert pages is None or pages[1] == pages[2], "pages of sessions are lost"
    kill_stopped(shell)
    settle(shell)
    assert names(shell) == living, names(shell)
    assert in_use(shell) == before, f"{in_use(shell) - before} KiB are lost"
    return {int(method) for method in found[2].split()}


def finish(shell: Shell) -> None:
    """The books of Factotum and of the kernel are in order."""
    shell.run("start audit", within=2)
    shell.run("run spin 50", within=2)
    audits = re.findall(r"audit: after the start: (.*)", shell.run("log", within=5))
    assert audits and audits[-1] == "fine", audits
    shell.type("shutdown\r")
    assert shell.machine.run_to_exit(within=5) == 0
    assert WRONG not in shell.machine.transcript


def attack_device(shell: Shell, target: str, seed: int, messages: int) -> set[int]:
    """The same for a driver. A first attack touches all pages that Unicorn and the driver will keep."""
    output = shell.run(f"run hostile {target} {seed} {min(2000, messages // 2)}", within=60)
    assert "hostile: methods:" in output, output[-2000:]
    settle(shell)
    return attack(shell, target, seed, messages)


def device_arguments(names_of_devices: list[str], folder: Path) -> list[str]:
    """A disk, and a folder with a file, for those who need them."""
    (folder / "share").mkdir(exist_ok=True)
    (folder / "share" / "data").write_bytes(b"x" * 5000)
    devices.make_disk(folder / "disk.img", 4096 * BLOCK)
    return devices.arguments(names_of_devices, disk=folder / "disk.img", share=folder / "share")


@contextmanager
def system(name: str, folder: Path, harts: int, **options: object) -> Iterator[Shell]:
    with Machine(initrd=image(folder, harts=harts), name=name, harts=harts, **options) as machine:
        yield Shell(machine, within=5)


def round_of(seed: int, harts: int) -> str:
    """What went wrong in this round; "" if nothing."""
    folder = paths.RESULTS / f"hostile-{seed}-{harts}"
    folder.mkdir(exist_ok=True)
    try:
        with system(folder.name, folder, harts=harts, icount=harts == 1) as shell:
            for target in TARGETS:
                attack(shell, target, seed, MESSAGES)
            finish(shell)
        for targets, icount in ((REAL_TIME, False), (DEVICES.keys() - REAL_TIME, harts == 1)):
            extra = device_arguments([DEVICES[target] for target in sorted(targets)], folder)
            with system(folder.name, folder, harts=harts, icount=icount, extra=extra) as shell:
                for target in sorted(targets):
                    attack_device(shell, target, seed, MESSAGES // (1 if harts == 1 else 10))
                finish(shell)
    except (AssertionError, GuestFailure) as error:
        return str(error)
    finally:
        shutil.rmtree(folder)
    return ""


def main() -> int:
    parser = argparse.ArgumentParser(description="Attack the servers.")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    paths.prepare()
    plugins.build("deadline")
    at_once = 2 * max(1, (os.cpu_count() or 1) // 2)       # as many with one hart as with four, which wait more than they work
    until, seeds = time.monotonic() + options.seconds, count(options.seed)
    failed = done = 0
    with ThreadPoolExecutor(max_workers=at_once) as pool:
        while time.monotonic() < until:
            plan = [(next(seeds), 4 if number % 2 else 1) for number in range(at_once)]
            for (seed, harts), reason in zip(plan, pool.map(lambda each: round_of(*each), plan), strict=True):
                done += 1
                if reason:
                    failed += 1
                    print(f"  FAIL     hostile clients, seed {seed}, {harts} harts: {reason}", flush=True)
    print(f"  HOSTILE  {done} rounds, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Infrastructure as error:
        sys.exit(str(error))
