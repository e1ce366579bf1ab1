# SPDX-License-Identifier: MIT
"""Runs a script test: a Python file of the course with `def run(tree) -> None`, which raises if the work is wrong.

    def run(tree):
        with tree.boot(append="root=bin/sh") as machine:
            machine.expect(r"^\\$ ")
        assert "Process" not in tree.kernel_symbols()

An AssertionError is WRONG, with its text as the reason. What the harness raises (errors.py) is what it says there.
"""

import importlib.util
import os
import subprocess
import sys
import traceback
from pathlib import Path

from glenda import paths
from glenda.errors import GuestDeadline, GuestExited, GuestFailure, GuestFlood, GuestIdle, GuestStuck, KernelPanic
from glenda.machine import Machine

from . import config, places, verdict
from .boot import MOST_OUTPUT, without_firmware
from .config import BadLab, Test
from .host import find
from .setting import Outcome, Setting
from .verdict import Kind, Run, Stop, Verdict

STOPS = {GuestDeadline: Stop.BUSY, GuestStuck: Stop.STUCK, GuestIdle: Stop.IDLE, GuestFlood: Stop.FLOOD,
         KernelPanic: Stop.PANIC}


class Tree:
    """What a script sees of the tree that is graded. `root`: the folder; `nonce`: for programs that want one.
    It may also be used as the path of the folder."""

    def __init__(self, setting: Setting, test: Test) -> None:
        self.root, self.kernel, self.initrd, self.nonce = setting.tree, setting.kernel, setting.initrd, setting.nonce
        self.build = setting.kernel.parent.parent
        self.machines: list[Machine] = []
        self._name = os.path.relpath(setting.results / test.name, paths.RESULTS)

    def __fspath__(self) -> str:
        return str(self.root)

    def __truediv__(self, name: str) -> Path:
        return self.root / name

    def boot(self, **options: object) -> Machine:
        """Starts a machine with the tree's kernel and initrd. `options`: see Machine. It is closed at the end."""
        options = {"most_output": MOST_OUTPUT, "name": f"{self._name}-{len(self.machines) + 1}"} | options
        kernel, initrd = options.pop("kernel", self.kernel), options.pop("initrd", self.initrd)
        self.machines.append(Machine(kernel, initrd, **options))
        return self.machines[-1]

    def kernel_symbols(self) -> set[str]:
        """The kernel's symbols, demangled."""
        done = subprocess.run(["riscv64-linux-gnu-nm", "--demangle", str(self.kernel)], capture_output=True, text=True,
                              check=True)
        return {line.split(" ", 2)[-1].strip() for line in done.stdout.splitlines()}


def run(setting: Setting, test: Test) -> Outcome:
    path = Path(setting.tree, find(setting, test, test.script))
    spec = importlib.util.spec_from_file_location(f"lab_script_{test.name.replace('.', '_')}", path)
    module = importlib.util.module_from_spec(spec)
    sys.path[:0] = [str(path.parent), str(setting.tree / config.FOLDER)]     # a hidden one uses what the others use
    spec.loader.exec_module(module)
    if not hasattr(module, "run"):
        raise BadLab(f"test {test.name}: {test.script} has no function run(tree)")
    tree = Tree(setting, test)
    failure: BaseException | None = None
    try:
        module.run(tree)
    except (AssertionError, GuestFailure) as error:
        failure = error
    finally:
        for machine in tree.machines:
            machine.close()
    consoles = [without_firmware(machine.transcript) for machine in tree.machines]
    log = "\n".join(consoles)
    if failure:         # what the harness says below its first line is on the console, or differs from run to run
        told = str(failure) if isinstance(failure, AssertionError) else str(failure).partition("\n")[0]
        log += f"\n{type(failure).__name__}: {told}\n"
    return Outcome(test.name, decide(failure, consoles, setting, module.__file__), log)


def decide(failure: BaseException | None, consoles: list[str], setting: Setting, script: str) -> Verdict:
    """The verdict, in the order that verdict.py explains."""
    if failure is None:
        return Verdict(Kind.OK)
    last = consoles[-1] if consoles else ""
    if consoles and not verdict.FIRST_WORDS.search(last):
        return Verdict(Kind.NO_BOOT, "no greeting of the kernel", verdict.tail(last))
    for console in consoles:
        if todo := verdict.missing_in(console):
            return todo
    if isinstance(failure, AssertionError):
        reason, *more = str(failure).strip().split("\n") if str(failure).strip() else ["a check of the script failed"]
        return Verdict(Kind.WRONG, f"{where(failure, script, setting.tree)}  {reason}", tuple(more))
    where_ = places.of_panic(last, setting.kernel, setting.tree) if verdict.PANIC.search(last) else []
    reason = str(failure).partition("\n")[0]
    if isinstance(failure, GuestExited) and not where_:
        return Verdict(Kind.ENDED, reason, verdict.tail(last))
    stopped = verdict.of_stop(Run(last, STOPS.get(type(failure), Stop.EXIT), where_), "its time")
    if stopped is None or stopped.kind == Kind.PANIC:
        return stopped or Verdict(Kind.ENDED, reason)
    return Verdict(stopped.kind, f"{where(failure, script, setting.tree)}  {stopped.reason}", verdict.tail(last))


def where(failure: BaseException, script: str, tree: Path) -> str:
    """The script's line that failed."""
    frames = [frame for frame in traceback.extract_tb(failure.__traceback__) if frame.filename == script]
    return f"{script.removeprefix(f'{tree}/')}:{frames[-1].lineno}" if frames else script
