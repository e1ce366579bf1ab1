# SPDX-License-Identifier: MIT
"""What a page says of the tree, compared with it: links, paths, names, commands. Complaints begin with the line."""

import hashlib
import re
import shlex
import tomllib
from pathlib import Path

from .page import Page
from .tree import SOLVED, STUDENT, Tree

# What is made, what a reader makes, and what lies in the initrd.
ELSEWHERE = ("build/", "bin/", "lab4/prebuilt/", "lab5/prebuilt/", "my/", "../", "/mnt/c", "/tmp/", "~/", "answers.md", "compile_flags.txt")
BRANCH = re.compile(r"(?:lab|sol|prep)\d?|solutions|(?:public|private)\.git")
PATH = re.compile(r"[\w.~/*-]*/[\w./*{},-]*|\.?[\w-]+\.(?:cc|h|S|md|py|mk|toml|sh|dot|svg)|\.git\w+")
MARK = re.compile(r"// lab (\d+\.\d+)[a-z] \{")
SCREEN = re.compile(r"^  (\d+\.\d+) +(\w+) +(?:[A-Z ]+|ok) +[\d.]+/([\d.]+)", re.MULTILINE)
PLACE = re.compile(r"^ +([\w/]+\.cc):(\d+)  (.+)$", re.MULTILINE)
MISSING = re.compile(r"^Exercise (\d+\.\d+) is missing: (\S+), (\S+)\(\)$", re.MULTILINE)


def check_links(page: Page, load: dict[Path, Page]) -> list[str]:
    """Each link leads to a page and a heading that exist; each picture is there."""
    complaints = []
    for line, is_picture, target in page.links:
        if re.match(r"https?:", target):
            continue
        name, _, anchor = target.partition("#")
        path = (page.path.parent / name).resolve() if name else page.path
        if not path.is_file():
            complaints.append(f"{line}: {name} does not exist")
        elif anchor and path.suffix == ".md" and anchor not in loaded(path, page, load).anchors:
            complaints.append(f"{line}: {path.name} has no heading with the anchor {anchor}")
        elif is_picture and path.suffix == ".svg":
            complaints += [f"{line}: {complaint}" for complaint in check_picture(path)]
    return complaints


def loaded(path: Path, page: Page, load: dict[Path, Page]) -> Page:
    return load.setdefault(path, page if path == page.path else Page(path))


def check_picture(path: Path) -> list[str]:
    """An SVG is drawn from the .dot file beside it as that is now: the system's, which each lab colours, from one for all."""
    source = path.with_name(re.sub(r"^lab\d+-system$", "system", path.stem) + ".dot")
    if not source.is_file():
        return [f"{path.name} has no source {source.name}"]
    drawn = re.search(r"<!-- drawn from (\w+) -->", path.read_text(encoding="utf-8"))
    if drawn is None or drawn[1] != hashlib.sha256(source.read_bytes()).hexdigest():
        return [f"{path.name} is not drawn from {source.name} as it is now: make handouts-figures"]
    return []


SHELL = re.compile(r"(?:make|sh|git|podman|docker|cd|wsl|sudo|code|export|ccache|\w+=\S+ make)\b")
GDB = re.compile(r"(?:reverse-\w+|continue|t?break|backtrace|finish|print|info|watch|detach|kernel)\b")


def is_command(text: str) -> bool:
    return SHELL.match(text) is not None or GDB.match(text) is not None


def check_paths(page: Page, tree: Tree) -> list[str]:
    """Whatever looks like a path exists."""
    complaints = []
    for line, span in [*page.spans, *shell_lines(page)]:
        if span.startswith("git "):     # branches look like paths
            continue
        for word in span.split() if is_command(span) else [span]:
            word = word.partition("=")[2] or word
            if PATH.fullmatch(word) and not word.startswith(ELSEWHERE) and not BRANCH.fullmatch(word):
                folders = [other for where, other in page.spans if where == line and other.endswith("/")]
                if not any(tree.has_path(top + word) for top in ("", *folders)) and word not in tree.file_names:
                    complaints.append(f"{line}: {word} does not exist")
    return complaints


