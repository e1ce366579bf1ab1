# SPDX-License-Identifier: MIT
"""A solved tree in a folder of its own, in which one wrong solution after the other is built and tested.

It belongs to one process: the grader is the student's, from the tree."""

import os
import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from .errors import Problem
from .folder import write_folder
from .manifest import Lab
from .mutants import Mutant
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
    """`solution` in `folder`, with the files `hidden` of its hidden tests. `settings`: for make, such as CXX_RISCV=...;
    `jobs`: of make."""

    def __init__(self, solution: Tree, hidden: Tree, lab: Lab, folder: Path, settings: list[str], jobs: int) -> None:
        self._solution, self._lab, self._folder, self._settings, self._jobs = solution, lab, folder, settings, jobs
        lists = {f"{HIDDEN}/{path}": file for path, file in hidden.items() if "/" not in path}
        write_folder(folder, solution | {path: file for path, file in hidden.items() if "/" in path} | lists)
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
        """Makes the mistake."""
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

    def check_solution(self) -> None:
        """Raises Problem unless the solution without a mistake passes all tests: else a failure would tell nothing."""
        if failures := list(filter(None, map(self.test, self._tests))):
            raise Problem(f"sol{self._lab.number} fails tests without any mistake in it:",
                          *(f"  {one.test}: {one.kind}  {one.reason}" for one in failures))
