# SPDX-License-Identifier: MIT
"""Fuzzes the parsers: `make fuzz-parsers SECONDS=60`, as many parsers at a time as there are processors.

Each parser's program (build/fuzz/NAME) starts from its corpus in grade/fuzz/corpus/NAME. What it finds on the way stays in
build/fuzz/corpus/NAME for the next run. Input that breaks a parser is named with the command that repeats it: mend the
parser, and copy the file into the corpus. `--keep` adds to the corpus what reaches new code, as little as there can be.
"""

import argparse
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from glenda.paths import BUILD, ROOT  # noqa: E402  (after the path above)

CORPUS = ROOT / "grade" / "fuzz" / "corpus"
FUZZ = BUILD / "fuzz"
MOST_BYTES = 8192       # of an input
MOST_KEPT = 1024        # of one in the tree
MOST_SECONDS = 5        # for an input: it hangs
LIMITS = (f"-max_len={MOST_BYTES}", f"-timeout={MOST_SECONDS}", "-rss_limit_mb=1024")


def start(name: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(FUZZ / name), *LIMITS, *map(str, arguments)], cwd=ROOT, text=True, errors="replace",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)


def fuzz(name: str, seconds: int, seed: int) -> tuple[str, bool]:
    """What to say about this parser, and whether it held."""
    found = FUZZ / "corpus" / name
    found.mkdir(parents=True, exist_ok=True)
    done = start(name, f"-max_total_time={seconds}", f"-seed={seed}", f"-artifact_prefix={FUZZ}/{name}-",
                 "-print_final_stats=1", found, CORPUS / name)
    (FUZZ / f"{name}.log").write_text(done.stdout)
    if done.returncode == 0:
        runs = int(re.search(r"number_of_executed_units:\s*(\d+)", done.stdout)[1])
        covered = re.findall(r"cov: (\d+)", done.stdout)[-1]
        return f"  FUZZ     {name}: {runs:,} inputs, {covered} places of its code", True
    why = re.search(r"^(?:broken promise|SUMMARY|.*runtime error):? .*$", done.stdout, re.MULTILINE)
    saved = re.search(r"Test unit written to (\S+)", done.stdout)
    repeat = f"\n  repeat   {os.path.relpath(FUZZ / name, ROOT)} {os.path.relpath(saved[1], ROOT)}" if saved else ""
    return f"  FAIL     {name}: {why[0] if why else f'exit status {done.returncode}'} ({FUZZ / name}.log){repeat}", False


def keep(name: str) -> str:
    """Adds to the corpus in the tree those small inputs that reach code which it does not reach."""
    corpus = CORPUS / name
    before = set(corpus.iterdir())
    start(name, f"-max_len={MOST_KEPT}", "-set_cover_merge=1", "-use_counters=0", corpus, FUZZ / "corpus" / name)
    new = set(corpus.iterdir()) - before
    for path in new:
        path.rename(corpus / f"found-{path.name[:8]}")
    return f"  KEEP     {name}: {len(new)} new"


def main() -> int:
    parser = argparse.ArgumentParser(description="Fuzz the parsers.")
    parser.add_argument("--seconds", type=int, default=60, help="for all of them together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("names", nargs="*", default=sorted(path.name for path in CORPUS.iterdir()))
    options = parser.parse_args()
    if options.keep:
        for name in options.names:
            print(keep(name), flush=True)
        return 0
    at_once = os.cpu_count() or 1
    each = max(1, options.seconds * min(at_once, len(options.names)) // len(options.names))
    held = True
    with ThreadPoolExecutor(max_workers=at_once) as pool:
        for text, well in pool.map(lambda name: fuzz(name, each, options.seed), options.names):
            print(text, flush=True)
            held = held and well
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
