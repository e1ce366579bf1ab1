# SPDX-License-Identifier: MIT
"""The pages on the servers' protocols are true: methods, numbers, errors and layouts agree with the headers, examples
compile, and each method that is there has its words, its reply and an example. The last tests seed mistakes.
"""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from glenda.paths import ROOT
from handouts.reference import (check_names, check_paths, compare, compiler_complaints, constants_in, enums_in, headings_in,
                                named_rows, number, rows, section, source_words, without_comments, without_fences)

REFERENCE = ROOT / "handouts" / "reference"
INCLUDE = ROOT / "user" / "libglenda" / "include"
NOT_YET = "Not yet."


class Protocol(NamedTuple):
    page: str
    header: Path
    methods: str = ""               # the enumeration of its methods
    title: str = ""                 # what headings of methods begin with
    layouts: tuple[str, ...] = ()   # structures with a table of offsets
    constants: str = "Constants"    # the section with them
    rest: tuple[Path, ...] = ()     # more headers, which `header` includes

    @property
    def text(self) -> str:
        return (REFERENCE / self.page).read_text()

    @property
    def source(self) -> str:
        return "".join(header.read_text() for header in (self.header, *self.rest))


PROTOCOLS = [
    Protocol("protocol-factotum.md", INCLUDE / "protocol" / "factotum.h", "FactotumMethod", "Factotum", ("ProcessInfo",),
             rest=(INCLUDE / "protocol" / "processes.h",)),
    Protocol("protocol-9ball.md", INCLUDE / "protocol" / "nineball.h", "Method", "Nineball"),
    Protocol("protocol-serial.md", INCLUDE / "protocol" / "serial.h", "SerialMethod", "Serial"),
    Protocol("protocol-unicorn.md", INCLUDE / "protocol" / "unicorn.h", "UnicornMethod", "Unicorn", ("DeviceInfo",)),
    *(Protocol("protocol-devices.md", INCLUDE / "protocol" / f"{name.lower()}.h", f"{name}Method", name,
               constants=f"Constants of {name}") for name in ("Rtc", "Rng", "Input", "Gpu")),
    Protocol("protocol-block.md", ROOT / "user/driver/session_page.h", layouts=("SessionPage", "SessionSlot")),
]
COMMON = Protocol("protocols.md", INCLUDE / "protocol" / "errors.h")
PAGES = [*{protocol.page: protocol for protocol in PROTOCOLS}.values(), COMMON]
WITH_METHODS = [protocol for protocol in PROTOCOLS if protocol.methods]
PROLOGUE = """
#include "driver/session_client.h"
#include "glenda/devices.h"
#include "glenda/environment.h"
#include "glenda/futex.h"
#include "glenda/message.h"
#include "glenda/nineball.h"
#include "glenda/print.h"
#include "glenda/process.h"
#include "glenda/slots.h"
#include "glenda/terminal.h"
#include "glenda/thread.h"
#include "protocol/gpu.h"
#include "protocol/input.h"
#include "protocol/rng.h"
#include "protocol/rtc.h"
#include "protocol/serial.h"
#include "protocol/unicorn.h"
#pragma GCC diagnostic ignored "-Wunused-variable"
using namespace glenda;
extern driver::SessionPage& page;
"""


def page_id(protocol: Protocol) -> str:
    return f"{protocol.page}-{protocol.title}" if protocol.title else protocol.page


@cache
def error_names() -> frozenset[str]:
    kernel = enums_in((ROOT / "lib/abi/error.h").read_text())["Error"]
    return frozenset(kernel) | frozenset(server_errors())


def server_errors() -> dict[str, int]:
    first = constants_in((ROOT / "lib/abi/error.h").read_text())
    return enums_in(COMMON.source, first)["ServerError"]


# --- the checks -------------------------------------------------------------------------------------------------

def check_methods(protocol: Protocol, header: str, text: str) -> list[str]:
    """Every method has a heading `### Title::Method = label`."""
    wanted = enums_in(header, constants_in(header))[protocol.methods]
    documented = dict(re.findall(rf"^### {protocol.title}::(\w+) = (0x[0-9a-f]+)$", text, re.MULTILINE))
    return compare("method", wanted, documented)


