# SPDX-License-Identifier: MIT
"""The reference handouts are true: kernel-abi.md agrees with lib/abi/*.h, kernel-design.md with the sources.

Each check is a function from texts to a list of complaints, so that it can be tried on a synthetic text as well: the
last tests seed one mistake of each kind and want to see it found. Nothing here needs QEMU.
"""

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from glenda import paths

REFERENCE = paths.ROOT / "handouts" / "reference"
ABI_TEXT = (REFERENCE / "kernel-abi.md").read_text()
DESIGN_TEXT = (REFERENCE / "kernel-design.md").read_text()
HEADERS = "\n".join(path.read_text() for path in sorted((paths.ROOT / "lib" / "abi").glob("*.h")))
SOURCE_FOLDERS = ("kernel", "lib", "user", "grade/unit")
SOURCE_SUFFIXES = (".h", ".cc", ".S", ".ld")
LAYOUTS = ("Utcb", "BootInfo", "TraceEvent")  # structures with a table of offsets
SENTINELS = {"Count"}  # not enumerators, but their number


# --- what the headers say ---------------------------------------------------------------------------------------

def without_comments(text: str) -> str:
    return re.sub(r"//[^\n]*", "", text)


def number(text: str, names: dict[str, int] | None = None) -> int:
    """The value of a C++ constant expression of the kind used in lib/abi: literals, known names, + - * << |."""
    text = re.sub(r"std::u?int64_t\{([^}]*)\}", r"(\1)", text).replace("'", "")
    text = re.sub(r"\b(0x[0-9a-fA-F]+|\d+)[uUlL]*\b", r"\1", text)
    text = re.sub(r"\bk\w+", lambda m: str((names or {})[m[0]]), text)
    if not re.fullmatch(r"[\s0-9a-fA-Fx()+*<|-]+", text):
        raise ValueError(f"not a constant expression: {text}")
    return int(eval(text))  # pylint: disable=eval-used  (numbers and operators only)


def enums_in(headers: str) -> dict[str, dict[str, int]]:
    """Every enumeration: its name, its enumerators and their values."""
    found: dict[str, dict[str, int]] = {}
    for name, body in re.findall(r"\benum (?:class )?(\w+)\s*:[^{;]*\{(.*?)\}", without_comments(headers), re.S):
        value, members = -1, {}
        for item in filter(None, (part.strip() for part in body.split(","))):
            member, _, given = (part.strip() for part in item.partition("="))
            value = number(given) if given else value + 1
            if member not in SENTINELS:
                members[member] = value
        found[name] = members
    return found


