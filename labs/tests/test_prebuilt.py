# SPDX-License-Identifier: MIT
"""Programs that a lab publishes ready to run."""

import pytest
from exporter.course import Course
from exporter.errors import Problem
from exporter.grader import Grader
from exporter.prebuilt import Prebuilt
from exporter.render import Renderer
from exporter.source import read_folder
from solved_tree import SolvedTree

PLACE = "lab3/prebuilt/bin/service"


@pytest.fixture(name="with_program")
def make_with_program(solved: SolvedTree) -> SolvedTree:
    """The course, whose third lab publishes bin/service ready to run."""
    solved.replace("labs/lab3/lab.toml", 'silent = ["3.1a"]', 'silent = ["3.1a"]\nprebuilt = ["bin/service"]')
    return solved


def builder(solved: SolvedTree) -> Prebuilt:
    return Prebuilt(solved.root / "build/labs/prebuilt", Grader())


def test_it_comes_with_its_lab_and_those_after_it(with_program: SolvedTree) -> None:
    source = read_folder(with_program.root)
    renderer = Renderer(Course(builder(with_program).added_to(source)))
    assert renderer.tree("lab3")[PLACE].data.startswith(b"\x7fELF")
    assert PLACE not in renderer.tree("lab2")
    assert "prebuilt" not in renderer.tree("lab3")["grade/labs/lab3.toml"].data.decode()


def test_without_such_programs_nothing_is_built(solved: SolvedTree) -> None:
    source = read_folder(solved.root)
    assert builder(solved).added_to(source) is not source
    assert builder(solved).added_to(source) == source
    assert not (solved.root / "build").exists()


def test_built_again_it_is_the_same(with_program: SolvedTree) -> None:
    source = read_folder(with_program.root)
    complete = builder(with_program).added_to(source)
    assert list(builder(with_program).differences(source, complete)) == []


def test_a_program_that_knows_where_it_was_built_is_named(with_program: SolvedTree) -> None:
    with_program.replace("Makefile", "-ffreestanding -nostdlib -static -Wl,-e,serve",
                         "-DHERE='\"$(CURDIR)\"' -ffreestanding -nostdlib -static -Wl,-e,serve")
    with_program.write("service/main.cc", 'extern "C" const char* serve() { return HERE; }\n')
    source = read_folder(with_program.root)
    complete = builder(with_program).added_to(source)
    assert list(builder(with_program).differences(source, complete)) == [
        "labs/lab3/tree/lab3/prebuilt/bin/service: built in another folder, this program has other bytes"]


def test_one_that_cannot_be_built_is_a_complaint(with_program: SolvedTree) -> None:
    with_program.write("service/main.cc", "nonsense\n")
    with pytest.raises(Problem, match="build/initrd/bin/service: exit status 2"):
        builder(with_program).added_to(read_folder(with_program.root))
