# SPDX-License-Identifier: MIT
"""`make doctor`: is this computer ready for the labs? Prints the command that mends each thing that isn't.

Needs no network, changes nothing, and uses nothing beyond Python itself: it must run where the tools are missing.
"""

import argparse
from pathlib import Path

from . import doctor_folder, doctor_tools
from .doctor_tools import Check, Finding

CHECKS: tuple[Check, ...] = (*doctor_tools.CHECKS, *doctor_folder.CHECKS)


def examine(root: Path, checks: tuple[Check, ...] = CHECKS) -> list[Finding]:
    return [finding for check in checks for finding in check(root)]


def report(findings: list[Finding]) -> str:
    """One line each; below what needs mending, the command."""
    lines = []
    for finding in findings:
        lines.append(f"  {'MEND' if finding.mend else 'ok':<6} {finding.subject}: {finding.text}")
        if finding.mend:
            lines.append(f"         {finding.mend}")
    wrong = sum(bool(finding.mend) for finding in findings)
    lines.append(f"{wrong} thing{'s' if wrong != 1 else ''} to mend." if wrong else
                 "This computer is ready. Next: make qemu, then make grade.")
    return "\n".join(lines)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tree", type=Path, default=Path(__file__).resolve().parents[2], help="the tree to look at")


def run(options: argparse.Namespace) -> int:
    findings = examine(options.tree.resolve())
    print(report(findings))
    return 1 if any(finding.mend for finding in findings) else 0