def constants_in(headers: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, value in re.findall(r"\bconstexpr\s+[\w:]+\s+(k\w+)\s*=\s*([^;]+);", without_comments(headers)):
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


def check_methods(headers: str, handout: str) -> list[str]:
    """Every method has a heading `#### Object::Method = number`."""
    wanted = {f"{name.removesuffix('Method')}::{member}": value for name, members in enums_in(headers).items()
              if name.endswith("Method") for member, value in members.items()}
    documented = dict(re.findall(r"^#### (\w+::\w+) = (\d+)$", handout, re.M))
    return compare("method", wanted, documented)


def check_enumerators(headers: str, handout: str) -> list[str]:
    """Every other enumeration has a section with its name and a table of names and values."""
    complaints = []
    for name, members in enums_in(headers).items():
        if not name.endswith("Method"):
            documented = {key: row[0] for key, row in named_rows(section(handout, name)).items()}
            complaints += compare(name, members, documented)
    return complaints


def check_constants(headers: str, handout: str) -> list[str]:
    documented = {key: row[0] for key, row in named_rows(section(handout, "Constants")).items()}
    return compare("constant", constants_in(headers), documented)


def check_errors(headers: str, handout: str) -> list[str]:
    """In tables whose first column is `error`, all names are enumerators of Error, and each enumerator occurs."""
    errors = enums_in(headers)["Error"].keys() - {"Ok"}
    named, is_error_table = set(), False
    for row in rows(without_fences(handout)):
        if not row[0].startswith("`"):
            is_error_table = row[0] == "error"
        elif is_error_table:
            named.add(row[0].strip("`"))
    complaints = [f"{name} is no Error" for name in named - errors]
    return sorted(complaints + [f"Error: {name} never comes, as the tables have it" for name in errors - named])


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


def examples_in(handout: str) -> list[str]:
    return re.findall(r"^<!-- compiled -->\n```cpp\n(.*?)^```$", handout, re.S | re.M)


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


def layout_asserts(handout: str) -> str:
    """A program that checks the documented offsets with the compiler."""
    lines = ['#include "abi/boot_info.h"', '#include "abi/message.h"', '#include "abi/trace.h"']
    for struct in LAYOUTS:
        fields = [(row[1].strip("`"), row[0]) for row in rows(section(handout, struct)) if row[0].isdigit()]
        assert fields, f"no table of offsets for {struct}"
        lines += [f"static_assert(offsetof(glenda::{struct}, {name}) == {offset});" for name, offset in fields]
    return "\n".join(lines) + "\n"


# --- tests ------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("check", [check_methods, check_enumerators, check_constants, check_errors])
def test_reference_agrees_with_headers(check: object) -> None:
    assert check(HEADERS, ABI_TEXT) == []


def test_reference_layouts(tmp_path: Path) -> None:
    assert compiler_complaints(layout_asserts(ABI_TEXT), tmp_path) == ""


def test_reference_layouts_are_complete() -> None:
    for struct in LAYOUTS:
        body = re.search(rf"struct {struct} \{{(.*?)\}};", without_comments(HEADERS), re.S)[1]
        fields = set(re.findall(r"(\w+)(?:\[\w+\])?;", body))
        assert {row[1].strip("`") for row in rows(section(ABI_TEXT, struct)) if row[0].isdigit()} == fields


@pytest.mark.parametrize("index", range(len(examples_in(ABI_TEXT))))
def test_reference_example_compiles(index: int, tmp_path: Path) -> None:
    assert compiler_complaints(examples_in(ABI_TEXT)[index], tmp_path) == ""


@pytest.mark.parametrize("name", ["kernel-abi.md", "kernel-design.md", "drivers-design.md"])
def test_reference_names_exist(name: str) -> None:
    text = (REFERENCE / name).read_text()
    assert check_paths(text, paths.ROOT) + check_names(text, source_words()) == []


@pytest.mark.parametrize("name", ["kernel-abi.md", "kernel-design.md", "drivers-design.md"])
def test_reference_links_and_style(name: str) -> None:
    text = (REFERENCE / name).read_text()
    anchors = {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings_in(text)}
    for file, anchor in re.findall(r"\]\(([\w.-]*)(?:#([\w-]+))?\)", text):
        assert not file or (REFERENCE / file).exists(), file
        assert file or anchor in anchors, anchor
    assert "\u2014" not in text and "\u2013" not in text
    assert [line for line in text.splitlines() if len(line) > 120 and not line.startswith("|")] == []


# --- each check can fail ----------------------------------------------------------------------------------------

SYNTHETIC = """
enum class Error : std::uint32_t { Ok = 0, Busy, Count };  // comment, with = and }
enum class LampMethod : std::uint64_t {
    On = 1,  // -> : light
    Off,
};
constexpr unsigned kLampBits = 5;
constexpr std::uint64_t kEnd = std::uint64_t{1} << (kLampBits + 1);
"""
SYNTHETIC_HANDOUT = """
#### Lamp::On = 1
| error | when |
|---|---|
| `Busy` | it is on |
#### Lamp::Off = 2
### Error
| name | value |
|---|---|
| `Ok` | 0 |
| `Busy` | 1 |
### Constants
| constant | value |
|---|---|
| `kLampBits` | 5 |
| `kEnd` | 0x40 |
"""
CHECKS = (check_methods, check_enumerators, check_constants, check_errors)


def test_reference_checks_accept_what_agrees() -> None:
    assert [complaint for check in CHECKS for complaint in check(SYNTHETIC, SYNTHETIC_HANDOUT)] == []


@pytest.mark.parametrize(("old", "new", "complaint"), [
    ("    Off,\n", "    Off,\n    Dim,\n", "method: Lamp::Dim is not documented"),
    ("    Off,\n", "", "method: Lamp::Off is documented, but there is none"),
    ("Off,", "Off = 7,", "method: Lamp::Off is 7, the handout says 2"),
    ("Busy, Count", "Busy, Late, Count", "Error: Late is not documented"),
    ("Ok = 0, Busy", "Ok = 0, Idle, Busy", "Error: Busy is 2, the handout says 1"),
    ("kLampBits = 5", "kLampBits = 6", "constant: kEnd is 128, the handout says 0x40"),
    ("constexpr unsigned", "constexpr unsigned kNew = 1;\nconstexpr unsigned", "constant: kNew is not documented"),
])
def test_reference_checks_find_a_changed_header(old: str, new: str, complaint: str) -> None:
    assert old in SYNTHETIC
    found = [each for check in CHECKS for each in check(SYNTHETIC.replace(old, new, 1), SYNTHETIC_HANDOUT)]
    assert complaint in found


def test_reference_checks_find_a_wrong_handout(tmp_path: Path) -> None:
    wrong = SYNTHETIC_HANDOUT.replace("| `Busy` | it is on |", "| `Dark` | it is on |")
    assert check_errors(SYNTHETIC, wrong) == ["Dark is no Error", "Error: Busy never comes, as the tables have it"]
    assert check_paths("see `ipc/nothing.cc`, `kernel/ipc/`", paths.ROOT) == ["ipc/nothing.cc does not exist"]
    assert check_names("`Hart::never_there()`, `ecall`", source_words()) == [
        "Hart::never_there(): never_there is nowhere in the sources"]
    assert "no_such" in compiler_complaints("int main() { return no_such; }\n", tmp_path)
