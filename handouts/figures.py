# SPDX-License-Identifier: MIT
"""Draws each .dot file below handouts/ as an SVG beside it. `make handouts-figures`

The SVG's first comment has a hash of its source, by which a test sees that the two belong together: two versions of
Graphviz draw the same source a little differently.
"""

import hashlib
import re
import subprocess
from pathlib import Path

HANDOUTS = Path(__file__).resolve().parent


def hash_of(source: Path) -> str:
    return hashlib.sha256(source.read_bytes()).hexdigest()


def draw(source: Path) -> None:
    drawn = subprocess.run(["dot", "-Tsvg", source], capture_output=True, text=True, check=True).stdout
    picture = re.sub(r"<!--.*?-->\n?", "", drawn, flags=re.DOTALL)       # among them the version of Graphviz
    source.with_suffix(".svg").write_text(picture.replace("<svg", f"<!-- drawn from {hash_of(source)} -->\n<svg", 1))


if __name__ == "__main__":
    for each in sorted(HANDOUTS.rglob("*.dot")):
        draw(each)
        print(f"  DOT      {each.relative_to(HANDOUTS.parent).with_suffix('.svg')}")
