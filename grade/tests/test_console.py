# SPDX-License-Identifier: MIT
"""The console's commands as a person at the prompt sees them, and that it responds whatever runs."""

import re
from collections.abc import Callable

import pytest

from glenda.machine import Machine
from glenda.shell import Shell

COMMANDS = ["help", "ps", "threads", "run", "time", "kill", "log", "services", "start", "stop", "devices", "mem", "shutdown", "reboot"]


def test_time(shell: Shell) -> None:
    """`time run` says how long a program took; `ps` how much processor time the processes have used."""
    found = re.search(r"process \d+ exited with status 0\ntime: (\d+) ms\n$", shell.run("time run spin 300", within=1))
    assert found and 300 <= int(found[1]) < 320
    assert shell.run("time") == shell.run("time spin") == "usage: time run NAME [ARGS...]\n"
    shell.run("run spin &")
    before = {row.name: row.milliseconds for row in shell.ps()}
    shell.run("run spin 400", within=2)     # both compute meanwhile
    after = {row.name: row.milliseconds for row in shell.ps()}
    assert after["spin"] - before["spin"] >= 150, (before, after)
    assert all(after[name] - before[name] < 50 for name in before if name != "spin"), (before, after)


def test_ps_shows_threads(shell: Shell) -> None:
    assert {row.threads for row in shell.ps() if row.name not in ("9ball", "factotum")} == {1}


def test_help_lists_all_commands(shell: Shell) -> None:
    lines = shell.run("help").splitlines()
    listed = [line.split()[0] for line in lines if line.startswith("  ")]
    assert listed == COMMANDS
    assert all(len(line.split()) >= 3 for line in lines), "a command without a word about it"


def test_ps(shell: Shell) -> None:
    # The console sends a request and Factotum replies, so both have run.
    """Shows F13."""
    system = [(1, 0, "9ball", "wait", 250), (2, 1, "factotum", "run", 240), (3, 1, "unicorn", "wait", 210),
              (4, 3, "rtc", "wait", 200), (5, 3, "uart", "wait", 200), (6, 1, "console", "run", 100)]
    assert [row[:5] for row in shell.ps()] == system
    assert all(0 < row.kib < 16 * 1024 for row in shell.ps())
    shell.run("run spin &")
    shell.run("run spin &")
    *others, first, second = shell.ps()
    assert [row[:5] for row in others] == system
    assert first[:5] == (7, 6, "spin", "run", 90) and second[:5] == (8, 6, "spin", "run", 90)


def test_run_waits_and_tells_the_status(shell: Shell) -> None:
    """Shows F1, F8."""
    assert shell.run("run hello") == "hello, world\nprocess 7 exited with status 0\n"
    assert shell.run("run hello a b") == "a\nb\nprocess 8 exited with status 0\n"
    assert shell.run('run hello "a b" "" c') == "a b\n\nc\nprocess 9 exited with status 0\n"
    assert shell.run("  run  hello  a ") == "a\nprocess 10 exited with status 0\n"
    assert shell.run("run bin/hello a") == "a\nprocess 11 exited with status 0\n"
    assert shell.run("run memtest").endswith("process 12 exited with status 2\n")
    before = shell.machine.monitor.clock()
    assert shell.run("run spin 30") == "process 13 exited with status 0\n"
    assert 0.030 <= shell.machine.monitor.clock() - before < 0.040


def test_run_in_the_background(shell: Shell) -> None:
    """The guest's time runs on while the host gets around to typing, so both lines are typed at once."""
    shell.type("run spin 300 &\rps\r")
    assert shell.until_prompt() == "run spin 300 &\nprocess 7 runs in the background\n"
    assert re.search(r"^ +7 +6  spin +run ", shell.until_prompt(), re.MULTILINE)
    shell.run("run spin 400", within=1)
    assert not shell.run("").startswith("process 7")        # reported after `run spin 400`
    assert shell.machine.transcript.count("process 7 exited with status 0\n") == 1
    assert "spin" not in [row.name for row in shell.ps()]


