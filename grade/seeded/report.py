# SPDX-License-Identifier: MIT
"""What came of the faults, for people and for programs."""

import json
from pathlib import Path

from .check import Result
from .faults import BootClaim, Claim, UnitClaim
from .runs import Kind, Verdict


def _word(result: Result) -> str:
    """One word for a fault: how it was caught, or in capitals why it was not."""
    if result.error:
        return "BROKEN"
    for _, verdict in result.verdicts:
        if not verdict.kind.is_caught:
            return "NOT NOTICED" if verdict.kind is Kind.PASSED else verdict.kind.value.upper()
    return "caught"


def _problem(claim: Claim, verdict: Verdict) -> str:
    if verdict.kind is Kind.PASSED:
        return f"{claim} claims it, and passes"
    return f"{claim} {verdict}"


def lines_of(result: Result) -> list[str]:
    """The lines of the report for one fault: where it is, and for each claim which test failed, and how."""
    fault = result.fault
    lines = [f"{_word(result):<12} {fault.id}  {fault.file}:{result.line}  ({result.seconds:.1f} s)"]
    if result.error:
        lines += [f"    {line}" for line in result.error.splitlines()]
    for claim, verdict in result.verdicts:
        lines.append(f"    {verdict}" if verdict.kind.is_caught else f"    {_problem(claim, verdict)}")
    return lines


def lines_of_base(result: Result) -> list[str]:
    """Why the unchanged tree cannot be the measure; nothing if it can."""
    if result.error:
        return result.error.splitlines()
    return [f"on the unchanged tree, which must pass: {claim}: {verdict}"
            for claim, verdict in result.verdicts if verdict.kind is not Kind.PASSED]


def summary(results: list[Result], seconds: float) -> str:
    caught = sum(result.is_good for result in results)
    missed = [result.fault.id for result in results if not result.is_good]
    line = f"seeded faults: {caught} of {len(results)} caught, in {seconds:.0f} s"
    return line + (f"; not: {', '.join(missed)}" if missed else "")


def _kind(claim: Claim) -> str:
    if isinstance(claim, UnitClaim):
        return "unit"
    return "boot" if isinstance(claim, BootClaim) else "grade"


def write_json(results: list[Result], path: Path) -> None:
    """One object for each fault, in the order of the list."""
    path.write_text(json.dumps([{
        "id": result.fault.id, "file": result.fault.file, "line": result.line, "caught": result.is_good,
        "seconds": round(result.seconds, 2), "error": result.error,
        "claims": [{"claim": str(claim), "kind": _kind(claim),
                    "verdict": verdict.kind.value, "test": verdict.test, "reason": verdict.reason}
                   for claim, verdict in result.verdicts],
    } for result in results], indent=1) + "\n", encoding="utf-8")
