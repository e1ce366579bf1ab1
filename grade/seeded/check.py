# SPDX-License-Identifier: MIT
"""Runs a list of faults: the unchanged tree must pass every claim, then each fault must make its claims fail."""

import os
import queue
import re
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from glenda import ktest, paths, plugins
from glenda.errors import Infrastructure

from . import runs, suites
from .faults import BadList, BootClaim, Claim, Fault, GradeClaim, UnitClaim
from .runs import Kind, Verdict
from .source import NotFound
from .tree import INITRD, KERNEL, UNIT_TESTS, BuildFailed, Tree

PROGRAMS = Path("user/tests")
SHOWN = 1500                # characters of a compiler's output


@dataclass
class Result:
    """What became of one fault, or of the unchanged tree (`fault` is None)."""

    fault: Fault | None
    line: int = 0
    verdicts: list[tuple[Claim, Verdict]] = field(default_factory=list)
    error: str = ""         # why nothing could be run
    seconds: float = 0.0

    @property
    def is_good(self) -> bool:
        if self.error:
            return False
        if self.fault is None:
            return all(verdict.kind is Kind.PASSED for _, verdict in self.verdicts)
        return bool(self.verdicts) and all(verdict.kind.is_caught for _, verdict in self.verdicts)


def _whole(claim: Claim) -> Claim:
    """The claim without the cases that must fail: where nothing is wrong, all pass."""
    return replace(claim, cases=()) if isinstance(claim, BootClaim) else claim


def _boots(claim: Claim) -> bool:
    """The claim is about the kernel as it is built for the machine."""
    return not isinstance(claim, UnitClaim)


class Check:
    """One run over `faults`. `tree`: the working tree, `initrd`: its programs; `scratch`: for copies and logs."""

    def __init__(self, faults: list[Fault], tree: Path, scratch: Path, *, initrd: Path = paths.INITRD,
                 jobs: int | None = None, first_claim_only: bool = False) -> None:
        self.faults, self.tree, self.scratch, self.initrd = faults, tree, scratch, initrd
        self.jobs = jobs or os.cpu_count() or 1
        self.first_claim_only = first_claim_only
        self.tests = suites.tests_in(tree)
        self.base = Tree(scratch / "base")

    def claims_of(self, fault: Fault) -> tuple[Claim, ...]:
        return fault.claims[:1] if self.first_claim_only else fault.claims

    def validate(self) -> None:
        """Every fault has its place in the tree, and every claim its tests. Raises BadList with all that is wrong."""
        wrong = [problem for fault in self.faults for problem in self._problems(fault)]
        if wrong:
            raise BadList("\n".join(wrong))

    def _problems(self, fault: Fault) -> Iterator[str]:
        path = self.tree / fault.file
        try:
            fault.apply(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            yield f"{fault.file}:1: there is no such file (fault {fault.id})"
        except NotFound as problem:
            yield f"{problem} (fault {fault.id})"
        for claim in fault.claims:
            if isinstance(claim, UnitClaim):
                if not suites.matching(self.tests, claim.filter):
                    yield f"fault {fault.id}: no unit test is called {claim.filter}"
            elif isinstance(claim, GradeClaim):
                file, _, name = claim.test.partition("::")
                path = self.tree / "grade/tests" / file
                function = name.partition("[")[0]
                if not path.exists() or not re.search(rf"^def {function}\(", path.read_text(), re.MULTILINE):
                    yield f"fault {fault.id}: there is no test {claim.test} in grade/tests"
            elif not (self.tree / PROGRAMS / f"{claim.program}.cc").exists():
                yield f"fault {fault.id}: there is no {PROGRAMS / claim.program}.cc"
            elif missing := set(claim.cases) - ktest.names_in(claim.program, self.tree / PROGRAMS):
                yield f"fault {fault.id}: {claim.program} has no case {', '.join(sorted(missing))}"

    def sources_for(self, claims: Iterable[Claim]) -> list[Path]:
        """The test sources to link. Seen in the copy: the working tree may be edited while this runs."""
        filters = [each.filter for each in claims if isinstance(each, UnitClaim)]
        return suites.sources_of(self.base.root, self.tests, filters)

    def run_base(self) -> Result:
        """Build the unchanged tree and run every claim on it once."""
        result, begun = Result(None), time.monotonic()
        claims = list(dict.fromkeys(_whole(claim) for fault in self.faults for claim in self.claims_of(fault)))
        try:
            self.base.copy_sources(self.tree, self.initrd)
            if any(map(_boots, claims)):
                plugins.build("deadline")
                self.base.build_kernel(self.jobs)
            if any(isinstance(claim, UnitClaim) for claim in claims):
                self.base.build_unit_tests(self.sources_for(claims), self.jobs)
            with ThreadPoolExecutor(self.jobs) as pool:
                names = [f"unchanged-{number}" for number in range(len(claims))]
                result.verdicts = list(zip(claims, pool.map(lambda claim, name: self._run(self.base, claim, name),
                                                            claims, names), strict=True))
        except Infrastructure as problem:
            result.error = str(problem)
        except BuildFailed as failure:
            result.error = f"the unchanged tree does not build:\n{str(failure)[-SHOWN:]}"
        result.seconds = time.monotonic() - begun
        return result

    def run_faults(self, tell: Callable[[Result], None]) -> list[Result]:
        """Run all faults, as many at a time as there are jobs; `tell` is called for each that is done."""
        trees: queue.SimpleQueue[Tree] = queue.SimpleQueue()
        for number in range(self.jobs):
            trees.put(Tree(self.scratch / f"worker-{number}"))

        def run(fault: Fault) -> Result:
            tree = trees.get()
            try:
                result = self._run_fault(tree, fault)
            finally:
                trees.put(tree)
            tell(result)
            return result

        with ThreadPoolExecutor(self.jobs) as pool:
            return list(pool.map(run, self.faults))

    def _run_fault(self, tree: Tree, fault: Fault) -> Result:
        result, begun = Result(fault), time.monotonic()
        claims = self.claims_of(fault)
        try:
            tree.copy_of(self.base)
            result.line = tree.apply(fault)
            self._build(tree, claims)
            for number, claim in enumerate(claims):
                result.verdicts.append((claim, self._run(tree, claim, f"{fault.id}-{number}")))
        except Infrastructure as problem:
            result.error = str(problem)
        except BuildFailed as failure:
            result.error = f"it does not build:\n{str(failure)[-SHOWN:]}"
        result.seconds = time.monotonic() - begun
        return result

    def _build(self, tree: Tree, claims: Iterable[Claim]) -> None:
        if sources := self.sources_for(claims):
            tree.build_unit_tests(sources)
        if any(map(_boots, claims)):
            tree.build_kernel()

    def _run(self, tree: Tree, claim: Claim, name: str) -> Verdict:
        if isinstance(claim, UnitClaim):
            return runs.run_unit(tree.root / UNIT_TESTS, claim, self.scratch / "logs" / f"{name}.log")
        if isinstance(claim, GradeClaim):
            return runs.run_grade(tree.root, claim, self.scratch / "logs" / f"{name}.log")
        return runs.run_boot(tree.root / KERNEL, tree.root / INITRD, claim, f"seeded-{name}")