def test_kill(shell: Shell) -> None:
    """Shows F8."""
    before = shell.memory()
    for pid in (7, 8):
        assert shell.run("run spin &") == f"process {pid} runs in the background\n"
    assert shell.run("kill 7") == "process 7 was killed\n"
    assert shell.run("kill 7") == "kill: there is no process 7\n"
    assert shell.pid("spin") == 8
    assert shell.run("kill 8") == "process 8 was killed\n"
    assert [row.name for row in shell.ps()] == ["9ball", "factotum", "unicorn", "rtc", "uart", "console"]
    assert shell.memory().free == pytest.approx(before.free, abs=64)


@pytest.mark.parametrize("name", ["9ball", "factotum"])
def test_the_founders_cannot_be_killed(shell: Shell, name: str) -> None:
    pid = shell.pid(name)
    assert shell.run(f"kill {pid}") == f"kill: process {pid} cannot be killed: the system depends on it\n"
    assert shell.run("run hello") == "hello, world\nprocess 7 exited with status 0\n"
    assert shell.pid(name) == pid


def test_log(shell: Shell) -> None:
    lines = [re.fullmatch(r"\[ *(\d+\.\d{3})\] ([^:]+): (.+)", line) for line in shell.run("log").splitlines()]
    assert None not in lines
    times = [float(line[1]) for line in lines]
    assert times == sorted(times) and (times[-1] < 0.1 or not shell.machine.icount)
    said = [line[3] for line in lines]
    for text in ["factotum: is up", "unicorn: started as process 3", "unicorn: serves devices",
                 "console: started as process 6"]:
        assert said.count(text) == 1
    shell.run("kill 6")
    assert "console: process 6 was killed\n" in shell.run("log")


def test_mem_adds_up(shell: Shell) -> None:
    """Memory that is neither free nor Factotum's own belongs to processes: pages counted by ps, tables and objects.

    Shows B3, F3.
    """
    rows = {row.name: row for row in shell.ps()}
    memory = shell.memory()
    used = memory.total - memory.free - memory.tables
    touched = sum(row.kib for name, row in rows.items() if name not in ("9ball", "factotum"))
    assert touched < used < touched + 80 * (len(rows) - 2)      # 72, and tables of what a driver maps
    assert used <= memory.reserved < memory.free
    assert rows["factotum"].kib == memory.tables

    assert shell.run("run memtest 8").endswith("exited with status 0\n")
    assert shell.memory().free == pytest.approx(memory.free, abs=8)


def test_wrong_words(shell: Shell) -> None:
    """Each line is refused with its own message, and the prompt returns."""
    before = shell.ps()
    no_program = "run: there is no program {} in the initrd\n".format
    answers = {
        "": "", "   ": "", "\t": "",
        "bogus": "bogus: no such command. `help` lists them; `run bogus` runs a program of that name.\n",
        "HELP": "HELP: no such command. `help` lists them; `run HELP` runs a program of that name.\n",
        "help x": "usage: help\n", "ps x": "usage: ps\n", "log x": "usage: log\n", "mem x": "usage: mem\n",
        "shutdown now": "usage: shutdown\n", "reboot now": "usage: reboot\n",
        "services x": "usage: services\n", "start": "usage: start NAME\n", "stop": "usage: stop NAME\n",
        "start nosuch": "start: there is no service nosuch\n", "stop nosuch": "stop: there is no service nosuch\n",
        "start unicorn": "start: unicorn runs\n",
        "stop unicorn": "stop: the console could not work without unicorn; `shutdown` stops all\n",
        "stop console": "stop: the console could not work without console; `shutdown` stops all\n",
        "kill": "usage: kill PID\n", "kill abc": "usage: kill PID\n", "kill -1": "usage: kill PID\n",
        "kill 6 4": "usage: kill PID\n", "kill 4x": "usage: kill PID\n", "kill 0x4": "usage: kill PID\n",
        "kill 18446744073709551620": "usage: kill PID\n",
        "kill 0": "kill: there is no process 0\n", "kill 99999": "kill: there is no process 99999\n",
        "kill 4294967300": "kill: there is no process 4294967300\n",      # 4 in its lower half
        "kill 1": "kill: process 1 cannot be killed: the system depends on it\n",
        "kill 2": "kill: process 2 cannot be killed: the system depends on it\n",
        "run": "usage: run NAME [ARGS...] [&]\n", "run &": "usage: run NAME [ARGS...] [&]\n",
        "run nosuch": no_program("nosuch"), "run nosuch &": no_program("nosuch"), 'run ""': no_program(""),
        "run ../bin/hello": no_program("../bin/hello"), "run bin": no_program("bin"), "run bin/": no_program("bin/"),
    }
    for typed, answer in answers.items():
        shell.type(typed + "\r")
        assert shell.until_prompt() == typed.replace("\t", " ") + "\n" + answer, typed
    assert "init.toml: not an ELF file" in shell.run("run /init.toml")
    assert [row[:5] for row in shell.ps()] == [row[:5] for row in before]


