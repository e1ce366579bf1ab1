# SPDX-License-Identifier: MIT
"""What the reference says, and what the headers say: for the tests that compare the two.

Each check is a function from texts to a list of complaints, so that it can be tried on a synthetic text as well.
"""

import re
import subprocess
from functools import cache
from pathlib import Path

from glenda import paths

SOURCE_FOLDERS = ("kernel", "lib", "user", "grade/unit")
SOURCE_SUFFIXES = (".h", ".cc", ".S", ".ld")
SENTINELS = {"Count"}  # not enumerators, but their number
MASK = (1 << 64) - 1


# --- what the headers say ---------------------------------------------------------------------------------------

def without_comments(text: str) -> str:
    return re.sub(r"//[^\n]*", "", text)


def without_casts(text: str) -> str:
    return re.sub(r"std::u?int64_t(\([^)]*\))", r"\1", re.sub(r"std::u?int64_t\{([^}]*)\}", r"(\1)", text))


def number(text: str, names: dict[str, int] | None = None) -> int:
    """The value of a C++ constant expression of the kind used in lib/abi: literals, known names, + - * << | ~."""
    text = without_casts(text).replace("'", "")
    text = re.sub(r"\b(0x[0-9a-fA-F]+|\d+)[uUlL]*\b", r"\1", text)
    text = re.sub(r"\bk\w+", lambda m: str((names or {})[m[0]]), text)
    if not re.fullmatch(r"[\s0-9a-fA-Fx()+*<|~-]+", text):
        raise ValueError(f"not a constant expression: {text}")
    return int(eval(text)) & MASK if "~" in text else int(eval(text))  # pylint: disable=eval-used  (numbers and operators only)


def enums_in(headers: str, constants: dict[str, int] | None = None) -> dict[str, dict[str, int]]:
    """Every enumeration: its name, its enumerators and their values, which may be made of constants."""
    found: dict[str, dict[str, int]] = {}
    plain = without_casts(without_comments(headers))
    for name, body in re.findall(r"\benum (?:class )?(\w+)\s*:[^{;]*\{(.*?)\}", plain, re.S):
        value, members = -1, {}
        for item in filter(None, (part.strip() for part in body.split(","))):
            member, _, given = (part.strip() for part in item.partition("="))
            given = re.sub(r"\b[A-Z]\w*", lambda name: str(members.get(name[0], name[0])), given)
            value = number(given, constants) if given else value + 1
            if member not in SENTINELS:
                members[member] = value
        found[name] = members
    return found


def constants_in(headers: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, value in re.findall(r'\bconstexpr\s+[\w:]+\s+(k\w+)\s*=\s*([^;"]+);', without_comments(headers)):
        found[name] = number(value, found)
    return found


# --- what a handout says ----------------------------------------------------------------------------------------

def headings_in(text: str) -> set[str]:
    return {m[1].strip() for m in re.finditer(r"^#+ (.+)$", without_fences(text), re.M)}


def without_fences(text: str) -> str:
    return re.sub(r"^```.*?^```$", "", text, flags=re.S | re.M)


def section(text: str, heading: str) -> str:
    """The text from this heading to the next of any level."""
    match = re.search(rf"^#+ {re.escape(heading)}$\n(.*?)(?=^#+ |\Z)", without_fences(text), re.M | re.S)
    return match[1] if match else ""


def rows(text: str) -> list[list[str]]:
    """The cells of all table rows, including headers but not rulers."""
    lines = [line for line in text.splitlines() if line.startswith("|") and not re.match(r"^\|[-|]+\|$", line)]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def named_rows(text: str) -> dict[str, list[str]]:
    """The rows whose first cell is a single name in code style."""
    return {row[0].strip("`"): row[1:] for row in rows(text) if re.fullmatch(r"`\w+`", row[0])}


# --- the checks -------------------------------------------------------------------------------------------------

def compare(what: str, wanted: dict[str, int], documented: dict[str, str]) -> list[str]:
    complaints = [f"{what}: {name} is not documented" for name in wanted.keys() - documented.keys()]
    complaints += [f"{what}: {name} is documented, but there is none" for name in documented.keys() - wanted.keys()]
    complaints += [f"{what}: {name} is {wanted[name]}, the handout says {documented[name]}"
                   for name in wanted.keys() & documented.keys() if number(documented[name]) != wanted[name]]
    return sorted(complaints)


def code_spans(text: str) -> set[str]:
    return set(re.findall(r"`([^`\n]+)`", without_fences(text)))


def check_paths(handout: str, root: Path) -> list[str]:
    """Whatever looks like a path in code style exists, relative to the root or kernel/. bin/ is in the initrd."""
    spans = {span for span in code_spans(handout) if re.fullmatch(r"[\w./-]+/[\w.-]*|[\w/-]+\.(?:cc|h|S|md|py)", span)}
    return sorted(f"{span} does not exist" for span in spans
                  if not span.startswith("bin/") and not (root / span).exists() and not (root / "kernel" / span).exists())


def check_names(handout: str, words: frozenset[str]) -> list[str]:
    """Whatever looks like a name in code style (`a`, `a()` or `A::b`) occurs in the sources."""
    complaints = []
    for span in sorted(code_spans(handout)):
        if re.fullmatch(r"[A-Za-z_]\w*(?:::\w+)*(?:\(\))?", span):
            complaints += [f"{span}: {part} is nowhere in the sources"
                           for part in span.removesuffix("()").split("::") if part not in words]
    return complaints


def compiler_complaints(source: str, folder: Path) -> str:
    """The messages of the project's compiler for this source as a user program."""
    program = folder / "example.cc"
    program.write_text(source)
    done = subprocess.run([*user_compiler(), "-fsyntax-only", str(program)], cwd=paths.ROOT, capture_output=True,
                          text=True, check=False)
    return done.stderr if done.returncode != 0 else ""


# --- the project ------------------------------------------------------------------------------------------------

@cache
def sources() -> dict[str, str]:
    return {str(path.relative_to(paths.ROOT)): path.read_text() for folder in SOURCE_FOLDERS
            for path in sorted((paths.ROOT / folder).rglob("*")) if path.suffix in SOURCE_SUFFIXES}


@cache
def source_words() -> frozenset[str]:
    return frozenset(word for text in sources().values() for word in re.findall(r"\w+", without_comments(text)))


@cache
def user_compiler() -> tuple[str, ...]:
    """The compiler and flags for user programs, from the Makefile."""
    done = subprocess.run(["make", "--no-print-directory", "-s", "--eval",
                           "reference-flags: ; @echo $(CXX_RISCV) $(USER_FLAGS)", "reference-flags"],
                          cwd=paths.ROOT, capture_output=True, text=True, check=True)
    return tuple(flag for flag in done.stdout.split() if flag not in ("-MMD", "-MP"))
