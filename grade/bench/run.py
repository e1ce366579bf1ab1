# SPDX-License-Identifier: MIT
"""`make bench`: boots the benchmark in place of 9Ball, then the whole system with the benchmark of its services, compares
both with the anchors and writes build/bench.json.

One hart under -icount shift=0: the cycle counter counts instructions, and the same build gives the same numbers.
"""

import json
import os
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import drivers, latency  # noqa: E402
from bench.anchors import ANCHORS  # noqa: E402
from glenda.errors import GuestFailure, Infrastructure  # noqa: E402
from glenda.machine import Machine  # noqa: E402
from glenda.paths import BUILD, ROOT, prepare  # noqa: E402
from glenda.shell import Shell  # noqa: E402

LINE = re.compile(r"^bench (\S+) (\S+) (\d+(?:\.\d+)?) (\d+)$", re.MULTILINE)
ROW = "{:<18} {:>10}  {:>8}  {:<5}  {:<14} {:<17} {}"


def rows(transcript: str, end: str) -> list[dict]:
    """The benchmark's lines. `end` is its last."""
    if end not in transcript:
        sys.exit("The benchmark did not run to its end:\n" + transcript)
    return [{"name": name, "unit": unit, "value": float(value), "n": int(n)} for name, unit, value, n in
            LINE.findall(transcript)]


def measure_kernel() -> list[dict]:
    """The rows of user/bench, which runs in place of 9Ball."""
    with Machine(append="root=bin/bench", name="bench") as machine:
        machine.run_to_exit(within=60)
        return rows(machine.transcript, "bench: done")


def measure_services() -> list[dict]:
    """The rows of user/service_bench, which the console starts."""
    with Machine(name="bench-services") as machine:
        return rows(Shell(machine).run("run service_bench", within=20), "service_bench: done")


def measure_latency() -> dict:
    """The longest time that an interrupt may have to wait in the workload of bench/latency.py."""
    worst = latency.measure()
    return {"name": "worst_irq_latency", "unit": "instructions", "value": float(worst.bound), "n": sum(worst.counts),
            "where": worst.report()}


def main() -> None:
    prepare()
    results = [*measure_kernel(), *measure_services(), *drivers.measure(), measure_latency()]
    file = BUILD / "bench.json"
    file.write_text(json.dumps(results, indent=1) + "\n")
    print(ROW.format("instructions", "measured", "goal", "", "seL4 [MCS]", "Linux", "xv6"))
    for result in results:
        sel4, linux, xv6, goal = ANCHORS.get(result["name"], ("", "", "", None))
        verdict = "" if goal is None else "ok" if result["value"] <= goal else "above"
        print(ROW.format(result["name"], f"{result['value']:.1f}", goal or "", verdict, sel4, linux, xv6).rstrip())
    print(f"worst_irq_latency: {results[-1]['where']}")
    print(f"written to {os.path.relpath(file, ROOT)}")


if __name__ == "__main__":
    try:
        main()
    except (GuestFailure, Infrastructure) as error:
        sys.exit(str(error))
