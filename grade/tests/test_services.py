# SPDX-License-Identifier: MIT
"""9Ball and its services: services that end are restarted, damaged files are named, and nothing ever hangs."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from glenda import images
from glenda.machine import Machine
from glenda.paths import ROOT
from glenda.shell import Shell

Boot = Callable[..., Machine]
INIT = (ROOT / "user" / "init.toml").read_text()
OFF = "9ball: the system cannot go on: switching the machine off\n"


def with_line(find: str, replacement: str) -> str:
    """init.toml with one line changed."""
    assert INIT.count(find) == 1, f"user/init.toml has changed: {find}"
    return INIT.replace(find, replacement)


def line_of(text: str, find: str) -> int:
    """The number of the first line that contains `find`."""
    return next(number for number, line in enumerate(text.splitlines(), start=1) if find in line)


def log_with(shell: Shell, text: str, within: float) -> str:
    """Waits until `text` is in the log and returns the log. An idle machine's clock jumps to 9Ball's next timer."""
    until = shell.machine.monitor.clock() + within
    while True:
        shell.type("log\r")            # not run(): a service may print next to the echo
        log = shell.until_prompt()
        if text in log:
            return log
        assert shell.machine.monitor.clock() < until, log


@pytest.fixture
def boot(machine: Boot, tmp_path: Path) -> Callable[..., Machine]:
    """Boots a machine with a changed initrd. The arguments are those of images.variant."""
    def start(**change: object) -> Machine:
        return machine(initrd=images.variant(tmp_path / "initrd.cpio", **change))
    return start


# --- restarts ---------------------------------------------------------------------------------------------

def test_the_driver_is_started_anew(shell: Shell) -> None:
    assert shell.run("kill 5") == ""
    for line in ["process 5 was killed", "starts again in 100 ms", "bin/uart started as process 7", "process 7 serves serial"]:
        assert f"unicorn: serial@10000000: {line}\n" in shell.run("log")
    assert [row[:5] for row in shell.ps()] == [(1, 0, "9ball", "wait", 250), (2, 1, "factotum", "run", 240),
                                               (3, 1, "unicorn", "wait", 210), (4, 3, "rtc", "wait", 200),
                                               (7, 3, "uart", "wait", 200), (6, 1, "console", "run", 100)]
    assert shell.run("run hello a") == "a\nprocess 8 exited with status 0\n"
    shell.type("run spin\r")        # the new driver handles ^C
    shell.machine.expect("run spin\n")
    shell.type("\x03")
    assert shell.until_prompt().endswith("process 9 was killed\n")


def test_the_console_is_started_anew(shell: Shell) -> None:
    """Shows F8."""
    shell.run("run spin &")
    assert shell.run("kill 6") == "Glenda: type help for the commands; Ctrl-A X leaves QEMU.\n"
    rows = {row.name: row for row in shell.ps()}
    assert rows["console"].pid == 8 and rows["console"].parent == 1
    assert rows["spin"].parent == 1, "an orphan is not adopted"
    assert shell.run("kill 7") == ""
    assert "spin" not in [row.name for row in shell.ps()]
    log = shell.run("log")
    for line in ["console: process 6 was killed", "console: starts again in 100 ms", "console: started as process 8"]:
        assert f"9ball: {line}\n" in log
    assert shell.run("run hello") == "hello, world\nprocess 9 exited with status 0\n"


@pytest.mark.parametrize("name", ["uart", "console"])
def test_who_ends_often_waits_ever_longer(machine: Boot, name: str) -> None:
    """It gets back everything it had: free memory is the same after the second end as after the ninth. Shows B8."""
    shell = Shell(machine(harts=1))
    pauses, memory = [], None
    for round in range(9):
        before = shell.machine.monitor.clock()
        shell.run(f"kill {shell.pid(name)}", within=8)
        pauses.append(shell.machine.monitor.clock() - before)
        if round == 2:
            memory = shell.memory()
    assert pauses == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 6.4, 6.4], rel=0.05)
    assert shell.memory() == memory
    assert shell.run("run hello").startswith("hello, world\n")


def test_ends_with_several_harts(machine: Boot) -> None:
    shell = Shell(machine(harts=4, icount=False), within=2)
    for name in ("uart", "console", "uart"):
        shell.run(f"kill {shell.pid(name)}", within=4)
        assert shell.run("run hello", within=2).startswith("hello, world\n")


def test_a_program_that_prints_without_a_driver(machine: Boot) -> None:
    """While there is no driver, output waits for the next one."""
    shell = Shell(machine(harts=1))
    shell.type("run memtest 30 &\rkill 5\r")
    shell.until_prompt()
    shell.until_prompt()
    assert shell.saw(r"memtest: 30 MiB written and checked")
    shell.type("\r")
    shell.until_prompt()
    assert "memtest" not in shell.run("log", within=1)


@pytest.mark.parametrize("rule, restarts", [("always", True), ("on-failure", True), ("never", False)])
def test_the_rule_for_killed_services(boot: Callable[..., Machine], rule: str, restarts: bool) -> None:
    """Shows B4, B8."""
    head, _, tail = INIT.rpartition('restart = "always"')
    guest = boot(replace={"init.toml": f'{head}restart = "{rule}"{tail}'})
    shell = Shell(guest)
    if restarts:
        shell.run("kill 6")
        assert shell.pid("console") == 7
    else:
        shell.type("kill 6\r")
        guest.expect(r"^\[.*\] 9ball: console: process 6 was killed\n")
        guest.expect(r"^9ball: no service is left that could take commands\n")
        assert guest.run_to_exit(within=0.1) == 0
        assert guest.transcript.endswith(OFF)


def service(name: str, path: str, more: str = "") -> str:
    return f'{INIT}\n[[service]]\nname = "{name}"\npath = "{path}"\n{more}\n'


def test_a_service_that_ends_at_once_is_left_alone_in_the_end(boot: Callable[..., Machine]) -> None:
    """The service does not provide what it declares. 9Ball gives up after five starts. Shows B8."""
    shell = Shell(boot(replace={"init.toml": service("dud", "bin/hello", 'provides = "dud"\nrestart = "always"')}))
    log = log_with(shell, "dud: does not run", within=3)
    assert log.count("9ball: dud: started as process ") == 5
    assert [int(pause) for pause in re.findall(r"dud: starts again in (\d+) ms\n", log)] == [100, 200, 400, 800]
    assert "9ball: dud: does not run: it has ended 5 times before it was up\n" in log
    assert [row.name for row in shell.ps()] == ["9ball", "factotum", "unicorn", "rtc", "uart", "console"]


def test_a_service_that_crashes_is_reported(boot: Callable[..., Machine]) -> None:
    """It declares that it provides something, so 9Ball gives up. Otherwise an idle machine's clock would never stop.

    Shows B9.
    """
    config = service("bad", "bin/crash", 'args = ["null"]\nprovides = "bad"\nrestart = "on-failure"')
    shell = Shell(boot(replace={"init.toml": config}))
    log = log_with(shell, "bad: does not run", within=3)
    assert len(re.findall(r"9ball: bad: process \d+ crashed: store page fault\n", log)) == 5
    assert len(re.findall(r"crash \(pid \d+\) stopped: store", shell.machine.transcript)) == 5
    assert shell.run("run hello").startswith("hello, world\n")


def test_a_service_that_is_done_stays_away(boot: Callable[..., Machine]) -> None:
    """`on-failure`, the default: an exit with status 0 is not a failure."""
    shell = Shell(boot(replace={"init.toml": service("once", "bin/hello", 'args = ["once"]')}))
    log = log_with(shell, "once: process ", within=0.5)
    assert re.search(r"9ball: once: process \d exited with status 0\n", log)
    assert re.search(r"\] once: once\n", log), "its output is not in the log"
    shell.run("run spin 150", within=1)
    assert shell.run("log").count("once: started as process ") == 1


def test_a_missing_service_does_not_stop_the_others(boot: Callable[..., Machine]) -> None:
    shell = Shell(boot(replace={"init.toml": service("gone", "bin/gone") + '[[service]]\nname = "next"\n'
                                                                           'path = "bin/hello"\nneeds = ["gone"]\n'}))
    log = shell.run("log")
    assert "9ball: gone: cannot start: bin/gone: the archive holds no file of that name" in log
    assert "9ball: next: does not run: it needs gone\n" in log
    assert shell.run("run hello").startswith("hello, world\n")


# --- Factotum ---------------------------------------------------------------------------------------------

def test_every_process_may_wait(shell: Shell) -> None:
    """150 that wait at the same time are no reason to refuse the next. Shows F8."""
    assert shell.run("run nest 150", within=2).startswith("nest: 151 processes\n")
    before = shell.memory()
    assert shell.run("run nest 150", within=2).startswith("nest: 151 processes\n")
    assert shell.memory() == before


def test_nobody_kills_a_stranger(shell: Shell) -> None:
    """A program may kill itself and its descendants. The console may kill everybody, because it has power.

    Shows F8.
    """
    shell.run("run spin &")
    for name in ("uart", "console", "spin", "9ball", "factotum"):
        assert shell.run(f"run kill {shell.pid(name)}").startswith("kill: PermissionDenied\n"), name
    assert [row.name for row in shell.ps()] == ["9ball", "factotum", "unicorn", "rtc", "uart", "console", "spin"]
    assert shell.run("kill 7") == "process 7 was killed\n"


def test_a_hog_keeps_no_service_away(shell: Shell) -> None:
    """A program has all memory and takes every page that becomes free. Services start again, `ps` and `kill` work.

    Shows F3.
    """
    before = shell.memory()
    shell.run("run hog &")
    assert shell.saw(r"hog: has \d+ MiB\n", within=2)
    shell.type("\r")
    shell.until_prompt()
    assert "out of memory" in shell.run("run hello"), "the hog has not enough"
    for round in range(3):
        shell.run(f"kill {shell.pid('uart')}", within=0.3 * 2 ** round)
        assert len(shell.ps()) == 7
    assert "started as process" in shell.run("log")
    shell.run(f"kill {shell.pid('console')}", within=0.3)
    shell.run(f"kill {shell.pid('hog')}", within=0.3)
    assert shell.run("run hello").startswith("hello, world\n")
    assert shell.memory().free == pytest.approx(before.free, abs=256)


@pytest.mark.parametrize("commands", [
    ["hello", "memtest 20", "nest 40", "objects 300", "crash null", "crash stack", "nosuch", "empty"],
    ["maps", "maps many", "maps full", "maps hole", "maps read", "empty"],
    ["shared", "shared private", "shared closed", "shared hostile", "shared many 9", "empty"],
    ["execs", "execs hello", "execs fail", "execs many 9", "execs threads", "empty"],
    ["forks", "forks pages", "forks ranges", "forks nest 9", "forks orphan", "forks full", "forks bomb", "empty"],
    ["lazy", "lazy threads", "lazy killed", "lazy closed", "lazy private", "lazy hostile", "lazy dead", "empty"],
], ids=["programs", "maps", "objects", "execs", "forks", "pagers"])
def test_the_books_are_in_order(boot: Callable[..., Machine], commands: list[str]) -> None:
    """A service with power audits Factotum after programs of all kinds. One without is refused."""
    arguments = ", ".join(f'"{command}"' for command in commands)
    shell = Shell(boot(replace={"init.toml": service("audit", "bin/audit", f"args = [{arguments}]\npower = true")}))
    log = log_with(shell, "audit: after empty: ", within=2)
    audits = re.findall(r"\] audit: audit: after (.*)", log)
    assert audits == [f"{command}: fine" for command in ["the start", *commands]]
    assert "audit: after the start: PermissionDenied\n" in shell.run("run audit")


def test_costs_do_not_grow(shell: Shell) -> None:
    """A spawn costs the same after 10,000 others, and beside 200 processes that sleep. No memory is lost.

    Shows F3.
    """
    shell.run("run empty")
    before = shell.memory()
    output = shell.run("run service_bench", within=20)
    costs = {name: float(cost) for name, cost in re.findall(r"^bench (\S+) instructions (\S+) \d+$", output, re.MULTILINE)}
    assert costs["spawn_after_10000"] < 1.01 * costs["spawn_exit_wait"]
    assert costs["spawn_beside_200"] < 1.01 * costs["spawn_exit_wait"]
    for name, limit in {"get_pid": 520, "spawn_exit_wait": 45_000, "anon_fault": 2_700, "exit_page": 60}.items():
        assert costs[name] < limit, costs
    assert shell.memory().free == pytest.approx(before.free, abs=2048)      # the tables for 200 processes stay


def test_a_large_process_ends_soon(shell: Shell) -> None:
    """Factotum serves nobody while it frees the memory: 100 MiB take less than 4 million instructions."""
    shell.run("run memtest 1")
    shell.type("run memtest 100\r")
    shell.machine.expect("memtest: 100 MiB written and checked", within=3)
    before = sum(shell.machine.instructions())
    shell.until_prompt()
    assert sum(shell.machine.instructions()) - before < 4_000_000


def test_objects_are_freed(shell: Shell) -> None:
    """10,000 kernel objects in a life cost no more memory than a few: the pages of which some are left.

    Shows F3.
    """
    output = shell.run("run objects 10000", within=5)
    assert re.match(r"objects: made and destroyed 10000, [048] KiB more in use\n", output), output


def test_any_part_of_the_address_space_can_change(shell: Shell) -> None:
    """Contents, rights, holes and their ends; and that everything is given back in the end. Shows F6."""
    assert shell.run("run maps").startswith("maps: all as it should be\n")
    before = shell.memory()
    assert shell.run("run maps").startswith("maps: all as it should be\n")
    assert shell.memory() == before


@pytest.mark.parametrize("what, crash", [
    ("read", "read of protected memory"), ("write", "write to read-only memory"),
    ("jump", "jump into memory without code"), ("hole", "store page fault"),
])
def test_what_a_map_forbids(shell: Shell, what: str, crash: str) -> None:
    """Shows F6."""
    output = shell.run(f"run maps {what}")
    assert re.search(rf"^maps \(pid \d+\) stopped: {crash} at address 0x8\w{{8}}, pc 0x\w+", output, re.MULTILINE), output


def test_four_thousand_regions(shell: Shell) -> None:
    """The 4,096th is there, the next is refused. What the list of regions takes stays charged until the process ends.

    Shows F6.
    """
    shell.run("run maps")
    before = shell.memory()
    output = shell.run("run maps many", within=5)
    found = re.match(r"maps: (\d+) of another kind, then TooMany; (\d+) KiB more are charged\n", output)
    assert found and 2040 <= int(found[1]) <= 2048 and int(found[2]) <= 260, output
    assert shell.memory() == before


def test_all_memory_in_one_map(shell: Shell) -> None:
    shell.run("run maps")
    before = shell.memory()
    assert re.match(r"maps: had \d\d+ MiB\n", shell.run("run maps full", within=5))
    assert shell.memory().reserved == before.reserved


# --- damaged initrds --------------------------------------------------------------------------------------

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
    "bracket": ('needs = ["unicorn"]', 'needs = ["unicorn"', 'uses = ["devices"]', "expected , or ]"),     # it may continue there
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
    "unknown-use": ('uses = ["devices"]', 'uses = ["x"]', "SECOND", 'service "console" uses "x", which none provides'),
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
