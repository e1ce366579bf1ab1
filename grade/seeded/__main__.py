# SPDX-License-Identifier: MIT
"""The command: python3 -m seeded [LIST], started in grade/."""

import argparse
import sys
import threading
import time
from pathlib import Path

from glenda import paths

from . import report
from .check import Check, Result
from .faults import BadList, load

SCRATCH = paths.BUILD / "seeded"


def say(*lines: str) -> None:
    print(*(f"  {line}" for line in lines), sep="\n", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="seeded", description="Put faults into the kernel; tests must notice each.")
    parser.add_argument("list", nargs="?", type=Path, default=Path(__file__).with_name("kernel.toml"))
    parser.add_argument("--only", metavar="ID,...", help="these faults alone")
    parser.add_argument("--first", action="store_true", help="run the first claim of each fault alone")
    parser.add_argument("--jobs", type=int, help="faults at a time (as many as there are processors)")
    options = parser.parse_args()
    begun = time.monotonic()
    try:
        faults = load(options.list)
        if options.only:
            wanted = options.only.split(",")
            if unknown := set(wanted) - {fault.id for fault in faults}:
                raise BadList(f"{options.list}: no fault {', '.join(sorted(unknown))}")
            faults = [fault for fault in faults if fault.id in wanted]
        check = Check(faults, paths.ROOT, SCRATCH, jobs=options.jobs, first_claim_only=options.first)
        check.validate()
    except BadList as error:
        print(error, file=sys.stderr)
        return 2

    say(f"SEEDED   {len(faults)} faults; first the unchanged tree")
    base = check.run_base()
    if not base.is_good:
        say(*report.lines_of_base(base))
        return 2
    lock = threading.Lock()

    def tell(result: Result) -> None:
        with lock:
            say(*report.lines_of(result))

    results = check.run_faults(tell)
    report.write_json(results, SCRATCH / "report.json")
    print(report.summary(results, time.monotonic() - begun))
    return 0 if all(result.is_good for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
