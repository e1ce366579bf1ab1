# SPDX-License-Identifier: MIT
"""The reference handouts are true: kernel-abi.md agrees with lib/abi/*.h, kernel-design.md with the sources.

Each check is a function from texts to a list of complaints: the last tests seed one mistake of each kind and want to see
it found. Nothing here needs QEMU.
"""

import re
from pathlib import Path

import pytest

from glenda import paths
from handouts.reference import (check_names, check_paths, compare, compiler_complaints, constants_in, enums_in,
                                headings_in, named_rows, rows, section, source_words, without_comments, without_fences)

REFERENCE = paths.ROOT / "handouts" / "reference"
ABI_TEXT = (REFERENCE / "kernel-abi.md").read_text()
DESIGN_TEXT = (REFERENCE / "kernel-design.md").read_text()
HEADERS = "\n".join(path.read_text() for path in sorted((paths.ROOT / "lib" / "abi").glob("*.h")))
LAYOUTS = ("Utcb", "BootInfo", "TraceEvent")  # structures with a table of offsets


# --- the checks -------------------------------------------------------------------------------------------------

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


def examples_in(handout: str) -> list[str]:
    return re.findall(r"^<!-- compiled -->\n```cpp\n(.*?)^```$", handout, re.S | re.M)


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


@pytest.mark.parametrize("name", ["kernel-abi.md", "kernel-design.md", "drivers-design.md", "services-design.md"])
def test_reference_names_exist(name: str) -> None:
    text = (REFERENCE / name).read_text()
    assert check_paths(text, paths.ROOT) + check_names(text, source_words()) == []


@pytest.mark.parametrize("name", ["kernel-abi.md", "kernel-design.md", "drivers-design.md", "services-design.md"])
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