def test_wrong_arguments_of_programs(shell: Shell) -> None:
    for arguments in ["", " x", " -1", " 1 2", " 8M", " 99999999999999999999999"]:
        assert shell.run(f"run memtest{arguments}").startswith("usage: memtest MIB\nprocess "), arguments
    for arguments in [" x", " -1", " 1 2"]:
        assert shell.run(f"run spin{arguments}").startswith("usage: spin [MILLISECONDS]\nprocess "), arguments
    for arguments in ["", " nosuch", " null null"]:
        output = shell.run(f"run crash{arguments}")
        assert output.startswith("usage: crash KIND\n") and output.endswith("exited with status 2\n"), arguments


def test_no_argument_is_lost_silently(shell: Shell) -> None:
    """All arguments of a line that fits arrive, or a message says why nothing runs."""
    for count in (20, 31, 32, 40, 50, 60, 61, 62, 63, 64, 100, 123, 124):
        words = [str(number % 10) for number in range(count)]
        output = shell.run("run hello " + " ".join(words))
        arrived = output.splitlines()[:-1] == words
        refusal = "too many (words|arguments)|The line is longer than 256 bytes"
        assert arrived or (count > 50 and re.search(refusal, output)), f"{count}: {output!r}"
    # Characters that do not fit are not echoed, and the bell rings.
    output = shell.run("run hello " + " ".join("99" for _ in range(100)))
    assert output == "The line is longer than 256 bytes. Nothing of it was executed.\n"
    assert "\a" in shell.machine.transcript


def test_system_programs_do_no_harm_when_run_by_hand(shell: Shell) -> None:
    before = shell.ps()
    for name in ("9ball", "factotum"):
        assert f"{name} (pid " in shell.run(f"run {name}") and "crashed: load page fault\n" in shell.machine.transcript
    for name in ("uart", "console"):
        assert re.search(r"process \d+ exited with status [1-9]\d*\n", shell.run(f"run {name}"))
    assert [row[:5] for row in shell.ps()] == [row[:5] for row in before]
    assert shell.run("run hello").startswith("hello, world\n")


def test_the_console_answers_whatever_runs(shell: Shell) -> None:
    """Its priority is above that of its programs, so no response waits for a time slice."""
    for _ in range(2):
        shell.run("run spin &", within=0.01)
    for _ in range(5):
        shell.run("mem", within=0.002)
        assert len(shell.ps()) == 8
    assert shell.run("run hello", within=1).endswith("hello, world\nprocess 9 exited with status 0\n")
    for pid in (7, 8):
        assert shell.run(f"kill {pid}", within=0.01) == f"process {pid} was killed\n"


def test_programs_of_one_priority_take_turns(machine: Callable[..., Machine]) -> None:
    """The last of four runs soon enough to see that 200 ms are over; a time slice is 5 ms, and a page fault ends it.

    Shows F12.
    """
    shell = Shell(machine(harts=1))
    for _ in range(3):
        shell.run("run spin &")
    found = re.fullmatch(r"process 10 exited with status 0\ntime: (\d+) ms\n", shell.run("time run spin 200", within=1))
    assert found and 200 <= int(found[1]) < 300
