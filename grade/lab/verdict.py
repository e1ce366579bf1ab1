# SPDX-License-Identifier: MIT
"""What became of a test, decided from what was printed and how the run ended.

The kinds, in the order in which they are looked for. The first that fits counts, because it explains the later ones:

    BUILD     the tree, or the test's program, does not compile
    INFRA     this computer did not do its part: no point is lost, but nothing is proved either
    NO BOOT   the kernel did not come as far as its greeting
    TO DO     the run met an exercise that is not written yet
    PANIC     the kernel panicked, or a host test was stopped by a sanitizer
    HANG      time ran out (busy), or nothing would ever happen again (idle), or the output had no end
    ENDED     the machine went off before the last test case
    WRONG     a check of the test failed
    LEAK      all checks passed, but memory was not given back
    BROKEN    all checks passed, but an invariant of the kernel is broken
    FORGED    a success was reported without the nonce
"""

import re
from dataclasses import dataclass, field
from enum import Enum

from .config import Test
from .submission import tag

FIRST_WORDS = re.compile(r"^Glenda\b", re.MULTILINE)
# A service or a driver says so by way of the log: with its name, and if somebody reads it out, with the time.
MISSING = re.compile(r"^(?:\[ *[\d.]+\] )?(?:[\w -]+: )?Exercise (?P<number>[\d.]+) is missing: (?P<file>[^\n,]+), "
                     r"(?P<function>[^\n]+?)(?:\(\))?$", re.MULTILINE)
# What a trap's cause means: the RISC-V privileged specification, table of scause.
CAUSES = {0: "misaligned fetch", 1: "fetch access fault", 2: "illegal instruction", 3: "breakpoint", 4: "misaligned load",
          5: "load access fault", 6: "misaligned store", 7: "store access fault", 12: "fetch page fault",
          13: "load page fault", 15: "store page fault"}
TRAP = re.compile(r"^trap in the kernel: cause (\d+), address (0x[0-9a-f]+)")
PANIC = re.compile(r"^PANIC: (?P<what>[^\n]*)\n(?P<rest>(?:  [^\n]*\n)*)", re.MULTILINE)
# The test's own thread; in lab 1, where threads have numbers, the one that was the last to do anything.
OWN_STOPPED = re.compile(r"^(?:kernel: thread root stopped: (?P<root>[^\n]*)$|thread \d+ stopped: (?P<last>[^\n]*)\n*\Z)",
                         re.MULTILINE)
VIOLATED = "invariant violated: "       # how the panic of the invariant checker begins
BEGUN = re.compile(r"^case (?P<name>\w+)$", re.MULTILINE)
RESULT = re.compile(r"^ok (?P<name>\w+)(?: (?P<tag>\S+))?$", re.MULTILINE)
FAILURE = re.compile(r"^(?P<word>FAIL|LEAK|BROKEN) (?P<name>\w+): (?P<text>[^\n]*)$", re.MULTILINE)
ALSO = re.compile(r"^also (?P<name>\w+): (?P<text>[^\n]*)$", re.MULTILINE)
SUMMARY = re.compile(r"^ktest: (?P<passed>\d+) passed, (?P<failed>\d+) failed$", re.MULTILINE)


class Kind(Enum):
    OK = "ok"
    BUILD = "BUILD"
    INFRA = "INFRA"
    NO_BOOT = "NO BOOT"
    TO_DO = "TO DO"
    PANIC = "PANIC"
    HANG = "HANG"
    ENDED = "ENDED"
    WRONG = "WRONG"
    LEAK = "LEAK"
    BROKEN = "BROKEN"
    FORGED = "FORGED"


class Stop(Enum):
    """How a run ended."""

    EXIT = "it ended itself"
    BUSY = "its time was used up"
    ASLEEP = "its time was used up, most of it asleep"
    STUCK = "it took exceptions without end"
    IDLE = "nothing would ever have happened again"
    FLOOD = "it printed too much"
    PANIC = "the kernel panicked"


@dataclass(frozen=True)
class Verdict:
    """`reason`: one line. `details`: more, a line each. `missing`: the exercise that is not written yet."""

    kind: Kind
    reason: str = ""
    details: tuple[str, ...] = ()
    missing: str = ""


@dataclass
class Run:
    """A run of the guest or of a host test, as far as a verdict needs it."""

    output: str
    stop: Stop
    where: list[str] = field(default_factory=list)      # where it was when it was stopped, in words


def missing_in(output: str) -> Verdict | None:
    found = MISSING.search(output)
    if found is None:
        return None
    return Verdict(Kind.TO_DO, f"exercise {found['number']} is missing ({found['function']}, {found['file']})",
                   missing=found["number"])


