# SPDX-License-Identifier: MIT
"""What the tests of the exporter share."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from solved_tree import SolvedTree  # noqa: E402


@pytest.fixture
def solved(tmp_path: Path) -> SolvedTree:
    """A small solved tree with three labs."""
    return SolvedTree.copy(tmp_path / "solved")
