# SPDX-License-Identifier: MIT
"""Fuzzes the kernel: `make fuzz-calls CALLS=100000000 SEED=1`, or python3 grade/fuzz/calls.py --calls N --seed S.

The calls are split into runs of user/tests/kfuzz.cc with seeds S, S + 1, ..., as many at a time as there are processors.
A run that fails is reported with its seed and the command that repeats it; its log is build/grade/fuzz-SEED.log.
"""

import argparse
import os
import re
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from glenda import paths, plugins  # noqa: E402  (after the path above)
from glenda.errors import GuestFailure, Infrastructure  # noqa: E402
from glenda.machine import Machine  # noqa: E402

CALLS_PER_RUN = 1_000_000
GUEST_SECONDS_PER_CALL = 100e-6     # ten times the actual time
SUMMARY = re.compile(r"^kfuzz: (\d+) calls, (\d+) worlds, (\d+) checks, (\d+) faults\nkfuzz: ok$", re.MULTILINE)


def command_line(seed: int, calls: int) -> str:
    return f"root=bin/kfuzz seed={seed} calls={calls}"


def run(seed: int, calls: int, name: str | None = None, harts: int = 1) -> tuple[str, str]:
    """Runs one seed to its end. Returns what went wrong ("" if nothing), and the transcript. With several harts the
    hostile threads move among them, and a run is not the same twice."""
    with Machine(append=command_line(seed, calls), name=name or f"fuzz-{seed}", harts=harts) as machine:
        try:
            machine.run_to_exit(within=5 + calls * GUEST_SECONDS_PER_CALL)
        except GuestFailure as error:
            return str(error), machine.transcript
        transcript = machine.transcript
    summary = SUMMARY.search(transcript)
    if summary is None:
        failure = re.search(r"^kfuzz: FAIL.*$", transcript, re.MULTILINE)
        return failure[0] if failure else "the fuzzer did not run to its end", transcript
    return ("", transcript) if int(summary[1]) >= calls else (f"only {summary[1]} calls", transcript)


def runs(calls: int, seed: int) -> Iterator[tuple[int, int]]:
    """The seeds, and the number of calls for each."""
    while calls > 0:
        yield seed, min(calls, CALLS_PER_RUN)
        calls -= CALLS_PER_RUN
        seed += 1


def main() -> int:
    parser = argparse.ArgumentParser(description="Fuzz the kernel.")
    parser.add_argument("--calls", type=int, default=CALLS_PER_RUN)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--harts", type=int, default=1)
    options = parser.parse_args()
    paths.prepare()
    plugins.build("deadline")
    begun, done, failed = time.monotonic(), 0, []
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        plan = list(runs(options.calls, options.seed))
        for (seed, calls), (reason, _) in zip(plan, pool.map(lambda each: run(*each, harts=options.harts), plan), strict=True):
            done += calls
            if reason:
                failed.append(seed)
                print(f"  FAIL     seed {seed}: {reason}\n  repeat   make fuzz-calls CALLS={calls} SEED={seed} SMP={options.harts}",
                      flush=True)
            else:
                print(f"  FUZZ     seed {seed}: {done:,} calls, {time.monotonic() - begun:.0f} s", flush=True)
    if failed:
        print(f"fuzz: {len(failed)} of {len(plan)} seeds failed: {failed}")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Infrastructure as error:
        sys.exit(str(error))
