# SPDX-License-Identifier: MIT
"""The worst interrupt latency of a large workload: the row `worst_irq_latency` of `make bench`.

The workload: the programs of user/tests, each with and without the fast path; the fuzzer; the benchmark itself; the
whole system with some commands. glenda/latency.py explains what is measured.
"""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from fuzz.calls import command_line
from glenda import ktest, plugins
from glenda.latency import Probe, Worst, merge
from glenda.machine import Machine
from glenda.shell import Shell

FUZZ_SEED, FUZZ_CALLS = 1, 100_000
LIMIT = 30.0            # s of guest time for each run
COMMANDS = ("help", "ps", "mem", "run hello world", "run crash null", "run crash stack", "run memtest 16",
            "run spin &", "ps", "kill 10")


def run_program(command_line_: str) -> Worst:
    """Runs a program in place of 9Ball to its end."""
    with Probe() as probe, Machine(append=command_line_, extra=probe.arguments,
                                   name="latency-" + command_line_.replace("root=bin/", "")) as machine:
        machine.run_to_exit(within=LIMIT)
        return probe.read()


def run_system() -> Worst:
    """Runs some commands at the system's prompt."""
    with Probe() as probe, Machine(extra=probe.arguments, name="latency-system") as machine:
        shell = Shell(machine)
        for command in COMMANDS:
            shell.run(command, within=LIMIT)
        machine.sendline("shutdown")
        machine.run_to_exit()
        return probe.read()


def workload() -> list[Callable[[], Worst]]:
    """All runs of the workload."""
    lines = [f"root=bin/{program}{option}" for program in ktest.PROGRAMS for option in ("", " fastpath=off")]
    lines += [command_line(FUZZ_SEED, FUZZ_CALLS), "root=bin/bench"]
    return [run_system] + [lambda line=line: run_program(line) for line in lines]


def measure(runs: Iterable[Callable[[], Worst]] | None = None) -> Worst:
    """The worst of all runs. Runs as many at a time as this computer has processors."""
    for name in ("deadline", "latency"):
        plugins.build(name)
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        return merge(pool.map(lambda run: run(), workload() if runs is None else runs))