def check_enumerators(protocol: Protocol, header: str, text: str) -> list[str]:
    """Every other enumeration has a section with its name and a table of names and values."""
    complaints = []
    for name, members in enums_in(header, constants_in(header)).items():
        if name not in (protocol.methods, "ServerError"):
            documented = {key: row[0] for key, row in named_rows(section(text, name)).items()}
            complaints += compare(name, members, documented)
    return complaints


def check_constants(protocol: Protocol, header: str, text: str) -> list[str]:
    documented = {key: row[0] for key, row in named_rows(section(text, protocol.constants)).items()}
    return compare("constant", constants_in(header), documented)


def check_errors(text: str) -> list[str]:
    """In tables whose first column is `error`, all names are those of errors."""
    complaints, is_error_table = [], False
    for row in rows(without_fences(text)):
        if not row[0].startswith("`"):
            is_error_table = row[0] == "error"
        elif is_error_table and row[0].strip("`") not in error_names():
            complaints.append(f"{row[0]} is no error")
    return complaints


def methods_in(protocol: Protocol, text: str) -> dict[str, str]:
    """The text of each method's section, with its examples."""
    parts = re.split(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {heading.partition(" = ")[0]: body for heading, body in zip(parts[1::2], parts[2::2], strict=True)
            if heading.startswith(f"{protocol.title}::")}


def check_completeness(protocol: Protocol, text: str) -> list[str]:
    """A method tells its words and has an example, or it is not there yet."""
    complaints = []
    for name, body in methods_in(protocol, text).items():
        if NOT_YET in body:
            continue
        if not re.search(r"Words: |No words|The same", body) or not re.search(r"[Rr]eply|The same", body):
            complaints.append(f"{name} does not tell its words and its reply")
        if "<!-- example -->" not in body:
            complaints.append(f"{name} has no example")
    return complaints


def examples_in(text: str) -> list[str]:
    return re.findall(r"^<!-- example -->\n```cpp\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def example_program(text: str) -> str:
    return PROLOGUE + "\n".join(f"void example_{number}() {{\n{example}}}" for number, example in enumerate(examples_in(text)))


def layout_asserts(protocol: Protocol, text: str) -> str:
    lines = ["#include <cstddef>", f'#include "{protocol.header}"', "using namespace glenda;", "using namespace glenda::driver;"]
    for struct in protocol.layouts:
        lines += [f"static_assert(offsetof({struct}, {row[1].strip('`')}) == {row[0]});"
                  for row in rows(section(text, struct)) if row[0][0].isdigit()]
    return "\n".join(lines).replace("using namespace glenda::driver;",
                                    "namespace glenda::driver {}\nusing namespace glenda::driver;") + "\n"


def not_supported() -> set[str]:
    """Methods that Factotum refuses for now."""
    dispatch = (ROOT / "user/factotum/factotum.cc").read_text()
    cases = re.search(r"((?:\s*case FactotumMethod::\w+:)+) return ServerError::NotSupported;", dispatch)
    return set(re.findall(r"FactotumMethod::(\w+)", cases[1])) if cases else set()


# --- tests ------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("protocol", WITH_METHODS, ids=page_id)
def test_methods_agree_with_the_header(protocol: Protocol) -> None:
    assert check_methods(protocol, protocol.source, protocol.text) == []
    assert check_completeness(protocol, protocol.text) == []


@pytest.mark.parametrize("check", [check_enumerators, check_constants])
@pytest.mark.parametrize("protocol", PROTOCOLS, ids=page_id)
def test_numbers_agree_with_the_header(protocol: Protocol, check: object) -> None:
    assert check(protocol, protocol.source, protocol.text) == []


def test_errors_of_servers() -> None:
    documented = {key: row[0] for key, row in named_rows(section(COMMON.text, "ServerError")).items()}
    assert compare("ServerError", server_errors(), documented) == []


def test_what_is_not_there_yet_is_said() -> None:
    """And nothing else: whoever brings a method describes it."""
    factotum = PROTOCOLS[0]
    missing = {name.partition("::")[2] for name, body in methods_in(factotum, factotum.text).items() if NOT_YET in body}
    assert missing == not_supported()


@pytest.mark.parametrize("protocol", PAGES, ids=page_id)
def test_names_and_errors_exist(protocol: Protocol) -> None:
    assert check_errors(protocol.text) == []
    assert check_paths(protocol.text, ROOT) + check_names(protocol.text, source_words()) == []


@pytest.mark.parametrize("protocol", PAGES, ids=page_id)
def test_examples_compile(protocol: Protocol, tmp_path: Path) -> None:
    assert examples_in(protocol.text) != []
    assert compiler_complaints(example_program(protocol.text), tmp_path) == ""


@pytest.mark.parametrize("protocol", [each for each in PROTOCOLS if each.layouts], ids=page_id)
def test_layouts_agree_with_the_header(protocol: Protocol, tmp_path: Path) -> None:
    assert compiler_complaints(layout_asserts(protocol, protocol.text), tmp_path) == ""
    for struct in protocol.layouts:
        body = re.search(rf"struct {struct} \{{(.*?)^\}};", without_comments(protocol.source), re.DOTALL | re.MULTILINE)[1]
        declarations = re.findall(r"^\s*[\w:]+ (\w+(?:\[\w+\])?(?:, \w+)*);", body, re.MULTILINE)
        fields = {re.sub(r"\[.*", "", name) for names in declarations for name in names.split(", ")}
        assert {row[1].strip("`") for row in rows(section(protocol.text, struct)) if row[0][0].isdigit()} == fields


@pytest.mark.parametrize("protocol", PAGES, ids=page_id)
def test_links_and_style(protocol: Protocol) -> None:
    for file, anchor in re.findall(r"\]\(([\w.-]*)(?:#([\w-]+))?\)", protocol.text):
        target = (REFERENCE / file).read_text() if file else protocol.text
        anchors = {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings_in(target)}
        assert not anchor or anchor in anchors, f"{file}#{anchor}"
    assert "\u2014" not in protocol.text and "\u2013" not in protocol.text
    assert [line for line in protocol.text.splitlines() if len(line) > 120 and not line.startswith("|")] == []


# --- each check can fail ----------------------------------------------------------------------------------------

LAMP = Protocol("lamp.md", Path("lamp.h"), "LampMethod", "Lamp")
HEADER = """
constexpr std::uint64_t kLamp = 0x0700;
enum class LampMethod : std::uint64_t { On = kLamp + 1, Off };
enum class Colour : std::uint64_t { Red, Green, All = ~std::uint64_t{0} };
"""
TEXT = """
### Lamp::On = 0x0701
Words: none. Reply: no words.
<!-- example -->
| error | when |
|---|---|
| `Busy` | it is on |
### Lamp::Off = 0x0702
Not yet.
### Colour
| name | value |
|---|---|
| `Red` | 0 |
| `Green` | 1 |
| `All` | 0xffffffffffffffff |
### Constants
| constant | value |
|---|---|
| `kLamp` | 0x700 |
"""


def all_complaints(header: str, text: str) -> list[str]:
    found = [each for check in (check_methods, check_enumerators, check_constants) for each in check(LAMP, header, text)]
    return found + check_completeness(LAMP, text) + check_errors(text)


def test_what_agrees_is_accepted() -> None:
    assert all_complaints(HEADER, TEXT) == []
    assert number("~std::uint64_t{0}") == 0xffff_ffff_ffff_ffff


@pytest.mark.parametrize(("old", "new", "complaint"), [
    ("On = kLamp + 1, Off", "On = kLamp + 1, Off, Dim", "method: Dim is not documented"),
    ("kLamp + 1", "kLamp + 2", "method: On is 1794, the handout says 0x0701"),
    ("Red, Green,", "Red, Blue, Green,", "Colour: Blue is not documented"),
    ("0x0700", "0x0800", "constant: kLamp is 2048, the handout says 0x700"),
    ("Reply: no words", "Nothing comes back", "Lamp::On does not tell its words and its reply"),
    ("<!-- example -->", "", "Lamp::On has no example"),
    ("`Busy`", "`Dark`", "`Dark` is no error"),
])
def test_a_mistake_is_found(old: str, new: str, complaint: str) -> None:
    assert old in HEADER + TEXT
    assert complaint in all_complaints(HEADER.replace(old, new), TEXT.replace(old, new) if old not in HEADER else TEXT)


def test_an_example_that_does_not_compile_is_found(tmp_path: Path) -> None:
    text = "<!-- example -->\n```cpp\nprocess::no_such();\n```\n"
    assert "no_such" in compiler_complaints(example_program(text), tmp_path)
