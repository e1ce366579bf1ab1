# SPDX-License-Identifier: MIT
"""A solved tree in a folder of its own, in which one wrong solution after the other is built and tested. If the next one is
in a tree that is solved up to another exercise, the folder becomes that one.

It belongs to one process: the grader is the student's, from the tree."""

import os
import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from .errors import Problem
from .folder import write_folder
from .manifest import Lab
from .mutants import Mutant, Trees
from .source import Tree

BUILD = "BUILD"
HIDDEN = "hidden"       # the folder with the list of hidden tests


@dataclass(frozen=True)
class Failure:
    """A test that failed. `kind`: the grader's word, such as WRONG; `reason`: one line."""

    test: str
    kind: str
    reason: str


class Place:
    """One of `trees` in `folder`, with the files `hidden` of its hidden tests. `settings`: for make, such as CXX_RISCV=...;
    `jobs`: of make."""

    def __init__(self, trees: Trees, hidden: Tree, lab: Lab, folder: Path, settings: list[str], jobs: int) -> None:
        self._trees, self._lab, self._folder, self._settings, self._jobs = trees, lab, folder, settings, jobs
        lists = {f"{HIDDEN}/{path}": file for path, file in hidden.items() if "/" not in path}
        self._hidden = {path: file for path, file in hidden.items() if "/" in path} | lists
        self._after: str | None = None      # the tree is solved up to here; None: it has not been checked yet
        self._solution = trees("")
        write_folder(folder, self._solution | self._hidden)
        os.environ.pop("GLENDA_BUILD", None)        # of the make that runs the exporter
        sys.path.insert(0, str(folder / "grade"))
        sys.dont_write_bytecode = True
        import_module("glenda.process").die_with_parent()
        self._results = import_module("glenda.paths").RESULTS / lab.name
        self._results.mkdir(parents=True, exist_ok=True)
        import_module("glenda.plugins").build("deadline")
        config = import_module("lab.config")
        tests = [*config.load(folder, lab.number).tests, *(config.load_hidden(folder / HIDDEN) if lists else ())]
        self._tests = {test.name: test for test in tests}
        self._built = None      # what the grader says of the last build, if that was of the files as they are now
        self._times = None      # those of the file with the mistake, before it; None once it may have been compiled

    def change(self, mutant: Mutant) -> None:
        """Makes the mistake, in the tree that it is in. Raises Problem if that fails tests without it."""
        if mutant.after != self._after:
            self._solution, self._after, self._built = self._trees(mutant.after), mutant.after, None
            write_folder(self._folder, self._solution | self._hidden)
            self._check_solution(mutant)
        file = self._folder / mutant.file
        self._built, self._times = None, (file.stat().st_atime_ns, file.stat().st_mtime_ns)
        file.write_text(mutant.applied(self._solution))

    def restore(self, mutant: Mutant) -> None:
        """Takes it back. What was compiled with the mistake will be compiled again, since the file is newer."""
        file = self._folder / mutant.file
        file.write_bytes(self._solution[mutant.file].data)
        if self._times:
            os.utime(file, ns=self._times)
        self._built = None

    def test(self, name: str) -> Failure | None:
        """Runs one test. Builds what has changed for it, but for a host test, which needs only its own program.
        Returns None if it passes."""
        test = self._tests[name]
        if test.kind != "host" and self._built is None:
            self._times = None
            self._built = import_module("lab.build").run(self._folder, self._lab.number, self._jobs, self._settings)
        if test.kind != "host" and self._built.error:
            return Failure(name, BUILD, self._built.error.partition("\n")[0])
        kernel, initrd = (self._built.kernel, self._built.initrd) if self._built else (Path(), Path())
        setting = import_module("lab.setting").Setting(self._folder, self._results, kernel, initrd, "0" * 16)
        runners = import_module("lab.grade").RUNNERS
        [outcome] = import_module("lab.pool").run([test], lambda one: runners[one.kind](setting, one), 1)
        found = outcome.verdict
        return None if found.kind.value == "ok" else Failure(name, found.kind.value, found.reason)

    def _check_solution(self, mutant: Mutant) -> None:
        """Raises Problem unless the tree without a mistake passes the tests that could notice `mutant`: else a failure would
        tell nothing."""
        names = [test.name for test in self._tests.values() if mutant.can_be_seen_by(test)]
        if failures := list(filter(None, map(self.test, names))):
            tree = f"the tree solved up to {mutant.after}" if mutant.after else f"sol{self._lab.number}"
            raise Problem(f"{tree} fails tests without any mistake in it:",
                          *(f"  {one.test}: {one.kind}  {one.reason}" for one in failures))
