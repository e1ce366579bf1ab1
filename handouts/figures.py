# SPDX-License-Identifier: MIT
"""Draws each .dot file below handouts/ as an SVG beside it. `make handouts-figures`

The picture of the system is drawn once more for each lab, as lab1-system.svg and so on: what a student has already
written, and what this lab adds, are coloured. A box belongs to the lab that its class names.

The SVG's first comment has a hash of its source, by which a test sees that the two belong together: two versions of
Graphviz draw the same source a little differently.
"""

import hashlib
import re
import subprocess
from pathlib import Path

HANDOUTS = Path(__file__).resolve().parent
SYSTEM = HANDOUTS / "labs/img/system.dot"
YOURS, NEW = "#cfe6e4", "#fbeed3"       # what a student has written before this lab, and writes in it


def hash_of(source: Path) -> str:
    return hashlib.sha256(source.read_bytes()).hexdigest()


def draw(source: Path) -> str:
    drawn = subprocess.run(["dot", "-Tsvg", source], capture_output=True, text=True, check=True).stdout
    picture = re.sub(r"<!--.*?-->\n?", "", drawn, flags=re.DOTALL)       # among them the version of Graphviz
    return picture.replace("<svg", f"<!-- drawn from {hash_of(source)} -->\n<svg", 1)


def style(lab: int) -> str:
    """The colours of the system's parts for this lab."""
    colours = [(each, YOURS) for each in range(1, lab)] + [(lab, NEW)]
    return "<style>" + " ".join(f".lab{each} path {{fill: {colour}}}" for each, colour in colours) + "</style>\n"


def pictures(source: Path) -> dict[Path, str]:
    """The pictures that come from this source, by their paths."""
    picture = draw(source)
    found = {source.with_suffix(".svg"): picture}
    if source == SYSTEM:
        for page in HANDOUTS.glob("labs/lab*.md"):
            lab = int(page.stem.removeprefix("lab"))
            found[source.with_name(f"lab{lab}-system.svg")] = picture.replace("<g id=", style(lab) + "<g id=", 1)
    return found


if __name__ == "__main__":
    for each in sorted(HANDOUTS.rglob("*.dot")):
        for path, text in pictures(each).items():
            path.write_text(text, encoding="utf-8")
            print(f"  DOT      {path.relative_to(HANDOUTS.parent)}")