def of_boot(test: Test, run: Run, nonce: str, limit: str) -> Verdict:
    """The verdict on a boot. `run.output` is the console without what the firmware printed. `limit`: in words."""
    stopped = of_stop(run, limit)
    if not FIRST_WORDS.search(run.output):
        why = stopped.reason if stopped else "the machine went off"
        return Verdict(Kind.NO_BOOT, f"no greeting of the kernel: {why}", (*run.where, *tail(run.output)))
    if todo := missing_in(run.output):
        return todo
    wrong = next((each for each in FAILURE.finditer(run.output) if each["word"] == "FAIL"), None)
    if stopped and wrong:
        if stopped.kind == Kind.BROKEN:      # a test that fails may well leave things behind
            return of_output(test, run.output, nonce)
        return Verdict(stopped.kind, stopped.reason, (f"before that: {place_first(wrong['text'])}", *stopped.details))
    return stopped or of_output(test, run.output, nonce)


def in_words(panic: str) -> str:
    """The panic, with the name of a trap's cause instead of its number."""
    return TRAP.sub(lambda found: f"trap in the kernel: {CAUSES.get(int(found[1]), f'cause {found[1]}')} at {found[2]}", panic)


def of_stop(run: Run, limit: str) -> Verdict | None:
    """The verdict if the run did not end by itself."""
    case = in_case(run.output)
    if panic := PANIC.search(run.output):
        what, rest = panic["what"], [line.strip() for line in panic["rest"].splitlines()]
        if what.startswith(VIOLATED):
            which = what.removeprefix(VIOLATED)
            return Verdict(Kind.BROKEN, f"an invariant of the kernel is broken: {which}{case}", tuple(run.where))
        return Verdict(Kind.PANIC, in_words(what) + case, tuple(run.where or rest))
    if run.stop == Stop.FLOOD:
        return Verdict(Kind.HANG, f"it prints without end{case}", (*run.where, *tail(run.output, 2)))
    if run.stop in (Stop.BUSY, Stop.ASLEEP):
        how = "busy" if run.stop == Stop.BUSY else "mostly asleep"
        return Verdict(Kind.HANG, f"{how}: not finished after {limit}{case}", tuple(run.where))
    if run.stop == Stop.STUCK:
        return Verdict(Kind.HANG, f"it takes exceptions without end, and comes to nothing else{case}", tuple(run.where))
    if run.stop == Stop.IDLE and (own := OWN_STOPPED.search(run.output)):
        return Verdict(Kind.ENDED, f"the test's own thread stopped: {own['root'] or own['last']}{case}",
                       (*run.where, *tail(run.output)))
    if run.stop == Stop.IDLE:
        return Verdict(Kind.HANG, f"idle: everything waits, and nothing will wake it{case}", tuple(run.where))
    return None


def of_output(test: Test, output: str, nonce: str) -> Verdict:
    """The verdict on a test that ran to its end, from its results."""
    failures = list(FAILURE.finditer(output))
    if wrong := next((each for each in failures if each["word"] == "FAIL"), None):
        return Verdict(Kind.WRONG, place_first(wrong["text"]), after(output, wrong))
    summary = SUMMARY.search(output)
    if summary is None:
        return Verdict(Kind.ENDED, f"it ended before the last case{in_case(output)}", tail(output))
    if failures:
        return Verdict(Kind(failures[0]["word"]), place_first(failures[0]["text"]), after(output, failures[0]))
    results = list(RESULT.finditer(output))
    if forged := next((each for each in results if each["tag"] != tag(nonce, each["name"])), None):
        return Verdict(Kind.FORGED, f"`{forged[0]}` does not come from the test's program")
    passed = [each["name"] for each in results]
    if summary["failed"] != "0" or int(summary["passed"]) != len(passed):
        return Verdict(Kind.FORGED, f"`{summary[0]}`, but {len(passed)} results")
    if absent := sorted(set(test.cases) - set(passed)):
        return Verdict(Kind.WRONG, f"case {absent[0]} has not run")
    if not passed:
        return Verdict(Kind.WRONG, "no case has run")
    return Verdict(Kind.OK)


def in_case(output: str) -> str:
    """`, in case NAME` if the program says which case it was in, or ""."""
    begun = list(BEGUN.finditer(output))
    if not begun or any(each["name"] == begun[-1]["name"] for each in RESULT.finditer(output, begun[-1].end())):
        return ""
    return f", in case {begun[-1]['name']}"


def place_first(text: str) -> str:
    """`file:line: text` with two blanks between place and text."""
    return re.sub(r"^(\S+:\d+): ", r"\1  ", text)


def after(output: str, failure: re.Match[str]) -> tuple[str, ...]:
    """Further failed checks of the same case, few."""
    return tuple(place_first(each["text"]) for each in ALSO.finditer(output, failure.end())
                 if each["name"] == failure["name"])[:3]


def tail(output: str, lines: int = 3) -> tuple[str, ...]:
    """The last lines of the console."""
    return tuple(f"| {line[:200]}" for line in output.rstrip("\n").split("\n")[-lines:] if line)


def of_build(error: str) -> Verdict:
    first, *rest = error.split("\n")
    return Verdict(Kind.BUILD, first, tuple(rest))
