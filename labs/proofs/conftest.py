# SPDX-License-Identifier: MIT
"""Tests of what needs whole trees of labs, and minutes: `make check-labs` runs them after the exporter's proofs."""

import sys
from pathlib import Path

LABS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(LABS), str(LABS.parent / "grade")]
