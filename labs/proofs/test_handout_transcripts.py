# SPDX-License-Identifier: MIT
"""What a lab's page shows of make is what a student's make prints, in a tree that is as far as the page says."""

import pytest

from pages import block, make, student_tree

# In the page of the lab: words of the block, which exercises of the lab are solved, the mistake in them, and the command.
BLOCKS = {
    (2, "$ make grade EX=2.2"): (("2.1", "2.2"), "2.2-guard-not-compared", ["grade", "EX=2.2"]),
    (2, "Exercise 2.1 is missing:"): ((), "", ["qemu"]),
}


@pytest.mark.parametrize(("lab", "words"), BLOCKS)
def test_block_is_what_make_prints(lab: int, words: str) -> None:
    solved, mistake, arguments = BLOCKS[lab, words]
    expected = [line for line in block(lab, words) if not line.startswith("$ ")]
    got = [line.rstrip() for line in make(lab, student_tree(lab, set(solved), mistake), *arguments).splitlines()]
    begin = got.index(expected[0]) if expected[0] in got else 0     # the build and the firmware come before
    assert got[begin:begin + len(expected)] == expected
