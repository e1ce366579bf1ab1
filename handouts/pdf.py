# SPDX-License-Identifier: MIT
"""The handouts on paper: `make handouts-pdf` prints each page of the site into a PDF, with Chromium.

`pdf.py SITE FOLDER`: SITE/labs/lab1.html becomes FOLDER/labs/lab1.pdf. Hints stay folded, as on the site.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")
SECONDS = 120                   # for one page


def main(site: Path, folder: Path) -> int:
    chromium = next(filter(None, map(shutil.which, NAMES)), None)
    if chromium is None:
        print("no Chromium here: sh grade/deps.sh chromium", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as home:
        for page in sorted(site.rglob("*.html")):
            if page.name == "404.html":
                continue
            paper = folder / page.relative_to(site).with_suffix(".pdf")
            if problem := print_page(chromium, Path(home), page.resolve(), paper.resolve()):
                print(f"{page}: {problem}", file=sys.stderr)
                return 1
    return 0


def print_page(chromium: str, home: Path, page: Path, paper: Path) -> str | None:
    """Prints one page. Returns what went wrong, if anything did."""
    paper.parent.mkdir(parents=True, exist_ok=True)
    paper.unlink(missing_ok=True)
    options = ["--headless", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--no-pdf-header-footer",
               "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND",
               f"--user-data-dir={home / 'profile'}", f"--print-to-pdf={paper}"]
    if os.geteuid() == 0:
        options.append("--no-sandbox")      # which Chromium wants of root
    try:
        done = subprocess.run([chromium, *options, page.as_uri()], env={**os.environ, "HOME": str(home)},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
                              timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"Chromium printed nothing within {SECONDS} s"
    if not paper.exists():
        return f"Chromium printed nothing: {done.stderr.strip()[-500:]}"
    return None


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
