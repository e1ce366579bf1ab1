# SPDX-License-Identifier: MIT
"""Publishes the labs: two bare repositories whose branches only ever grow.

public.git: lab1, lab2, ...; each begins as a child of the one before. A mend is a commit on the branch of the lab that first
published the file, then a merge commit into each later branch: a student who pulled the mend has no conflict later.
private.git: solN and prepN on top of labN, so that merges have the right base, and `solutions`.
"""

from dataclasses import dataclass, field
from pathlib import Path

from . import messages, origin
from .course import Course
from .manifest import Lab
from .mutants import patches_of, solved_trees
from .render import Renderer
from .repository import Repository
from .source import Tree

SOLUTIONS = "solutions/"


@dataclass
class Publication:
    """One run. `date`: of the solved tree's commit; `reason`: what a mend is for, for its commit message; `commit`: the
    solved tree's, which private commits name."""

    course: Course
    folder: Path
    date: str
    reason: str = ""
    commit: str = ""
    said: list[str] = field(default_factory=list)       # a line for each branch

    def __post_init__(self) -> None:
        self.renderer = Renderer(self.course)
        self.public = Repository(self.folder / "public.git")
        self.private = Repository(self.folder / "private.git")
        self.is_new = self.public.tip(self.course.labs[0].name) is None

    def run(self) -> None:
        """Adds to both repositories what is new."""
        self.run_labs()
        solutions = self.private.store(self._solutions())
        self._advance("solutions", solutions, None, "Solutions, instructors' notes and hidden tests\n")
        self.private.git("symbolic-ref", "HEAD", "refs/heads/solutions")

    def run_labs(self) -> None:
        """The same, without what only instructors see beside the labs' own branches."""
        earlier: Lab | None = None
        for lab in self.course.labs:
            self._publish_lab(lab, earlier)
            earlier = lab
        self.public.git("symbolic-ref", "HEAD", f"refs/heads/{self.course.labs[-1].name}")
        for lab in self.course.labs:
            self._publish_private(lab)

    def _tell(self, repository: Repository, branch: str, old: str | None) -> None:
        new = repository.tip(branch)
        count = repository.git("rev-list", "--count", *filter(None, (new, f"^{old}" if old else "")))
        what = f"{count} new commit{'' if count == '1' else 's'}" if new != old else "nothing new"
        self.said.append(f"{repository.path.name} {branch}: {what}")

    # --- public -----------------------------------------------------------------------------------------------

    def _publish_lab(self, lab: Lab, earlier: Lab | None) -> None:
        repository, tree = self.public, self.renderer.tree(lab.name)
        name = repository.store(tree)
        old = tip = repository.tip(lab.name)
        base = repository.tip(earlier.name) if earlier else None
        if tip is None:
            before = repository.read(base) if base else Tree()
            tip = repository.commit(name, [base] if base else [], messages.arrival(lab, before, tree), self.date)
        else:
            if base and earlier and not repository.is_ancestor(base, tip):
                tip = self._merge_mend(lab, earlier, tip, base)
            if repository.tree_of(tip) != name:
                message = messages.mend(lab, repository.read(tip), tree, self.reason)
                tip = repository.commit(name, [tip], message, self.date)
        if tip != old:
            repository.move(lab.name, tip)
        self._tell(repository, lab.name, old)

    def _merge_mend(self, lab: Lab, earlier: Lab, tip: str, base: str) -> str:
        """Merges the mended branch of the earlier lab, which ends at `base`: its files as they are there, others as they were."""
        repository = self.public
        merged_before = repository.read(repository.git("merge-base", base, tip))
        ours = {path: file for path, file in repository.read(tip).items() if path not in merged_before}
        merged = repository.store(ours | repository.read(base))
        return repository.commit(merged, [tip, base], messages.merge(lab, earlier), self.date)

    # --- private ----------------------------------------------------------------------------------------------

    def _publish_private(self, lab: Lab) -> None:
        self.private.git("fetch", "-q", str(self.public.path.resolve()), f"refs/heads/{lab.name}")
        base = self.public.tip(lab.name)
        for kind, message in (("prep", f"Lab {lab.number}: everything before it is solved\n"),
                              ("sol", f"Lab {lab.number}: solved\n")):
            tree = self.private.store(self.renderer.tree(f"{kind}{lab.number}"))
            self._advance(f"{kind}{lab.number}", tree, base, message)

    def _advance(self, branch: str, tree: str, base: str | None, message: str) -> None:
        """Lets `branch` of private.git end with `tree`, and descend from `base`."""
        repository, message = self.private, message + origin.note(self.commit)
        old = tip = repository.tip(branch)
        if base and repository.tree_of(base) == tree and (tip is None or repository.is_ancestor(tip, base)):
            tip = base
        elif tip is None:
            tip = repository.commit(tree, [base] if base else [], message, self.date)
        elif base and not repository.is_ancestor(base, tip):
            tip = repository.commit(tree, [tip, base], message, self.date)
        elif repository.tree_of(tip) != tree:
            tip = repository.commit(tree, [tip], message, self.date)
        if tip != old:
            repository.move(branch, tip)
        self._tell(repository, branch, old)

    def _solutions(self) -> Tree:
        tree = {path.removeprefix(SOLUTIONS): file for path, file in self.course.source.items() if path.startswith(SOLUTIONS)}
        for lab in self.course.labs:
            tree |= patches_of(self.course, lab, solved_trees(self.renderer, lab))
        return tree
