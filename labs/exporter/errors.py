# SPDX-License-Identifier: MIT
"""What is wrong with the course's sources, where, and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass


SHOWN = 20


@dataclass(frozen=True, order=True)
class Complaint:
    """One fault. `line` is 0 if it concerns the whole file; `rule` is the linter's, if one was broken."""

    file: str
    line: int
    reason: str
    rule: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.rule + ': ' if self.rule else ''}{self.reason}"


class Problem(Exception):
    """The course cannot be exported. The text names each place and reason, a line each."""

    def __init__(self, *complaints: Complaint | str) -> None:
        super().__init__("\n".join(map(str, complaints)))


def raise_if(complaints: Iterable[Complaint]) -> None:
    """Raises Problem unless `complaints` is empty. Of one rule it names SHOWN at most, and counts the rest."""
    by_rule: dict[str, list[Complaint]] = {}
    for complaint in sorted(set(complaints)):
        by_rule.setdefault(complaint.rule, []).append(complaint)
    lines: list[Complaint | str] = []
    for rule, found in by_rule.items():
        lines += found[:SHOWN]
        if len(found) > SHOWN:
            lines.append(f"and {len(found) - SHOWN} more{f' of rule {rule}' if rule else ''}")
    if lines:
        raise Problem(*lines)