def check_names(page: Page, tree: Tree) -> list[str]:
    """Whatever looks like a name in the code of a sentence occurs in the sources, alone or in an expression."""
    complaints = []
    for line, span in page.spans:
        is_other = any(form.fullmatch(span) for form in (PATH, BRANCH)) or re.search(r"^<|[\"'~@*$]", span)
        if is_command(span) or is_other:
            continue
        for word in re.findall(r"[A-Za-z_]\w{2,}", span):
            if word not in tree.words:
                complaints.append(f"{line}: {word} (in `{span}`) is nowhere in the sources")
    return complaints


def shell_lines(page: Page) -> list[tuple[int, str]]:
    """The commands of blocks of shell code, without comments."""
    found = []
    for fence in page.fences:
        if fence.kind == "sh":
            for offset, line in enumerate(fence.text.splitlines(), start=fence.line + 1):
                found += [(offset, part.strip()) for part in re.sub(r"\s#.*", "", line).split("&&")]
    return found


def check_make(page: Page, tree: Tree, files: tuple[str, ...]) -> list[str]:
    """Each command of make names targets and variables that there are."""
    targets, variables = tree.targets(files), tree.variables(files)
    complaints = []
    for line, text in [*page.spans, *shell_lines(page)]:
        if not re.match(r"make(?: |$)", text):
            continue
        for word in shlex.split(text)[1:]:
            name, is_setting, _ = word.partition("=")
            if word == "..." or re.fullmatch(r"-\w*\d*", word):
                continue
            if is_setting and name not in variables:
                complaints.append(f"{line}: {text}: make has no variable {name}")
            if not is_setting and name not in targets:
                complaints.append(f"{line}: {text}: make has no target {name}")
    return complaints


def check_missing(page: Page, tree: Tree) -> list[str]:
    """A line "Exercise ... is missing" in a transcript names a place where that exercise has a hole."""
    complaints = []
    for fence in page.fences:
        for number, path, function in MISSING.findall(fence.text):
            source = tree.root / path
            text = source.read_text(encoding="utf-8") if source.is_file() else ""
            holes = [text[:match.start()] for match in MARK.finditer(text) if match[1] == number]
            name = function.rpartition("::")[2]
            if not any(re.search(rf"\b{name}\([^;]*\{{\s*$", before) for before in holes):
                complaints.append(f"{fence.line}: {path} has no hole of exercise {number} in {function}")
    return complaints


def check_screens(page: Page, tree: Tree) -> list[str]:
    """The lines of `make grade` in a transcript: tests with exercise and points, places in tests with what they say."""
    known = {test["name"]: test for path in (tree.root / "labs").glob("lab*/lab.toml")
             for test in tomllib.loads(path.read_text(encoding="utf-8"))["test"]}
    complaints = []
    for fence in page.fences:
        for number, name, most in SCREEN.findall(fence.text):
            test = known.get(name)
            if test is None or test["exercise"] != number or f"{test['points']:g}" != most:
                complaints.append(f"{fence.line}: there is no test {name} of exercise {number} with {most} points")
        for path, line, text in PLACE.findall(fence.text):
            source = tree.root / path
            lines = source.read_text(encoding="utf-8").splitlines() if source.is_file() else []
            if text.partition(", got ")[0] not in "".join(lines[int(line) - 1:int(line)]):
                complaints.append(f"{fence.line}: {path}:{line} does not say {text}")
    return complaints


def check_style(page: Page) -> list[str]:
    """Lines that a terminal shows whole; no long dashes."""
    lines = list(enumerate(page.prose.splitlines(), start=1))
    return [*(f"{number}: longer than 120 characters" for number, line in lines
              if len(line) > 120 and not line.startswith(("|", "!["))),
            *(f"{number}: a long dash" for number, line in lines if re.search("[\u2013\u2014]", line))]


def check_all(page: Page, tree: Tree, load: dict[Path, Page], files: tuple[str, ...] = (*SOLVED, *STUDENT)) -> list[str]:
    return [*check_links(page, load), *check_paths(page, tree), *check_names(page, tree), *check_make(page, tree, files),
            *check_missing(page, tree), *check_screens(page, tree)]
