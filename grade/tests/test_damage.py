# SPDX-License-Identifier: MIT
"""Damaged initrds: what is wrong is named, and nothing ever hangs."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from glenda import images
from glenda.machine import Machine
from glenda.shell import Shell
from glenda.systems import INIT, USES, with_line

Boot = Callable[..., Machine]
OFF = "9ball: the system cannot go on: switching the machine off\n"


def line_of(text: str, find: str) -> int:
    """The number of the first line that contains `find`."""
    return next(number for number, line in enumerate(text.splitlines(), start=1) if find in line)


@pytest.fixture
def boot(machine: Boot, tmp_path: Path) -> Callable[..., Machine]:
    """Boots a machine with a changed initrd. The arguments are those of images.variant."""
    def start(**change: object) -> Machine:
        return machine(initrd=images.variant(tmp_path / "initrd.cpio", **change))
    return start


def cut(size: int) -> Callable[[bytes], bytes]:
    return lambda data: data[:size]


# A file of the initrd; its change (None: missing, a function: damaged, otherwise its new contents); and the beginning
# of the line on the console that follows.
NO_FILE = "the archive holds no file of that name"
DAMAGES = {
    "factotum-missing": ("bin/factotum", None, f"9ball: bin/factotum: {NO_FILE}"),
    "factotum-empty": ("bin/factotum", b"", "9ball: bin/factotum: too short for an ELF header"),
    "factotum-header-cut": ("bin/factotum", cut(40), "9ball: bin/factotum: too short for an ELF header"),
    "factotum-cut": ("bin/factotum", cut(5000), "9ball: bin/factotum: a segment reaches past the end of the file"),
    "factotum-garbage": ("bin/factotum", b"garbage" * 999, "9ball: bin/factotum: not an ELF file"),
    "factotum-without-code": ("bin/factotum", lambda data: data[:4096] + bytes(16384) + data[20480:],
                              "9ball: factotum faulted: exception, address 0x0, at pc 0x"),
    "init-missing": ("init.toml", None, f"9ball: init.toml: {NO_FILE}"),
    "init-empty": ("init.toml", b"", "9ball: init.toml: lists no service"),
    "init-only-comments": ("init.toml", "# nothing\n\n# here", "9ball: init.toml: lists no service"),
    "init-binary": ("init.toml", bytes(range(256)) * 20, "9ball: init.toml, line 1: "),
    "init-zeros": ("init.toml", bytes(5000), "9ball: init.toml, line 1: "),
    "init-huge": ("init.toml", INIT + 'x = "y"\n' * 100_000, "9ball: init.toml, line "),
    "driver-missing": ("bin/uart", None, f"unicorn: serial@10000000: cannot start its driver: bin/uart: {NO_FILE}"),
    "driver-cut": ("bin/uart", cut(100), "unicorn: serial@10000000: cannot start its driver: bin/uart: the program headers"),
    "unicorn-missing": ("bin/unicorn", None, f"9ball: unicorn: cannot start: bin/unicorn: {NO_FILE}"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_named_and_the_machine_goes_off(boot: Callable[..., Machine], name: str) -> None:
    file, damage, message = DAMAGES[name]
    if damage is None:
        guest = boot(remove=[file])
    elif callable(damage):
        guest = boot(corrupt={file: damage})
    else:
        guest = boot(replace={file: damage})
    assert guest.run_to_exit() == 0
    assert f"\n{message}" in guest.transcript, guest.transcript[-2000:]
    assert guest.transcript.endswith(OFF)
    assert "glenda% " not in guest.transcript


@pytest.mark.parametrize("replace, reason", [
    ({"init.toml": with_line('path = "bin/console"', 'path = "bin/konsole"')}, f"bin/konsole: {NO_FILE}"),
    ({"bin/console": b"\x7fELF" + b"x" * 300}, "bin/console: not a 64-bit program"),
], ids=["missing", "damaged"])
def test_a_console_that_cannot_start_is_named(boot: Callable[..., Machine], replace: dict, reason: str) -> None:
    """The driver owns the terminal by then, so the test prints the end of the log."""
    guest = boot(replace=replace)
    guest.expect(r"^9ball: the end of the log:\n")
    guest.expect(rf"^\[.*\] 9ball: console: cannot start: {reason}")
    guest.expect(r"^9ball: no service is left that could take commands\n")
    assert guest.run_to_exit(within=0.1) == 0


# A line of init.toml, its replacement, the line of the error, and the message.
WRONG_LINES = {
    "string-open": ('path = "bin/unicorn"', 'path = "bin/unicorn', None, "a string does not end on its line"),
    "no-equals": ("power = true", "power true", None, "a key is not followed by ="),
    "no-value": ("power = true", "power =", None, "expected a value"),
    "bracket": ('needs = ["unicorn"]', 'needs = ["unicorn"', USES, "expected , or ]"),     # it may continue there
    "header": ('name = "console"', '[[service]\nname = "console"', "[[service]\n", "closing brackets"),
    "twice": ("power = true", "power = true\npower = true", "power = true\npower = true",
              "a key comes twice in one table"),
    "unknown-key": ("power = true", "pwer = true", None, r'unknown key "pwer" in \[\[service\]\]'),
    "unknown-table": ('name = "unicorn"', '[other]\nname = "unicorn"', "[other]", 'unknown table "other"'),
    "unknown-rule": ("power = true", 'restart = "sometimes"', None,
                     '"restart" must be "always", "on-failure" or "never"'),
    "priority": ("priority = 210", "priority = 240", None, '"priority" must be a number from 1 to 239'),
    "flag": ("power = true", 'power = "yes"', None, '"power" must be true or false'),
    "text": ('path = "bin/unicorn"', "path = 5", None, '"path" must be a text in quotes'),
    "unknown-need": ('needs = ["unicorn"]', 'needs = ["wart"]', "SECOND",
                     'service "console" needs "wart", which is not there'),
    "unknown-use": (USES, 'uses = ["x"]', "SECOND", 'service "console" uses "x", which none provides'),
    "no-path": ('path = "bin/console"\n', "", "SECOND", 'service "console" has no "path"'),
    "second-name": ('name = "console"', 'name = "unicorn"', "SECOND", 'a second service "unicorn"'),
    "cycle": ('provides = "devices"', 'provides = "devices"\nneeds = ["console"]', "FIRST",
              '"unicorn" needs "console", which needs "unicorn": none can be first'),
    "self": ('needs = ["unicorn"]', 'needs = ["console"]', "SECOND", '"console" needs "console": none can be first'),
}


@pytest.mark.parametrize("name", WRONG_LINES)
def test_a_wrong_line_of_init_toml_is_named(boot: Callable[..., Machine], name: str) -> None:
    find, replacement, where, message = WRONG_LINES[name]
    text = with_line(find, replacement)
    services = [number for number, line in enumerate(text.splitlines(), start=1) if line == "[[service]]"]
    guest = boot(replace={"init.toml": text})
    assert guest.run_to_exit() == 0
    found = re.search(r"^9ball: init\.toml, line (\d+): (.*)\n" + re.escape(OFF), guest.transcript, re.MULTILINE)
    assert found, guest.transcript[-500:]
    if where == "SECOND":
        expected = services[1]
    elif where == "FIRST":
        expected = services[0]
    elif where is None:
        expected = line_of(text, replacement)
    else:
        expected = text[:text.index(where)].count("\n") + where.rstrip("\n").count("\n") + 1
    assert (int(found[1]), bool(re.search(message, found[2]))) == (expected, True), found[0]


def test_a_damaged_program_is_named_and_the_prompt_returns(boot: Callable[..., Machine]) -> None:
    shell = Shell(boot(replace={"bin/hello": b"\x7fELF" + b"x" * 300, "bin/text": "#!/bin/sh\n", "bin/empty": b""},
                       corrupt={"bin/spin": cut(200)}))
    for program, fault in [("hello", "not a 64-bit program"), ("text", "too short for an ELF header"),
                           ("empty", "too short for an ELF header"), ("spin", "")]:
        output = shell.run(f"run {program}")
        assert re.fullmatch(rf"bin/{program}: {fault}.* \(at byte 0x\w+\)\n"
                            rf"run: {program} is no program that can run here\n", output), output
    assert "process 7 exited with status 0\n" in shell.run("run memtest 1")


# Where the archive is cut off (in its first header, in 9Ball, in the middle, in init.toml), and the message.
CUTS = {
    "all-but-50-bytes": (50, "kernel: cannot start: initrd bin/9ball: the archive ends inside a header"),
    "80,000-bytes-are-left": (80_000, r"kernel: cannot start: initrd bin/9ball: a file reaches past the end of the archive"),
    "a-half-is-left": (0.5, r"9ball: (bin/factotum|init\.toml): the initrd is damaged: .* \(byte \d+\)"),
    "the-end-is-missing": (-400, r"9ball: init\.toml: the initrd is damaged: .* \(byte \d+\)"),
}


@pytest.mark.parametrize("name", CUTS)
def test_a_cut_archive_is_named(machine: Boot, tmp_path: Path, name: str) -> None:
    where, message = CUTS[name]
    archive = images.variant(tmp_path / "initrd.cpio").read_bytes()
    size = int(where * len(archive)) if isinstance(where, float) else where
    guest = machine(initrd=images.write(tmp_path / "cut.cpio", archive[:size]))
    assert guest.run_to_exit() == 0
    assert re.search(f"^{message}", guest.transcript, re.MULTILINE), guest.transcript[-500:]
